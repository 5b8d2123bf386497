"""Reading what the office is: calendars, standards, people and silos. Nothing here changes anything."""

from .calendars import calendars_of_units, clock_of_unit, clocks_of_units, hours_of, latest_calendars, open_clock
from .people import find_staff, folded, staff_named
from .silos import own_silo
from .standards import due_time, due_times, standard_at, standard_due, standards_at

__all__ = [
    "calendars_of_units",
    "clock_of_unit",
    "clocks_of_units",
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
]
