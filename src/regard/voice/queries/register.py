"""Reading what customers say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from regard.customers.timeline import Entry, Hit, OpenItem
from regard.office.models import Staff
from regard.voice.access import feedback_seen_by
from regard.voice.models import Feedback


@dataclass(frozen=True)
class Wanted:
    """What the register is narrowed to. `state` is one of the states, "open" or "none"; `score` is "low" (lower half
    of its scale), "high" or "none"."""

    kind: str = ""
    state: str = ""
    unit: int | None = None
    service: int | None = None
    owner: int | None = None
    overdue: bool = False
    words: str = ""
    score: str = ""


#: How the register can be sorted, by the name in the address.
ORDERS = {
    "-at": ("-at", "-id"),
    "at": ("at", "id"),
    "due": ("loop__due_at", "id"),
    "-due": ("-loop__due_at", "-id"),
}


def register_of(staff: Staff, wanted: Wanted, sort: str = "-at") -> QuerySet[Feedback]:
    """The register of feedback, narrowed. Sorted by due time it holds only what has one."""
    related = ("unit", "service", "customer", "loop__owner")
    found = feedback_seen_by(staff).select_related(*related)
    plain = {"kind": wanted.kind, "unit": wanted.unit, "service": wanted.service, "loop__owner": wanted.owner}
    found = found.filter(**{name: value for name, value in plain.items() if value})
    if wanted.state:
        found = found.filter(_stands(wanted.state))
    if wanted.overdue:
        found = found.filter(loop__due_at__lt=timezone.now())
    if wanted.words:
        found = found.filter(Q(text__icontains=wanted.words) | Q(question__icontains=wanted.words))
    if "due" in sort:
        found = found.filter(loop__due_at__isnull=False)
    return found.filter(_scored(wanted.score)) if wanted.score else found


def _stands(state: str) -> Q:
    if state == "open":
        return Q(loop__isnull=False) & ~Q(loop__state="closed")
    return Q(loop__isnull=True) if state == "none" else Q(loop__state=state)


def _scored(score: str) -> Q:
    middle = (F("scale_min") + F("scale_max")) / 2.0
    return {"low": Q(score__lt=middle), "high": Q(score__gt=middle), "none": Q(score=None)}.get(score, Q())


class Provider:
    """What customers said of us, in their picture."""

    def entries(self, *, customer_id: int, staff: Staff, before: datetime | None, limit: int) -> Sequence[Entry]:
        found = feedback_seen_by(staff).filter(customer=customer_id).select_related("silo", "service")
        if before is not None:
            found = found.filter(at__lt=before)
        return [_entry(one) for one in found.order_by("-at", "-id")[:limit]]

    def open_items(self, *, customer_id: int, staff: Staff) -> Sequence[OpenItem]:
        """Feedback of theirs that nobody closed yet."""
        found = feedback_seen_by(staff).filter(customer=customer_id, loop__isnull=False).exclude(loop__state="closed")
        return [_open_item(one) for one in found.select_related("unit", "loop__owner").order_by("-at", "-id")[:20]]

    def last_spoken(self, *, customer_id: int, staff: Staff) -> Entry | None:  # noqa: ARG002
        return None  # feedback is told to us: nobody spoke with them

    def find_number(self, *, text: str, staff: Staff) -> Sequence[Hit]:  # noqa: ARG002
        return []


def _open_item(one: Feedback) -> OpenItem:
    loop = one.loop
    return OpenItem(
        number=f"F{one.pk}",
        title=one.get_kind_display(),
        url=reverse("voice-feedback", args=[one.pk]),
        state=loop.state,
        unit=one.unit.name,
        owner=loop.owner.name,
        received_at=one.at,
        next_step=loop.next_step,
        next_step_due=loop.due_at,
    )


def _entry(one: Feedback) -> Entry:
    about = f" about {one.service.name}" if one.service else ""
    score = f", {score_words(one)}" if one.score is not None else ""
    return Entry(
        at=one.at,
        kind=one.kind,
        title=f"{one.get_kind_display()}{about}{score}",
        text=one.text,
        url=reverse("voice-feedback", args=[one.pk]),
        source=one.silo.name,
        recorded_at=one.made_at,
    )


def score_words(one: Feedback) -> str:
    """A score with its scale: "4 of 1 to 5"; empty when none was given."""
    if one.score is None:
        return ""
    scale = (
        f" of {one.scale_min:g} to {one.scale_max:g}" if one.scale_min is not None and one.scale_max is not None else ""
    )
    return f"{one.score:g}{scale}"
