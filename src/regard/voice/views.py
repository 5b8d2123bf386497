"""Pages about what customers say."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from regard.lib.keyset import page
from regard.lib.tabular import csv_response
from regard.office.access import open_to_staff
from regard.office.models import Staff
from regard.records import audit
from regard.voice.access import get_feedback_for
from regard.voice.forms import RegisterFilter
from regard.voice.models import Feedback
from regard.voice.queries import register_of, score_words

PAGE = 30
EXPORTED = ("number", "at", "kind", "channel", "unit", "service", "question", "score", "scale_min", "scale_max", "text")


@open_to_staff
@require_GET
def register(request: HttpRequest) -> HttpResponse:
    """The register: complaints, compliments, suggestions, questions and survey responses, newest first."""
    staff: Staff = request.user  # type: ignore[assignment]
    form = RegisterFilter(request.GET or None, staff=staff)
    data = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = register_of(
        staff,
        kind=data.get("kind", ""),
        unit=data["unit"].pk if data.get("unit") else None,
        service=data["service"].pk if data.get("service") else None,
        words=data.get("words", ""),
        score=data.get("score", ""),
    )
    if request.GET.get("export") == "csv":
        audit.viewed(by=staff, obj=Feedback(pk=0))
        return csv_response(
            "feedback.csv", EXPORTED, (_row(one) for one in found.order_by("-at", "-id").iterator(2_000))
        )
    context = {
        "form": form,
        "active": sum(bool(value) for value in data.values()),
        "page": page(found, ("-at", "-id"), request.GET.dict(), PAGE),
    }
    return render(request, "voice/register.html", context)


def _row(one: Feedback) -> list[object]:
    service = one.service.name if one.service else ""
    scale = (one.score, one.scale_min, one.scale_max)
    when = one.at.isoformat(timespec="seconds")
    return [one.pk, when, one.kind, one.channel, one.unit.name, service, one.question, *scale, one.text]


@open_to_staff
@require_GET
def feedback(request: HttpRequest, pk: int) -> HttpResponse:
    """One piece of feedback, as it was said."""
    staff: Staff = request.user  # type: ignore[assignment]
    found = get_feedback_for(staff, pk)
    audit.viewed(by=staff, obj=found)
    return render(request, "voice/feedback.html", {"feedback": found, "score": score_words(found)})
