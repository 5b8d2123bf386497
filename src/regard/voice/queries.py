"""Reading what customers say."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from regard.customers.timeline import Entry, Hit, OpenItem
from regard.office.models import Staff
from regard.voice.access import feedback_seen_by
from regard.voice.models import Feedback


def register_of(
    staff: Staff,
    *,
    kind: str = "",
    unit: int | None = None,
    service: int | None = None,
    words: str = "",
    score: str = "",
) -> QuerySet[Feedback]:
    """The register of feedback, narrowed. `score` is "low" (lower half of its scale), "high" or "none"."""
    found = feedback_seen_by(staff).select_related("unit", "service", "customer", "case", "silo")
    if kind:
        found = found.filter(kind=kind)
    if unit:
        found = found.filter(unit=unit)
    if service:
        found = found.filter(service=service)
    if words:
        found = found.filter(Q(text__icontains=words) | Q(question__icontains=words))
    return found.filter(_scored(score)) if score else found


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

    def open_items(self, *, customer_id: int, staff: Staff) -> Sequence[OpenItem]:  # noqa: ARG002
        return []

    def last_spoken(self, *, customer_id: int, staff: Staff) -> Entry | None:  # noqa: ARG002
        return None  # feedback is told to us: nobody spoke with them

    def find_number(self, *, text: str, staff: Staff) -> Sequence[Hit]:  # noqa: ARG002
        return []


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
