"""Times, lengths and numbers in plain words. Pure: no Django, no clock of its own."""

from datetime import date, datetime
from typing import Final

NOT_KNOWN: Final = "not known"

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_MONTH, _YEAR = 30.44 * _DAY, 365.25 * _DAY
# (limit in seconds, seconds of one unit, unit): the first limit that is not reached names the unit.
_AGO = (
    (_HOUR, _MINUTE, "minute"),
    (_DAY, _HOUR, "hour"),
    (60 * _DAY, _DAY, "day"),
    (2 * _YEAR, _MONTH, "month"),
    (float("inf"), _YEAR, "year"),
)


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(when: date) -> str:
    """`Mar 4, 2025`. Written out here because a long table shows hundreds of dates."""
    return f"{_MONTHS[when.month - 1]} {when.day}, {when.year}"


def clock(when: datetime) -> str:
    """`2:05 PM`."""
    return f"{when.hour % 12 or 12}:{when.minute:02} {'AM' if when.hour < 12 else 'PM'}"


def plural(count: float, unit: str) -> str:
    """`1 day`, `2 days`, `1.5 days`; thousands separated."""
    shown = f"{count:,.1f}".removesuffix(".0") if isinstance(count, float) else f"{count:,}"
    return f"{shown} {unit}" if shown == "1" else f"{shown} {unit}s"


def ago(when: datetime, now: datetime) -> str:
    """`3 days ago`, `in 2 hours`, `just now`. Both instants carry a time zone.

    Counts whole units that have passed, so that nothing reads older (or nearer) than it is.
    """
    seconds = (now - when).total_seconds()
    length = abs(seconds)
    if length < _MINUTE:
        return "just now" if seconds >= 0 else "in less than a minute"
    size, unit = next((size, unit) for limit, size, unit in _AGO if length < limit)
    words = plural(int(length // size), unit)
    return f"{words} ago" if seconds >= 0 else f"in {words}"


def duration(seconds: float) -> str:
    """Elapsed time in its two largest units: `45 s`, `12 min`, `2 h 10 min`, `3 days 4 h`, `41 days`.

    From 10 days on the hours are left out; a negative length keeps its sign.
    """
    if seconds < 0:
        return f"minus {duration(-seconds)}"
    if seconds < _MINUTE:
        return f"{int(seconds)} s"
    minutes = int(seconds // _MINUTE)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    words = plural(days, "day")
    return f"{words} {hours} h" if hours and days < 10 else words


def working_duration(seconds: float, hours_a_day: float = 8.0) -> str:
    """Working time: below one working day in hours and minutes, above it in working days of `hours_a_day`."""
    if seconds < 0:
        return f"minus {working_duration(-seconds, hours_a_day)}"
    days = seconds / (hours_a_day * _HOUR)
    if days < 1:
        words = duration(seconds)
        return f"{words} of working time"
    return plural(round(days, 1) if days < 10 else round(days), "working day")


def number(value: float, decimals: int = 0) -> str:
    """`12,345`, `12,345.6`: thousands separated by a comma, rounded half to even."""
    return f"{value:,.{decimals}f}"


def percent(share: float, decimals: int = 0) -> str:
    """A share from 0 to 1 as `43%`. Never rounds up to 100% or down to 0% what is not so: `over 99%`, `under 1%`."""
    shown = f"{share * 100:.{decimals}f}"
    if share < 1 and float(shown) >= 100:
        return f"over {100 - 10**-decimals:.{decimals}f}%"
    if share > 0 and float(shown) == 0:
        return f"under {10**-decimals:.{decimals}f}%"
    return f"{shown}%"
