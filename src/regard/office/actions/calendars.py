"""Working calendars. A version never changes: whatever is declared later makes the next one."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from regard.office.actions.changes import change
from regard.office.calendar import holiday_dates
from regard.office.models import Unit, WorkingCalendar
from regard.office.queries import hours_of
from regard.office.queries.calendars import FIRST_YEAR
from regard.records.actors import Actor
from regard.records.audit import record

YEARS_AHEAD = 15


@transaction.atomic
def make_calendar(
    *,
    by: Actor,
    office: Unit,
    name: str,
    time_zone: str,
    weekly: Mapping[str, Any],
    code: str = "",
    country: str = "",
    subdivision: str = "",
    local_days: Sequence[Mapping[str, Any]] = (),
    reason: str = "",
) -> WorkingCalendar:
    """A new calendar, version 1. Public holidays are looked up once and kept with the version."""
    if office.parent_id is not None:
        raise ValidationError("A calendar belongs to a whole office, not to one of its units.")
    code = code or slugify(name)[:60] or "calendar"
    if WorkingCalendar.objects.filter(office=office, code=code).exists():
        raise ValidationError({"name": f"There is a calendar {code} already. Change that one, or use another name."})
    calendar = WorkingCalendar(
        office=office,
        code=code,
        version=1,
        name=name.strip(),
        time_zone=time_zone,
        weekly=dict(weekly),
        country=country.upper(),
        subdivision=subdivision,
        local_days=[dict(day) for day in local_days],
        reason=reason,
    )
    return _keep(by, calendar, "office.make_calendar", units=[])


@transaction.atomic
def new_calendar_version(
    *, by: Actor, calendar: WorkingCalendar, reason: str, since: date | None = None, **changed: Any
) -> WorkingCalendar:
    """The next version, with `changed` fields (name, time_zone, weekly, country, subdivision, local_days).

    New weekly hours hold `since` a day: before it, what held then goes on to count. None corrects a mistake: the new
    hours have always held. Units that used any version of the calendar use the new one from now on. Without a
    difference the latest is returned.
    """
    if unknown := set(changed) - {"name", "time_zone", "weekly", "country", "subdivision", "local_days"}:
        raise TypeError(f"A calendar has no {', '.join(sorted(unknown))}.")
    versions = WorkingCalendar.objects.select_for_update().filter(office_id=calendar.office_id, code=calendar.code)
    latest = versions.order_by("-version")[0]
    if all(getattr(latest, field) == value for field, value in changed.items()):
        return latest
    made = WorkingCalendar(
        office_id=latest.office_id,
        code=latest.code,
        version=latest.version + 1,
        name=latest.name,
        time_zone=latest.time_zone,
        weekly=latest.weekly,
        earlier_weeks=latest.earlier_weeks,
        country=latest.country,
        subdivision=latest.subdivision,
        local_days=latest.local_days,
        reason=reason,
    )
    for field, value in changed.items():
        setattr(made, field, value)
    made.earlier_weeks = _earlier_weeks(latest, made, since)
    units = list(Unit.objects.filter(calendar__in=versions).values_list("id", flat=True))
    made = _keep(by, made, "office.new_calendar_version", units=units)
    Unit.objects.filter(id__in=units).update(calendar=made)
    return made


def _earlier_weeks(latest: WorkingCalendar, made: WorkingCalendar, since: date | None) -> list[dict[str, Any]]:
    if made.weekly == latest.weekly:
        return latest.earlier_weeks
    if since is None:
        return []
    kept = [era for era in latest.earlier_weeks if era["until"] < since.isoformat()]
    # Hours put in for an earlier day than a change that is there already: what held on the day itself goes before it.
    then = next((era["weekly"] for era in latest.earlier_weeks if era["until"] >= since.isoformat()), latest.weekly)
    return [*kept, {"until": since.isoformat(), "weekly": then}]


def declare_holiday(
    *,
    by: Actor,
    calendar: WorkingCalendar,
    day: date,
    name: str,
    hours: Sequence[Sequence[str]] = (),
    reason: str = "",
) -> WorkingCalendar:
    """Close the office on a day, or open it at other hours than usual; early or after the fact."""
    latest = WorkingCalendar.objects.filter(office_id=calendar.office_id, code=calendar.code).order_by("-version")[0]
    told = {"date": day.isoformat(), "name": name.strip(), "hours": [list(span) for span in hours]}
    days = [entry for entry in latest.local_days if entry["date"] != told["date"]]
    days = sorted([*days, told], key=lambda entry: str(entry["date"]))
    return new_calendar_version(by=by, calendar=latest, reason=reason or f"{name}, {day}", local_days=days)


@transaction.atomic
def give_calendar(*, by: Actor, units: Sequence[Unit], calendar: WorkingCalendar) -> None:
    """Have these units work by a calendar."""
    for unit in units:
        if unit.office_id != calendar.office_id:
            raise ValidationError("This calendar belongs to another office. Choose one of this one.")
        change(by=by, action="office.give_calendar", obj=unit, fields={"calendar": calendar})


def _keep(by: Actor, calendar: WorkingCalendar, action: str, units: list[int]) -> WorkingCalendar:
    try:
        calendar.public_days = _public_days(calendar)
        hours_of(calendar)
    except ValueError as error:
        raise ValidationError(str(error)) from error
    calendar.made_by = by.audit_name
    calendar.full_clean()
    calendar.save(force_insert=True)
    calendar.refresh_from_db(fields=["made_at"])
    after = {
        name: getattr(calendar, name)
        for name in (
            "code",
            "version",
            "name",
            "time_zone",
            "weekly",
            "earlier_weeks",
            "country",
            "subdivision",
            "local_days",
        )
    }
    note = {"reason": calendar.reason, "units": units}
    record(by=by, action=action, obj=calendar, after=after, note=note)
    return calendar


def _public_days(calendar: WorkingCalendar) -> dict[str, str]:
    if not calendar.country:
        return {}
    years = range(FIRST_YEAR, timezone.now().year + YEARS_AHEAD + 1)
    found = holiday_dates(calendar.country, calendar.subdivision or None, years)
    return {day.isoformat(): name for day, name in found.items()}
