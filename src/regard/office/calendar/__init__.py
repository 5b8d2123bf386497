"""Working time: when an office is open, and how much of a wait the official clock counts.

One rule decides everything: the office is open at an instant when the wall clock of its time zone, read at
that instant, lies inside the hours of that local day. So the hour that is skipped in spring does not count,
and the hour that comes twice in autumn counts twice when the hours cover it.

`WorkingHours` is one version of a calendar, `open_seconds(hours)` its table of open time, which answers for
one instant (aware `datetime`) or for millions (`datetime64` in UTC, int64 microseconds since 1970).
"""

from .hours import WorkingHours
from .openseconds import NeverOpenError, OpenSeconds, open_seconds
from .publicholidays import holiday_dates, holiday_places

__all__ = [
    "NeverOpenError",
    "OpenSeconds",
    "WorkingHours",
    "holiday_dates",
    "holiday_places",
    "open_seconds",
]
