"""How a case ends, and how it comes back."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from regard.desk.actions.changing import Change, changing
from regard.desk.actions.opening import LATER_STEP, checked_owner
from regard.desk.lifecycle import EventKind, State
from regard.desk.models import Case, Event
from regard.desk.queries.due import in_working_days
from regard.office.models import Staff
from regard.records.actors import Actor

#: How long somebody may take back what they did themselves.
UNDO_WITHIN = timedelta(minutes=15)
#: Changes that left nothing behind but events of this one case.
UNDOABLE = frozenset(
    kind.value
    for kind in EventKind
    if kind
    not in {EventKind.RECEIVED, EventKind.MERGED, EventKind.ANSWERED, EventKind.NOTED, EventKind.AMENDED,
            EventKind.RECATEGORISED, EventKind.RESUMED, EventKind.RETRACTED}
)  # fmt: skip


def resolve(*, by: Actor, case: Case, outcome: str, seen: int | None = None) -> Case:
    """The customer has what they need; `outcome` says what was done."""
    with changing(case=case, by=by, action="resolve", seen=seen) as change:
        change.must_be_open()
        if not outcome.strip():
            raise ValidationError({"outcome": "Say what was done for the customer."})
        change.tell(EventKind.RESOLVED, text=outcome)
    return case


def close(*, by: Actor, case: Case, text: str = "", seen: int | None = None) -> Case:
    """Put a case away. One that is still open counts as resolved by it, so say what was done."""
    with changing(case=case, by=by, action="close", seen=seen) as change:
        if change.state.closed_at is not None:
            raise ValidationError(f"Case {change.case.number} is closed already.")
        if change.state.is_open and not text.strip():
            raise ValidationError({"text": "Say what was done for the customer: the case was not resolved before."})
        change.tell(EventKind.CLOSED, text=text)
    return case


def withdraw(*, by: Actor, case: Case, reason: str, seen: int | None = None) -> Case:
    """The customer no longer wants it. Nothing is owed any more, and it does not count as resolved."""
    with changing(case=case, by=by, action="withdraw", seen=seen) as change:
        change.must_be_open()
        if not reason.strip():
            raise ValidationError({"reason": "Say why the customer no longer needs this."})
        change.tell(EventKind.WITHDRAWN, text=reason)
    return case


@transaction.atomic
def merge(*, by: Actor, case: Case, into: Case, reason: str = "", seen: int | None = None) -> Case:
    """This case and another are the same need: go on with the other. Returns the other case."""
    pair = Case.objects.select_for_update().filter(pk__in=[case.pk, into.pk]).order_by("pk")
    list(pair.values_list("pk"))  # both locks in one order, whoever merges what into what
    with changing(case=case, by=by, action="merge", seen=seen) as change:
        change.must_be_open()
        _check_merge(change.case, into)
        change.tell(EventKind.MERGED, text=reason, into=into.pk)
    with changing(case=into, by=by, action="merge_into") as other:
        other.tell(EventKind.NOTED, text=f"Case {case.number} was merged into this one. {reason}", merged=case.pk)
    return into


def _check_merge(case: Case, into: Case) -> None:
    target = Case.objects.select_related("unit").get(pk=into.pk)
    problem = ""
    if target.pk == case.pk:
        problem = "A case cannot be merged into itself. Enter the number of the other case."
    elif target.unit.office_id != case.unit.office_id:
        problem = f"Case {target.number} belongs to another office."
    elif target.state == State.MERGED:
        problem = f"Case {target.number} was itself merged into another. Enter the number of that one."
    if problem:
        raise ValidationError({"into": problem})


def reopen(*, by: Actor, case: Case, reason: str, owner: Staff | None = None, seen: int | None = None) -> Case:
    """Take up a case again that had ended: with its last owner unless another is named, due the next working day."""
    with changing(case=case, by=by, action="reopen", seen=seen) as change:
        if change.state.is_open:
            raise ValidationError(f"Case {change.case.number} is open.")
        if not reason.strip():
            raise ValidationError({"reason": "Say why the case comes back."})
        person = _who_takes_up(change, owner)
        change.tell(EventKind.REOPENED, text=reason, owner=person.pk)
        change.next_step(LATER_STEP, owner=person, due=in_working_days(change.case.unit, change.now))
    return case


def _who_takes_up(change: Change, owner: Staff | None) -> Staff:
    last = change.case.owner
    if owner is None and last is not None and last.is_active and last.roles:
        owner = last
    return checked_owner(owner, change.case.unit, change.by)


def last_change(by: Staff, told: list[Event]) -> list[Event]:
    """The events of the newest change of a case, when this person made it moments ago and may take it back."""
    if not told:
        return []
    newest = max(told, key=lambda event: event.pk)
    same = [event for event in told if event.at == newest.at]
    own = all(event.actor_id == by.pk and event.kind in UNDOABLE for event in same)
    recent = newest.at > timezone.now() - UNDO_WITHIN
    return same if own and recent else []


def undo(*, by: Staff, case: Case, seen: int | None = None) -> Case:
    """Take back one's own last change, within minutes. The log keeps both; the case is as if it had not been."""
    with changing(case=case, by=by, action="undo", seen=seen) as change:
        mistaken = last_change(by, change.told)
        if not mistaken:
            minutes = int(UNDO_WITHIN.total_seconds() // 60)
            raise ValidationError(f"Only your own last change can be taken back, within {minutes} minutes.")
        for event in mistaken:
            words = event.get_kind_display().lower()
            change.tell(EventKind.RETRACTED, text=f"Taken back: {words}.", supersedes=event.pk)
    return case
