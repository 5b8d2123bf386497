"""Pauses and promises of many cases at once are those of the fold, case by case."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.desk.lifecycle import RANK, EventKind, EventRow, fold
from regard.measures.facts.fold import MISSING, STATES, Log, folded
from regard.measures.facts.layout import seconds_of, steps_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = datetime(2025, 3, 3, 9, tzinfo=UTC)


def micros(instant: datetime | None) -> int:
    return MISSING if instant is None else (instant - EPOCH) // timedelta(microseconds=1)


def log_of(cases: dict[int, list[EventRow]]) -> Log:
    rows = [(case, row) for case, events in cases.items() for row in events]

    def column(value):
        return np.array([value(case, row) for case, row in rows], np.int64)

    return Log(
        case=column(lambda case, row: case),
        id=column(lambda case, row: row.id),
        kind=column(lambda case, row: RANK[row.kind]),
        at=column(lambda case, row: micros(row.at)),
        due=column(lambda case, row: micros(row.due_at)),
        supersedes=column(lambda case, row: MISSING if row.supersedes is None else row.supersedes),
        by_answer=column(lambda case, row: row.kind == "promised" and row.data.get("stage") == "answer") == 1,
        promise=column(lambda case, row: row.data.get("promise", MISSING)),
        agreed=column(lambda case, row: int(row.data["agreed"]) if "agreed" in row.data else -1),
    )


KINDS = [k.value for k in EventKind if k not in {EventKind.NOTED, EventKind.NEXT_STEP, EventKind.ACCEPTED}]
# What makes cases interesting comes more often.
TOLD = [*KINDS, "paused", "resumed", "promised", "promised", "promise_moved", "promise_kept", "answered", "reopened"]


@st.composite
def logs(draw: st.DrawFn) -> dict[int, list[EventRow]]:
    """Logs of a few cases with ids in common order, few instants, and references that may lead nowhere."""
    cases: dict[int, list[EventRow]] = {}
    for number in range(1, draw(st.integers(1, 4)) + 1):
        rows = []
        for place in range(draw(st.integers(0, 12))):
            data: dict[str, object] = {}
            kind = draw(st.sampled_from(TOLD))
            if kind == "promised" and draw(st.booleans()):
                data["stage"] = "answer"
            if kind in {"promise_moved", "promise_kept"} and draw(st.booleans()):
                data["promise"] = number * 100 + draw(st.integers(0, 12))
            if kind == "promise_moved" and draw(st.booleans()):
                data["agreed"] = draw(st.booleans())
            due = START + timedelta(hours=draw(st.integers(1, 20))) if draw(st.integers(0, 4)) else None
            supersedes = number * 100 + draw(st.integers(0, 12)) if draw(st.integers(0, 6)) == 0 else None
            at = START + timedelta(hours=draw(st.integers(0, 10)))
            rows.append(EventRow(number * 100 + place, kind, at, due, "", data, supersedes))
        cases[number] = rows
    return cases


@given(logs())
def test_many_at_once_equal_one_at_a_time(cases):
    pauses, promises = folded(log_of(cases))
    for number, rows in cases.items():
        state = fold(rows)
        mine = pauses.case == number
        told = list(zip(pauses.start[mine].tolist(), pauses.end[mine].tolist(), strict=True))
        expected = [(micros(a), micros(b)) for a, b in state.pauses]
        if state.paused_at is not None:
            expected.append((micros(state.paused_at), MISSING))
        assert told == expected
        mine = promises.case == number
        columns = [getattr(promises, n)[mine].tolist() for n in promises.__dataclass_fields__ if n != "case"]
        assert list(zip(*columns, strict=True)) == [
            (
                p.id,
                micros(p.made_at),
                micros(p.due_at),
                micros(p.settled_at),
                STATES.index(p.state.value),
                p.stage == "answer",
                -1 if p.moved_with_agreement is None else int(p.moved_with_agreement),
            )
            for p in state.promises
        ]


def test_nothing_folds_to_nothing():
    pauses, promises = folded(log_of({}))
    assert pauses.case.size == 0
    assert promises.case.size == 0


def test_an_event_of_another_case_supersedes_nothing():
    at = START
    cases = {1: [EventRow(1, "paused", at)], 2: [EventRow(2, "noted", at, supersedes=1)]}
    pauses, _ = folded(log_of(cases))
    assert pauses.case.tolist() == [1]


@pytest.mark.parametrize("seconds", [0, 1, 59, 3_600, 86_400, 10**7, 2**31 - 1])
def test_a_step_stands_for_its_lengths_to_about_one_per_cent(seconds):
    told = seconds_of(steps_of(np.array([seconds])))[0]
    assert told == pytest.approx(seconds, rel=0.011, abs=0.5)


def test_steps_rise_with_the_length():
    steps = steps_of(np.arange(200_000))
    assert (np.diff(steps) >= 0).all()
    assert steps.max() < np.iinfo(np.int16).max
