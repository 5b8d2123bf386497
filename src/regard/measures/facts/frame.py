"""What lengths are measured against: units with their offices, clocks and months, services with their standards."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from regard.measures.facts.fold import MISSING, Ints
from regard.office.calendar import OpenSeconds
from regard.office.models import Standard, Unit
from regard.office.queries import calendars_of_units, due_times, open_clock, standards_at

STAGES = {"answer": Standard.Stage.FIRST_ANSWER.value, "resolve": Standard.Stage.RESOLVE.value}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1)
_LOWEST, _HIGHEST = (int(np.datetime64(f"{year}-01-01", "us").astype(np.int64)) for year in (1900, 2200))


@dataclass(frozen=True)
class Frame:
    """The office's own arrangements, as they are now. Units are by id.

    clocks: by calendar id; 0 is the usual week of an office without a calendar.
    unit_digests, standard_digests: change when a unit's office or hours, or a service's standards do.
    """

    office_of: dict[int, int]
    calendar_of: dict[int, int]
    clocks: dict[int, OpenSeconds]
    unit_digests: dict[str, str] = field(default_factory=dict)
    standard_digests: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls) -> "Frame":
        """From the database; four queries."""
        paths = Unit.objects.values_list("id", "path")
        office_of = {unit: int(path.strip("/").split("/")[0]) for unit, path in paths}
        calendars = calendars_of_units()
        clocks = {(c.pk if c else 0): open_clock(c) for c in calendars.values()}
        calendar_of = {unit: c.pk if c else 0 for unit, c in calendars.items()}
        told: dict[str, list[str]] = {}
        for s in standards_at():
            line = f"{s.stage} {s.amount:g} {s.measured_in} {s.valid_from} {s.valid_to}"
            told.setdefault(str(s.service_id), []).append(line)
        return cls(
            office_of=office_of,
            calendar_of=calendar_of,
            clocks=clocks | {0: open_clock(None)},
            unit_digests={str(u): f"{office_of[u]} {clocks[c].hours.digest[:16]}" for u, c in calendar_of.items()},
            standard_digests={service: "; ".join(sorted(lines)) for service, lines in told.items()},
        )

    def offices(self, units: Ints) -> Ints:
        return _looked_up(self.office_of, units)

    def calendars(self, units: Ints) -> Ints:
        return _looked_up(self.calendar_of, units)

    def open_at(self, calendars: Ints, instants: Ints) -> NDArray[np.float64]:
        """Open seconds of each row's calendar from the year 2000 to its instant; NaN where there is none."""
        counted = np.full(instants.shape, np.nan)
        for calendar, mine in self._by_calendar(calendars):
            counted[mine] = self.clocks[calendar].at(instants[mine])
        return counted

    def months(self, calendars: Ints, instants: Ints) -> Ints:
        """First day of the month of each instant on the wall clock of its calendar, in days since 1970.

        MISSING where there is none, and for years that are a silo's mistake (0001, 9999).
        """
        found = np.full(instants.shape, MISSING)
        known = (instants >= _LOWEST) & (instants < _HIGHEST)
        for calendar, rows in self._by_calendar(calendars):
            mine = rows[known[rows]] if isinstance(rows, np.ndarray) else np.flatnonzero(known)
            stamps = instants[mine]
            if stamps.size:
                zone = self.clocks[calendar].hours.zone
                starts, days = _month_starts(zone, int(stamps.min()), int(stamps.max()))
                found[mine] = days[np.searchsorted(starts, stamps, side="right") - 1]
        return found

    def _by_calendar(self, calendars: Ints) -> Iterator[tuple[int, Ints | slice]]:
        """Each calendar that occurs and its rows. Most offices have one: then no row is moved."""
        if calendars.size and (calendars == calendars[0]).all():
            yield int(calendars[0]), slice(None)
            return
        for calendar in self.clocks:
            mine = np.flatnonzero(calendars == calendar)
            if mine.size:
                yield calendar, mine

    def standards(self, stage: str, services: Ints, units: Ints, received: Ints) -> tuple[Ints, Ints]:
        """By when the standard of a stage wants each case (MISSING: no standard), and its clock (1: official)."""
        stamps = received.view("datetime64[us]")
        due = due_times(services, units, stamps, stage=STAGES[stage]).astype("datetime64[us]").view(np.int64)
        official = np.zeros(received.shape, np.int64)
        days = stamps.astype("datetime64[D]")
        for s in standards_at(np.unique(services[services > 0]).tolist(), STAGES[stage]):
            held = services == s.service_id
            held &= (days >= np.datetime64(s.valid_from)) if s.valid_from else True
            held &= (days <= np.datetime64(s.valid_to)) if s.valid_to else True
            official[held] = int(s.measured_in.startswith("working"))
        return due, official


def changed(before: dict[str, str], now: dict[str, str]) -> list[int]:
    """Ids whose digest is new, gone or another."""
    return sorted(int(name) for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def _looked_up(table: dict[int, int], keys: Ints) -> Ints:
    """0 for a key that is not there: a unit that is gone (`regard check` tells) is of no office, so nobody sees it."""
    names = np.array(sorted(table), np.int64)
    values = np.array([table[name] for name in names.tolist()], np.int64)
    if not names.size:
        return np.zeros(keys.shape, np.int64)
    position = np.minimum(np.searchsorted(names, keys), names.size - 1)
    return np.where(names[position] == keys, values[position], 0)


def _month_starts(zone: str, low: int, high: int) -> tuple[Ints, Ints]:
    """Instants at which the months of a zone begin, from the one that holds `low` past `high`, and their days."""
    place = ZoneInfo(zone)
    month = (_EPOCH + timedelta(microseconds=low)).astimezone(place).date().replace(day=1)
    starts, days = [], []
    while True:
        begin = datetime(month.year, month.month, 1, tzinfo=place)
        starts.append((begin - _EPOCH) // timedelta(microseconds=1))
        days.append((month - _EPOCH_DAY).days)
        if starts[-1] > high:
            return np.array(starts), np.array(days)
        month = (month + timedelta(days=32)).replace(day=1)
