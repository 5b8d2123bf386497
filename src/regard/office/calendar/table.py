"""The table of open time: every opening and closing of whole years in UTC, with the open time up to it."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from .hours import WorkingHours, zone_info
from .instants import DAY, EPOCH, EPOCH_DAY, SECOND, Micros, year_start

# Open time is counted from the start of this year, whatever years a table spans, so two tables agree.
ANCHOR_YEAR = 2000
ANCHOR = year_start(ANCHOR_YEAR)
_MANY = 4096  # stamps from which a grid is worth making
_MOST_SLOTS = 1_500_000  # some 13 MB: quarters of an hour over 42 years
_GRID_UNTIL = 2040
_FOR_EVER = int(np.iinfo(np.int64).max // 2)


@dataclass(frozen=True, eq=False)
class Grid:
    """Open time in even slots of `width` microseconds from ANCHOR on, each wholly open or wholly closed.

    Open time up to t is base[slot], plus t itself where the slot is open.
    """

    width: int
    base: Micros
    is_open: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Table:
    """Open spans of whole years, in microseconds. Instants `low` <= t < `high` can be answered."""

    first_year: int
    last_year: int
    starts: Micros  # of open spans, in order, none overlapping
    ends: Micros
    opened_at: Micros  # open time from ANCHOR to each start (negative before it)
    closed_at: Micros  # and to each end
    days: Micros  # local days with any open time, as days since 1970
    day_close: Micros  # the last closing instant of each
    offset_from: Micros  # instants from which each UTC offset of the zone holds
    offsets: Micros

    @property
    def low(self) -> int:
        return year_start(self.first_year)

    @property
    def high(self) -> int:
        return year_start(self.last_year + 1)

    @property
    def total(self) -> int:
        """Open time from ANCHOR to the end of the table."""
        return int(self.closed_at[-1]) if self.closed_at.size else 0

    @cached_property
    def boundaries(self) -> Micros:
        """Openings and closings in turn: even positions open, odd ones close."""
        return np.column_stack([self.starts, self.ends]).reshape(-1)

    @cached_property
    def cumulative(self) -> Micros:
        return np.column_stack([self.opened_at, self.closed_at]).reshape(-1)

    def at(self, stamps: Micros) -> Micros:
        """Open time from ANCHOR to each stamp."""
        if not self.starts.size:
            return np.zeros(stamps.shape, np.int64)
        grid = self.grid if stamps.size >= _MANY else None
        if grid is None:
            return self.searched(stamps)
        slot = (stamps - ANCHOR) // grid.width
        outside = (slot < 0) | (slot >= grid.base.size)
        stray = bool(outside.any())
        if stray:
            slot[outside] = 0
        upto = grid.base[slot] + np.where(grid.is_open[slot], stamps, 0)
        if stray:
            upto[outside] = self.searched(stamps[outside])
        return upto

    @cached_property
    def grid(self) -> "Grid | None":
        """The same from ANCHOR on as even slots, ten times as fast to look up; None when there would be too many.

        Stamps it does not reach (a silo's 1900-01-01) are searched for.
        """
        width = int(np.gcd.reduce(self.boundaries[self.boundaries >= ANCHOR] - ANCHOR, initial=DAY))
        high = min(self.high, ANCHOR + _MOST_SLOTS * width)
        if high < min(self.high, year_start(_GRID_UNTIL)):
            return None
        begin = np.arange(ANCHOR, high, width)
        upto = self.searched(begin)
        is_open = self.searched(begin + width // 2) > upto
        return Grid(width, upto - np.where(is_open, begin, 0), is_open)

    def searched(self, stamps: Micros) -> Micros:
        """As `at`, by binary search among the boundaries."""
        index = np.searchsorted(self.boundaries, stamps, side="right") - 1
        inside = (index & 1) == 0  # -1, before the first opening, is odd too
        index = np.maximum(index, 0)
        return self.cumulative[index] + np.where(inside, stamps - self.boundaries[index], 0)

    def local_day(self, stamps: Micros) -> Micros:
        """The local calendar day of each stamp, as days since 1970."""
        index = np.searchsorted(self.offset_from, stamps, side="right") - 1
        return (stamps + self.offsets[np.maximum(index, 0)]) // DAY

    def nth_day(self, stamps: Micros, count: Micros) -> Micros:
        """Position in `days` of the `count`-th open day after the local day of each stamp.

        With 0 that day itself while it is not over, else the next. Past the end when there is none.
        """
        first, upto = self._positions
        today = self.local_day(stamps) - first
        before, through = upto[today], upto[today + 1]
        over = through > before
        if self.days.size:
            over &= self.day_close[np.minimum(before, self.days.size - 1)] <= stamps
        return np.where(count == 0, before + over, through + count - 1)

    @cached_property
    def _positions(self) -> tuple[int, Micros]:
        """A first local day, and how many open days lie before it and before each day after it."""
        first, last = self.low // DAY - 2, self.high // DAY + 3
        return first, np.searchsorted(self.days, np.arange(first, last + 1), side="left")


def build(hours: WorkingHours, first_year: int, last_year: int) -> Table:
    """The table of a calendar over these years and those between them and ANCHOR_YEAR."""
    first_year, last_year = min(first_year, ANCHOR_YEAR), max(last_year, ANCHOR_YEAR)
    offset_from, offsets = _offsets(hours.zone, first_year, last_year)
    starts, ends, day = _to_utc(*_local_spans(hours, first_year, last_year), offset_from, offsets)
    # The last closing of a day is the latest of its pieces: of each run of equal days keep the last.
    order = np.lexsort((ends, day))
    day, by_day = day[order], ends[order]
    final = np.append(day[1:] != day[:-1], True)[: day.size]
    closed_at = np.cumsum(ends - starts)
    opened_at = closed_at - (ends - starts)
    zero = int(np.clip(ANCHOR, starts, ends).sum() - starts.sum())
    return Table(
        first_year=first_year,
        last_year=last_year,
        starts=starts,
        ends=ends,
        opened_at=opened_at - zero,
        closed_at=closed_at - zero,
        days=day[final],
        day_close=by_day[final],
        offset_from=offset_from,
        offsets=offsets,
    )


def _to_utc(starts: Micros, ends: Micros, offset_from: Micros, offsets: Micros) -> tuple[Micros, Micros, Micros]:
    """Local spans as UTC openings and closings, and the local day of each."""
    opens, closes, days = [], [], []
    until = np.append(offset_from[1:], _FOR_EVER)
    for begin, end, offset in zip(offset_from, until, offsets, strict=True):
        # While one offset holds, local and UTC time differ by a constant: cut what the wall clock shows, shift.
        low = np.searchsorted(ends, begin + offset, side="right")
        high = np.searchsorted(starts, end + offset, side="left")
        shown_from = np.maximum(starts[low:high], begin + offset)
        shown_to = np.minimum(ends[low:high], end + offset)
        opens.append(shown_from - offset)
        closes.append(shown_to - offset)
        days.append(shown_from // DAY)
    return np.concatenate(opens), np.concatenate(closes), np.concatenate(days)


def _local_spans(hours: WorkingHours, first_year: int, last_year: int) -> tuple[Micros, Micros]:
    """Open spans as the wall clock shows them, in microseconds since a local 1970, sorted and disjoint."""
    # Two days more at either end: local and UTC dates differ by up to a day.
    days = np.arange(date(first_year, 1, 1).toordinal() - 2, date(last_year, 12, 31).toordinal() + 3)
    exceptions = {day.toordinal() for day in (*hours.closed_days, *hours.special_days)}
    usual = ~np.isin(days, np.fromiter(exceptions, np.int64, len(exceptions)))
    nothing = np.empty(0, np.int64)
    starts, ends = [nothing], [nothing]
    for weekday, spans in hours.weekly.items():
        midnight = (days[usual & ((days - 1) % 7 == weekday)] - EPOCH_DAY) * DAY
        for opening, closing in spans:
            starts.append(midnight + _of_day(opening))
            ends.append(midnight + (_of_day(closing) or DAY))
    special = [(day, span) for day, spans in hours.special_days.items() for span in spans]
    midnight = np.array([(day.toordinal() - EPOCH_DAY) * DAY for day, _ in special], np.int64)
    within = np.isin(midnight // DAY + EPOCH_DAY, days)
    begins = np.array([_of_day(span[0]) for _, span in special], np.int64)
    finishes = np.array([_of_day(span[1]) or DAY for _, span in special], np.int64)
    starts.append((midnight + begins)[within])
    ends.append((midnight + finishes)[within])
    return np.sort(np.concatenate(starts)), np.sort(np.concatenate(ends))


def _offsets(zone: str, first_year: int, last_year: int) -> tuple[Micros, Micros]:
    """The zone's UTC offset over whole years and a margin: instants from which each holds, and the offsets."""
    begin = year_start(first_year) - 3 * DAY
    changes = [(begin, _offset(zone_info(zone), begin // SECOND))]
    for year in range(first_year - 1, last_year + 2):
        changes += [(instant, offset) for instant, offset in _changes(zone, year) if instant > begin]
    return (
        np.array([instant for instant, _ in changes], np.int64),
        np.array([offset * SECOND for _, offset in changes], np.int64),
    )


@lru_cache(maxsize=4096)
def _changes(zone: str, year: int) -> tuple[tuple[int, int], ...]:
    """Instants (microseconds) of one UTC year at which the zone's offset changes, and the new one (seconds).

    The standard library does not list them: look at every day, halve the interval where two days differ.
    """
    place, found = zone_info(zone), []
    stamp, stop = year_start(year) // SECOND, year_start(year + 1) // SECOND
    offset = _offset(place, stamp)
    while stamp < stop:
        then = stamp + 86_400
        later = _offset(place, then)
        if later != offset:
            low, high = stamp, then
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if _offset(place, middle) == offset else (low, middle)
            found.append((high * SECOND, later))
        stamp, offset = then, later
    return tuple(found)


def _offset(zone: ZoneInfo, seconds: int) -> int:
    offset = (EPOCH + timedelta(seconds=seconds)).astimezone(zone).utcoffset()
    return round(offset.total_seconds()) if offset is not None else 0


def _of_day(clock: time) -> int:
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * SECOND + clock.microsecond
