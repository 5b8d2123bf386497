"""The picture of a customer, finding one, and adding what is told."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from regard.customers import actions, queries, timeline
from regard.customers.access import LOOK_UP, REVIEW, SET_TRUST, customers_seen_by, get_customer_for
from regard.customers.forms import CustomerForm
from regard.customers.models import Customer
from regard.customers.queries.relations import relations_of
from regard.customers.recognise import likely_customers
from regard.customers.search import LIMIT, search
from regard.office.access import may, open_to
from regard.office.models import Staff
from regard.office.queries import own_silo
from regard.office.roles import DESK_ROLES
from regard.records import audit

PAGE = 30


@open_to(*LOOK_UP)
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """One box for name, phone, e-mail and any number. A number that fits one thing only leads straight to it."""
    typed = request.GET.get("q", "").strip()
    staff: Staff = request.user  # type: ignore[assignment]
    hits = timeline.find_number(text=typed, staff=staff) if typed else []
    found = search(staff, typed) if typed else []
    if len(hits) == 1 and not found:
        return redirect(hits[0].url)
    context = {"typed": typed, "found": found, "hits": hits, "limit": LIMIT, "title": "Customers",
               "may_review": may(staff, *REVIEW), "may_trust": may(staff, *SET_TRUST)}  # fmt: skip
    if not typed:
        context["recent"] = customers_seen_by(staff).filter(merged_into=None).order_by("-id")[:10]
        context["to_review"] = queries.waiting_count(staff)
    template = "customers/_found.html" if request.htmx else "customers/find.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@open_to(*LOOK_UP)
@require_GET
def customer(request: HttpRequest, number: str) -> HttpResponse:
    """The picture: who, how to reach them, what is open, and what happened, over all sources."""
    staff: Staff = request.user  # type: ignore[assignment]
    found = get_customer_for(staff, number)
    if found.number != number:
        return redirect("customers-customer", number=found.number)
    before = _instant(request.GET.get("before"))
    entries = timeline.entries(customer_id=found.pk, staff=staff, before=before, limit=PAGE + 1)
    records = queries.records_of(found)
    audit.viewed(by=staff, obj=found)
    context = {
        "customer": found,
        "facts": queries.facts_of(records, queries.trust_of(records)),
        "records": records,
        "open_items": timeline.open_items(customer_id=found.pk, staff=staff),
        "entries": entries[:PAGE],
        "older": entries[PAGE - 1].at.isoformat() if len(entries) > PAGE else None,
        "before": before,
        "spoken": timeline.last_spoken(customer_id=found.pk, staff=staff),
        "relations": relations_of(found, staff),
        "sources": sorted({record.silo.name for record in records}),
        "may_log": may(staff, *DESK_ROLES),
    }
    return render(request, "customers/customer.html", context)


@open_to(*LOOK_UP)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Register somebody who is new to the office. Who seems to be known already is shown first."""
    form = CustomerForm(
        request.POST or None, initial={"name": request.GET.get("name", "")}, country=settings.REGARD_COUNTRY
    )
    context = {"form": form, "title": "New customer", "back": reverse("customers-search"), "is_new": True}
    if request.method == "POST" and form.is_valid():
        staff: Staff = request.user  # type: ignore[assignment]
        known = [] if request.POST.get("anyway") else likely_customers(staff, form.cleaned_data)
        if not known:
            made = actions.register_customer(
                by=staff, silo=own_silo(staff.unit), told=_told(form.cleaned_data), country=settings.REGARD_COUNTRY
            )
            messages.success(request, f"{made.name} is customer {made.number}.")
            return redirect("customers-customer", number=made.number)
        context |= {"known": known, "asks": True}
    return render(request, "customers/form.html", context)


@open_to(*LOOK_UP)
@require_GET
def likely(request: HttpRequest) -> HttpResponse:
    """Who among the known customers this may be, while the form is being filled in."""
    staff: Staff = request.user  # type: ignore[assignment]
    told = {name: request.GET.get(name, "")[:300] for name in CustomerForm.base_fields}
    return render(request, "customers/_likely.html", {"known": likely_customers(staff, told)})


@open_to(*LOOK_UP)
@require_http_methods(["GET", "POST"])
def update(request: HttpRequest, number: str) -> HttpResponse:
    """Add what a customer tells us now; earlier facts stay as history."""
    staff: Staff = request.user  # type: ignore[assignment]
    found = get_customer_for(staff, number)
    form = CustomerForm(request.POST or None, initial=_initial(found), country=settings.REGARD_COUNTRY)
    if request.method == "POST" and form.is_valid():
        actions.tell_facts(
            by=staff,
            silo=own_silo(staff.unit),
            customer=found,
            told=_told(form.cleaned_data),
            country=settings.REGARD_COUNTRY,
        )
        messages.success(request, "Kept, with today's date. What was known before is still there under its source.")
        return redirect("customers-customer", number=found.number)
    back = reverse("customers-customer", args=[found.number])
    context = {"form": form, "title": f"New facts about {found}", "back": back, "customer": found}
    return render(request, "customers/form.html", context)


def _told(data: dict[str, Any]) -> actions.Told:
    return actions.Told(**data)


def _initial(found: Customer) -> dict[str, str]:
    return {
        "kind": found.kind,
        "name": found.name,
        "phone": found.phone,
        "email": found.email,
        "address": found.address,
    }


def _instant(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
