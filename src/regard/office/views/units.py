"""Units: the tree of the office."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from regard.office import actions
from regard.office.access import get_unit_for, open_to, staff_of, units_seen_by
from regard.office.forms import UnitForm, refused
from regard.office.models import Unit
from regard.office.queries.units import tree_of
from regard.office.roles import Role


@open_to(Role.ADMINISTRATOR)
def units(request: HttpRequest) -> HttpResponse:
    """The tree, with who leads each unit, its hours, people and services."""
    rows = tree_of(units_seen_by(staff_of(request)))
    return render(request, "office/units.html", {"rows": rows})


@open_to(Role.ADMINISTRATOR)
def unit_add(request: HttpRequest) -> HttpResponse:
    """A new unit below one that exists."""
    above = request.GET.get("parent", "")
    initial = {"parent": int(above) if above.isdecimal() else None, "active": True}
    form = UnitForm(request.POST or None, staff=staff_of(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        told = {name: value for name, value in form.cleaned_data.items() if name != "active"}
        try:
            made = actions.make_unit(by=staff_of(request), **told)
        except ValidationError as error:
            refused(form, error)
        else:
            messages.success(request, f"{made} is there.")
            return redirect("office-units")
    return _page(request, form, None)


@open_to(Role.ADMINISTRATOR)
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    """One unit: rename, move, hand over or close it."""
    found = get_unit_for(staff_of(request), pk)
    fields = ("name", "parent", "lead", "calendar", "email", "active")
    # The top of what somebody may see stays where it is: what is above is not theirs to choose.
    is_top = found.parent_id is None or found.pk == staff_of(request).unit_id
    form = UnitForm(
        request.POST or None,
        staff=staff_of(request),
        is_top=is_top,
        initial={name: getattr(found, name) for name in fields},
    )
    if request.method == "POST" and form.is_valid():
        told: dict[str, Any] = {"parent": found.parent, **form.cleaned_data}
        try:
            actions.change_unit(by=staff_of(request), unit=found, **told)
        except ValidationError as error:
            refused(form, error)
        else:
            messages.success(request, f"{found} is saved.")
            return redirect("office-units")
    return _page(request, form, found)


def _page(request: HttpRequest, form: UnitForm, found: Unit | None) -> HttpResponse:
    context = {"form": form, "unit": found}
    return render(request, "office/unit.html", context, status=422 if form.errors else 200)
