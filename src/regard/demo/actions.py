"""What people of the demo office did since the silos were last asked: their own work, through the desk's actions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from regard.customers.models import Customer, Kind
from regard.desk import actions as desk
from regard.desk.models import Channel, Outcome
from regard.desk.queries.people import who_leads
from regard.office.models import Service, Staff, Unit
from regard.office.queries import demo_staff
from regard.office.roles import Role
from regard.records.actors import Actor
from regard.records.audit import record

SOON, LATER = timedelta(hours=2), timedelta(hours=5)
NEEDED = 5  # customers who take part in the morning's work


@dataclass(frozen=True)
class _Morning:
    """Who works at the county's answer line this morning, and for whom."""

    now: datetime
    officer: Staff
    lead: Staff
    unit: Unit
    elsewhere: Unit
    callers: list[Customer]


@transaction.atomic
def finish(*, by: Actor, office: Unit, action: str, note: Mapping[str, object]) -> None:
    """Let the people of the demo office work this morning, and note that it is open: both, or neither.

    A county with too few people to fill a morning is opened without.
    """
    morning = _morning(office)
    if morning is not None:
        _take_message(morning)
        _promise_today(morning)
        _hand_over(morning)
        _ask_back(morning)
        _keep_filter(morning)
    record(by=by, action=action, obj=office, note=note, office_id=office.pk)


def _morning(office: Unit) -> _Morning | None:
    personas = [staff for staff in demo_staff() if staff.unit.path.startswith(office.path)]
    officer = next((staff for staff in personas if staff.has_role(Role.FRONT_LINE)), None)
    lead = next((staff for staff in personas if staff.has_role(Role.SUPERVISOR)), None)
    people = Customer.objects.filter(office_id=office.pk, kind=Kind.PERSON, merged_into=None)
    reached = people.exclude(phone="").exclude(name="")
    known = reached.annotate(cases=Count("case")).filter(cases__gte=2).order_by("-cases", "pk")
    callers = list(known[:NEEDED])
    if officer is None or lead is None or len(callers) < NEEDED:
        return None
    others = Unit.objects.filter(parent=office, active=True).exclude(pk=officer.unit_id).order_by("code")
    elsewhere = next((unit for unit in others if who_leads(unit) is not None), None)
    if elsewhere is None:
        return None
    return _Morning(timezone.now(), officer, lead, officer.unit, elsewhere, callers)


def _service(unit: Unit) -> Service | None:
    return Service.objects.filter(unit=unit, active=True).order_by("code").first()


def _take_message(m: _Morning) -> None:
    desk.log_contact(
        by=m.officer,
        unit=m.unit,
        channel=Channel.PHONE,
        outcome=Outcome.MESSAGE,
        customer=m.callers[0],
        counterpart=m.callers[0].phone,
        subject="Wants to know where a building permit stands",
        body="Asks whether the plan examiner has what he needs. Can be reached until five o'clock, please not at work.",
        at=m.now - timedelta(minutes=50),
    )


def _promise_today(m: _Morning) -> None:
    case = desk.open_case(
        by=m.officer,
        unit=m.unit,
        channel=Channel.PHONE,
        service=_service(m.unit),
        customer=m.callers[1],
        subject="Two different dates for the same collection",
        description="The calendar on the website and the letter name different days. Missed the truck because of it.",
        received_at=m.now - timedelta(hours=20),
        next_step="Ask Waste and Recycling which date is right, and call back",
        next_step_due=m.now + SOON,
    )
    desk.promise(
        by=m.officer,
        case=case,
        text="We call you today and say which date is right.",
        due=m.now + LATER,
        stage="answer",
    )


def _hand_over(m: _Morning) -> None:
    sender = who_leads(m.elsewhere)
    assert sender is not None  # noqa: S101 (chosen so)
    case = desk.open_case(
        by=sender,
        unit=m.elsewhere,
        channel=Channel.EMAIL,
        service=_service(m.elsewhere),
        customer=m.callers[2],
        subject="Wrote to us, but asks about several offices",
        description="Moves into the county next month and asks what to register, and where.",
        received_at=m.now - timedelta(hours=3),
    )
    desk.transfer(
        by=sender,
        case=case,
        unit=m.unit,
        reason="More than one unit has to answer",
        context="Our part is answered. Open: the dog licence, and where to vote. Prefers e-mail, works nights.",
        person=m.officer,
    )


def _ask_back(m: _Morning) -> None:
    case = desk.open_case(
        by=m.officer,
        unit=m.unit,
        channel=Channel.WEB,
        service=_service(m.unit),
        customer=m.callers[3],
        subject="Noise at night, no address given",
        received_at=m.now - timedelta(hours=6),
    )
    desk.pause(
        by=m.officer,
        case=case,
        question="At which address do you hear the noise, and at what hours?",
        reason="Without the address nobody can be sent.",
    )


def _keep_filter(m: _Morning) -> None:
    desk.save_filter(by=m.lead, name="Overdue in my units", query="overdue=on&sort=due")
