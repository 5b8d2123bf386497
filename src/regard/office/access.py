"""Who may use a page, and which units a member of staff may see. The only way in.

A view declares its rule with one of the decorators below; `middleware.DeclaredAccess` refuses any view that
declared none, so a forgotten rule fails closed. Which *objects* somebody may reach is decided by the access
functions of each room, all of which start from `units_seen_by`.
"""

from typing import cast

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from regard.lib.pages import EVERYONE, RULE, View, open_to, with_rule
from regard.office.models import Service, Silo, Staff, Unit, WorkingCalendar
from regard.office.roles import ANY_ROLE, Role


def open_to_everyone(view: View) -> View:
    """Signed in or not: public pages and the sign-in itself."""
    return with_rule(view, EVERYONE)


def open_to_staff(view: View) -> View:
    """Any member of staff with at least one role."""
    return with_rule(view, frozenset(ANY_ROLE))


def staff_of(request: HttpRequest) -> Staff:
    """Who asks, on a page whose rule lets only staff in."""
    return cast(Staff, request.user)


def units_seen_by(staff: Staff) -> QuerySet[Unit]:
    """The units whose records this person may open: their own and those below it. None without a unit or role."""
    unit = _unit_of(staff)
    return Unit.objects.filter(path__startswith=unit.path) if unit else Unit.objects.none()


def _unit_of(staff: Staff) -> Unit | None:
    """The unit of somebody signed in, active and with a role: anything less sees nothing.

    A unit without a path counts as none: an empty path is the start of every other.
    """
    works_here = staff.is_authenticated and staff.is_active and staff.roles
    return staff.unit if works_here and staff.unit and staff.unit.path else None


def unit_ids_seen_by(staff: Staff) -> list[int]:
    """Ids of `units_seen_by`, read once per Staff instance (one per web request)."""
    cached = getattr(staff, "_unit_ids_seen", None)
    if cached is None:
        cached = list(units_seen_by(staff).values_list("id", flat=True))
        staff._unit_ids_seen = cached  # type: ignore[attr-defined]
    return cached


def office_id_of(staff: Staff) -> int | None:
    """The office this person belongs to: customers are shared within it and never across."""
    unit = _unit_of(staff)
    return unit.office_id if unit else None


def colleagues_of(staff: Staff) -> QuerySet[Staff]:
    """Active staff of the same office: who a case may be assigned or handed to."""
    office = office_id_of(staff)
    if office is None:
        return Staff.objects.none()
    return Staff.objects.filter(is_active=True, unit__path__startswith=f"/{office}/").select_related("unit")


def units_of_office(staff: Staff) -> QuerySet[Unit]:
    """Every unit of the person's office: where a case may be transferred."""
    office = office_id_of(staff)
    return Unit.objects.filter(path__startswith=f"/{office}/", active=True) if office else Unit.objects.none()


def services_of_office(staff: Staff) -> QuerySet[Service]:
    """Every service of the person's office."""
    office = office_id_of(staff)
    if office is None:
        return Service.objects.none()
    return Service.objects.filter(unit__path__startswith=f"/{office}/", active=True).select_related("unit")


def silos_seen_by(staff: Staff) -> QuerySet[Silo]:
    """Silos of the units this person may see."""
    return Silo.objects.filter(unit__in=unit_ids_seen_by(staff)).select_related("unit")


def may(staff: Staff, *roles: str) -> bool:
    """True when the person holds one of `roles`."""
    return staff.is_authenticated and staff.has_role(*roles)


# --- one object, on somebody's behalf: out of reach is not there


def get_unit_for(staff: Staff, pk: int) -> Unit:
    """A unit this person may see. Raises Http404 otherwise."""
    return get_object_or_404(units_seen_by(staff).select_related("parent", "calendar", "lead"), pk=pk)


def staff_seen_by(staff: Staff) -> QuerySet[Staff]:
    """People who work in the units this person may see, those who have left included."""
    return Staff.objects.filter(unit__in=unit_ids_seen_by(staff)).select_related("unit")


def get_staff_for(staff: Staff, pk: int) -> Staff:
    """A member of staff this person may see. Raises Http404 otherwise."""
    return get_object_or_404(staff_seen_by(staff), pk=pk)


def services_seen_by(staff: Staff) -> QuerySet[Service]:
    """Services of the units this person may see, closed ones included."""
    return Service.objects.filter(unit__in=unit_ids_seen_by(staff)).select_related("unit")


def get_service_for(staff: Staff, pk: int) -> Service:
    """A service this person may see. Raises Http404 otherwise."""
    return get_object_or_404(services_seen_by(staff), pk=pk)


def calendars_seen_by(staff: Staff) -> QuerySet[WorkingCalendar]:
    """Every version of the calendars of this person's office."""
    return WorkingCalendar.objects.filter(office_id=office_id_of(staff)).select_related("office")


def get_calendar_for(staff: Staff, code: str, version: int | None = None) -> WorkingCalendar:
    """A calendar of this person's office, the newest version unless told. Raises Http404 when there is none."""
    found = calendars_seen_by(staff).filter(code=code).order_by("-version")
    calendar = found.filter(version=version).first() if version else found.first()
    if calendar is None:
        raise Http404("This office has no such calendar.")
    return calendar


def may_change_office(staff: Staff) -> bool:
    """True for administrators of the whole office: calendars are shared by all its units."""
    return may(staff, Role.ADMINISTRATOR) and staff.unit is not None and staff.unit.parent_id is None


__all__ = [
    "RULE",
    "Role",
    "calendars_seen_by",
    "colleagues_of",
    "get_calendar_for",
    "get_service_for",
    "get_staff_for",
    "get_unit_for",
    "may",
    "may_change_office",
    "office_id_of",
    "open_to",
    "open_to_everyone",
    "open_to_staff",
    "services_of_office",
    "services_seen_by",
    "silos_seen_by",
    "staff_of",
    "staff_seen_by",
    "unit_ids_seen_by",
    "units_of_office",
    "units_seen_by",
]
