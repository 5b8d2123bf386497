"""Notes and replies. A reply is queued with the change that it belongs to and sent once that is committed."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from regard.customers.models import Customer
from regard.desk.actions.changing import changing, staff_of
from regard.desk.lifecycle import EventKind
from regard.desk.models import Case, Channel, Contact, Direction, Event, Outcome
from regard.office.models import Service, Unit
from regard.office.queries import own_silo
from regard.records.actors import Actor
from regard.records.audit import record

#: Name of the job that sends a reply; `tasks` has it. Named here because tasks stand below actions.
SEND_REPLY = "desk.send_reply"


def note(*, by: Actor, case: Case, text: str) -> Case:
    """Write something down about a case, for colleagues. Two people may do so at the same time."""
    if not text.strip():
        raise ValidationError({"text": "Write the note first."})
    with changing(case=case, by=by, action="note") as change:
        change.tell(EventKind.NOTED, text=text)
    return case


def reply(*, by: Actor, case: Case, to: str, subject: str, body: str, seen: int | None = None) -> Contact:
    """Answer the customer by e-mail, in plain text. It leaves after the commit, or fails (`mail_failed`)."""
    _check_reply(to, subject, body)
    with changing(case=case, by=by, action="reply", seen=seen) as change:
        contact = Contact(
            silo=own_silo(change.case.unit), unit=change.case.unit, service=change.case.service,
            channel=Channel.EMAIL, direction=Direction.OUT, started_at=change.now, outcome=Outcome.QUEUED,
            case=change.case, customer=change.case.customer, staff=staff_of(by), counterpart=to.strip(),
            subject=" ".join(subject.split()), body=body.strip(),
        )  # fmt: skip
        contact.save(force_insert=True)
        change.tell(EventKind.ANSWERED, text=contact.body, contact=contact.pk)
        _queue(contact)
    return contact


@transaction.atomic
def send_letter(
    *,
    by: Actor,
    unit: Unit,
    to: str,
    subject: str,
    body: str,
    service: Service | None = None,
    customer: Customer | None = None,
) -> Contact:
    """Write to a customer by e-mail about something that is no case. It leaves after the commit, or fails."""
    _check_reply(to, subject, body)
    contact = Contact(
        silo=own_silo(unit), unit=unit, service=service, channel=Channel.EMAIL, direction=Direction.OUT,
        started_at=timezone.now(), outcome=Outcome.QUEUED, customer=customer, staff=staff_of(by),
        counterpart=to.strip(), subject=" ".join(subject.split()), body=body.strip(),
    )  # fmt: skip
    contact.save(force_insert=True)
    _queue(contact)
    record(by=by, action="desk.send_letter", obj=contact, after={"channel": contact.channel, "unit": unit})
    return contact


def _check_reply(to: str, subject: str, body: str) -> None:
    problems = {}
    try:
        validate_email(to.strip())
    except ValidationError:
        problems["to"] = "This is not an e-mail address. Write it as name@example.org."
    if not subject.strip():
        problems["subject"] = "Give the reply a subject."
    if not body.strip():
        problems["body"] = "Write the reply first."
    if problems:
        raise ValidationError(problems)


def _queue(contact: Contact) -> None:
    # A job is a row of the same transaction: it exists when, and only when, the reply does.
    app.configure_task(SEND_REPLY).defer(contact_id=contact.pk)


@transaction.atomic
def retry_reply(*, by: Actor, contact: Contact) -> Contact:
    """Try again to send a reply that failed."""
    contact = _locked(contact.pk)
    if contact.outcome != Outcome.FAILED:
        raise ValidationError("This reply has not failed, so there is nothing to send again.")
    _outcome(contact, Outcome.QUEUED, by)
    _queue(contact)
    return contact


@transaction.atomic
def mail_sent(*, by: Actor, contact: Contact) -> None:
    """A mail server has taken the reply. One that had failed before answers the case only now."""
    contact = _locked(contact.pk)
    _outcome(contact, Outcome.SENT, by)
    if contact.case is not None and _answer_of(contact) is None:
        with changing(case=contact.case, by=by, action="mail_sent") as change:
            change.tell(EventKind.ANSWERED, text=contact.body, contact=contact.pk)


@transaction.atomic
def mail_failed(*, by: Actor, contact: Contact, why: str) -> None:
    """A reply could not be sent. What never reached the customer is no answer, so its event is taken back."""
    contact = _locked(contact.pk)
    _outcome(contact, Outcome.FAILED, by, why)
    answer = _answer_of(contact)
    if contact.case is not None and answer is not None:
        with changing(case=contact.case, by=by, action="mail_failed") as change:
            change.tell(
                EventKind.RETRACTED,
                text=f"The reply could not be sent: {why}",
                supersedes=answer.pk,
                contact=contact.pk,
            )


def _locked(pk: int) -> Contact:
    return Contact.objects.select_for_update(of=("self",)).select_related("case").get(pk=pk)


def _outcome(contact: Contact, outcome: str, by: Actor, why: str = "") -> None:
    before = {"outcome": contact.outcome}
    contact.outcome = outcome
    contact.details = {**(contact.details or {}), "error": why} if why else contact.details
    contact.save(update_fields=["outcome", "details"])
    record(by=by, action=f"desk.mail_{outcome}", obj=contact, before=before, after={"outcome": outcome})


def _answer_of(contact: Contact) -> Event | None:
    """The event that says this reply answered the case, unless it was taken back."""
    events = Event.objects.filter(case=contact.case, data__contact=contact.pk).order_by("id")
    told = list(events)
    gone = {event.supersedes for event in told}
    return next((e for e in reversed(told) if e.kind == EventKind.ANSWERED and e.pk not in gone), None)
