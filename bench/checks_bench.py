"""How often the checks see what was done, and how often they call an honest office. And how long they take.

Run from the root: `PYTHONPATH=src python bench/checks_bench.py --replications 100` (`--sizes 500 5000`, `--rows 0` to
leave the time out). Replication r of a size has seed r; its gamers have seed 10,000 + r. Offices have no drift, 5 % or
-5 % a quarter by turns. Honest offices for false alarms are those and, by turns, one of `HONEST`.
"""

import argparse
import json
import resource
import time
from collections import Counter
from collections.abc import Iterator

import numpy as np

from regard.goals.checks import CHECKS, Cases, Pauses, Period, ask_all, ask_units, judge
from regard.goals.simulate import Office, World, simulate
from regard.goals.simulate_gamers import WAYS, game

SHARES = (0.02, 0.05)
DRIFT = (0.0, 0.05, -0.05)
HONEST = {
    "plain": {},
    "season": {"season": 0.4},
    "drift": {"drift": 0.12},
    "sloppy stamps": {"sloppy": 0.5},
    "holidays": {"holidays": True},
    "new staff": {"new_staff": 0.3},
    "rush": {"rush": 0.6},
}


def period(office: Office) -> tuple[Period, int]:
    """The last quarter; of a small office the last four. And how many quarters a gamer had."""
    small = office.per_quarter < 1500
    return Period.ending(office.end, pooled=small), 4 if small else 1


def office_of(size: int, seed: int, **more: object) -> Office:
    given = {"drift": DRIFT[seed % 3], "quarters": 8 if size < 1500 else 5, **more}
    return Office(per_quarter=size, **given)


def power(size: int, replications: int) -> tuple[dict[str, dict[str, float]], dict[str, list[float]]]:
    """Shares of replications called, by way and share of cases, and how much of the share there was to game."""
    called: Counter = Counter()
    reach: dict[str, list[float]] = {}
    for seed in range(replications):
        office = office_of(size, seed)
        world = simulate(office, seed)
        span, quarters = period(office)
        for way, meant in WAYS.items():
            for share in SHARES:
                gamed = game(world, way, share, seed=10_000 + seed, quarters=quarters)
                reach.setdefault(way, []).append(gamed.changed.sum() / (share * quarters * size))
                called[way, share] += CHECKS[meant.check](gamed.cases(), span).worth_a_look
    table = {way: {f"{share:.0%}": called[way, share] / replications for share in SHARES} for way in WAYS}
    return table, reach


def honest(size: int, replications: int) -> dict[str, dict[str, float]]:
    """For each kind of honest office: calls by check alone, of any check alone, and of any after judging together."""
    found = {}
    for kind, more in HONEST.items():
        calls: Counter = Counter()
        for seed in range(replications):
            office = office_of(size, seed, **more)
            span, _ = period(office)
            results = ask_all(simulate(office, 50_000 + seed).cases(), span)
            calls.update(result.check for result in results if result.worth_a_look)
            calls["any alone"] += any(result.worth_a_look for result in results)
            calls["any, judged together"] += any(result.worth_a_look for result in judge({0: results})[0])
        found[kind] = {name: count / replications for name, count in calls.items() if count}
        print(size, kind, json.dumps(found[kind]), flush=True)
    return found


def copies(world: World, rows: int) -> Iterator[Cases]:
    one = world.cases()
    times = max(1, rows // len(one))
    columns = {name: np.tile(values, times) for name, values in one.columns.items()}
    columns["unit"] = np.repeat(np.arange(times), len(one))
    shift = np.repeat(np.arange(times), len(one.pauses.case)) * len(one)
    pauses = one.pauses
    told = [np.tile(values, times) for values in (pauses.case, pauses.start, pauses.asked, pauses.by_staff)]
    told[0] = told[0] + shift
    yield Cases.of(Pauses(*told), one.until, id=np.arange(len(columns["unit"])), **columns)


def timed(rows: int) -> dict[str, float]:
    """All checks of all units over so many cases, in units of 5,000 cases a quarter."""
    office = office_of(5000, 1)
    [cases] = copies(simulate(office, 1), rows)
    start = time.perf_counter()
    ask_units(cases, office.end)
    seconds = time.perf_counter() - start
    return {
        "cases": len(cases),
        "units": len(cases.by_unit()),
        "seconds": round(seconds, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[500, 5000, 50_000])
    parser.add_argument("--replications", type=int, default=60)
    parser.add_argument("--large", type=int, default=10, help="replications of sizes above 10,000")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--part", choices=["power", "honest", "both"], default="both")
    told = parser.parse_args()
    if told.rows:
        print("time", json.dumps(timed(told.rows)), flush=True)
    for size in told.sizes:
        replications = told.large if size > 10_000 else told.replications
        if told.part != "honest":
            for way, shares in power(size, replications)[0].items():
                print(f"{size:>6} n={replications} {way:<24} {json.dumps(shares)}", flush=True)
        if told.part != "power":
            honest(size, replications)


if __name__ == "__main__":
    main()
