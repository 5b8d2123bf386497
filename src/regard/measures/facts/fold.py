"""Pauses and promises of many cases at once: the part of `desk.lifecycle.fold` that a case's columns do not keep.

The same rules, as look-ups forward and backward in one sorted log instead of a walk through each case; the few
cases whose promises were moved or kept more than once are walked by `lifecycle.fold` itself. Pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from regard.desk.lifecycle import RANK, EventKind, EventRow, PromiseState, fold

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

MISSING = np.iinfo(np.int64).min  # how numpy stores NaT
NO_PROMISE = -1  # an event that names a promise which cannot exist
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

KINDS = tuple(kind.value for kind in EventKind)  # by rank
STATES = tuple(state.value for state in PromiseState)
_STATE = {state: number for number, state in enumerate(PromiseState)}
_ENDINGS = [RANK[kind] for kind in ("resolved", "closed", "withdrawn", "merged")]
_DONE = [RANK[kind] for kind in ("resolved", "closed")]


@dataclass(frozen=True)
class Log:
    """Events of some cases, one array element each; instants in microseconds since 1970, MISSING for none.

    kind: rank of the event's kind. by_answer: a promise that an answer keeps. promise: the promise a move or
    keeping names, MISSING for the latest open one. agreed: 1, 0 or -1 when not told.
    """

    case: Ints
    id: Ints
    kind: Ints
    at: Ints
    due: Ints
    supersedes: Ints
    by_answer: Flags
    promise: Ints
    agreed: Ints

    def take(self, rows: Ints | Flags) -> "Log":
        return Log(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Pauses:
    """Intervals in which the official clock stood still; `end` MISSING while it still does."""

    case: Ints
    start: Ints
    end: Ints


@dataclass(frozen=True)
class Promises:
    """Every promise, in the order of case and of making. `state` indexes STATES."""

    case: Ints
    id: Ints
    made: Ints
    due: Ints
    settled: Ints
    state: Ints
    by_answer: Flags
    agreed: Ints


def folded(log: Log) -> tuple[Pauses, Promises]:
    """The pauses and promises of all cases in `log`. Kinds that neither starts, ends nor settles may be left out."""
    log = _in_order(log)
    course = _Course(log)
    return _pauses(log, course), _promises(log, course)


def _in_order(log: Log) -> Log:
    """Superseded events out, the rest by case, time, rank and id, as `lifecycle.in_order`."""
    gone = log.supersedes != MISSING
    if gone.any():
        # An event supersedes only within its case. Few are named, so pairs are compared only where the id fits.
        named = np.flatnonzero(np.isin(log.id, log.supersedes[gone])).tolist()
        dead = set(zip(log.case[gone].tolist(), log.supersedes[gone].tolist(), strict=True))
        out = [row for row in named if (int(log.case[row]), int(log.id[row])) in dead]
        log = log.take(np.delete(np.arange(log.id.size), out))
    # Rank and time in one key: a rank needs five bits, a time of the years 1 to 9999 less than fifty-eight.
    when = log.at * 32 + log.kind
    return log.take(np.lexsort((log.id, when, log.case)))


class _Course:
    """For each event of a sorted log: where its case begins and ends, and the nearest events that matter."""

    def __init__(self, log: Log) -> None:
        self.here = np.arange(log.case.size)
        new = np.append(True, log.case[1:] != log.case[:-1])[: log.case.size]
        self.number = np.cumsum(new) - 1  # of the case
        self.begins = np.flatnonzero(new)
        self.begin = self.begins[self.number]
        ends = np.append(self.begins, log.case.size)[1:]
        self.stop = ends[self.number]
        ending = np.isin(log.kind, _ENDINGS)
        before = self.last_before(ending | (log.kind == RANK["reopened"]))
        self.has_ended = (before >= 0) & ending[before]
        self.ends = ending & ~self.has_ended

    def last_before(self, chosen: Flags) -> Ints:
        """Position of the last chosen event before each, within its case; -1 for none."""
        last = np.maximum.accumulate(np.where(chosen, self.here, -1))
        last = np.append(-1, last)[: chosen.size]
        return np.where(last >= self.begin, last, -1)

    def next_after(self, chosen: Flags) -> Ints:
        """Position of the first chosen event after each, within its case; the log's length for none."""
        size = chosen.size
        following = np.minimum.accumulate(np.where(chosen, self.here, size)[::-1])[::-1]
        following = np.append(following, size)[1:]
        return np.where(following < self.stop, following, size)


def _pauses(log: Log, course: _Course) -> Pauses:
    pause = (log.kind == RANK["paused"]) & ~course.has_ended
    over = (log.kind == RANK["resumed"]) | np.isin(log.kind, _ENDINGS)
    before = course.last_before(pause | over)
    starts = np.flatnonzero(pause & ~((before >= 0) & pause[before]))
    end = course.next_after(over)[starts]
    return Pauses(log.case[starts], log.at[starts], _at(log.at, end))


def _at(values: Ints, positions: Ints) -> Ints:
    """Values at these positions; MISSING past the end."""
    return np.append(values, MISSING)[positions]


