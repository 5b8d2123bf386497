"""Working calendars: weekly hours, holidays, and every version there ever was."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from regard.office import actions
from regard.office.access import (
    calendars_seen_by,
    get_calendar_for,
    may_change_office,
    open_to,
    staff_of,
    units_of_office,
)
from regard.office.calendar import WorkingHours
from regard.office.forms import DAY_NAMES, CalendarForm, HolidayForm, refused, text_of
from regard.office.models import Unit, WorkingCalendar
from regard.office.queries import calendars_of_units, latest_calendars, open_clock
from regard.office.roles import Role

WEEKS_AHEAD = 4


@dataclass(frozen=True)
class Day:
    """One day of the preview: its hours in words, and why they differ from the usual."""

    day: date
    hours: str
    why: str
    is_today: bool


@open_to(Role.ADMINISTRATOR)
def calendars(request: HttpRequest) -> HttpResponse:
    """The calendars of the office, and which units work by each."""
    users = _users(request)
    rows = [
        (calendar, _week(open_clock(calendar).hours), users.get(calendar.pk, []))
        for calendar in latest_calendars(staff_of(request).office_id or 0)
    ]
    context = {"rows": rows, "may_change": may_change_office(staff_of(request))}
    return render(request, "office/calendars.html", context)


def _users(request: HttpRequest) -> dict[int, list[Unit]]:
    """Units of the office by the calendar they work by, their own or one from above."""
    units = {unit.pk: unit for unit in units_of_office(staff_of(request)).order_by("name")}
    used: dict[int, list[Unit]] = {}
    by = calendars_of_units(units)
    for pk, unit in units.items():
        calendar = by.get(pk)
        if calendar is not None:
            used.setdefault(calendar.pk, []).append(unit)
    return used


def _week(hours: WorkingHours) -> list[tuple[str, str]]:
    """Each weekday with its usual hours in words."""
    return _week_of({str(n): spans for n, spans in enumerate(hours.to_dict()["weekly"].values())})


def _week_of(weekly: dict[str, list[list[str]]]) -> list[tuple[str, str]]:
    return [(name, text_of(weekly.get(str(number), [])) or "closed") for number, name in enumerate(DAY_NAMES)]


@open_to(Role.ADMINISTRATOR)
def calendar(request: HttpRequest, code: str) -> HttpResponse:
    """One calendar: its week, the coming weeks, its closed days and its versions."""
    told = request.GET.get("version", "")
    version = int(told) if told.isdecimal() and len(told) < 9 else None
    found = get_calendar_for(staff_of(request), code, version)
    versions = list(calendars_seen_by(staff_of(request)).filter(code=code).order_by("-version"))
    hours = open_clock(found).hours
    context = {
        "calendar": found,
        "is_latest": found == versions[0],
        "versions": versions,
        "week": _week(hours),
        "earlier": [
            (date.fromisoformat(era["until"]), _week_of(era["weekly"])) for era in reversed(found.earlier_weeks)
        ],
        "preview": _preview(found, hours),
        "public_days": _coming(found),
        "local_days": [(_day(entry["date"]), entry) for entry in reversed(found.local_days)],
        "units": _users(request).get(found.pk, []),
        "may_change": may_change_office(staff_of(request)),
    }
    return render(request, "office/calendar.html", context)


_day = date.fromisoformat


def _preview(found: WorkingCalendar, hours: WorkingHours) -> list[list[Day]]:
    """The coming weeks, Monday first."""
    today = timezone.now().astimezone(ZoneInfo(found.time_zone)).date()
    monday = today - timedelta(days=today.weekday())
    local = {entry["date"]: entry.get("name", "") for entry in found.local_days}
    days = [monday + timedelta(days=number) for number in range(7 * WEEKS_AHEAD)]
    shown = []
    for day in days:
        spans = [[f"{opening:%H:%M}", f"{closing:%H:%M}"] for opening, closing in hours.on(day)]
        why = local.get(day.isoformat()) or ("" if spans else found.public_days.get(day.isoformat(), ""))
        shown.append(Day(day, text_of(spans) or "closed", why, day == today))
    return [shown[start : start + 7] for start in range(0, len(shown), 7)]


def _coming(found: WorkingCalendar) -> list[tuple[date, str]]:
    """Public holidays of the next twelve months."""
    today = timezone.now().date()
    first, last = today.isoformat(), (today + timedelta(days=365)).isoformat()
    days = sorted(found.public_days.items())
    return [(_day(day), name) for day, name in days if first <= day <= last]


@open_to(Role.ADMINISTRATOR)
def calendar_add(request: HttpRequest) -> HttpResponse:
    """A calendar of its own for units that open at other hours."""
    _require_whole_office(request)
    usual = latest_calendars(staff_of(request).office_id or 0).first()
    initial = {**CalendarForm.initial_of(usual), "name": ""} if usual else {}
    form = CalendarForm(request.POST or None, initial=initial, is_new=True)
    if request.method == "POST" and form.is_valid():
        office = units_of_office(staff_of(request)).get(parent=None)
        reason = form.cleaned_data["reason"]
        try:
            made = actions.make_calendar(by=staff_of(request), office=office, reason=reason, **form.fields_told())
        except ValidationError as error:
            refused(form, error)
        else:
            messages.success(request, f"{made.name} is there. Choose it at the units that work by it.")
            return redirect("office-calendar", made.code)
    return render(request, "office/calendar_edit.html", {"form": form}, status=422 if form.errors else 200)


@open_to(Role.ADMINISTRATOR)
def calendar_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change the hours: makes the next version."""
    _require_whole_office(request)
    found = get_calendar_for(staff_of(request), code)
    initial = CalendarForm.initial_of(found) | {"since": timezone.localdate()}
    form = CalendarForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("reason", "since")} | form.fields_told()
        try:
            made = actions.new_calendar_version(by=staff_of(request), calendar=found, **told)
        except ValidationError as error:
            refused(form, error)
        else:
            return _saved(request, found, made)
    context = {"form": form, "calendar": found}
    return render(request, "office/calendar_edit.html", context, status=422 if form.errors else 200)


@open_to(Role.ADMINISTRATOR)
def holiday(request: HttpRequest, code: str) -> HttpResponse:
    """Declare one day closed, or open at other hours; early or after the fact."""
    _require_whole_office(request)
    found = get_calendar_for(staff_of(request), code)
    form = HolidayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.declare_holiday(by=staff_of(request), calendar=found, **form.cleaned_data)
        except ValidationError as error:
            refused(form, error)
        else:
            return _saved(request, found, made)
    context = {"form": form, "calendar": found}
    return render(request, "office/holiday.html", context, status=422 if form.errors else 200)


def _require_whole_office(request: HttpRequest) -> None:
    if not may_change_office(staff_of(request)):
        raise PermissionDenied("Calendars are shared: only an administrator of the whole office may change them.")


def _saved(request: HttpRequest, before: WorkingCalendar, after: WorkingCalendar) -> HttpResponse:
    if before.pk == after.pk:
        messages.info(request, "Nothing was different, so there is no new version.")
    else:
        messages.success(request, f"Version {after.version} of {after.name} holds from now on.")
    return redirect("office-calendar", after.code)
