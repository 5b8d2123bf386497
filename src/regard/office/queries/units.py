"""The tree of units as rows of a table."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from regard.office.models import Service, Staff, Unit


@dataclass(frozen=True)
class Row:
    """One unit, how deep it stands below the first, and how many people and services it has itself."""

    unit: Unit
    depth: int
    staff: int
    services: int


def tree_of(units: QuerySet[Unit]) -> list[Row]:
    """Units, each right below the one it belongs to, by name. Three queries."""
    found = list(units.select_related("lead", "calendar").order_by("name"))
    staff = _counts(Staff.objects.filter(is_active=True))
    services = _counts(Service.objects.filter(active=True))
    below: dict[int | None, list[Unit]] = {}
    known = {unit.pk for unit in found}
    for unit in found:
        below.setdefault(unit.parent_id if unit.parent_id in known else None, []).append(unit)
    rows: list[Row] = []
    waiting = [(unit, 0) for unit in reversed(below.get(None, []))]
    while waiting:
        unit, depth = waiting.pop()
        rows.append(Row(unit, depth, staff.get(unit.pk, 0), services.get(unit.pk, 0)))
        waiting += [(child, depth + 1) for child in reversed(below.get(unit.pk, []))]
    return rows


def _counts(things: "QuerySet[Staff] | QuerySet[Service]") -> dict[int, int]:
    counted = things.filter(~Q(unit=None)).order_by().values_list("unit").annotate(n=Count("pk"))
    return dict(counted)