def _promises(log: Log, course: _Course) -> Promises:
    told = (log.kind == RANK["promise_moved"]) | (log.kind == RANK["promise_kept"])
    per_case = np.bincount(course.number[told], minlength=course.begins.size)
    walked = per_case[course.number] > 1
    quick = _quick_promises(log, course, told, ~walked)
    slow = _walked_promises(log.take(walked))
    both = Promises(*(np.concatenate([getattr(quick, n), getattr(slow, n)]) for n in Promises.__dataclass_fields__))
    order = np.lexsort((np.arange(both.case.size), both.case)) if slow.case.size else slice(None)
    return Promises(*(getattr(both, name)[order] for name in Promises.__dataclass_fields__))


def _quick_promises(log: Log, course: _Course, told: Flags, chosen: Flags) -> Promises:
    """Promises of cases with at most one event that moves or keeps a promise by name or by being the latest."""
    size = log.case.size
    moved = log.kind == RANK["promise_moved"]
    made = ((log.kind == RANK["promised"]) | moved) & (log.due != MISSING)
    # What settles a promise by itself: the next ending that counts, or an answer where an answer keeps it.
    by_end = course.next_after(course.ends)
    by_answer = np.minimum(by_end, course.next_after(log.kind == RANK["answered"]))
    settled = np.where(log.by_answer, by_answer, by_end)
    teller = np.where(told & chosen, course.here, -1)
    teller_of_case = np.full(course.begins.size, -1)
    np.maximum.at(teller_of_case, course.number[told & chosen], teller[told & chosen])
    mine = teller_of_case[course.number]
    some = mine >= 0
    wanted = log.promise[mine]
    open_then = made & some & (course.here < mine) & (settled > mine) & ((wanted == MISSING) | (wanted == log.id))
    picked = np.full(course.begins.size, -1)
    np.maximum.at(picked, course.number[open_then], course.here[open_then])
    hit = picked >= 0
    old, by = picked[hit], teller_of_case[hit]
    settled[old] = by
    # A moved promise goes on as a new one that the same thing keeps.
    after = by[moved[by]]
    stage = np.zeros(size, np.bool_)
    stage[log.kind == RANK["promised"]] = log.by_answer[log.kind == RANK["promised"]]
    stage[after] = stage[old[moved[by]]]
    settled[moved] = np.where(stage, by_answer, by_end)[moved]
    rows = np.flatnonzero(made & chosen)
    return _settled(log, rows, settled[rows], stage[rows])


def _settled(log: Log, rows: Ints, by: Ints, stage: Flags) -> Promises:
    """Promises made by the events at `rows`, settled by those at `by`."""
    kind, at = _at(log.kind, by), _at(log.at, by)
    keeps = np.isin(kind, [*_DONE, RANK["answered"], RANK["promise_kept"]])
    state = np.full(rows.size, _STATE[PromiseState.OPEN])
    state[np.isin(kind, _ENDINGS) & ~keeps] = _STATE[PromiseState.DROPPED]
    state[keeps & (at <= log.due[rows])] = _STATE[PromiseState.KEPT]
    state[keeps & (at > log.due[rows])] = _STATE[PromiseState.BROKEN]
    moves = kind == RANK["promise_moved"]
    state[moves] = _STATE[PromiseState.MOVED]
    agreed = np.where(moves, _at(log.agreed, by), -1)
    return Promises(log.case[rows], log.id[rows], log.at[rows], log.due[rows], at, state, stage, agreed)


def _walked_promises(log: Log) -> Promises:
    """Promises of cases that need a walk through their events."""
    rows: list[tuple[int, ...]] = []
    for case, events in _events_by_case(log):
        for promise in fold(events).promises:
            agreed = -1 if promise.moved_with_agreement is None else int(promise.moved_with_agreement)
            settled = MISSING if promise.settled_at is None else _micros(promise.settled_at)
            when = (_micros(promise.made_at), _micros(promise.due_at), settled)
            rows.append((case, promise.id, *when, _STATE[promise.state], int(promise.stage == "answer"), agreed))
    cases, ids, made, due, ended, state, by_answer, agreement = np.array(rows, np.int64).reshape(-1, 8).T
    return Promises(cases, ids, made, due, ended, state, by_answer.astype(np.bool_), agreement)


def _events_by_case(log: Log) -> Iterator[tuple[int, list[EventRow]]]:
    cuts = np.flatnonzero(np.append(True, log.case[1:] != log.case[:-1])[: log.case.size])
    for begin, end in zip(cuts, np.append(cuts, log.case.size)[1:], strict=True):
        yield int(log.case[begin]), [_event(log, row) for row in range(begin, end)]


def _event(log: Log, row: int) -> EventRow:
    data: dict[str, object] = {"stage": "answer" if log.by_answer[row] else "resolve"}
    if log.promise[row] != MISSING:
        data["promise"] = int(log.promise[row])
    if log.agreed[row] >= 0:
        data["agreed"] = bool(log.agreed[row])
    due = None if log.due[row] == MISSING else _instant(log.due[row])
    return EventRow(int(log.id[row]), KINDS[log.kind[row]], _instant(log.at[row]), due_at=due, data=data)


def _instant(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=int(micros))


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)
