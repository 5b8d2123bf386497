"""Who may use a page, and which units a member of staff may see. The only way in.

A view declares its rule with one of the decorators below; `middleware.DeclaredAccess` refuses any view that
declared none, so a forgotten rule fails closed. Which *objects* somebody may reach is decided by the access
functions of each room, all of which start from `units_seen_by`.
"""

from django.db.models import QuerySet

from regard.lib.pages import EVERYONE, RULE, View, open_to, with_rule
from regard.office.models import Service, Silo, Staff, Unit
from regard.office.roles import ANY_ROLE, Role


def open_to_everyone(view: View) -> View:
    """Signed in or not: public pages and the sign-in itself."""
    return with_rule(view, EVERYONE)


def open_to_staff(view: View) -> View:
    """Any member of staff with at least one role."""
    return with_rule(view, frozenset(ANY_ROLE))


def units_seen_by(staff: Staff) -> QuerySet[Unit]:
    """The units whose records this person may open: their own and those below it. None without a unit or role."""
    if not _works_here(staff) or not staff.unit.path:  # an empty path would be the start of every other
        return Unit.objects.none()
    return Unit.objects.filter(path__startswith=staff.unit.path)


def _works_here(staff: Staff) -> bool:
    """Signed in, active, in a unit and with a role: anything less sees nothing."""
    return bool(staff.is_authenticated and staff.is_active and staff.unit_id is not None and staff.roles)


def unit_ids_seen_by(staff: Staff) -> list[int]:
    """Ids of `units_seen_by`, read once per Staff instance (one per web request)."""
    cached = getattr(staff, "_unit_ids_seen", None)
    if cached is None:
        cached = list(units_seen_by(staff).values_list("id", flat=True))
        staff._unit_ids_seen = cached  # type: ignore[attr-defined]
    return cached


def office_id_of(staff: Staff) -> int | None:
    """The office this person belongs to: customers are shared within it and never across."""
    return staff.unit.office_id if _works_here(staff) and staff.unit.path else None


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


__all__ = [
    "RULE",
    "Role",
    "colleagues_of",
    "may",
    "office_id_of",
    "open_to",
    "open_to_everyone",
    "open_to_staff",
    "services_of_office",
    "silos_seen_by",
    "unit_ids_seen_by",
    "units_of_office",
    "units_seen_by",
]
