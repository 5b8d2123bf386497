"""Answering people who are not signed in: under the name of their office, in its time zone, kept from strangers."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from regard.office.models import Unit
from regard.office.queries import calendars_of_units


def office_of(unit: Unit) -> Unit:
    """The office that a unit belongs to."""
    return unit if unit.parent_id is None else Unit.objects.get(pk=unit.office_id)


def render_publicly(
    request: HttpRequest, template: str, context: Mapping[str, object], unit: Unit, status: int = 200
) -> HttpResponse:
    """A page for everybody about a unit: times are those of its calendar, `unit` and `office_name` are in it."""
    calendar = calendars_of_units([unit.pk]).get(unit.pk)
    told = {**context, "unit": unit, "office_name": office_of(unit).name}
    with timezone.override(ZoneInfo(calendar.time_zone) if calendar else None):
        return render(request, template, told, status=status)


def kept_private(response: HttpResponse) -> HttpResponse:
    """A page whose address is its key: no search engine, and no other site that it leads to, learns of it."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
