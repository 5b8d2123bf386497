"""The demo county as an office: units, services, standards, calendars, staff - and the file that says so.

``office.toml`` in the generated folder is what the office itself would hand over. Its tables:

- ``office``: name, time_zone, email_domain, website, about, ``as_of`` (last day of the generated period).
- ``calendar[]``: code, name, country, subdivision (public holidays), ``hours`` (mon..sun -> list of "HH:MM-HH:MM"),
  ``closed[]`` (date, reason): local days on top of the public holidays.
- ``unit[]``: code, name, parent (none for the county), calendar, email.
- ``service[]``: code, name, unit, about; ``first_answer`` and ``resolve`` as {amount, unit} with unit "hours"
  (elapsed), "working_days" (end of the nth open day of the unit) or "days"; a missing one means no standard.
- ``staff[]``: id (the login, which is what silos call them), name, email, unit, role, title, joined, left (dates, where
  known), persona (one of each role).
"""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import tomli_w

from regard.demo.hours import DAY, Hours, local_closed_days, public_holidays
from regard.demo.population import plain
from regard.demo.speech import pick, words

ALWAYS = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
TRAINING_DAY_OPEN = {"answer-line", "crews"}  # these work on the staff training day


@dataclass(frozen=True, slots=True)
class Standard:
    amount: int
    unit: str  # hours, working_days, days


@dataclass(frozen=True, slots=True)
class Service:
    code: str
    name: str
    unit: str
    first_answer: Standard | None
    resolve: Standard | None
    flow: dict[str, Any]  # see words/flow.toml

    def chance(self, what: str, otherwise: float = 0.0) -> float:
        return self.flow.get(what, otherwise)


@dataclass(frozen=True, slots=True)
class Staff:
    id: str
    name: str
    mail: str
    unit: str
    role: str
    title: str
    joined: date | None
    left: date | None
    persona: bool

    def works(self, day: date) -> bool:
        return (self.joined is None or self.joined <= day) and (self.left is None or day < self.left)

    def login(self) -> str:
        """As telephone switches and XES logs know people."""
        given, family = self.name.split(" ", 1)
        return plain(given)[0].upper() + plain(family).upper()


class County:
    """Reference data of the county for a period."""

    def __init__(self, start: date, end: date) -> None:
        self.start, self.end = start, end
        self.now = datetime.combine(end, time(23, 59))  # nothing later than this is known to any silo
        raw = words("office")
        self.office: dict[str, Any] = raw["office"]
        self.units = {unit["code"]: unit for unit in raw["unit"]}
        flow = words("flow")["service"]
        self.services = {item["code"]: _service(item, flow[item["code"]]) for item in raw["service"]}
        self.staff = [self._staff(number, item) for number, item in enumerate(raw["staff"], 1)]
        self.by_id = {one.id: one for one in self.staff}
        self.calendars = {item["code"]: item for item in raw["calendar"]}
        self._hours: dict[str, Hours] = {}
        self._officers: dict[tuple[str, int], list[Staff]] = {}

    @cached_property
    def holidays(self) -> set[date]:
        years = range(self.start.year - 1, self.end.year + 3)
        return {day for year in years for day in public_holidays(year)}

    def local_days(self, calendar: str) -> dict[date, str]:
        days = local_closed_days(self.start - 60 * DAY, self.end + 600 * DAY)
        return {day: why for day, why in days.items() if "training" not in why or calendar not in TRAINING_DAY_OPEN}

    def hours(self, calendar: str) -> Hours:
        """Opening hours by calendar code; ``always`` never closes."""
        if calendar not in self._hours:
            first, last = self.start - 60 * DAY, self.end + 900 * DAY
            if calendar == "always":
                self._hours[calendar] = Hours(ALWAYS, set(), first, last)
            else:
                closed = self.holidays | set(self.local_days(calendar))
                self._hours[calendar] = Hours(self.calendars[calendar]["hours"], closed, first, last)
        return self._hours[calendar]

    def unit_hours(self, unit: str) -> Hours:
        return self.hours(self.units[unit]["calendar"])

    def due(self, standard: Standard, unit: str, at: datetime) -> datetime:
        """When a standard runs out."""
        if standard.unit == "hours":
            return at + timedelta(hours=standard.amount)
        if standard.unit == "days":
            return datetime.combine(at.date() + timedelta(days=standard.amount), time(23, 59))
        return self.unit_hours(unit).end_of_day(at, standard.amount)

    def officer(self, rng: random.Random, unit: str, at: datetime) -> Staff:
        """Somebody of the unit who worked there then."""
        month = at.year * 12 + at.month
        if (unit, month) not in self._officers:
            middle = at.date().replace(day=15)
            here = [one for one in self.staff if one.unit == unit and one.role == "front_line" and one.works(middle)]
            self._officers[unit, month] = here or [one for one in self.staff if one.unit == unit]
        return pick(rng, self._officers[unit, month])

    def _staff(self, number: int, item: dict[str, Any]) -> Staff:
        given, _, family = item["name"].partition(" ")
        return Staff(
            id=f"S{number:03d}",
            name=item["name"],
            mail=f"{plain(given)}.{plain(family)}@{self.office['email_domain']}",
            unit=item["unit"],
            role=item["role"],
            title=item["title"],
            joined=self._month(item["joined"]) if "joined" in item else None,
            left=self._month(item["left"]) if "left" in item else None,
            persona=item.get("persona", False),
        )

    def _month(self, number: int) -> date:
        months = self.start.year * 12 + self.start.month - 1 + number
        return date(months // 12, months % 12 + 1, 1)

    def write(self, path: Path) -> None:
        """Write office.toml."""
        raw = words("office")
        calendars = []
        for item in raw["calendar"]:
            closed = [{"date": day, "reason": why} for day, why in self.local_days(item["code"]).items()]
            calendars.append({**item, "closed": closed})
        staff = []
        for one in self.staff:
            row: dict[str, Any] = {"id": one.login(), "name": one.name, "email": one.mail, "unit": one.unit}
            row |= {
                "role": one.role,
                "title": one.title,
                "joined": one.joined,
                "left": one.left,
                "persona": one.persona,
            }
            staff.append({key: value for key, value in row.items() if value is not None})
        document = {
            "office": {**self.office, "as_of": self.end},
            "calendar": calendars,
            "unit": raw["unit"],
            "service": raw["service"],
            "staff": staff,
        }
        path.write_bytes(tomli_w.dumps(document).encode())


def _service(item: dict[str, Any], flow: dict[str, Any]) -> Service:
    first, last = item.get("first_answer"), item.get("resolve")
    return Service(
        code=item["code"],
        name=item["name"],
        unit=item["unit"],
        first_answer=Standard(**first) if first else None,
        resolve=Standard(**last) if last else None,
        flow=flow,
    )
