"""The audit trail's pages: who did what, who opened what, and proof that nobody changed it."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from regard.lib.keyset import page
from regard.lib.pages import open_to
from regard.lib.tabular import csv_response
from regard.records import actions, exporting, queries
from regard.records.forms import TrailFilter
from regard.records.models import AuditEntry
from regard.records.naming import object_link

READERS = ("records_officer", "administrator")
PAGE = 50
COUNTED = 10_000  # beyond, a page says "more than"


def _office(request: HttpRequest) -> int | None:
    return getattr(request.user, "office_id", None)


def _count(found: QuerySet[Any]) -> tuple[int, bool]:
    """How many there are, counted to COUNTED; and whether there are more."""
    counted = found.order_by()[: COUNTED + 1].count()
    return min(counted, COUNTED), counted > COUNTED


@open_to(*READERS)
@never_cache
def audit(request: HttpRequest) -> HttpResponse:
    """Who did what: the newest entries of this office, filtered."""
    form = TrailFilter(request.GET, office_id=_office(request))
    wanted = form.wanted()
    found = queries.entries(wanted, _office(request))
    total, more = _count(found)
    shown = page(found, queries.order_of(wanted), request.GET, PAGE)
    context = {"form": form, "active": form.active(), "page": shown}
    return render(request, "records/audit.html", {**context, "total": total, "more": more})


@open_to(*READERS)
@never_cache
def viewings(request: HttpRequest) -> HttpResponse:
    """Who opened what."""
    form = TrailFilter(request.GET, office_id=_office(request), table="records_viewing")
    wanted = form.wanted()
    found = queries.viewings(wanted, _office(request))
    total, more = _count(found)
    shown = page(found, queries.order_of(wanted), request.GET, PAGE)
    context = {"form": form, "active": form.active(), "page": shown}
    return render(request, "records/viewings.html", {**context, "total": total, "more": more})


@open_to(*READERS)
@never_cache
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry in full, with what changed."""
    found = queries.entries(queries.Wanted(), _office(request)).filter(pk=pk).first()
    if found is None:
        raise Http404("The trail has no such entry.")
    context = {
        "entry": found,
        "changes": _changes(found),
        "note": found.changes.get("note"),
        "link": object_link(found.object_type, found.object_id),
    }
    return render(request, "records/entry.html", context)


def _changes(found: AuditEntry) -> list[tuple[str, Any, Any]]:
    """Each field that changed, with its value before and after."""
    before, after = found.changes.get("before") or {}, found.changes.get("after") or {}
    return [(name, before.get(name), after.get(name)) for name in dict.fromkeys([*before, *after])]


@open_to(*READERS)
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The filtered entries as CSV, the newest first."""
    wanted = TrailFilter(request.GET, office_id=_office(request)).wanted()
    found = queries.entries(wanted, _office(request))
    actions.note_export(by=request.user, wanted=wanted, count=found.count())  # type: ignore[arg-type]
    return csv_response("audit.csv", exporting.HEADER, exporting.rows(found))


@open_to(*READERS)
@never_cache
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Recompute the whole chain and say what came out."""
    report = actions.check_chain(by=request.user)  # type: ignore[arg-type]
    return render(request, "records/verify.html", {"report": report})
