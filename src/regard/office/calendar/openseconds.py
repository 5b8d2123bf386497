"""Open time between instants, and when work is due: look-ups in a calendar's table."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .hours import WorkingHours
from .instants import (
    FIRST_YEAR,
    HIGHEST,
    LAST_YEAR,
    LOWEST,
    MISSING,
    SECOND,
    Micros,
    Seconds,
    in_range,
    instant_of,
    stamps_of,
    told_stamp,
    year_start,
)
from .table import ANCHOR, ANCHOR_YEAR, Table, build

_CHUNK = 1 << 16  # stamps handled at a time: temporaries stay in the processor's cache


class NeverOpenError(ValueError):
    """The calendar has no open time left, so a due time cannot be told."""


class OpenSeconds:
    """Open time of one calendar, as a table of cumulative open time at every opening and closing.

    Working time between two instants is the cumulative open time at the end less that at the start: two
    look-ups, however long the span. The table starts with the years needed and grows when asked beyond.
    Safe to share between threads: a larger table is built aside, then swapped in.

    Methods for many instants take datetime64 (UTC, any unit), int64 microseconds since 1970, or aware
    datetimes with None for missing. What cannot be told (NaT, a year outside FIRST_YEAR..LAST_YEAR) answers
    NaN or NaT. Methods for one instant take aware datetimes and raise ValueError instead.
    """

    def __init__(self, hours: WorkingHours) -> None:
        self.hours = hours
        self._table = build(hours, ANCHOR_YEAR, ANCHOR_YEAR)

    # --- many instants

    def at(self, instants: ArrayLike) -> Seconds:
        """Cumulative open seconds at each instant, from 2000-01-01 UTC (negative before). Never falls."""
        stamps = stamps_of(instants)
        counted = np.empty(stamps.shape, np.float64)
        flat, out = stamps.reshape(-1), counted.reshape(-1)
        for low in range(0, flat.size, _CHUNK):
            chunk = slice(low, low + _CHUNK)
            micros, valid = self._at(flat[chunk])
            np.divide(micros, SECOND, out=out[chunk])
            if valid is not None:
                out[chunk][~valid] = np.nan
        return counted

    def between(self, starts: ArrayLike, ends: ArrayLike) -> Seconds:
        """Open seconds from each start to each end; NaN where either is missing, negative if end < start."""
        first, last = np.broadcast_arrays(stamps_of(starts), stamps_of(ends))
        worked = np.empty(first.shape, np.float64)
        flat_first, flat_last, out = first.reshape(-1), last.reshape(-1), worked.reshape(-1)
        for low in range(0, out.size, _CHUNK):
            chunk = slice(low, low + _CHUNK)
            before, started = self._at(flat_first[chunk])
            after, ended = self._at(flat_last[chunk])
            np.divide(after - before, SECOND, out=out[chunk])
            for valid in (started, ended):
                if valid is not None:
                    out[chunk][~valid] = np.nan
        return worked

    def working_seconds_less_pauses(
        self,
        starts: ArrayLike,
        ends: ArrayLike,
        pause_case: ArrayLike,
        pause_starts: ArrayLike,
        pause_ends: ArrayLike,
    ) -> Seconds:
        """The official clock of each case: open seconds from start to end, less those it was paused.

        pause_case: for each pause, the position of its case in `starts`. Pauses may come in any order, overlap
        (the union counts once) and stick out of the case (the part outside is ignored). A missing pause end
        means still paused. A missing pause start makes the case's answer NaN, as does a missing end of the
        case: give the instant of counting for open cases. A pause that ends before it starts counts nothing.
        """
        worked = self.between(starts, ends)
        return worked - self.paused_seconds(starts, ends, pause_case, pause_starts, pause_ends)

    def paused_seconds(
        self,
        starts: ArrayLike,
        ends: ArrayLike,
        pause_case: ArrayLike,
        pause_starts: ArrayLike,
        pause_ends: ArrayLike,
    ) -> Seconds:
        """Open seconds during which each case was paused; arguments as `working_seconds_less_pauses`."""
        first, last = stamps_of(starts), stamps_of(ends)
        case = np.asarray(pause_case, np.int64)
        paused, resumed = stamps_of(pause_starts), stamps_of(pause_ends)
        if first.shape != last.shape or first.ndim != 1:
            raise ValueError(f"Starts and ends of cases must be flat and alike: {first.shape}, {last.shape}.")
        if not (case.shape == paused.shape == resumed.shape) or case.ndim != 1:
            raise ValueError("Case, start and end of the pauses must be flat arrays of one length.")
        if case.size and (case.min() < 0 or case.max() >= first.size):
            raise ValueError(f"A pause names a case outside the {first.size} given.")
        resumed = np.where(resumed == MISSING, last[case], resumed)
        begin = np.where(paused == MISSING, MISSING, np.clip(paused, first[case], last[case]))
        done = np.clip(resumed, first[case], last[case])
        return _union(case, self.at(begin), self.at(done), first.size)

    def due_times(self, starts: ArrayLike, seconds: ArrayLike) -> NDArray[np.datetime64]:
        """When so many open seconds after each start have passed, as datetime64[us]; see `add_working`.

        NaT where the start is missing or there is not that much open time before LAST_YEAR ends.
        """
        first, wanted = np.broadcast_arrays(stamps_of(starts), np.asarray(seconds, np.float64))
        if np.any(wanted < 0):
            raise ValueError("Working time to add cannot be negative.")
        due = np.full(first.shape, MISSING, np.int64)
        known = in_range(first) & (wanted * SECOND < HIGHEST - LOWEST)
        if known.any():
            due[known] = self._due(first[known], np.rint(wanted[known] * SECOND).astype(np.int64))
        return due.view("datetime64[us]")

    def due_days(self, starts: ArrayLike, days: ArrayLike) -> NDArray[np.datetime64]:
        """Close of business so many open days after each start, as datetime64[us]; see `add_working_days`.

        NaT where the start is missing or there are not that many open days before LAST_YEAR ends.
        """
        first, wanted = np.broadcast_arrays(stamps_of(starts), np.asarray(days))
        if wanted.dtype.kind not in "iu" or np.any(wanted < 0):
            raise ValueError("Working days to add must be whole numbers, zero or more.")
        due = np.full(first.shape, MISSING, np.int64)
        known = in_range(first)
        if known.any():
            due[known] = self._due_days(first[known], wanted[known].astype(np.int64))
        return due.view("datetime64[us]")

    # --- one instant

    def working_seconds(self, start: datetime, end: datetime) -> float:
        """Open seconds from `start` to `end` (aware); negative when `end` comes first."""
        before, after = self._at(np.array([told_stamp(start), told_stamp(end)]))[0]
        return float(after - before) / SECOND

    def add_working(self, start: datetime, seconds: float) -> datetime:
        """The earliest instant, in UTC, by which so many open seconds have passed since `start`.

        Work that fills the day is due at closing time, not at the next opening; zero seconds are due at once,
        open or not. Raises NeverOpenError when the calendar has not that much open time left before LAST_YEAR
        ends, ValueError when `seconds` is negative.
        """
        return self._told(self.due_times(np.array([told_stamp(start)]), seconds)[0])

    def add_working_days(self, start: datetime, days: int) -> datetime:
        """Close of business, in UTC, of the n-th open day after the local day of `start`.

        The day of arrival is not counted and the last day counts to its end (the rule of Regulation (EEC,
        Euratom) 1182/71, article 3, and of most standards). With 0: close of that day, or of the next open
        day when it has passed. Raises as `add_working`.
        """
        return self._told(self.due_days(np.array([told_stamp(start)]), days)[0])

    def next_opening(self, at: datetime) -> datetime | None:
        """The first instant from `at` on when the office is open, in UTC: `at` itself when it is open now.

        None when the calendar has no opening after that.
        """
        stamp = told_stamp(at)
        table = self._reach(stamp, lambda table: bool(table.ends.size) and int(table.ends[-1]) > stamp)
        index = int(np.searchsorted(table.ends, stamp, side="right"))
        return None if index == table.ends.size else instant_of(max(int(table.starts[index]), stamp))

    def is_open(self, at: datetime) -> bool:
        """Whether the office is open at this instant: it is at the opening time, not at the closing time."""
        stamp = told_stamp(at)
        table = self._cover(stamp, stamp)
        index = int(np.searchsorted(table.starts, stamp, side="right")) - 1
        return index >= 0 and stamp < int(table.ends[index])

    # --- the table

    def _at(self, stamps: Micros) -> tuple[Micros, NDArray[np.bool_] | None]:
        """Cumulative open microseconds, and which stamps are valid (None when all are)."""
        valid = None
        if stamps.min() < LOWEST or stamps.max() >= HIGHEST:
            valid = in_range(stamps)
            stamps = np.where(valid, stamps, ANCHOR)
        return self._cover(int(stamps.min()), int(stamps.max())).at(stamps), valid

    def _cover(self, low: int, high: int) -> Table:
        """The table, made to span both instants."""
        table = self._table
        if low < table.low or high >= table.high:
            first, last = instant_of(low).year, instant_of(high).year
            table = build(self.hours, min(first, table.first_year), max(last, table.last_year))
            self._table = table
        return table

    def _reach(self, stamp: int, enough: Callable[[Table], bool]) -> Table:
        """The table, made to span `stamp` and grown into the future until `enough` or no more can open."""
        table, years = self._cover(stamp, stamp), 1
        while not enough(table) and table.last_year < self._last_open_year:
            table = self._cover(stamp, year_start(min(table.last_year + years, LAST_YEAR)))
            years *= 2
        return table

    @cached_property
    def _last_open_year(self) -> int:
        """No table needs to grow past this year in search of an opening."""
        if self.hours.weekly:
            return LAST_YEAR
        return min(max((day.year + 1 for day in self.hours.special_days), default=FIRST_YEAR), LAST_YEAR)

    def _due(self, starts: Micros, wanted: Micros) -> Micros:
        self._cover(int(starts.min()), int(starts.max()))
        target = self._table.at(starts) + wanted
        highest = int(target.max())
        table = self._reach(int(starts.max()), lambda table: highest <= table.total)
        if not table.ends.size:
            return np.where(wanted == 0, starts, MISSING)
        index = np.searchsorted(table.closed_at, target, side="left")
        reached = index < table.ends.size
        index = np.minimum(index, table.ends.size - 1)
        due = np.where(reached, table.ends[index] - (table.closed_at[index] - target), MISSING)
        # Nothing to do is done at once, even while the office is closed.
        return np.where(wanted == 0, starts, due)

    def _due_days(self, starts: Micros, days: Micros) -> Micros:
        self._cover(int(starts.min()), int(starts.max()))
        latest, most = starts.max(keepdims=True), days.max(keepdims=True) + 1
        table = self._reach(int(latest[0]), lambda table: table.nth_day(latest, most)[0] < table.days.size)
        if not table.days.size:
            return np.full(starts.shape, MISSING, np.int64)
        index = table.nth_day(starts, days)
        close = table.day_close[np.minimum(index, table.days.size - 1)]
        return np.where(index < table.days.size, close, MISSING)

    def _told(self, due: np.datetime64) -> datetime:
        stamp = int(due.astype(np.int64))
        if stamp == MISSING:
            raise NeverOpenError(
                f"The calendar ({self.hours.zone}) has not that much open time left before the end of "
                f"{LAST_YEAR}: check its weekly hours, closed days and special days."
            )
        return instant_of(stamp)


@lru_cache(maxsize=64)
def open_seconds(hours: WorkingHours) -> OpenSeconds:
    """The table of a calendar, made once per process and version."""
    return OpenSeconds(hours)


def _union(case: NDArray[np.int64], opened: Seconds, closed: Seconds, cases: int) -> Seconds:
    """Length of the union of intervals per case."""
    unknown = np.isnan(opened) | np.isnan(closed)
    length = np.where(closed > opened, closed - opened, 0.0)
    several = np.bincount(case, minlength=cases)[case] > 1
    # Most cases pause once: only the others need sorting.
    total = _sums(case, np.where(several, 0.0, length), cases)
    sweep = several & (length > 0)
    total += _swept(case[sweep], opened[sweep], closed[sweep], cases)
    total[case[unknown]] = np.nan
    return total


def _swept(case: NDArray[np.int64], opened: Seconds, closed: Seconds, cases: int) -> Seconds:
    """Sweep the ends of intervals in order, case by case, and add up what at least one covers."""
    owner, instant = np.concatenate([case, case]), np.concatenate([opened, closed])
    order = np.lexsort((instant, owner))
    owner, instant = owner[order], instant[order]
    covering = np.cumsum(np.where(order < case.size, 1, -1))
    # Each case opens as often as it closes, so nothing is covered from one case's last end to the next's first.
    return _sums(owner[:-1], np.where(covering[:-1] > 0, np.diff(instant), 0.0), cases)


def _sums(case: NDArray[np.int64], seconds: Seconds, cases: int) -> Seconds:
    # Without any value numpy counts in integers, whatever the weights.
    return np.bincount(case, weights=seconds, minlength=cases).astype(np.float64)
