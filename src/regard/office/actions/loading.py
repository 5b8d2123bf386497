"""Setting up a whole office from one file: its calendars, units, services with their standards, and people.

    [office]      name, time_zone
    [[calendar]]  code, name, country, subdivision; hours = {mon = ["08:00-12:00", "13:00-17:00"], ...};
                  closed = [{date = 2026-08-14, reason = "County fair"}, ...];
                  since (a date): changed hours hold from then; without it the old ones never held
    [[unit]]      code, name, parent (a code; none: the office itself), calendar (a code), email,
                  lead (an e-mail address)
    [[service]]   code, name, unit, about; first_answer and resolve = {amount = 2, unit = "working_days"}
                  (working_days, working_hours, days or hours); a missing one means no standard
    [[staff]]     id, name, email, unit, role or roles, title, left (a date: no longer here), persona

Loading the same file again changes nothing; loading a changed one brings the office up to date. What the file does
not name is left alone. Other keys are ignored, so that a file may say more to its makers than Regard needs.
"""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from regard.office.actions.calendars import give_calendar, make_calendar, new_calendar_version
from regard.office.actions.importing import ensure_own_silo
from regard.office.actions.services import change_service, make_service, set_standard
from regard.office.actions.staff import change_staff, deactivate_staff, make_staff, set_roles
from regard.office.actions.units import change_unit, give_lead, make_unit
from regard.office.calendar import WorkingHours
from regard.office.models import Service, Staff, Standard, Unit, WorkingCalendar
from regard.office.roles import DESK_ROLES, Role
from regard.records.actors import Actor

Told = Mapping[str, Any]


@dataclass
class Loaded:
    """What `load_office` brought about."""

    office: Unit
    calendars: dict[str, WorkingCalendar]  # by the file's code
    units: dict[str, Unit]
    services: dict[str, Service]
    staff: dict[str, Staff]  # by e-mail address


