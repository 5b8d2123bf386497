"""What we told a customer we would do, what somebody here does next, and waiting for the customer."""

from datetime import datetime

from django.core.exceptions import ValidationError

from regard.desk.actions.changing import Change, changing
from regard.desk.actions.opening import FIRST_STEP, LATER_STEP, not_in_past, set_step
from regard.desk.lifecycle import EventKind, Promise, PromiseState, State
from regard.desk.models import Case
from regard.desk.queries.due import in_working_days, resolve_due_of
from regard.office.models import Staff
from regard.records.actors import Actor

#: How long we wait for a customer before we ask again, in working days.
ASK_AGAIN_DAYS = 5


def promise(
    *, by: Actor, case: Case, text: str, due: datetime, stage: str = "resolve", seen: int | None = None
) -> Case:
    """Tell the customer what we will do and by when. `stage` says what keeps it: "answer" or "resolve"."""
    with changing(case=case, by=by, action="promise", seen=seen) as change:
        change.must_be_open()
        if not text.strip():
            raise ValidationError({"text": "Say what the customer was promised."})
        if stage not in ("answer", "resolve"):
            raise ValidationError({"stage": "A promise is kept by an answer or by resolving the case. Choose one."})
        change.tell(EventKind.PROMISED, text=text, due_at=not_in_past("due", due, change.now), stage=stage)
    return case


def move_promise(
    *,
    by: Actor,
    case: Case,
    due: datetime,
    agreed: bool,
    reason: str,
    promise_id: int | None = None,
    seen: int | None = None,
) -> Case:
    """Give a promise a new time. `agreed` says whether the customer agreed; a move without their yes stays visible."""
    with changing(case=case, by=by, action="move_promise", seen=seen) as change:
        change.must_be_open()
        old = _open_promise(change, promise_id)
        if not reason.strip():
            raise ValidationError({"reason": "Say why the promise has to move."})
        when = not_in_past("due", due, change.now)
        change.tell(
            EventKind.PROMISE_MOVED, text=old.text, due_at=when, promise=old.id, agreed=agreed, reason=reason.strip()
        )
    return case


def keep_promise(
    *, by: Actor, case: Case, promise_id: int | None = None, note: str = "", seen: int | None = None
) -> Case:
    """A promise was kept now (or late, which the fold tells from its due time)."""
    with changing(case=case, by=by, action="keep_promise", seen=seen) as change:
        kept = _open_promise(change, promise_id)
        change.tell(EventKind.PROMISE_KEPT, text=note, promise=kept.id)
    return case


def _open_promise(change: Change, promise_id: int | None) -> Promise:
    still = [p for p in change.state.promises if p.state is PromiseState.OPEN and promise_id in (None, p.id)]
    if not still:
        raise ValidationError(
            "This promise is not open any more: it was kept, moved or dropped. Look at the case again."
        )
    return still[-1]


def set_next_step(
    *,
    by: Actor,
    case: Case,
    text: str,
    due: datetime,
    owner: Staff | None = None,
    seen: int | None = None,
) -> Case:
    """What a named person does next, by when. It replaces the step before, which counts as done."""
    with changing(case=case, by=by, action="set_next_step", seen=seen) as change:
        if not text.strip():
            raise ValidationError({"text": "Say what is to be done next."})
        set_step(change, text, owner, due)
    return case


def pause(
    *,
    by: Actor,
    case: Case,
    question: str,
    reason: str,
    ask_again: datetime | None = None,
    seen: int | None = None,
) -> Case:
    """Stop the official clock while the customer has a question of ours to answer. We ask again in some days."""
    with changing(case=case, by=by, action="pause", seen=seen) as change:
        if change.state.state is not State.OPEN:
            raise ValidationError(f"Case {change.case.number} is {change.state.state} and cannot be paused.")
        problems = {}
        if not question.strip():
            problems["question"] = "Enter the question that was put to the customer. Without one the clock runs on."
        if not reason.strip():
            problems["reason"] = "Say why we cannot go on without the answer."
        if problems:
            raise ValidationError(problems)
        if ask_again is not None:
            not_in_past("ask_again", ask_again, change.now)
        due = ask_again or in_working_days(change.case.unit, change.now, ASK_AGAIN_DAYS)
        change.tell(EventKind.PAUSED, text=question, reason=reason.strip())
        set_step(change, "Ask again if no answer has come", None, due)
    return case


def resume(*, by: Actor, case: Case, text: str = "", seen: int | None = None) -> Case:
    """Let the official clock run again. The standard's limit moves by the time that was paused."""
    with changing(case=case, by=by, action="resume", seen=seen) as change:
        if change.state.state is not State.PAUSED or change.state.paused_at is None:
            raise ValidationError(f"Case {change.case.number} is not paused.")
        change.tell(EventKind.RESUMED, text=text)
        change.state.pauses.append((change.state.paused_at, change.now))
        change.set(standard_due=resolve_due_of(change.state, change.case.service, change.case.unit))
        set_step(change, LATER_STEP if change.case.answered_at else FIRST_STEP, None, None)
    return case
