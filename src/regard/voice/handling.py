"""Handling what a customer said: which stamps there are, what they add up to, and by when each step is usual.

The stamps are those of ISO 10002 (received, acknowledged, assessed, answered, closed). Pure: stamps in, a state out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class StampKind(StrEnum):
    """What can happen to a piece of feedback, in words that the history shows."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    ASSESSED = "assessed"
    ANSWERED = "answered"
    CLOSED = "closed"
    REPLIED = "replied"  # the customer wrote again
    REOPENED = "reopened"
    ASSIGNED = "assigned"
    NOTED = "noted"


#: The states, in their order. A state is the last of these stamps that still stands.
STATES = ("received", "acknowledged", "assessed", "answered", "closed")
OPEN = STATES[:-1]
#: Stamps after which an answer is owed again.
_BACK = (StampKind.REPLIED, StampKind.REOPENED)

#: The usual next step after a stamp, and within how many working days. A person may always say otherwise.
NEXT = {
    StampKind.RECEIVED: ("Tell them that we have it", 1),
    StampKind.ACKNOWLEDGED: ("Find out what happened", 3),
    StampKind.ASSESSED: ("Answer", 5),
    StampKind.ANSWERED: ("Close it with what we learned", 10),
    StampKind.REPLIED: ("Read what they wrote, and answer", 1),
    StampKind.REOPENED: ("Answer", 3),
}
#: Working days to the answer by how grave it is, once that is known.
DAYS_TO_ANSWER = {"critical": 1, "high": 3, "medium": 5, "low": 10}
#: Praise waits for thanks only.
FIRST_STEP = {"compliment": ("Thank them", 1), "suggestion": ("Answer", 5), "question": ("Answer", 2)}


@dataclass(frozen=True, slots=True)
class StampRow:
    """One stamp as the fold reads it."""

    id: int
    kind: str
    at: datetime


@dataclass(slots=True)
class Handled:
    """What the stamps add up to. The first acknowledgement, assessment and answer count; the last closing does."""

    state: str = "received"
    received_at: datetime | None = None
    acknowledged_at: datetime | None = None
    assessed_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None


def fold(stamps: Iterable[StampRow]) -> Handled:
    """The state that these stamps add up to, whatever order they come in."""
    done = Handled()
    for stamp in sorted(stamps, key=lambda one: (one.at, one.id)):
        if stamp.kind in _BACK:
            _back(done)
        elif stamp.kind in STATES:
            _forward(done, stamp)
    return done


def _forward(done: Handled, stamp: StampRow) -> None:
    name = f"{stamp.kind}_at"
    if getattr(done, name) is None:
        setattr(done, name, stamp.at)
    if STATES.index(stamp.kind) > STATES.index(done.state):
        done.state = stamp.kind


def _back(done: Handled) -> None:
    """An answer is owed again. How far we had come before the answer still stands."""
    if done.state not in ("answered", "closed"):
        return
    done.closed_at = None
    reached = [state for state in STATES[:3] if getattr(done, f"{state}_at") is not None]
    done.state = reached[-1] if reached else "received"


def next_step(kind: str, stamp: str, severity: str = "") -> tuple[str, int] | None:
    """The usual next step of feedback of this kind after a stamp, and its working days; None when nothing is owed."""
    if stamp == StampKind.RECEIVED and kind in FIRST_STEP:
        return FIRST_STEP[kind]
    if stamp == StampKind.ASSESSED and severity in DAYS_TO_ANSWER:
        return NEXT[StampKind.ASSESSED][0], DAYS_TO_ANSWER[severity]
    return NEXT.get(StampKind(stamp))
