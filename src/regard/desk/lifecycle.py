"""What a case's events add up to. Pure: events in, state out.

The event log is the truth and a case's columns are this fold of it, so the state of any case at any time can
be recomputed and explained. Events are folded in the order they happened (`at`), those of one instant in the
order of the life of a case, then by id; an event that was superseded counts as if it had never been told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    OPEN = "open"
    PAUSED = "paused"
    RESOLVED = "resolved"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class EventKind(StrEnum):
    """Declared in the order in which events of one and the same instant are folded."""

    RECEIVED = "received"
    REOPENED = "reopened"
    RECATEGORISED = "recategorised"
    TRANSFERRED = "transferred"
    ACCEPTED = "accepted"
    ASSIGNED = "assigned"
    PROMISED = "promised"
    PROMISE_MOVED = "promise_moved"
    RESUMED = "resumed"
    PAUSED = "paused"
    ANSWERED = "answered"
    PROMISE_KEPT = "promise_kept"
    NEXT_STEP = "next_step"
    NOTED = "noted"
    AMENDED = "amended"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    RESOLVED = "resolved"
    CLOSED = "closed"
    RETRACTED = "retracted"


RANK: dict[str, int] = {kind.value: rank for rank, kind in enumerate(EventKind)}
#: Kinds that end a case. Reopening is the only way back.
ENDINGS = {
    EventKind.RESOLVED: State.RESOLVED,
    EventKind.CLOSED: State.CLOSED,
    EventKind.WITHDRAWN: State.WITHDRAWN,
    EventKind.MERGED: State.MERGED,
}
OPEN = (State.OPEN, State.PAUSED)


@dataclass(frozen=True, slots=True)
class EventRow:
    """The part of an event that the fold needs. `data` holds ids: unit, service, owner, promise, into."""

    id: int
    kind: str
    at: datetime
    due_at: datetime | None = None
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    supersedes: int | None = None


class PromiseState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    MOVED = "moved"
    DROPPED = "dropped"  # the customer withdrew, so nothing was owed any more


@dataclass(frozen=True, slots=True)
class Promise:
    """What we told a customer we would do, by when, and what became of it."""

    id: int
    made_at: datetime
    due_at: datetime
    text: str = ""
    stage: str = "resolve"  # what keeps it: "answer" or "resolve"
    state: PromiseState = PromiseState.OPEN
    settled_at: datetime | None = None
    moved_with_agreement: bool | None = None


@dataclass(slots=True)
class CaseState:
    """The fold. Times are instants; `pauses` are closed intervals in order of start."""

    state: State = State.OPEN
    received_at: datetime | None = None
    unit_id: int | None = None
    service_id: int | None = None
    owner_id: int | None = None
    answered_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    paused_at: datetime | None = None
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    next_step: str = ""
    next_step_owner_id: int | None = None
    next_step_due: datetime | None = None
    handed_over_at: datetime | None = None  # transferred, and nobody has taken it yet
    transfers: int = 0
    reopens: int = 0
    events_seen: int = 0
    merged_into: int | None = None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def promise_due(self) -> datetime | None:
        """When the earliest open promise falls due; None when none is open or the case has ended."""
        due = [p.due_at for p in self.promises if p.state is PromiseState.OPEN]
        return min(due) if due and self.is_open else None


def in_order(events: Iterable[EventRow]) -> list[EventRow]:
    """Events as they are folded: superseded ones out, the rest by time, rank and id."""
    rows = list(events)
    gone = {row.supersedes for row in rows if row.supersedes is not None}
    return sorted((row for row in rows if row.id not in gone), key=lambda row: (row.at, RANK[row.kind], row.id))


def fold(events: Iterable[EventRow]) -> CaseState:
    """The state of a case from its events. Total: any log gives a state, however out of order it was told.

    Raises KeyError on an event kind that is not in `EventKind`.
    """
    rows = list(events)
    case = CaseState(events_seen=len(rows))
    for row in in_order(rows):
        _STEPS[EventKind(row.kind)](case, row)
    return case


def columns(case: CaseState, *, unit_id: int | None = None, received_at: datetime | None = None) -> dict[str, Any]:
    """What the fold says of a case's columns, by attribute name of `desk.models.Case`.

    A log that never named a unit, or told no arrival, leaves them as they are: give what the case has.
    """
    return {
        "state": case.state.value,
        "received_at": case.received_at or received_at,
        "unit_id": case.unit_id or unit_id,
        "service_id": case.service_id,
        "owner_id": case.owner_id,
        "answered_at": case.answered_at,
        "resolved_at": case.resolved_at,
        "closed_at": case.closed_at,
        "withdrawn_at": case.withdrawn_at,
        "paused_at": case.paused_at,
        "promise_due": case.promise_due,
        "next_step": case.next_step,
        "next_step_owner_id": case.next_step_owner_id,
        "next_step_due": case.next_step_due,
        "handed_over_at": case.handed_over_at,
        "transfers": case.transfers,
        "reopens": case.reopens,
        "events_seen": case.events_seen,
        "merged_into_id": case.merged_into,
    }


def _received(case: CaseState, row: EventRow) -> None:
    if case.received_at is None:
        case.received_at = row.at
    _place(case, row)


def _place(case: CaseState, row: EventRow) -> None:
    case.unit_id = row.data.get("unit", case.unit_id)
    case.service_id = row.data.get("service", case.service_id)
    if "owner" in row.data:
        case.owner_id = row.data["owner"]


def _transferred(case: CaseState, row: EventRow) -> None:
    _place(case, row)
    if "owner" not in row.data:
        case.owner_id = None
    # Only a hand-over made here waits to be taken: silos tell transfers, hardly ever acceptances.
    case.handed_over_at = row.at if row.data.get("awaits") and case.is_open else None
    case.transfers += 1


def _taken(case: CaseState, row: EventRow) -> None:
    _place(case, row)
    case.handed_over_at = None


def _paused(case: CaseState, row: EventRow) -> None:
    if case.state is State.OPEN:
        case.state, case.paused_at = State.PAUSED, row.at


def _end_pause(case: CaseState, at: datetime) -> None:
    if case.paused_at is not None:
        case.pauses.append((case.paused_at, max(at, case.paused_at)))
        case.paused_at = None


def _resumed(case: CaseState, row: EventRow) -> None:
    if case.state is State.PAUSED:
        _end_pause(case, row.at)
        case.state = State.OPEN


def _answered(case: CaseState, row: EventRow) -> None:
    if case.answered_at is None:
        case.answered_at = row.at
    _settle(case, row.at, PromiseState.KEPT, stage="answer")


def _ended(case: CaseState, row: EventRow) -> None:
    """The first ending decides the outcome; what follows only completes it (resolved, then closed).

    Silos often close a withdrawn case administratively: that must not turn it into a resolved one.
    """
    ending = ENDINGS[EventKind(row.kind)]
    _end_pause(case, row.at)
    if case.is_open:
        case.state = ending
        _settle_ending(case, row, ending)
    if ending is State.CLOSED and case.closed_at is None:
        case.closed_at = row.at
        if case.state is State.RESOLVED:
            case.state = State.CLOSED
    case.next_step, case.next_step_owner_id, case.next_step_due = "", None, None
    case.handed_over_at = None


def _settle_ending(case: CaseState, row: EventRow, ending: State) -> None:
    if ending in (State.RESOLVED, State.CLOSED):
        case.resolved_at = row.at
        case.answered_at = case.answered_at or row.at
        _settle(case, row.at, PromiseState.KEPT)
        return
    case.withdrawn_at = row.at
    case.merged_into = row.data.get("into")
    _settle(case, row.at, PromiseState.DROPPED)


def _reopened(case: CaseState, row: EventRow) -> None:
    if case.is_open:
        return
    case.state = State.OPEN
    case.resolved_at = case.closed_at = case.withdrawn_at = case.merged_into = None
    case.reopens += 1
    _place(case, row)


def _promised(case: CaseState, row: EventRow) -> None:
    if row.due_at is None:
        return
    stage = str(row.data.get("stage", "resolve"))
    case.promises.append(Promise(id=row.id, made_at=row.at, due_at=row.due_at, text=row.text, stage=stage))


def _promise_moved(case: CaseState, row: EventRow) -> None:
    """The promise named by `data.promise` (or the latest open one) ends as moved, and a new one stands."""
    old = _open_promise(case, row.data.get("promise"))
    if old is not None:
        agreed = row.data.get("agreed")
        moved = replace(old, state=PromiseState.MOVED, settled_at=row.at, moved_with_agreement=agreed)
        case.promises[case.promises.index(old)] = moved
    if row.due_at is not None:
        text, stage = row.text or (old.text if old else ""), old.stage if old else "resolve"
        case.promises.append(Promise(id=row.id, made_at=row.at, due_at=row.due_at, text=text, stage=stage))


def _promise_kept(case: CaseState, row: EventRow) -> None:
    promise = _open_promise(case, row.data.get("promise"))
    if promise is not None:
        case.promises[case.promises.index(promise)] = _settled(promise, row.at, PromiseState.KEPT)


def _open_promise(case: CaseState, wanted: int | None) -> Promise | None:
    still = [p for p in case.promises if p.state is PromiseState.OPEN and wanted in (None, p.id)]
    return still[-1] if still else None


def _settled(promise: Promise, at: datetime, outcome: PromiseState) -> Promise:
    late = outcome is PromiseState.KEPT and at > promise.due_at
    return replace(promise, state=PromiseState.BROKEN if late else outcome, settled_at=at)


def _settle(case: CaseState, at: datetime, outcome: PromiseState, stage: str | None = None) -> None:
    case.promises = [
        _settled(p, at, outcome) if p.state is PromiseState.OPEN and stage in (None, p.stage) else p
        for p in case.promises
    ]


def _next_step(case: CaseState, row: EventRow) -> None:
    if not case.is_open:
        return
    case.next_step, case.next_step_due = row.text, row.due_at
    case.next_step_owner_id = row.data.get("owner", case.owner_id)


def _nothing(_case: CaseState, _row: EventRow) -> None:
    """Notes, acceptances, amendments and retractions tell the story; they do not move the state."""


_STEPS = {
    EventKind.RECEIVED: _received,
    EventKind.REOPENED: _reopened,
    EventKind.RECATEGORISED: _place,
    EventKind.TRANSFERRED: _transferred,
    EventKind.ACCEPTED: _taken,
    EventKind.ASSIGNED: _taken,
    EventKind.PROMISED: _promised,
    EventKind.PROMISE_MOVED: _promise_moved,
    EventKind.PROMISE_KEPT: _promise_kept,
    EventKind.RESUMED: _resumed,
    EventKind.PAUSED: _paused,
    EventKind.ANSWERED: _answered,
    EventKind.NEXT_STEP: _next_step,
    EventKind.NOTED: _nothing,
    EventKind.AMENDED: _nothing,
    EventKind.RETRACTED: _nothing,
    EventKind.RESOLVED: _ended,
    EventKind.CLOSED: _ended,
    EventKind.WITHDRAWN: _ended,
    EventKind.MERGED: _ended,
}
