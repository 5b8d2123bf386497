"""The fold: any log gives one state, whatever the order it was told in."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.desk.lifecycle import (
    RANK,
    EventKind,
    EventRow,
    PromiseState,
    State,
    columns,
    fold,
    in_order,
)

START = datetime(2025, 3, 3, 9, tzinfo=UTC)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def log(*told: tuple) -> list[EventRow]:
    """Events from (hours, kind, {more}) in the order of their ids."""
    return [EventRow(id=n, kind=t[1], at=at(t[0]), **(t[2] if len(t) > 2 else {})) for n, t in enumerate(told, start=1)]


#: Few instants, so that events often share one; data that each kind may carry.
one_event = st.builds(
    lambda kind, hour, due, data: {"kind": kind.value, "at": at(hour), "due_at": due and at(due), "data": data},
    st.sampled_from(EventKind),
    st.integers(0, 12),
    st.none() | st.integers(1, 20),
    st.fixed_dictionaries(
        {},
        optional={
            "owner": st.none() | st.integers(1, 3),
            "unit": st.integers(1, 3),
            "service": st.integers(1, 3),
            "promise": st.integers(1, 12),
            "agreed": st.booleans(),
            "stage": st.sampled_from(["answer", "resolve"]),
            "awaits": st.booleans(),
            "into": st.integers(1, 3),
        },
    ),
)


@st.composite
def logs(draw: st.DrawFn) -> list[EventRow]:
    rows = []
    for n, fields in enumerate(draw(st.lists(one_event, max_size=14)), start=1):
        earlier = st.integers(1, n - 1) if n > 1 else st.nothing()
        supersedes = draw(st.none() | earlier)
        rows.append(EventRow(id=n, text=f"event {n}", supersedes=supersedes, **fields))
    return rows


@given(logs(), st.randoms(use_true_random=False))
def test_the_order_of_telling_does_not_matter(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert fold(shuffled) == fold(rows)


@given(logs())
def test_a_superseded_event_counts_as_never_told(rows):
    gone = {row.supersedes for row in rows}
    kept = [row for row in rows if row.id not in gone]
    whole, part = columns(fold(rows)), columns(fold(kept))
    assert whole.pop("events_seen") == len(rows)
    assert part.pop("events_seen") == len(kept)
    assert whole == part


@given(logs())
def test_pauses_are_never_negative_and_never_overlap(rows):
    case = fold(rows)
    assert all(start <= end for start, end in case.pauses)
    assert all(end <= start for (_, end), (start, _) in zip(case.pauses, case.pauses[1:], strict=False))
    assert (case.paused_at is not None) == (case.state is State.PAUSED)


@given(logs())
def test_what_an_ended_case_no_longer_has(rows):
    case = fold(rows)
    if not case.is_open:
        assert case.next_step == ""
        assert case.next_step_owner_id is case.next_step_due is case.promise_due is case.handed_over_at is None
        ended = case.resolved_at or case.withdrawn_at
        assert all(p.state is not PromiseState.OPEN or p.made_at >= ended for p in case.promises)


@given(logs())
def test_promises_are_kept_in_time_or_broken(rows):
    for promise in fold(rows).promises:
        if promise.state is PromiseState.KEPT:
            assert promise.settled_at <= promise.due_at
        if promise.state is PromiseState.BROKEN:
            assert promise.settled_at > promise.due_at


@given(logs())
def test_counts_agree_with_the_log(rows):
    case, standing = fold(rows), in_order(rows)
    assert case.transfers == sum(row.kind == "transferred" for row in standing)
    assert case.reopens <= sum(row.kind == "reopened" for row in standing)
    assert case.events_seen == len(rows)


def test_every_kind_has_a_rank_and_a_step():
    for kind in EventKind:
        assert kind.value in RANK
        fold([EventRow(1, kind.value, START)])
    with pytest.raises(KeyError):
        fold([EventRow(1, "no such kind", START)])


def test_an_empty_log_is_an_open_case():
    assert fold([]).state is State.OPEN


def test_a_whole_life():
    case = fold(
        log(
            (0, "received", {"data": {"unit": 1, "service": 2, "owner": 3}}),
            (0, "next_step", {"text": "First answer", "due_at": at(5), "data": {"owner": 3}}),
            (1, "promised", {"text": "visit", "due_at": at(10)}),
            (2, "paused", {"text": "how high?"}),
            (4, "resumed"),
            (5, "answered"),
            (9, "resolved"),
            (20, "closed"),
        )
    )
    assert (case.state, case.unit_id, case.service_id, case.owner_id) == (State.CLOSED, 1, 2, 3)
    assert (case.received_at, case.answered_at, case.resolved_at, case.closed_at) == (at(0), at(5), at(9), at(20))
    assert case.pauses == [(at(2), at(4))]
    assert [(p.state, p.settled_at) for p in case.promises] == [(PromiseState.KEPT, at(9))]


def test_events_of_one_instant_are_folded_in_the_order_of_a_life():
    told = log((0, "closed"), (0, "promised", {"due_at": at(1)}), (0, "received"), (0, "answered"))
    case = fold(told)
    assert case.state is State.CLOSED
    assert case.promises[0].state is PromiseState.KEPT


def test_closing_a_withdrawn_case_does_not_resolve_it():
    case = fold(log((0, "received"), (1, "withdrawn"), (2, "closed")))
    assert (case.state, case.withdrawn_at, case.closed_at, case.resolved_at) == (State.WITHDRAWN, at(1), at(2), None)


def test_reopening_brings_it_back_and_counts():
    case = fold(log((0, "received", {"data": {"owner": 1}}), (1, "resolved"), (2, "reopened"), (3, "resolved")))
    assert (case.state, case.resolved_at, case.reopens, case.owner_id) == (State.RESOLVED, at(3), 1, 1)
    assert case.answered_at == at(1)


def test_reopening_an_open_case_is_nothing():
    assert fold(log((0, "received"), (1, "reopened"))).reopens == 0


def test_a_pause_ends_with_the_case():
    case = fold(log((0, "received"), (1, "paused"), (3, "withdrawn")))
    assert case.pauses == [(at(1), at(3))]
    assert case.paused_at is None


def test_a_pause_in_a_pause_is_one_pause():
    case = fold(log((0, "received"), (1, "paused"), (2, "paused"), (3, "resumed"), (4, "resumed")))
    assert case.pauses == [(at(1), at(3))]


@pytest.mark.parametrize(
    ("settled", "state"), [(4, PromiseState.KEPT), (5, PromiseState.KEPT), (6, PromiseState.BROKEN)]
)
def test_a_promise_is_kept_up_to_its_due_time(settled, state):
    case = fold(log((0, "promised", {"due_at": at(5)}), (settled, "promise_kept")))
    assert [p.state for p in case.promises] == [state]


def test_a_promised_answer_is_kept_by_the_answer_and_the_rest_by_resolving():
    case = fold(
        log(
            (0, "promised", {"due_at": at(5), "data": {"stage": "answer"}}),
            (0, "promised", {"due_at": at(9)}),
            (2, "answered"),
        )
    )
    assert [p.state for p in case.promises] == [PromiseState.KEPT, PromiseState.OPEN]
    assert case.promise_due == at(9)


def test_a_moved_promise_ends_and_a_new_one_stands():
    case = fold(
        log(
            (0, "promised", {"due_at": at(5), "text": "visit"}),
            (1, "promised", {"due_at": at(7)}),
            (2, "promise_moved", {"due_at": at(12), "data": {"promise": 1, "agreed": False}}),
        )
    )
    assert [(p.id, p.state, p.moved_with_agreement) for p in case.promises] == [
        (1, PromiseState.MOVED, False),
        (2, PromiseState.OPEN, None),
        (3, PromiseState.OPEN, None),
    ]
    assert (case.promises[2].text, case.promise_due) == ("visit", at(7))


def test_withdrawing_drops_promises():
    case = fold(log((0, "promised", {"due_at": at(5)}), (9, "withdrawn")))
    assert [p.state for p in case.promises] == [PromiseState.DROPPED]


def test_a_transfer_clears_the_owner_unless_it_names_one():
    taken = {"data": {"owner": 1}}
    assert fold(log((0, "received", taken), (1, "transferred", {"data": {"unit": 2}}))).owner_id is None
    assert fold(log((0, "received", taken), (1, "transferred", {"data": {"unit": 2, "owner": 4}}))).owner_id == 4


@pytest.mark.parametrize("taking", ["accepted", "assigned", "resolved", "withdrawn", "closed"])
def test_a_hand_over_waits_until_somebody_takes_it(taking):
    waiting = log((0, "received"), (1, "transferred", {"data": {"unit": 2, "owner": 4, "awaits": True}}))
    assert fold(waiting).handed_over_at == at(1)
    assert fold([*waiting, EventRow(9, taking, at(2))]).handed_over_at is None


def test_an_imported_transfer_does_not_wait():
    assert fold(log((1, "transferred", {"data": {"unit": 2}}))).handed_over_at is None


def test_columns_keep_what_the_log_never_named():
    assert columns(fold([]), unit_id=7, received_at=START)["unit_id"] == 7
    told = fold(log((1, "received", {"data": {"unit": 2}})))
    assert columns(told, unit_id=7, received_at=START)["unit_id"] == 2
    assert columns(told, unit_id=7, received_at=START)["received_at"] == at(1)


def test_merging_names_the_other_case():
    case = fold(log((0, "received"), (1, "merged", {"data": {"into": 5}})))
    assert (case.state, case.merged_into) == (State.MERGED, 5)
