"""When work arrives: which service, over which channel, on which day and at which hour.

Every (silo, service, channel, day) has a weight - season, weekday, holidays, storms, growth, the slow move from
phone to app - and the wished number of cases is drawn from these weights: totals are exact, rhythms are not.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate

from regard.demo.county import County, Service
from regard.demo.hours import DAY
from regard.demo.speech import Wheel, words

GROWTH = 0.08  # more cases a year
NEEDS_STAFF = {"phone", "counter", "letter", "staff", "order"}  # silent on days off
ON_DAYS_OFF = 0.6  # what is left of the other channels


@dataclass(frozen=True, slots=True)
class Arrival:
    silo: str
    service: Service
    channel: str
    at: datetime


class Arrivals:
    """The weights of a period, and draws from them."""

    def __init__(self, county: County, rng: random.Random) -> None:
        self.county, self.rng = county, rng
        self.flow = words("flow")
        self.days = [county.start + n * DAY for n in range((county.end - county.start).days + 1)]
        self.closed = county.holidays | set(county.local_days("standard"))
        self.hour = {channel: Wheel({int(h): w for h, w in day.items()}) for channel, day in self.flow["day"].items()}
        self._known: dict[tuple[str, str], list[tuple[str, date, float]]] = {}
        self.storms = {code: self._storms(service) for code, service in county.services.items()}

    def draw(self, silo: str, wanted: int) -> list[Arrival]:
        """So many arrivals of one silo, in order of time."""
        cells: list[tuple[Service, str, date]] = []
        weights: list[float] = []
        for service in self.county.services.values():
            weight = service.chance(silo)
            if weight:
                for channel, day, factor in self._cells(silo, service):
                    cells.append((service, channel, day))
                    weights.append(weight * factor)
        drawn = self.rng.choices(cells, cum_weights=list(accumulate(weights)), k=wanted)
        arrivals = [Arrival(silo, service, channel, self._moment(channel, day)) for service, channel, day in drawn]
        arrivals.sort(key=lambda one: one.at)
        return arrivals

    def load(self, unit: str) -> list[float]:
        """Expected work of a unit per day, as a share of what an open day brings on average."""
        by_day: dict[date, float] = defaultdict(float)
        for service in self.county.services.values():
            if service.unit == unit:
                for silo, share in self.flow["born"].items():
                    if weight := service.chance(silo) / self._all(silo):
                        for _, day, factor in self._cells(silo, service):
                            by_day[day] += weight * share * factor
        hours = self.county.unit_hours(unit)
        open_days = sum(hours.is_open_day(day) for day in self.days)
        mean = sum(by_day.values()) / max(1, open_days)
        return [by_day[day] / mean if mean else 0.0 for day in self.days]

    def _cells(self, silo: str, service: Service) -> list[tuple[str, date, float]]:
        """Channel, day and factor of a service's weight; worked out once."""
        key = (silo, service.code)
        if key not in self._known:
            self._known[key] = list(self._factors(silo, service))
        return self._known[key]

    def _factors(self, silo: str, service: Service) -> Iterator[tuple[str, date, float]]:
        mix = self.flow["channels"][self._mix(silo, service)]
        season = self.flow["season"][service.flow.get("season", "flat")]
        after_holiday = service.chance("after_holiday", 1.0)
        storms = self.storms[service.code]
        last = len(self.days) - 1
        for channel in mix["start"]:
            week = self.flow["week"][channel]
            begin, finish = mix["start"][channel], mix["end"].get(channel, 0)
            off = 0.0 if channel in NEEDS_STAFF else ON_DAYS_OFF
            total_begin, total_finish = sum(mix["start"].values()), sum(mix["end"].values())
            for number, day in enumerate(self.days):
                passed = number / last
                share = begin / total_begin * (1 - passed) + finish / total_finish * passed
                factor = share * week[day.weekday()] * season[day.month - 1] * (1 + GROWTH * number / 365)
                if day in self.closed:
                    factor *= off
                elif day - DAY in self.closed:
                    factor *= after_holiday
                if factor:
                    yield channel, day, factor * storms.get(day, 1.0)

    def _all(self, silo: str) -> float:
        return sum(service.chance(silo) for service in self.county.services.values())

    @staticmethod
    def _mix(silo: str, service: Service) -> str:
        fixed = {"mailbox": "mail", "walk_ins": "counter"}
        return fixed.get(silo) or str(service.flow["channels"])

    def _storms(self, service: Service) -> dict[date, float]:
        """Some days of the season bring many times the usual, and the day after brings half of that."""
        strength = service.chance("storms")
        if not strength:
            return {}
        season = self.flow["season"][service.flow.get("season", "flat")]
        storms: dict[date, float] = {}
        for day in self.days:
            if self.rng.random() < 0.022 * min(2.0, season[day.month - 1]):
                storms[day] = strength
                storms.setdefault(day + DAY, strength / 2)
        return storms

    def _moment(self, channel: str, day: date) -> datetime:
        hour = self.hour[channel].turn(self.rng)
        if channel == "phone" and day.weekday() == 5:
            hour = 9 + hour % 4  # the answer line is open on Saturday mornings
        moment = datetime.combine(day, time(hour)) + timedelta(seconds=int(self.rng.random() * 3600))
        return awake(moment)


def awake(at: datetime) -> datetime:
    """Moves a moment out of the hour that is skipped in March, to its end; order is kept."""
    if at.month == 3 and at.hour == 2 and at.weekday() == 6 and 8 <= at.day <= 14:
        return at.replace(hour=3, minute=0, second=0, microsecond=0)
    return at
