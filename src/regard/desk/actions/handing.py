"""Who has a case: assigning it, handing it to another unit, taking it."""

from django.core.exceptions import ValidationError

from regard.desk.actions.changing import Change, changing, staff_of
from regard.desk.actions.opening import FIRST_STEP, LATER_STEP, checked_owner
from regard.desk.lifecycle import EventKind
from regard.desk.models import Case
from regard.desk.queries.due import in_working_days
from regard.office.models import Staff, Unit
from regard.records.actors import Actor


def assign(*, by: Actor, case: Case, owner: Staff, reason: str = "", seen: int | None = None) -> Case:
    """Make a colleague the owner. The next step goes along, unless somebody else had it."""
    with changing(case=case, by=by, action="assign", seen=seen) as change:
        change.must_be_open()
        person = checked_owner(owner, change.case.unit, by)
        if person.pk == change.case.owner_id and change.case.handed_over_at is None:
            raise ValidationError({"owner": f"{person} owns this case already. Choose somebody else."})
        change.tell(EventKind.ASSIGNED, text=reason, owner=person.pk)
        if change.case.next_step_owner_id in (None, change.case.owner_id):
            pass_step(change, person)
    return case


def transfer(
    *,
    by: Actor,
    case: Case,
    unit: Unit,
    reason: str,
    context: str,
    person: Staff | None = None,
    seen: int | None = None,
) -> Case:
    """Hand the case to another unit. Until somebody accepts it, `person` or the unit's lead owns it."""
    with changing(case=case, by=by, action="transfer", seen=seen) as change:
        change.must_be_open()
        _check_transfer(change.case, unit, reason, context)
        receiver = checked_owner(person, unit, _Nobody(by))
        change.tell(
            EventKind.TRANSFERRED,
            text=context,
            unit=unit.pk,
            owner=receiver.pk,
            reason=reason.strip(),
            awaits=True,
        )
        pass_step(change, receiver)
    return case


class _Nobody:
    """The actor without their claim to own: a case that is handed on must not fall back to whoever hands it on."""

    def __init__(self, by: Actor) -> None:
        self.audit_id, self.audit_name = by.audit_id, by.audit_name


def _check_transfer(case: Case, unit: Unit, reason: str, context: str) -> None:
    problems = {}
    if unit.office_id != case.unit.office_id:
        problems["unit"] = f"{unit} belongs to another office. Choose a unit of this office."
    elif unit.pk == case.unit_id:
        problems["unit"] = f"The case is with {unit} already. To give it to a colleague there, assign it."
    if not reason.strip():
        problems["reason"] = "Say why the case belongs there."
    if not context.strip():
        problems["context"] = "Say what the receiver needs to know, so that the customer need not repeat it."
    if problems:
        raise ValidationError(problems)


def accept(*, by: Staff, case: Case, next_step: str = "", seen: int | None = None) -> Case:
    """Take a case that was handed over: the actor owns it and its next step from now on."""
    with changing(case=case, by=by, action="accept", seen=seen) as change:
        change.must_be_open()
        if change.case.handed_over_at is None:
            raise ValidationError("This case is not waiting to be taken: somebody has accepted it already.")
        person = checked_owner(staff_of(by), change.case.unit, by)
        change.tell(EventKind.ACCEPTED, owner=person.pk)
        pass_step(change, person, next_step)
    return case


def pass_step(change: Change, receiver: Staff, text: str = "") -> None:
    """Give the receiver the next step: as it stands, with a new due time when the old one has passed."""
    case = change.case
    due = case.next_step_due
    if due is None or due <= change.now:
        due = in_working_days(case.unit, change.now)
    default = FIRST_STEP if case.answered_at is None else LATER_STEP
    change.next_step(text or case.next_step or default, owner=receiver, due=due)
