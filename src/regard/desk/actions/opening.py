"""Opening a case: an owner and a next step from the first moment."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from regard.customers.models import Customer, IdentityRecord
from regard.desk.actions.changing import Change, staff_of
from regard.desk.lifecycle import EventKind
from regard.desk.models import Case, CaseKind, Channel, OrderLine
from regard.desk.queries.due import first_answer_due, in_working_days, resolve_due
from regard.desk.queries.people import may_own, who_leads
from regard.office.models import Service, Staff, Unit
from regard.office.queries import own_silo
from regard.records.actors import Actor

FIRST_STEP = "First answer"
LATER_STEP = "Look at it again"


def checked_owner(owner: Staff | None, unit: Unit, by: Actor) -> Staff:
    """The named owner, else who acts, else who leads the unit. Raises ValidationError when nobody can be named."""
    actor = staff_of(by)
    if owner is None:
        owner = actor if actor is not None and may_own(actor, unit) else who_leads(unit)
    if owner is None:
        raise ValidationError({"owner": f"{unit} has neither a lead nor a supervisor. Name a person."})
    if not may_own(owner, unit):
        raise ValidationError({"owner": f"{owner} cannot own a case of {unit}. Choose an active colleague."})
    return owner


def not_in_future(name: str, when: datetime | None, now: datetime) -> datetime:
    """When something happened: now unless told. Raises ValidationError for a time that has not come."""
    if when is not None and when > now:
        raise ValidationError({name: "This time has not come yet. Enter when it happened."})
    return when or now


def not_in_past(name: str, due: datetime, now: datetime) -> datetime:
    """A due time that lies ahead. Raises ValidationError for one that has passed."""
    if due <= now:
        raise ValidationError({name: "This time has passed. Enter a time that lies ahead."})
    return due


@transaction.atomic
def open_case(
    *,
    by: Actor,
    unit: Unit,
    subject: str,
    channel: str = Channel.OTHER,
    service: Service | None = None,
    customer: Customer | None = None,
    record: IdentityRecord | None = None,
    description: str = "",
    received_at: datetime | None = None,
    owner: Staff | None = None,
    next_step: str = "",
    next_step_due: datetime | None = None,
    kind: str = CaseKind.CASE,
    lines: list[dict[str, Any]] | None = None,
    **facts: Any,
) -> Case:
    """A new case with a named owner and a next step; without one, "First answer" by the standard's time.

    `facts`: address, area, postcode, latitude, longitude, language, details. `lines` of an order: item_code,
    item, quantity, unit_price.
    """
    now = timezone.now()
    _check_new_case(unit, service, subject)
    received_at = not_in_future("received_at", received_at, now)
    person = checked_owner(owner, unit, by)
    if next_step_due is not None:
        not_in_past("next_step_due", next_step_due, now)
    case = Case(
        silo=own_silo(unit), kind=kind, unit=unit, service=service, channel=channel, subject=subject.strip(),
        description=description.strip(), customer=customer, record=record, received_at=received_at,
        standard_due=resolve_due(service, unit, received_at), **facts,
    )  # fmt: skip
    case.save(force_insert=True)
    _write_lines(case, lines or [])
    change = Change(case, by, [])
    change.tell(
        EventKind.RECEIVED,
        at=received_at,
        unit=unit.pk,
        service=service.pk if service else None,
        owner=person.pk,
    )
    due = next_step_due or first_answer_due(service, unit, received_at, now)
    change.next_step(next_step or FIRST_STEP, owner=person, due=due)
    change.finish("open_case", {"channel": str(channel)})
    return case


def _write_lines(case: Case, lines: list[dict[str, Any]]) -> None:
    OrderLine.objects.bulk_create(OrderLine(case=case, line_no=n, **line) for n, line in enumerate(lines, start=1))


def _check_new_case(unit: Unit, service: Service | None, subject: str) -> None:
    if service is not None and service.unit.office_id != unit.office_id:
        raise ValidationError({"service": f"{service} is a service of another office. Choose one of this office."})
    if not subject.strip():
        raise ValidationError({"subject": "Say in a few words what this is about."})


def set_step(change: Change, text: str, owner: Staff | None, due: datetime | None) -> None:
    """The case's next step; owner and due time default to the case's owner and the end of the next working day."""
    change.must_be_open()
    case = change.case
    person = owner or case.owner
    if person is None or owner is not None:
        person = checked_owner(owner, case.unit, change.by)
    if case.owner_id is None:
        change.tell(EventKind.ASSIGNED, owner=person.pk)
    when = not_in_past("due", due, change.now) if due else in_working_days(case.unit, change.now)
    change.next_step(text, owner=person, due=when)
