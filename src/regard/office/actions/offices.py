"""A new office, with its calendar and the silo of records born in Regard."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from regard.office.actions.calendars import give_calendar, make_calendar
from regard.office.actions.importing import ensure_own_silo
from regard.office.actions.units import make_unit
from regard.office.models import Unit
from regard.office.queries.calendars import OFFICE_HOURS
from regard.records.actors import Actor


@transaction.atomic
def make_office(
    *,
    by: Actor,
    name: str,
    code: str = "",
    time_zone: str = "",
    weekly: Mapping[str, Any] | None = None,
    country: str = "",
    subdivision: str = "",
    is_demo: bool = False,
) -> Unit:
    """An office: its topmost unit, a working calendar, and its own silo."""
    office = make_unit(by=by, name=name, code=code, is_demo=is_demo)
    calendar = make_calendar(
        by=by,
        office=office,
        name="Office hours",
        code="standard",
        time_zone=time_zone or settings.TIME_ZONE,
        weekly=OFFICE_HOURS if weekly is None else weekly,
        country=country,
        subdivision=subdivision,
    )
    ensure_own_silo(by=by, office=office)
    give_calendar(by=by, units=[office], calendar=calendar)
    return office
