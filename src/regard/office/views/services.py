"""Services, and what customers may expect of them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from regard.lib.keyset import page
from regard.office import actions
from regard.office.access import get_service_for, open_to, services_seen_by, staff_of
from regard.office.forms import ServiceFilter, ServiceForm, StandardForm, refused
from regard.office.models import Service, Standard
from regard.office.queries import standards_today
from regard.office.queries.overview import without_standard
from regard.office.roles import Role

ORDERS = {"name": ("name", "id"), "code": ("code", "id"), "unit": ("unit__name", "name", "id")}
PAGE = 50


@open_to(Role.ADMINISTRATOR)
def services(request: HttpRequest) -> HttpResponse:
    """The list of services with the standards in force today."""
    form = ServiceFilter(request.GET, staff=staff_of(request))
    told = form.cleaned_data if form.is_valid() else {}
    found = _filtered(services_seen_by(staff_of(request)), told)
    sort = request.GET.get("sort", "")
    order = ORDERS.get(sort.removeprefix("-"), ORDERS["name"])
    order = tuple(f"-{field}" for field in order) if sort.startswith("-") else order
    shown = page(found, order, request.GET, PAGE)
    standards = standards_today(service.pk for service in shown.rows)
    context = {
        "form": form,
        "page": shown,
        "rows": [(service, standards.get(service.pk, {})) for service in shown.rows],
        "total": found.count(),
        "current_sort": "name",
        "active": sum(1 for value in told.values() if value),
    }
    return render(request, "office/services.html", context)


def _filtered(found: QuerySet[Service], told: dict[str, Any]) -> QuerySet[Service]:
    state = told.get("state") or ""
    found = {
        "": found.filter(active=True),
        "review": found.filter(needs_review=True),
        "without": found.filter(without_standard(), active=True),
        "closed": found.filter(active=False),
    }.get(state, found)
    if told.get("q"):
        found = found.filter(Q(name__icontains=told["q"]) | Q(code__icontains=told["q"]))
    if told.get("unit"):
        found = found.filter(unit__path__startswith=told["unit"].path)
    return found


@open_to(Role.ADMINISTRATOR)
def service_add(request: HttpRequest) -> HttpResponse:
    """A new service."""
    form = ServiceForm(request.POST or None, staff=staff_of(request), initial={"active": True})
    if request.method == "POST" and form.is_valid():
        told = {name: value for name, value in form.cleaned_data.items() if name != "active"}
        try:
            made = actions.make_service(by=staff_of(request), **told)
        except ValidationError as error:
            refused(form, error)
        else:
            messages.success(request, f"{made} is there. Now say what customers may expect.")
            return redirect("office-service", made.pk)
    return render(request, "office/service.html", {"form": form}, status=422 if form.errors else 200)


@open_to(Role.ADMINISTRATOR)
def service(request: HttpRequest, pk: int) -> HttpResponse:
    """One service: its description, and its standards with their history."""
    found = get_service_for(staff_of(request), pk)
    initial = {name: getattr(found, name) for name in ("name", "unit", "code", "description", "active")}
    form = ServiceForm(request.POST or None, staff=staff_of(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_service(by=staff_of(request), service=found, **form.cleaned_data)
        except ValidationError as error:
            refused(form, error)
        else:
            messages.success(request, f"{found} is saved.")
            return redirect("office-services")
    context = {"form": form, "service": found, "stages": _stages(found)}
    return render(request, "office/service.html", context, status=422 if form.errors else 200)


def _stages(found: Service) -> list[tuple[Any, Standard | None, list[Standard]]]:
    """Each stage with its standard of today and all that ever held."""
    today = standards_today([found.pk]).get(found.pk, {})
    history = list(Standard.objects.filter(service=found).order_by("valid_from", "pk"))
    return [(stage, today.get(stage), [s for s in history if s.stage == stage]) for stage in Standard.Stage]


@open_to(Role.ADMINISTRATOR)
def standard(request: HttpRequest, pk: int, stage: str) -> HttpResponse:
    """Set what customers may expect of one stage of a service, from a day on."""
    found = get_service_for(staff_of(request), pk)
    if stage not in Standard.Stage.values:
        raise Http404("There is no such stage.")
    today = standards_today([found.pk]).get(found.pk, {}).get(stage)
    initial = {name: getattr(today, name) for name in ("amount", "measured_in", "promise_text")} if today else {}
    form = StandardForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        if not told["measured_in"]:
            told["amount"] = None
        try:
            with transaction.atomic():
                actions.set_standard(by=staff_of(request), service=found, stage=stage, **told)
        except ValidationError as error:
            refused(form, error)
        else:
            messages.success(request, f"The standard of {found} is saved.")
            return redirect("office-service", pk)
    context = {"form": form, "service": found, "stage": Standard.Stage(stage)}
    return render(request, "office/standard.html", context, status=422 if form.errors else 200)
