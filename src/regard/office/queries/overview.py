"""What an office consists of, in counts."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from regard.office.access import services_seen_by, staff_seen_by, units_seen_by
from regard.office.models import Service, Silo, Staff, Standard, Unit, WorkingCalendar
from regard.office.queries.calendars import OFFICE_HOURS


@dataclass(frozen=True)
class Overview:
    """Counts over the units that somebody may see."""

    units: int
    staff: int
    without_role: int
    without_lead: int
    services: int
    without_standard: int
    units_to_review: int
    services_to_review: int
    calendars: int
    silos: int  # besides Regard's own
    hours_checked: bool


def without_standard() -> Q:
    """Services for which no time limit is in force or was ever set without an end."""
    return Q(~Exists(Standard.objects.filter(service=OuterRef("pk"), valid_to=None)))


def overview_of(staff: Staff) -> Overview:
    """Ten small queries."""
    units = units_seen_by(staff).filter(active=True)
    people = staff_seen_by(staff).filter(is_active=True)
    services = services_seen_by(staff).filter(active=True)
    calendars = WorkingCalendar.objects.filter(office_id=staff.office_id)
    return Overview(
        units=units.count(),
        staff=people.count(),
        without_role=people.filter(roles=[]).count(),
        without_lead=_without_lead(units),
        services=services.count(),
        without_standard=Service.objects.filter(without_standard(), pk__in=services.values("pk")).count(),
        units_to_review=units.filter(needs_review=True).count(),
        services_to_review=services.filter(needs_review=True).count(),
        calendars=calendars.values("code").distinct().count(),
        silos=Silo.objects.filter(unit__in=units.values("pk"), is_own=False).count(),
        hours_checked=calendars.filter(~Q(weekly=OFFICE_HOURS) | Q(version__gt=1)).exists(),
    )


def _without_lead(units: QuerySet[Unit]) -> int:
    return units.filter(Q(lead=None) | Q(lead__is_active=False)).count()
