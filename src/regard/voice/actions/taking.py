"""Taking in what customers say: by a member of staff, from any channel, from people with or without a name."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from regard.customers.models import Customer
from regard.desk.models import Case, Channel
from regard.desk.queries.due import in_working_days
from regard.desk.queries.people import may_own, who_leads
from regard.office.models import Service, Staff, Unit
from regard.office.queries import own_silo
from regard.records.actors import Actor
from regard.records.audit import record
from regard.voice.actions.changing import Change, checked_address, checked_owner, needed
from regard.voice.handling import StampKind
from regard.voice.models import Feedback, Loop

#: Name of the job that tells people of praise; `tasks` has it.
TELL_OF_THANKS = "voice.tell_of_thanks"
#: What may be logged by hand. Survey responses come by surveys.
LOGGED = (Feedback.Kind.COMPLAINT, Feedback.Kind.COMPLIMENT, Feedback.Kind.SUGGESTION, Feedback.Kind.QUESTION)


@transaction.atomic
def log_feedback(
    *,
    by: Actor,
    unit: Unit,
    kind: str,
    text: str,
    channel: str = Channel.OTHER,
    at: datetime | None = None,
    service: Service | None = None,
    customer: Customer | None = None,
    case: Case | None = None,
    praised: Staff | None = None,
    answer_to: str = "",
    language: str = "",
    owner: Staff | None = None,
    due_at: datetime | None = None,
) -> Feedback:
    """Something a customer said, with an owner and a next step from the first moment. Nobody needs to give a name."""
    if kind not in LOGGED:
        raise ValidationError({"kind": "Choose complaint, compliment, suggestion or question."})
    if service is not None and service.unit.office_id != unit.office_id:
        raise ValidationError({"service": f"{service} is a service of another office. Choose one of this office."})
    now = timezone.now()
    if at is not None and at > now:
        raise ValidationError({"at": "This time has not come yet. Enter when it was said."})
    feedback = Feedback(
        silo=own_silo(unit), unit=unit, service=service, case=case, customer=customer, kind=kind, channel=channel,
        at=at or now, text=needed("text", text, "Write down what they said."), language=language,
    )  # fmt: skip
    feedback.save(force_insert=True)
    _open_loop(by, feedback, owner, due_at, praised=praised, answer_to=answer_to, action="log_feedback")
    return feedback


@transaction.atomic
def take_up(
    *, by: Actor, feedback: Feedback, owner: Staff | None = None, praised: Staff | None = None, answer_to: str = ""
) -> Loop:
    """Handle here what came in by an import or a survey: it gets an owner and a next step."""
    if Loop.objects.filter(feedback=feedback).exists():
        raise ValidationError("Somebody took this up already. Open it again to see who.")
    return _open_loop(by, feedback, owner, None, praised=praised, answer_to=answer_to, action="take_up")


def _open_loop(
    by: Actor,
    feedback: Feedback,
    owner: Staff | None,
    due_at: datetime | None,
    *,
    praised: Staff | None,
    answer_to: str,
    action: str,
) -> Loop:
    person = _owner_of(by, feedback, owner)
    if praised is not None and not may_own(praised, feedback.unit):
        raise ValidationError({"praised": f"{praised} does not work in this office."})
    loop = Loop(
        feedback=feedback, owner=person, praised=praised, answer_to=checked_address(answer_to), received_at=feedback.at
    )
    loop.save(force_insert=True)
    change = Change(loop, by, [])
    change.stamp(StampKind.RECEIVED, at=feedback.at)
    if due_at is not None:
        if due_at <= change.now:
            raise ValidationError({"due_at": "This time has passed. Enter a time that lies ahead."})
        change.set_step(loop.next_step, due_at)
    elif loop.due_at is None:  # only to be safe: every kind has a first step
        change.set_step("Look at it", in_working_days(feedback.unit, change.now))
    if praised is not None and feedback.kind == Feedback.Kind.COMPLIMENT:
        app.configure_task(TELL_OF_THANKS).defer(loop_id=loop.pk)
    change.finish(action, {"kind": str(feedback.kind), "channel": str(feedback.channel)})
    return loop


def _owner_of(by: Actor, feedback: Feedback, owner: Staff | None) -> Staff:
    """The named owner, else who acts, else who leads the unit. Raises ValidationError when nobody can be named."""
    if owner is None:
        owner = by if isinstance(by, Staff) and may_own(by, feedback.unit) else who_leads(feedback.unit)
    if owner is None:
        raise ValidationError({"owner": f"{feedback.unit} has neither a lead nor a supervisor. Name a person."})
    return checked_owner(owner, feedback)


@transaction.atomic
def thanks_told(*, by: Actor, loop: Loop) -> None:
    """A letter has told the person praised, and who leads them."""
    loop.thanks_told_at = timezone.now()
    loop.save(update_fields=["thanks_told_at"])
    record(by=by, action="voice.thanks_told", obj=loop.feedback, office_id=loop.feedback.unit.office_id)