def read_office(path: Path) -> dict[str, Any]:
    """The tables of an office file. Raises ValidationError when it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ValidationError(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValidationError(f"{path} is not a TOML file: {error}.") from error


@transaction.atomic
def load_office(*, by: Actor, told: Told, is_demo: bool = False) -> Loaded:
    """Make an office as told, or bring the office of that name up to date. All of it or, on an error, nothing.

    `is_demo` makes an invented office, whose personas the sign-in page offers. Raises ValidationError that names
    the entry at fault.
    """
    units = list(told.get("unit") or [])
    with _entry("office", told.get("office") or {}) as head:
        tops = [entry for entry in units if not entry.get("parent")]
        if len(tops) > 1:
            raise ValidationError(f"Only one unit has no parent; here {len(tops)} have none.")
        top = tops[0] if tops else {"name": head["name"]}
        office = Unit.objects.filter(parent=None, name=top["name"].strip(), is_demo=is_demo).first()
        if office is None:
            office = make_unit(by=by, name=top["name"], code=_code(top.get("code", "")), is_demo=is_demo)
        ensure_own_silo(by=by, office=office)
        zone = head.get("time_zone") or "UTC"
    loaded = Loaded(office, {}, {top.get("code", ""): office}, {}, {})
    for entry in told.get("calendar") or []:
        with _entry("calendar", entry):
            loaded.calendars[entry["code"]] = _calendar(by, office, entry, zone)
    _units(by, loaded, units)
    for entry in told.get("service") or []:
        with _entry("service", entry):
            loaded.services[entry["code"]] = _service(by, loaded, entry)
    for entry in told.get("staff") or []:
        with _entry("staff", entry):
            staff = _staff(by, loaded, entry, is_demo=is_demo)
            loaded.staff[staff.email] = staff
    _leads(by, loaded, units)
    return loaded


@contextmanager
def _entry(table: str, entry: Told) -> Iterator[Told]:
    """Name the entry in whatever is wrong with it."""
    name = entry.get("code") or entry.get("email") or entry.get("name") or ""
    try:
        yield entry
    except ValidationError as error:
        raise ValidationError(f"[[{table}]] {name}: {' '.join(error.messages)}") from error
    except KeyError as error:
        raise ValidationError(
            f"[[{table}]] {name} has no {error.args[0]}, or names one that does not exist."
        ) from error
    except (TypeError, AttributeError, ValueError, ArithmeticError) as error:
        raise ValidationError(f"[[{table}]] {name} cannot be understood: {error}") from error


def _code(wanted: str) -> str:
    return "" if Unit.objects.filter(code=wanted).exists() else wanted


def _calendar(by: Actor, office: Unit, entry: Told, zone: str) -> WorkingCalendar:
    hours = WorkingHours.from_dict({"zone": entry.get("time_zone") or zone, "weekly": entry["hours"]}).to_dict()
    weekly = {str(day): spans for day, spans in enumerate(hours["weekly"].values()) if spans}
    closed = [
        {"date": str(day["date"]), "name": day.get("reason") or day.get("name") or "", "hours": day.get("hours") or []}
        for day in entry.get("closed") or []
    ]
    fields = {
        "name": entry.get("name") or entry["code"],
        "time_zone": hours["zone"],
        "weekly": weekly,
        "country": entry.get("country", ""),
        "subdivision": entry.get("subdivision", ""),
        "local_days": sorted(closed, key=lambda day: str(day["date"])),
    }
    found = WorkingCalendar.objects.filter(office=office, code=entry["code"]).order_by("-version").first()
    if found is None:
        return make_calendar(by=by, office=office, code=entry["code"], reason="office file", **fields)
    return new_calendar_version(by=by, calendar=found, reason="office file", since=entry.get("since"), **fields)


def _units(by: Actor, loaded: Loaded, entries: list[Told]) -> None:
    """Units in any order: each is made once the one above it is there."""
    waiting = list(entries)
    while waiting:
        ready = [entry for entry in waiting if not entry.get("parent") or entry["parent"] in loaded.units]
        if not ready:
            names = ", ".join(str(entry.get("code")) for entry in waiting)
            raise ValidationError(f"[[unit]] {names}: the parent does not exist, or they stand above each other.")
        for entry in ready:
            with _entry("unit", entry):
                loaded.units[entry["code"]] = _unit(by, loaded, entry)
        waiting = [entry for entry in waiting if entry not in ready]


def _unit(by: Actor, loaded: Loaded, entry: Told) -> Unit:
    parent = loaded.units[entry["parent"]] if entry.get("parent") else None
    calendar = loaded.calendars[entry["calendar"]] if entry.get("calendar") else None
    unit = loaded.office if parent is None else _found_unit(loaded.office, entry)
    if unit is None:
        unit = make_unit(by=by, name=entry["name"], parent=parent, code=_code(entry["code"]))
    email = entry.get("email", "")
    change_unit(
        by=by,
        unit=unit,
        name=entry["name"],
        parent=parent,
        calendar=unit.calendar,
        lead=unit.lead,
        active=True,
        email=email,
    )
    if calendar:
        give_calendar(by=by, units=[unit], calendar=calendar)
    return unit


def _leads(by: Actor, loaded: Loaded, entries: list[Told]) -> None:
    """Who leads each unit: whom the file names, else its first supervisor, else the first who deals with customers."""
    for entry in entries:
        unit = loaded.units[entry["code"]]
        here = [staff for staff in loaded.staff.values() if staff.is_active and staff.unit_id == unit.pk]
        with _entry("unit", entry):
            if entry.get("lead"):
                give_lead(by=by, unit=unit, lead=loaded.staff[entry["lead"].strip().lower()])
        if unit.lead is None and here:
            first = [next((s for s in here if s.has_role(role)), None) for role in (Role.SUPERVISOR, *DESK_ROLES)]
            give_lead(by=by, unit=unit, lead=next((staff for staff in first if staff), here[0]))


def _found_unit(office: Unit, entry: Told) -> Unit | None:
    here = Unit.objects.filter(path__startswith=office.path).select_related("parent", "calendar", "lead")
    return here.filter(code=entry["code"]).first() or here.filter(name=entry["name"]).first()


def _service(by: Actor, loaded: Loaded, entry: Told) -> Service:
    unit, about = loaded.units[entry["unit"]], entry.get("about", "")
    service = Service.objects.filter(unit__path__startswith=loaded.office.path, code=entry["code"]).first()
    if service is None:
        service = make_service(by=by, unit=unit, code=entry["code"], name=entry["name"], description=about)
    else:
        change_service(
            by=by, service=service, unit=unit, code=entry["code"], name=entry["name"], description=about, active=True
        )
    standing = {standard.stage: standard for standard in service.standards.filter(valid_to=None)}
    for stage in Standard.Stage.values:
        limit = entry.get(stage)
        amount = Decimal(str(limit["amount"])) if limit else None
        measured_in = limit["unit"] if limit else ""
        now = standing.get(stage)
        if (now.amount, now.measured_in) != (amount, measured_in) if now else amount is not None:
            set_standard(by=by, service=service, stage=stage, amount=amount, measured_in=measured_in)
    return service


def _staff(by: Actor, loaded: Loaded, entry: Told, *, is_demo: bool) -> Staff:
    unit, title, code = loaded.units[entry["unit"]], entry.get("title", ""), str(entry.get("id", ""))
    roles = entry.get("roles") or ([entry["role"]] if entry.get("role") else [])
    staff = Staff.objects.filter(email__iexact=entry["email"].strip()).select_related("unit").first()
    if staff is None:
        staff = make_staff(
            by=by,
            email=entry["email"],
            name=entry["name"],
            unit=unit,
            roles=roles,
            code=code,
            title=title,
            is_demo=is_demo and bool(entry.get("persona")),
        )
    elif staff.office_id != loaded.office.pk:
        raise ValidationError("Somebody of another office has this address. Use another one.")
    else:
        change_staff(by=by, staff=staff, email=staff.email, name=entry["name"], unit=unit, code=code, title=title)
        set_roles(by=by, staff=staff, roles=roles)
    if entry.get("left") and staff.is_active:
        deactivate_staff(by=by, staff=staff, reason=f"left {entry['left']}")
    return staff
