"""Logging a contact, and dealing with messages that were left."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from regard.customers.models import Customer
from regard.desk.actions.changing import Change, changing, staff_of
from regard.desk.actions.opening import not_in_future, open_case, set_step
from regard.desk.lifecycle import EventKind
from regard.desk.models import Case, Contact, Direction, Outcome
from regard.office.models import Service, Staff, Unit
from regard.office.queries import own_silo
from regard.records.actors import Actor
from regard.records.audit import record


@transaction.atomic
def log_contact(
    *,
    by: Actor,
    unit: Unit,
    channel: str,
    direction: str = Direction.IN,
    outcome: str = "",
    subject: str = "",
    body: str = "",
    at: datetime | None = None,
    customer: Customer | None = None,
    counterpart: str = "",
    service: Service | None = None,
    case: Case | None = None,
    opens_case: bool = False,
    next_step: str = "",
    next_step_owner: Staff | None = None,
    next_step_due: datetime | None = None,
    returns: Contact | None = None,
    seen: int | None = None,
) -> Contact:
    """An exchange that took place, in or out, on any channel, on its own or about a case.

    A next step needs a case to stand on: without `case`, one is opened when `opens_case` or a next step is given.
    An exchange that `outcome` says was answered counts as the case's answer. `returns` is the message that this
    one returns.
    """
    now = timezone.now()
    contact = Contact(
        silo=own_silo(unit), unit=unit, service=service or (case.service if case else None), channel=channel,
        direction=direction, started_at=not_in_future("at", at, now), outcome=outcome, case=case, staff=staff_of(by),
        customer=customer or (case.customer if case else None), counterpart=counterpart.strip(),
        subject=subject.strip(), body=body.strip(),
    )  # fmt: skip
    if case is None and (opens_case or next_step):
        contact.case = _open_for(contact, by, next_step, next_step_owner, next_step_due)
        next_step = ""
    contact.save(force_insert=True)
    if contact.case is not None:
        with changing(case=contact.case, by=by, action="log_contact", seen=seen) as change:
            _tell_of(change, contact)
            if next_step:
                set_step(change, next_step, next_step_owner, next_step_due)
    if returns is not None:
        _mark_handled(returns, now)
    after = {"channel": channel, "direction": direction, "unit": unit, "outcome": outcome, "case": contact.case}
    record(by=by, action="desk.log_contact", obj=contact, after=after, note={"returns": returns})
    return contact


def _open_for(contact: Contact, by: Actor, step: str, owner: Staff | None, due: datetime | None) -> Case:
    """A case that a contact brought with it."""
    subject = contact.subject or contact.body.partition("\n")[0][:120] or "Contact"
    return open_case(
        by=by, unit=contact.unit, channel=contact.channel, service=contact.service, customer=contact.customer,
        received_at=contact.started_at, subject=subject, description=contact.body, owner=owner, next_step=step,
        next_step_due=due,
    )  # fmt: skip


def _tell_of(change: Change, contact: Contact) -> None:
    """The event of a contact about a case: its answer, or something noted."""
    answered = contact.outcome == Outcome.ANSWERED
    kind = EventKind.ANSWERED if answered else EventKind.NOTED
    at = max(contact.started_at, change.case.received_at)  # a case may be entered after the call that it came by
    change.tell(kind, text=contact.body or contact.subject, at=at, contact=contact.pk)


@transaction.atomic
def handle_message(*, by: Actor, contact: Contact, how: str) -> None:
    """A message that was left has been dealt with; `how` says in words what was done."""
    if not how.strip():
        raise ValidationError({"how": "Say what was done about this message."})
    _mark_handled(contact, timezone.now())
    contact.details = {**(contact.details or {}), "handled": how.strip()}
    contact.save(update_fields=["details"])
    record(by=by, action="desk.handle_message", obj=contact, after={"handled_at": contact.handled_at})


def _mark_handled(contact: Contact, now: datetime) -> None:
    contact.handled_at = now
    contact.save(update_fields=["handled_at"])
