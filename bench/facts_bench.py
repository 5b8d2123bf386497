"""Facts from a big office: all of them, and after a thousand new events, beside a raw read of the same events.

    python bench/facts_bench.py [CASES] [RUNS]

Makes a made-up office of CASES cases (a million) with about three events each in a database of its own, then prints
the median and the spread of RUNS runs, the ratio to reading every event through ADBC into Arrow in the same run, and
the peak of memory. Wall time tells of the machine: processor seconds of this process stand beside it.
"""

import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.office_rows import make_office, own_database

NEWS = 1_000
SPREAD = "INSERT INTO desk_event (case_id, kind, at, actor_name, text) SELECT {which}, 'noted', now(), '', ''"
#: Where a thousand events fall: among the newest tenth of the cases, as in a working office, or anywhere.
WHERE = {
    "among the newest tenth": "%(cases)s - floor(random() * %(cases)s / 10)::bigint",
    "anywhere": "1 + floor(random() * %(cases)s)::bigint",
}


def timed(what: str, work: Callable[[], object], runs: int, before: Callable[[], object] = lambda: None) -> float:
    """Median wall seconds of `runs` runs, printed with their spread."""
    wall, busy = [], []
    for _ in range(runs):
        before()
        started, processor = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - started)
        busy.append(time.process_time() - processor)
    middle = statistics.median(wall)
    print(
        f"{what:<44} median {middle:6.2f} s  ({min(wall):.2f} to {max(wall):.2f}, n = {runs}), "
        f"processor {statistics.median(busy):.2f} s",
        flush=True,
    )
    return middle


def main(cases: int, runs: int) -> None:
    with own_database():
        from django.db import connection

        from regard.measures.facts.refresh import refresh
        from regard.measures.facts.source import Source

        made = make_office(cases)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM desk_event")
            events = cursor.fetchone()[0]
        print(f"{cases:,} cases, {events:,} events, made in {made['seconds']:.0f} s")

        def raw() -> None:
            with Source() as source:
                source._query("SELECT case_id, id, kind, at, due_at, supersedes FROM desk_event")

        def tell(which: str) -> None:
            with connection.cursor() as cursor:
                told = SPREAD.format(which=which) + f" FROM generate_series(1, {NEWS})"
                cursor.execute(told, {"cases": cases})

        refresh(full=True)  # loads the libraries
        floor = timed("every event through ADBC into Arrow", raw, runs)
        full = timed("full refresh", lambda: refresh(full=True), runs)
        print(f"{'':<44} {full / floor:.1f} times the raw read")
        for name, which in WHERE.items():
            timed(f"after {NEWS:,} events {name}", refresh, runs, lambda which=which: tell(which))
        timed("when nothing was told", lambda: refresh(only_news=True), runs)
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, int(sys.argv[2]) if len(sys.argv) > 2 else 5)
