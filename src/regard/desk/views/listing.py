"""The case list, its export, and the filters people keep."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from regard.customers.access import SEE_RESTRICTED
from regard.desk import actions
from regard.desk.access import get_filter_for
from regard.desk.forms.filtering import FIELDS, FilterForm
from regard.desk.models import SavedFilter
from regard.desk.queries.listing import DEFAULT_ORDER, every_row, page_of
from regard.lib.tabular import csv_response
from regard.office.access import may, open_to_staff, staff_of
from regard.office.roles import DESK_ROLES
from regard.records.audit import record

#: What a filter's address may hold; where a page starts is not part of it.
KEPT = (*FIELDS, "sort")
COLUMNS = {
    "source number": "silo_key",
    "source": "silo__name",
    "kind": "kind",
    "unit": "unit__name",
    "service": "service__name",
    "channel": "channel",
    "subject": "subject",
    "state": "state",
    "owner": "owner__name",
    "received": "received_at",
    "answered": "answered_at",
    "resolved": "resolved_at",
    "closed": "closed_at",
    "withdrawn": "withdrawn_at",
    "promised for": "promise_due",
    "standard's limit": "standard_due",
    "next step": "next_step",
    "next step by": "next_step_due",
    "next step of": "next_step_owner__name",
    "transfers": "transfers",
    "reopened": "reopens",
    "address": "address",
    "area": "area",
    "postcode": "postcode",
}


@open_to_staff
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Cases of the person's units: filtered, sorted, a page at a time. Without filters, their default one."""
    saved = list(SavedFilter.objects.filter(staff=staff_of(request)))
    default = next((each for each in saved if each.is_default), None)
    if not request.GET and default is not None:
        return redirect(f"{reverse('desk-cases')}?{default.query or 'state=open'}")
    form = FilterForm(request.GET, staff=staff_of(request))
    chosen = form.chosen(request.GET.get("sort", DEFAULT_ORDER))
    page = page_of(staff_of(request), chosen, after=request.GET.get("after"), before=request.GET.get("before"))
    query = kept_query(request.GET)
    context = {
        "form": form,
        "page": page,
        "now": timezone.now(),
        "current_sort": f"{'-' if chosen.ordering.descending else ''}{chosen.ordering.column.removesuffix('_at')}",
        "many_units": len({unit.pk for unit in form.units} | {case.unit_id for case in page.cases}) > 1,
        "sorts_by_due": chosen.only_open,
        "saved": saved,
        "current": next((each for each in saved if each.query == query), None),
        "query": query,
        "newer_url": _turned(request, before=page.newer),
        "older_url": _turned(request, after=page.older),
        "may_act": may(staff_of(request), *DESK_ROLES),
        "see_restricted": may(staff_of(request), *SEE_RESTRICTED),
    }
    return render(request, "desk/cases.html", context)


def _turned(request: HttpRequest, **place: str) -> str:
    """The address of the next page over; empty when there is none."""
    if not any(place.values()):
        return ""
    query = QueryDict(kept_query(request.GET), mutable=True)
    query.update(place)
    return f"?{query.urlencode()}"


def kept_query(told: QueryDict) -> str:
    """The filter of an address in one form: known names in one order, nothing empty."""
    query = QueryDict(mutable=True)
    for name in KEPT:
        if value := told.get(name):
            query[name] = str(value)
    return query.urlencode()


@open_to_staff
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The filtered list as a CSV file, as far as the person sees it. The audit trail says who took what."""
    form = FilterForm(request.GET, staff=staff_of(request))
    chosen = form.chosen(DEFAULT_ORDER)
    with transaction.atomic():
        note = {"filter": [name for name in FIELDS if request.GET.get(name)], "columns": list(COLUMNS)}
        record(by=staff_of(request), action="desk.export_cases", object_type="desk.case", note=note)
    rows = _as_text(every_row(staff_of(request), chosen, tuple(COLUMNS.values())))
    return csv_response(f"cases-{timezone.localdate():%Y-%m-%d}.csv", ("number", *COLUMNS), rows)


def _as_text(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[Any]]:
    for pk, *values in rows:
        yield [f"C{pk:07d}", *(_cell(value) for value in values)]


def _cell(value: Any) -> Any:
    return timezone.localtime(value).isoformat(timespec="seconds") if hasattr(value, "tzinfo") else value


# --- saved filters


@open_to_staff
@require_POST
def filter_save(request: HttpRequest) -> HttpResponse:
    """Keep the filter of the list under a name."""
    query = kept_query(QueryDict(request.POST.get("query", "")))
    try:
        saved = actions.save_filter(by=staff_of(request), name=request.POST.get("name", ""), query=query)
        messages.success(request, f"The filter is saved as {saved.name}.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(f"{reverse('desk-cases')}?{query or 'state=open'}")


@open_to_staff
@require_POST
def filter_default(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the list with this filter from now on, or no longer."""
    saved = get_filter_for(staff_of(request), pk)
    actions.set_default_filter(by=staff_of(request), saved=saved, default=not saved.is_default)
    words = "opens with" if saved.is_default else "no longer opens with"
    messages.success(request, f"Your case list {words} {saved.name}.")
    return redirect(f"{reverse('desk-cases')}?{saved.query or 'state=open'}")


@open_to_staff
@require_POST
def filter_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a saved filter."""
    saved = get_filter_for(staff_of(request), pk)
    actions.delete_filter(by=staff_of(request), saved=saved)
    messages.success(request, f"The filter {saved.name} is deleted.")
    return redirect(f"{reverse('desk-cases')}?state=open")
