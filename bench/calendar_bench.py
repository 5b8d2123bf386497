"""Working time of ten million cases, beside a binary search of the same stamps in the same run.

    python bench/calendar_bench.py [millions]

The search (numpy's, of the calendar's openings and closings) is what any table of boundaries must pay.
"""

import sys
import time
from collections.abc import Callable
from datetime import date
from datetime import time as clock
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from regard.office.calendar import OpenSeconds, WorkingHours

WEEK = {day: [(clock(8), clock(12)), (clock(13), clock(17))] for day in range(5)}
ODD_WEEK = {day: [(clock(8, 0, 1), clock(12, 3)), (clock(13), clock(17))] for day in range(5)}
HOLIDAYS = {date(year, month, day): "" for year in range(2015, 2026) for month, day in ((1, 1), (5, 1), (12, 25))}


def seconds_of(work: Callable[[], object], runs: int = 3) -> float:
    """The best of some runs: the others measure what else the machine did."""
    best = float("inf")
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begun)
    return best


def main(millions: float) -> None:
    rng = np.random.default_rng(1)
    size = int(millions * 1e6)
    starts = rng.integers(1_420_070_400, 1_735_689_600, size) * 1_000_000
    ends = starts + rng.exponential(20 * 86_400e6, size).astype(np.int64)
    for name, week in (("on the quarter hour", WEEK), ("off the minute", ODD_WEEK)):
        print(f"hours {name}, {millions:g}M cases")
        measure(WorkingHours("America/Chicago", week, HOLIDAYS), starts, ends)


def measure(hours: WorkingHours, starts: np.ndarray, ends: np.ndarray) -> None:
    begun = time.perf_counter()
    office = OpenSeconds(hours)
    table = office._cover(int(starts.min()), int(ends.max()))
    print(f"  the table: {(time.perf_counter() - begun) * 1000:.0f} ms, {table.boundaries.size:,} boundaries")
    search = seconds_of(lambda: np.searchsorted(table.boundaries, starts)) / starts.size
    print(f"  searchsorted   {search * starts.size:6.2f} s for {starts.size / 1e6:g}M stamps, ratio 1.00")
    tenth = starts[::10]
    paused = np.arange(0, starts.size, 5)
    half = starts[paused] + (ends[paused] - starts[paused]) // 2
    work: list[tuple[str, int, Callable[[], object]]] = [
        ("at", starts.size, lambda: office.at(starts)),
        ("between", 2 * starts.size, lambda: office.between(starts, ends)),
        ("due_times", tenth.size, lambda: office.due_times(tenth, 40 * 3600)),
        ("due_days", tenth.size, lambda: office.due_days(tenth, 10)),
        ("paused_seconds", 2 * paused.size, lambda: office.paused_seconds(starts, ends, paused, half, ends[paused])),
    ]
    for label, stamps, act in work:
        took = seconds_of(act)
        print(f"  {label:14} {took:6.2f} s for {stamps / 1e6:g}M stamps, ratio {took / stamps / search:.2f}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10)
