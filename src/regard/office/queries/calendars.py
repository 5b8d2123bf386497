"""Which calendar a unit works by, and its clock."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from regard.office.calendar import OpenSeconds, WorkingHours, open_seconds
from regard.office.calendar.hours import zone_info
from regard.office.models import Staff, Unit, WorkingCalendar

FIRST_YEAR = 1990  # archives that offices import seldom reach further back

#: What a new office starts with, until somebody says better.
OFFICE_HOURS = {str(day): [["09:00", "17:00"]] for day in range(5)}


def hours_of(calendar: WorkingCalendar | None) -> WorkingHours:
    """The hours of one version of a calendar; without one Monday to Friday, nine to five, in `REGARD_TIME_ZONE`.

    Local days win over public holidays, and both over the week; before a day on which the weekly hours changed, those
    that held then count. Raises ValueError, naming the entry, when the calendar makes no sense.
    """
    if calendar is None:
        return _default_hours(settings.TIME_ZONE)
    closed = dict(calendar.public_days)
    special = {}
    for entry in calendar.local_days:
        if entry.get("hours"):
            special[entry["date"]] = entry["hours"]
        else:
            closed[entry["date"]] = entry.get("name") or "Closed"
    for day, spans in _earlier_days(calendar):
        if day in closed or day in special:
            continue
        if spans:
            special[day] = spans
        else:
            closed[day] = "Closed at that time"
    return WorkingHours.from_dict(
        {"zone": calendar.time_zone, "weekly": calendar.weekly, "closed_days": closed, "special_days": special}
    )


def _earlier_days(calendar: WorkingCalendar) -> Iterator[tuple[str, list[list[str]]]]:
    """The days on which other weekly hours held than those of now, with their hours then, from FIRST_YEAR on."""
    day = date(FIRST_YEAR, 1, 1)
    for era in calendar.earlier_weeks:
        until = date.fromisoformat(era["until"])
        other = [n for n in range(7) if era["weekly"].get(str(n), []) != calendar.weekly.get(str(n), [])]
        for number in range((until - day).days):
            then = day + timedelta(days=number)
            if then.weekday() in other:
                yield then.isoformat(), era["weekly"].get(str(then.weekday()), [])
        day = max(day, until)


@lru_cache(maxsize=4)
def _default_hours(zone: str) -> WorkingHours:
    return WorkingHours(zone, {day: [(time(9), time(17))] for day in range(5)})


_clocks: dict[tuple[int, datetime], OpenSeconds] = {}


def open_clock(calendar: WorkingCalendar | None) -> OpenSeconds:
    """The clock of a calendar version. Kept for the life of the process: a version never changes."""
    if calendar is None:
        return open_seconds(hours_of(None))
    key = (calendar.pk, calendar.made_at)
    if key not in _clocks:
        _clocks[key] = open_seconds(hours_of(calendar))
    return _clocks[key]


def calendars_of_units(unit_ids: Iterable[int] | None = None) -> dict[int, WorkingCalendar | None]:
    """The calendar of each unit: its own or the nearest one above; None where there is none. Two queries.

    All units of the database when `unit_ids` is None.
    """
    wanted = None if unit_ids is None else set(unit_ids)
    units = Unit.objects.all()
    if wanted is not None:
        offices = {path.split("/")[1] for path in units.filter(pk__in=wanted).values_list("path", flat=True) if path}
        if not offices:
            return {}
        # one regular expression per look-up would not use the index on the path; few offices exist
        units = units.filter(path__regex=f"^/({'|'.join(sorted(offices))})/")
    rows = list(units.values_list("id", "path", "calendar_id"))
    own = {pk: calendar for pk, _, calendar in rows if calendar}
    calendars = WorkingCalendar.objects.in_bulk(set(own.values()))
    found: dict[int, WorkingCalendar | None] = {}
    for pk, path, _ in rows:
        if wanted is None or pk in wanted:
            above = reversed([int(part) for part in path.strip("/").split("/") if part])
            nearest = next((own[unit] for unit in above if unit in own), None)
            found[pk] = calendars[nearest] if nearest else None
    return found


def clocks_of_units(unit_ids: Iterable[int] | None = None) -> dict[int, OpenSeconds]:
    """The clock of each unit; units that share a calendar share its table."""
    return {pk: open_clock(calendar) for pk, calendar in calendars_of_units(unit_ids).items()}


def clock_of_unit(unit: Unit) -> OpenSeconds:
    """The clock a unit works by."""
    return open_clock(calendars_of_units([unit.pk]).get(unit.pk))


def latest_calendars(office_id: int) -> QuerySet[WorkingCalendar]:
    """The newest version of each calendar of an office."""
    newest = (
        WorkingCalendar.objects.filter(office_id=office_id).order_by("code", "-version").distinct("code").values("pk")
    )
    return WorkingCalendar.objects.filter(pk__in=newest).order_by("name")


_UNIT_AND_ZONE = """
SELECT unit.*, (
    SELECT calendar.time_zone FROM office_unit above
    JOIN office_workingcalendar calendar ON calendar.id = above.calendar_id
    WHERE above.path <> '' AND starts_with(unit.path, above.path) ORDER BY length(above.path) DESC LIMIT 1
) AS zone FROM office_unit unit WHERE unit.id = %s
"""


def zone_of_unit(staff: Staff) -> ZoneInfo | None:
    """The time zone of the hours that somebody's unit works by; None without any.

    One query, which every page makes: it reads the person's unit on the way.
    """
    if staff.unit_id is None:
        return None
    unit = Unit.objects.raw(_UNIT_AND_ZONE, [staff.unit_id])[0]
    staff.unit = unit
    name: str | None = vars(unit)["zone"]
    return zone_info(name) if name else None
