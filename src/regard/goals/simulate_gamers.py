"""What people do who are after a figure, each written from accounts of how it is done, not from the check.

Every way changes a share of the cases of the last quarters in place, mostly those that would have been late.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .checks.asking import QUARTER
from .checks.cases import End
from .simulate import World

Rows = NDArray[np.int64]
BACK_AT_ONCE = 0.5  # customers whose case was closed without being finished, and who come again within days


@dataclass(frozen=True, slots=True)
class Way:
    """One way: the check that should see it, what is done, and who is chosen."""

    check: str
    does: Callable[[World, Rows], None]
    candidates: Callable[[World], NDArray[np.bool_]]


def game(world: World, way: str, share: float, *, seed: int, quarters: int = 1) -> World:
    """A copy of `world` in which `share` of the cases of the last `quarters` were gamed in one of `WAYS`."""
    changed = world.copy(seed)
    chosen = WAYS[way]
    span = changed["arrival"] >= world.office.end - quarters * QUARTER
    candidates = np.flatnonzero(span & chosen.candidates(changed))
    most = min(len(candidates), round(share * int(span.sum())))
    rows = np.sort(changed.rng.choice(candidates, most, replace=False)) if most else candidates[:0]
    chosen.does(changed, rows)
    changed.changed[rows] = True
    return changed


def _late(world: World) -> NDArray[np.bool_]:
    return world["elapsed"] > world["limit"]


def _anybody(world: World) -> NDArray[np.bool_]:
    return np.ones(len(world), bool)


def _close_at(world: World, rows: Rows, clock: NDArray[np.float64]) -> None:
    """Close on that hour of the clock; pauses that had not begun by then never do."""
    paused = world["closing"][rows] - world["arrival"][rows] - world["elapsed"][rows]
    for_all = np.full(len(world), np.inf)
    for_all[rows] = clock
    kept = world.pauses["start"] < for_all[world.pauses["case"]]
    still = np.isin(rows, world.pauses["case"][kept])
    world.pauses = {name: values[kept] for name, values in world.pauses.items()}
    world.columns["elapsed"][rows] = clock
    world.columns["closing"][rows] = world["arrival"][rows] + clock + np.where(still, paused, 0)
    world.columns["counted_met"][rows] = (clock <= world["limit"][rows]).astype(np.int64)


def _unfinished(world: World, rows: Rows, share: float, hours: float = 72.0) -> None:
    back = rows[world.rng.random(len(rows)) < share]
    world.columns["recontact_at"][back] = world["closing"][back] + world.rng.exponential(hours, len(back))


def close_before_the_limit(world: World, rows: Rows) -> None:
    """In the last hours somebody goes through what is nearly due and closes it with a line of text."""
    clock = world["limit"][rows] - world.rng.exponential(1.0, len(rows)).clip(0.02, 10)
    _close_at(world, rows, clock)
    _unfinished(world, rows, BACK_AT_ONCE)


def stop_the_clock(world: World, rows: Rows) -> None:
    """Between a day and an hour before the limit the clock is stopped with "waiting for information"."""
    clock = world["limit"][rows] - world.rng.uniform(0.5, 11.0, len(rows))
    real = world["elapsed"][rows] - clock
    _close_at(world, rows, clock)
    world.columns["closing"][rows] += real
    n = len(rows)
    begun = clock - world.rng.uniform(0.05, 0.5, n)
    more = {"case": rows, "start": begun, "asked": world.rng.random(n) < 0.1, "by_staff": world.rng.random(n) < 0.9}
    world.pauses = {name: np.concatenate([values, more[name]]) for name, values in world.pauses.items()}


def close_and_reopen(world: World, rows: Rows) -> None:
    """Closed in time to stop the clock, reopened by the office some days later to be finished."""
    clock = world["limit"][rows] * world.rng.uniform(0.75, 1.0, len(rows))
    _close_at(world, rows, clock)
    again = rows[world.rng.random(len(rows)) < 0.8]
    world.columns["reopened_at"][again] = world["closing"][again] + world.rng.uniform(12, 120, len(again))


def call_it_exempt(world: World, rows: Rows) -> None:
    """What is late or nearly so becomes exempt, cancelled, or a duplicate of something."""
    _close_at(world, rows, world["limit"][rows] * world.rng.uniform(0.75, 1.3, len(rows)))
    world.columns["end"][rows] = world.rng.choice([End.EXEMPT, End.CANCELLED, End.MERGED], len(rows))


def lose_it(world: World, rows: Rows) -> None:
    """The case is deleted; only the number given out remains."""
    world.columns["end"][rows] = End.GONE
    world.columns["closing"][rows] = np.nan


def invite_the_content(world: World, rows: Rows) -> None:
    """Who will complain is taken from the list before the survey goes out."""
    world.columns["invited"][rows] = 0
    world.columns["score"][rows] = np.nan


def _expected_low(world: World) -> NDArray[np.bool_]:
    """On the list, and in the worst quarter of what staff expect them to say."""
    feeling = np.minimum(world["elapsed"] / world.office.limit, 2.5) + 1.0 * np.isfinite(world["reopened_at"])
    on_list = world["invited"] == 1
    return on_list & (feeling >= np.quantile(feeling[on_list], 0.75))


def lose_complaints(world: World, rows: Rows) -> None:
    """The form asks for so much that people give up; some go elsewhere."""
    world.columns["complaint_sent"][rows] = 0
    elsewhere = rows[world.rng.random(len(rows)) < 0.1]
    world.columns["complaint_outside"][elsewhere] = 1


def split_needs(world: World, rows: Rows) -> None:
    """One letter becomes two cases: an easy part, closed at once, and the rest."""
    n, start = len(rows), len(world)
    extra = {name: values[rows].copy() for name, values in world.columns.items()}
    extra["arrival"] = extra["arrival"] + world.rng.uniform(0.02, 8.0, n)
    extra["elapsed"] = world.rng.uniform(0.1, 3.0, n)
    extra["closing"] = extra["arrival"] + extra["elapsed"]
    extra["counted_met"] = np.ones(n, np.int64)
    for name in ("reopened_at", "recontact_at"):
        extra[name] = np.full(n, np.nan)
    world.columns = {name: np.concatenate([values, extra[name]]) for name, values in world.columns.items()}
    world.changed = np.concatenate([world.changed, np.ones(n, bool)])
    assert len(world) == start + n  # noqa: S101 - the columns stay equally long


def change_the_channel(world: World, rows: Rows) -> None:
    """What will be late is filed under another channel, with another limit."""
    world.columns["channel"][rows] = (world["channel"][rows] + 1 + world.rng.integers(0, 3, len(rows))) % 4


def move_promises(world: World, rows: Rows) -> None:
    """When the day has passed, the date of the promise is written anew."""
    first = world["promised_first"][rows]
    after = np.fmax(first, world["closing"][rows])
    world.columns["promise_moved_at"][rows] = after + world.rng.uniform(1, 48, len(rows))
    world.columns["promised"][rows] = after + world.rng.uniform(0, 24, len(rows))


def date_back(world: World, rows: Rows) -> None:
    """Work that was late is recorded as done on the day it was promised for."""
    day = np.floor(world["promised"][rows] / 24) * 24
    closing = np.fmax(day + world.rng.uniform(8, 17, len(rows)), world["arrival"][rows])
    world.columns["closing"][rows] = closing
    # What the office computes from its own stamps agrees with them.
    world.columns["elapsed"][rows] = np.fmin(world["elapsed"][rows], closing - world["arrival"][rows])


def drop_targets(world: World, rows: Rows) -> None:
    """The target of a late case is emptied, and the report counts it as on time."""
    for name in ("limit", "promised", "promised_first"):
        world.columns[name][rows] = np.nan
    world.columns["counted_met"][rows] = 1


def close_in_bulk(world: World, rows: Rows) -> None:
    """On one evening of the week before the figures are due, somebody selects all and closes."""
    ends = (np.floor(world["arrival"][rows] / QUARTER) + 1) * QUARTER
    evening = np.floor(ends / 24) * 24 - world.rng.integers(2, 7) * 24.0 + 18
    world.columns["closing"][rows] = evening + world.rng.uniform(0, 0.5, len(rows))
    world.columns["elapsed"][rows] = world["closing"][rows] - world["arrival"][rows]
    world.columns["staff"][rows] = world["staff"][rows[0]] if len(rows) else 0
    _unfinished(world, rows, 0.3)


def _lying_about(world: World) -> NDArray[np.bool_]:
    """Of the last 70 days of a quarter, and there when somebody clears up."""
    since_end = QUARTER - world["arrival"] % QUARTER
    return (since_end < 70 * 24) & (since_end > 8 * 24)


def close_by_rule(world: World, rows: Rows) -> None:
    """A rule closes what nobody has looked at, and calls it answered."""
    _close_at(world, rows, world["limit"][rows] * world.rng.uniform(0.5, 0.9, len(rows)))
    world.columns["end"][rows] = End.ANSWERED
    world.columns["auto"][rows] = 1
    _unfinished(world, rows, 0.3)


WAYS: dict[str, Way] = {
    "close_before_the_limit": Way("bunching", close_before_the_limit, _late),
    "stop_the_clock": Way("clock_stopping", stop_the_clock, _late),
    "close_and_reopen": Way("close_reopen", close_and_reopen, _late),
    "call_it_exempt": Way("recategorising", call_it_exempt, _late),
    "lose_it": Way("denominator", lose_it, _late),
    "invite_the_content": Way("survey_choice", invite_the_content, _expected_low),
    "lose_complaints": Way("suppression", lose_complaints, lambda world: world["complaint_sent"] == 1),
    "split_needs": Way("splitting", split_needs, _anybody),
    "change_the_channel": Way("channel_shift", change_the_channel, _late),
    "move_promises": Way("promises", move_promises, lambda world: world["closing"] > world["promised_first"]),
    "date_back": Way(
        "promises", date_back, lambda world: np.floor(world["closing"] / 24) > np.floor(world["promised"] / 24)
    ),
    "drop_targets": Way("promises", drop_targets, _late),
    "close_in_bulk": Way(
        "bulk_closing",
        close_in_bulk,
        lambda world: _late(world) & _lying_about(world),
    ),
    "close_by_rule": Way("auto_close", close_by_rule, _late),
}
