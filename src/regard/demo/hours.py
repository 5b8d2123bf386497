"""Opening hours of the demo county, apart from the product's own calendar on purpose.

The generator must know when its clerks were at their desks without asking the code whose figures the demo office
is used to check. All instants are local wall-clock time without a zone.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

DAY = timedelta(days=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth (1-based; negative from the end) weekday (Monday 0) of a month."""
    if nth > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - DAY
    return last - timedelta(days=(last.weekday() - weekday) % 7 + 7 * (-nth - 1))


def _observed(day: date) -> date:
    return day - DAY if day.weekday() == 5 else day + DAY if day.weekday() == 6 else day


def public_holidays(year: int) -> set[date]:
    """Days off in Minnesota (the federal ones without Columbus Day), each with the day it is observed on."""
    fixed = [date(year, 1, 1), date(year, 6, 19), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)]
    moving = [
        nth_weekday(year, 1, 0, 3),  # Martin Luther King Jr.
        nth_weekday(year, 2, 0, 3),  # Washington's and Lincoln's birthday
        nth_weekday(year, 5, 0, -1),  # Memorial Day
        nth_weekday(year, 9, 0, 1),  # Labor Day
        nth_weekday(year, 11, 3, 4),  # Thanksgiving
    ]
    next_new_year = _observed(date(year + 1, 1, 1))
    days = {*fixed, *map(_observed, fixed), *moving, next_new_year}
    return {day for day in days if day.year == year}


def local_closed_days(first: date, last: date) -> dict[date, str]:
    """Days on which the county closes beyond the public holidays."""
    days = {}
    for year in range(first.year, last.year + 1):
        days[nth_weekday(year, 11, 3, 4) + DAY] = "Day after Thanksgiving"
        days[nth_weekday(year, 10, 2, 2)] = "Staff training day"
    return {day: why for day, why in sorted(days.items()) if first <= day <= last}


class Hours:
    """Working time between instants, and instants after so much working time.

    ``weekly`` maps mon..sun to spans like ``08:00-16:30``; ``first`` and ``last`` bound the days that are known.
    Instants outside them raise IndexError: the caller asked too far ahead.
    """

    def __init__(self, weekly: Mapping[str, Iterable[str]], closed: set[date], first: date, last: date) -> None:
        self.base = datetime.combine(first, time())
        self.closed = closed
        self.opens: list[int] = []  # seconds from base
        self.sums: list[int] = [0]  # open seconds before each span
        spans = [[_span(text) for text in weekly.get(name, ())] for name in WEEKDAYS]
        self.per_week = sum(shut - opened for day in spans for opened, shut in day)
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            if day in closed:
                continue
            for opened, shut in spans[day.weekday()]:
                self.opens.append(number * 86_400 + opened)
                self.sums.append(self.sums[-1] + shut - opened)

    def elapsed(self, at: datetime) -> int:
        """Open seconds from the base to an instant."""
        second = int((at - self.base).total_seconds())
        span = bisect_right(self.opens, second) - 1
        if span < 0:
            return 0
        length = self.sums[span + 1] - self.sums[span]
        return self.sums[span] + min(length, second - self.opens[span])

    def after(self, at: datetime, seconds: float) -> datetime:
        """The instant at which so many open seconds have passed since ``at``."""
        target = self.elapsed(at) + max(1, int(seconds))
        span = bisect_right(self.sums, target - 1) - 1
        return self.base + timedelta(seconds=self.opens[span] + target - self.sums[span])

    def end_of_day(self, at: datetime, days: int) -> datetime:
        """Closing time of the nth open day after the day of ``at``."""
        at = at.replace(hour=0, minute=0, second=0, microsecond=0)
        second = int((at - self.base).total_seconds())
        span = bisect_right(self.opens, second + 86_399)
        left = days
        while True:
            day = self.opens[span] // 86_400
            left -= 1
            while span + 1 < len(self.opens) and self.opens[span + 1] // 86_400 == day:
                span += 1
            if left <= 0:
                shut = self.opens[span] + self.sums[span + 1] - self.sums[span]
                return self.base + timedelta(seconds=shut)
            span += 1

    def is_open_day(self, day: date) -> bool:
        start = (day - self.base.date()).days * 86_400
        span = bisect_right(self.opens, start - 1)
        return span < len(self.opens) and self.opens[span] < start + 86_400


def _span(text: str) -> tuple[int, int]:
    opened, _, shut = text.partition("-")
    return _second(opened), _second(shut)


def _second(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 3600 + int(minute) * 60
