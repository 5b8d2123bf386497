"""The units, services and staff that a file names, looked up or made before its rows are loaded."""

from collections.abc import Iterable, Sequence

from regard.office import actions as office
from regard.office.models import Service, Unit
from regard.office.queries import staff_named
from regard.records.actors import Actor
from regard.sources.loading.workspace import Workspace

#: Which columns of a target name a unit, a service (with its plain name) and a member of staff.
NAMING: dict[str, tuple[str | None, str | None, str | None]] = {
    "case": ("unit", "coalesce(service_name, service)", "owner"),
    "order": ("unit", "coalesce(service_name, service)", "owner"),
    "event": ("unit", "service", "actor"),
    "contact": ("unit", "service", "staff"),
    "feedback": ("unit", "service", None),
}


def settle_places(space: Workspace, targets: Sequence[str], *, by: Actor) -> None:
    """Make tables `place(unit_told, service_told, unit_id, service_id, lead_id)` and `staff_dim(told, staff_id)`."""
    pairs: set[tuple[str | None, str | None]] = {(None, None)}
    people: set[str] = set()
    for target in targets:
        unit, service, staff = NAMING.get(target, (None, None, None))
        if unit:
            pairs |= set(space.con.execute(f"SELECT DISTINCT {unit}, {service} FROM mapped_{target}").fetchall())
        if staff:
            asked = f"SELECT DISTINCT {staff} FROM mapped_{target} WHERE {staff} IS NOT NULL"
            people |= {row[0] for row in space.con.execute(asked).fetchall()}
    home = space.silo.unit
    ensured = office.ensure_services_and_units(
        by=by,
        unit=home,
        units=sorted({unit for unit, _ in pairs if unit}),
        services=sorted({(service, unit) for unit, service in pairs if service}, key=repr),
    )
    service_units = _units_of(ensured.services.values())
    rows = []
    for unit_told, service_told in pairs:
        service_id = ensured.services.get((service_told, unit_told)) if service_told else None
        unit_id = ensured.units[unit_told] if unit_told else service_units.get(service_id or 0, home.pk)
        rows.append((unit_told, service_told, unit_id, service_id))
    leads = dict(Unit.objects.filter(path__startswith=f"/{home.office_id}/").values_list("id", "lead_id"))
    fallback = leads.get(home.pk) or leads.get(home.office_id)
    space.register(
        "place",
        "unit_told VARCHAR, service_told VARCHAR, unit_id BIGINT, service_id BIGINT, lead_id BIGINT",
        [(*row, leads.get(row[2]) or fallback) for row in rows],
    )
    found = staff_named(home.office_id, people)
    space.register("staff_dim", "told VARCHAR, staff_id BIGINT", found.items())


def _units_of(services: Iterable[int]) -> dict[int, int]:
    return dict(Service.objects.filter(pk__in=set(services)).values_list("id", "unit_id"))


def place_join(target: str, row: str = "m") -> str:
    """The JOIN that finds a row's place; `IS NOT DISTINCT FROM` because most rows leave one of the two untold."""
    service = {
        "case": f"coalesce({row}.service_name, {row}.service)",
        "order": f"coalesce({row}.service_name, {row}.service)",
    }
    return (
        f"LEFT JOIN place ON place.unit_told IS NOT DISTINCT FROM {row}.unit "
        f"AND place.service_told IS NOT DISTINCT FROM {service.get(target, f'{row}.service')}"
    )
