"""What of voice needs somebody now: panels of the page Today."""

from datetime import datetime, timedelta

from django.db.models import F, Q
from django.urls import reverse
from django.utils.text import Truncator

from regard.desk.waiting import Item, Panel
from regard.office.access import unit_ids_seen_by
from regard.office.models import Staff
from regard.office.roles import Role
from regard.voice.models import Feedback, Loop

SHOWN = 10
#: Praise stays on Today for so many days; it stays on the wall of thanks for good.
THANKS_DAYS = 14


def panels_of(staff: Staff, now: datetime) -> list[Panel]:
    """Feedback that this person answers next, and thanks. Two queries, whatever there is."""
    units = unit_ids_seen_by(staff)
    return [_to_answer(staff, units, now), _thanks(staff, units, now)] if units else []


def _to_answer(staff: Staff, units: list[int], now: datetime) -> Panel:
    wanted = Q(owner=staff)
    if staff.has_role(Role.SUPERVISOR):  # what is overdue in the unit is the supervisor's too
        wanted |= Q(feedback__unit__in=units, due_at__lt=now)
    found = Loop.objects.filter(wanted).exclude(state="closed").select_related("feedback__service", "owner")
    items = [
        Item(
            title=f"{loop.feedback.get_kind_display()}: {loop.next_step}",
            url=reverse("voice-feedback", args=[loop.feedback_id]),
            text=_shown(loop, staff),
            due=loop.due_at,
            late=loop.due_at is not None and loop.due_at < now,
        )
        for loop in found.order_by(F("due_at").asc(nulls_last=True), "pk")[:SHOWN]
    ]
    more = f"{reverse('voice-register')}?owner={staff.pk}&state=open&sort=due"
    return Panel("feedback", "Feedback to answer", items, "No feedback waits for you.", more, "All feedback of mine")


def _shown(loop: Loop, staff: Staff) -> str:
    words = Truncator(loop.feedback.text).chars(100)
    return words if loop.owner_id == staff.pk else f"With {loop.owner.name}. {words}"


def _thanks(staff: Staff, units: list[int], now: datetime) -> Panel:
    wanted = Q(praised=staff)
    if staff.has_role(Role.SUPERVISOR):
        wanted |= Q(praised__unit__in=units)
    found = Loop.objects.filter(
        wanted, feedback__kind=Feedback.Kind.COMPLIMENT, received_at__gte=now - timedelta(days=THANKS_DAYS)
    )
    items = [
        Item(
            title="You were praised" if loop.praised_id == staff.pk else f"{loop.praised} was praised",
            url=reverse("voice-feedback", args=[loop.feedback_id]),
            text=Truncator(loop.feedback.text).chars(200),
            at=loop.received_at,
        )
        for loop in found.select_related("feedback", "praised").order_by("-received_at", "-pk")[:SHOWN]
    ]
    empty = f"No thanks in the last {THANKS_DAYS} days."
    return Panel("thanks", "Thanks", items, empty, reverse("voice-thanks"), "The wall of thanks")
