"""The register of what customers say, the wall of thanks, and logging one more."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from regard.lib.keyset import page
from regard.lib.tabular import csv_response
from regard.office.access import may, open_to, open_to_staff, staff_of
from regard.records import audit
from regard.voice.access import HANDLE
from regard.voice.forms.fields import show_refusal
from regard.voice.forms.logging import LogForm
from regard.voice.forms.register import RegisterFilter
from regard.voice.models import Feedback
from regard.voice.queries import register_of, thanks_of
from regard.voice.queries.register import ORDERS

PAGE = 30
EXPORTED = (
    "number", "at", "kind", "channel", "unit", "service", "question", "score", "scale_min", "scale_max", "text",
    "state", "owner", "due", "severity", "cause", "acknowledged", "answered", "closed",
)  # fmt: skip


@open_to_staff
@require_GET
def register(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The register: complaints, compliments, suggestions, questions and survey responses, newest first."""
    staff = staff_of(request)
    form = RegisterFilter(request.GET or None, staff=staff)
    wanted = form.wanted()
    sort = request.GET.get("sort", "")
    sort = sort if sort in ORDERS else "-at"
    found = register_of(staff, wanted, sort)
    if request.GET.get("export") == "csv":
        audit.viewed(by=staff, obj=Feedback(pk=0))
        rows = found.order_by(*ORDERS[sort]).iterator(2_000)
        return csv_response("feedback.csv", EXPORTED, (_row(one) for one in rows))
    data = form.cleaned_data if form.is_bound else {}
    context = {
        "form": form,
        "active": sum(bool(value) for value in data.values()),
        "page": page(found, ORDERS[sort], request.GET.dict(), PAGE),
        "current_sort": sort,
        "may_handle": may(staff, *HANDLE),
    }
    return render(request, "voice/register.html", context)


def _row(one: Feedback) -> list[object]:
    service = one.service.name if one.service else ""
    scale = (one.score, one.scale_min, one.scale_max)
    when = one.at.isoformat(timespec="seconds")
    return [
        one.pk, when, one.kind, one.channel, one.unit.name, service, one.question, *scale, one.text, *_handled(one)
    ]  # fmt: skip


def _handled(one: Feedback) -> list[object]:
    loop = getattr(one, "loop", None)
    if loop is None:
        return [""] * 8
    times = (loop.due_at, loop.acknowledged_at, loop.answered_at, loop.closed_at)
    due, *stamps = [at.isoformat(timespec="seconds") if at else "" for at in times]
    return [loop.state, loop.owner.name, due, loop.severity, loop.cause, *stamps]


@open_to_staff
@require_GET
def thanks(request: HttpRequest) -> HttpResponse:
    """The wall of thanks: what customers praised, newest first."""
    staff = staff_of(request)
    mine = request.GET.get("mine") == "on"
    found = page(thanks_of(staff, mine=mine), ("-at", "-id"), request.GET.dict(), PAGE)
    return render(request, "voice/thanks.html", {"page": found, "mine": mine})


@open_to(*HANDLE)
@require_http_methods(["GET", "HEAD", "POST"])
def log(request: HttpRequest) -> HttpResponse:
    """Log what a customer said."""
    given: dict[str, Any] = {name: request.GET[name] for name in ("customer", "case", "kind") if name in request.GET}
    form = LogForm(request.POST if request.method == "POST" else None, staff=staff_of(request), initial=given)
    if form.is_bound and form.is_valid():
        try:
            made = form.act()
        except ValidationError as error:
            show_refusal(form, error)
        else:
            messages.success(request, "It is logged, with an owner and a next step.")
            return redirect("voice-feedback", made.pk)
    return render(request, "voice/log.html", {"form": form}, status=422 if form.is_bound else 200)
