"""Reading what the office is: calendars, standards, people and silos. Nothing here changes anything."""

from .calendars import (
    calendars_of_units,
    clock_of_unit,
    clocks_of_units,
    hours_of,
    latest_calendars,
    open_clock,
    zone_of_unit,
)
from .people import demo_staff, find_staff, folded, staff_named
from .silos import own_silo
from .standards import as_datetimes, due_time, due_times, standard_at, standard_due, standards_at, standards_today

__all__ = [
    "as_datetimes",
    "calendars_of_units",
    "clock_of_unit",
    "clocks_of_units",
    "demo_staff",
    "due_time",
    "due_times",
    "find_staff",
    "folded",
    "hours_of",
    "latest_calendars",
    "open_clock",
    "own_silo",
    "staff_named",
    "standard_at",
    "standard_due",
    "standards_at",
    "standards_today",
    "zone_of_unit",
]
