"""Staff: who works here, where, and what they may do."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from regard.lib.keyset import page
from regard.office import actions
from regard.office.access import get_staff_for, open_to, staff_of, staff_seen_by
from regard.office.forms import StaffFilter, StaffForm, refused
from regard.office.models import Staff
from regard.office.roles import Role

#: What one may sort by, as the fields of the order. `seen` is the last sign-in, long ago for none.
ORDERS = {
    "name": ("name", "id"),
    "email": ("email", "id"),
    "unit": ("unit__name", "name", "id"),
    "seen": ("seen", "id"),
}
PAGE = 50


@open_to(Role.ADMINISTRATOR)
def staff(request: HttpRequest) -> HttpResponse:
    """The staff list: search, filter, sort, page."""
    form = StaffFilter(request.GET, staff=staff_of(request))
    told = form.cleaned_data if form.is_valid() else {}
    found = _filtered(staff_seen_by(staff_of(request)), told)
    never = datetime(1970, 1, 1, tzinfo=UTC)
    found = found.annotate(seen=Coalesce("last_login", never))
    context = {
        "form": form,
        "page": page(found, _order(request.GET.get("sort", "")), request.GET, PAGE),
        "total": found.count(),
        "current_sort": "name",
        "active": sum(1 for value in told.values() if value),
    }
    return render(request, "office/staff.html", context)


def _order(sort: str) -> list[str]:
    order = ORDERS.get(sort.removeprefix("-"), ORDERS["name"])
    return [f"-{field}" for field in order] if sort.startswith("-") else list(order)


def _filtered(found: QuerySet[Staff], told: dict[str, Any]) -> QuerySet[Staff]:
    state = told.get("state")
    if state != "all":
        found = found.filter(is_active=state != "left")
    if told.get("q"):
        word = told["q"]
        found = found.filter(Q(name__icontains=word) | Q(email__icontains=word) | Q(code__iexact=word))
    if told.get("unit"):
        found = found.filter(unit__path__startswith=told["unit"].path)
    role = told.get("role")
    if role:
        found = found.filter(roles=[]) if role == "none" else found.filter(roles__contains=[role])
    return found


@open_to(Role.ADMINISTRATOR)
@never_cache
def staff_add(request: HttpRequest) -> HttpResponse:
    """A new colleague, who then gets a link to choose a password."""
    form = StaffForm(request.POST or None, staff=staff_of(request))
    if request.method == "POST" and form.is_valid():
        try:
            made, invitation = _invite(request, form.cleaned_data)
        except ValidationError as error:
            refused(form, error)
        else:
            return _invited(request, made, invitation)
    return _page(request, form, None)


@transaction.atomic
def _invite(request: HttpRequest, told: dict[str, Any]) -> tuple[Staff, actions.Invitation]:
    made = actions.make_staff(by=staff_of(request), **told)
    address = request.build_absolute_uri("/")
    return made, actions.send_password_link(by=staff_of(request), staff=made, address=address)


@open_to(Role.ADMINISTRATOR)
def staff_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: correct their details, set their roles."""
    found = get_staff_for(staff_of(request), pk)
    initial = {name: getattr(found, name) for name in ("name", "email", "unit", "title", "code", "roles")}
    form = StaffForm(request.POST or None, staff=staff_of(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        roles = told.pop("roles")
        try:
            with transaction.atomic():
                actions.change_staff(by=staff_of(request), staff=found, **told)
                actions.set_roles(by=staff_of(request), staff=found, roles=roles)
        except ValidationError as error:
            refused(form, error)
        else:
            messages.success(request, f"{found} is saved.")
            return redirect("office-staff")
    return _page(request, form, found)


def _page(request: HttpRequest, form: StaffForm, found: Staff | None) -> HttpResponse:
    context = {"form": form, "person": found}
    return render(request, "office/staff_edit.html", context, status=422 if form.errors else 200)


@open_to(Role.ADMINISTRATOR)
@require_POST
def staff_deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody leaves, or comes back."""
    found = get_staff_for(staff_of(request), pk)
    leaves = found.is_active
    act = actions.deactivate_staff if leaves else actions.reactivate_staff
    try:
        act(by=staff_of(request), staff=found, reason=request.POST.get("reason", "").strip())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"{found} can no longer sign in." if leaves else f"{found} can sign in again.")
    return redirect("office-staff-edit", pk)


@open_to(Role.ADMINISTRATOR)
@never_cache
@require_POST
def staff_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Send somebody the link by which they choose a password."""
    found = get_staff_for(staff_of(request), pk)
    address = request.build_absolute_uri("/")
    try:
        invitation = actions.send_password_link(by=staff_of(request), staff=found, address=address)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("office-staff-edit", pk)
    return _invited(request, found, invitation)


def _invited(request: HttpRequest, found: Staff, invitation: actions.Invitation) -> HttpResponse:
    if invitation.is_sent:
        messages.success(request, f"{found.email} gets a letter with a link to choose a password.")
        return redirect("office-staff")
    return render(request, "office/password_link.html", {"person": found, "link": invitation.link})
