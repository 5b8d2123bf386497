"""Units: the tree of the organisation. A unit without a parent is an office."""

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils.text import slugify

from regard.office.actions.changes import change
from regard.office.models import Staff, Unit, WorkingCalendar
from regard.records.actors import Actor
from regard.records.audit import record

CODE_LENGTH = 60


def free_code(wanted: str, taken: set[str]) -> str:
    """`wanted` as a short code; with a number behind it when it is taken already."""
    base = slugify(wanted)[: CODE_LENGTH - 5].strip("-") or "unit"
    code, number = base, 2
    while code in taken:
        code, number = f"{base}-{number}", number + 1
    return code


def codes_taken(wanted: str) -> set[str]:
    """Codes of units that start like `wanted`: codes are unique over all offices."""
    start = slugify(wanted)[: CODE_LENGTH - 5].strip("-") or "unit"
    return set(Unit.objects.filter(code__startswith=start).values_list("code", flat=True))


def reserve_ids(count: int) -> list[int]:
    """Ids for units yet to be made: a unit's path holds its own id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [Unit._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def make_unit(
    *,
    by: Actor,
    name: str,
    parent: Unit | None = None,
    code: str = "",
    calendar: WorkingCalendar | None = None,
    lead: Staff | None = None,
    email: str = "",
    is_demo: bool = False,
) -> Unit:
    """A new unit under `parent`; without one a new office. The code is made from the name when none is given."""
    (pk,) = reserve_ids(1)
    unit = Unit(
        id=pk,
        code=code or free_code(name, codes_taken(name)),
        name=name.strip(),
        parent=parent,
        path=f"{parent.path if parent else '/'}{pk}/",
        calendar=calendar,
        lead=lead,
        email=email.strip(),
        is_demo=parent.is_demo if parent else is_demo,
    )
    _same_office(unit, lead, calendar)
    unit.full_clean()
    unit.save(force_insert=True)
    record(
        by=by,
        action="office.make_unit",
        obj=unit,
        after={"code": unit.code, "name": unit.name, "parent": parent, "calendar": calendar, "lead": lead},
    )
    return unit


@transaction.atomic
def change_unit(
    *,
    by: Actor,
    unit: Unit,
    name: str,
    parent: Unit | None,
    calendar: WorkingCalendar | None,
    lead: Staff | None,
    active: bool,
    email: str | None = None,
) -> Unit:
    """Rename, move, hand over or close a unit. A move takes everything below with it, within one office.

    `email` None leaves the address as it is.
    """
    _same_office(unit, lead, calendar)
    if parent != unit.parent:
        _move(unit, parent)
    fields: dict[str, object] = {"name": name.strip(), "parent": parent, "calendar": calendar, "lead": lead}
    fields["email"] = unit.email if email is None else email.strip()
    change(by=by, action="office.change_unit", obj=unit, fields={**fields, "active": active, "needs_review": False})
    return unit


@transaction.atomic
def give_lead(*, by: Actor, unit: Unit, lead: Staff | None) -> Unit:
    """Say who leads a unit: whose work it is when nobody else owns it."""
    _same_office(unit, lead, None)
    change(by=by, action="office.give_lead", obj=unit, fields={"lead": lead})
    return unit


def _move(unit: Unit, parent: Unit | None) -> None:
    if unit.parent_id is None:
        raise ValidationError({"parent": "An office stays at the top. Move the units below it one by one."})
    if parent is None:
        raise ValidationError({"parent": "Choose the unit above. Only an office has none."})
    # The whole tree is locked: two moves at once could otherwise make a ring.
    tree = {u.pk: u for u in Unit.objects.select_for_update().filter(path__startswith=f"/{unit.office_id}/")}
    if parent.pk not in tree:
        raise ValidationError({"parent": "This unit belongs to another office. Choose one of your own."})
    old, above = tree[unit.pk].path, tree[parent.pk].path
    if above.startswith(old):
        raise ValidationError({"parent": f"{parent} stands below {unit}. Choose a unit that does not."})
    new = f"{above}{unit.pk}/"
    Unit.objects.filter(path__startswith=old).update(path=Concat(Value(new), Substr(F("path"), len(old) + 1)))
    unit.path = new


def _same_office(unit: Unit, lead: Staff | None, calendar: WorkingCalendar | None) -> None:
    if lead is not None and (lead.unit is None or lead.unit.office_id != unit.office_id):
        raise ValidationError({"lead": f"{lead} works in another office. Choose somebody of this one."})
    if calendar is not None and calendar.office_id != unit.office_id:
        raise ValidationError({"calendar": "This calendar belongs to another office. Choose one of this one."})
