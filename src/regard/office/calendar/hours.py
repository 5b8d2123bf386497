"""The hours of an office: one version of its calendar, read from plain JSON and checked."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, Self
from zoneinfo import ZoneInfo

Span = tuple[time, time]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MIDNIGHT = time(0)


@dataclass(frozen=True)
class WorkingHours:
    """When an office is open; one version of a calendar. Immutable, comparable, hashable.

    zone: IANA name, such as "America/Chicago".
    weekly: 0 (Monday) .. 6 -> spans (open, close) of that day; a lunch gap makes two. A close of 00:00 means
        midnight at the day's end, so an all-day span is (00:00, 00:00). A missing day is closed.
    closed_days: date -> name, closed all day whatever the week says.
    special_days: date -> spans that replace the week's; wins over `closed_days`.

    Raises ValueError for an unknown zone, a span that ends before it starts, spans of a day that overlap.
    """

    zone: str
    weekly: Mapping[int, Iterable[Span]] = field(default_factory=dict)
    closed_days: Mapping[date, str] = field(default_factory=dict)
    special_days: Mapping[date, Iterable[Span]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        zone_info(self.zone)
        weekly: dict[int, tuple[Span, ...]] = {}
        for weekday in sorted(self.weekly):
            if weekday not in range(7):
                raise ValueError(f"Weekday {weekday!r} is not 0 (Monday) to 6 (Sunday).")
            if spans := _checked(self.weekly[weekday], WEEKDAYS[weekday]):
                weekly[weekday] = spans
        special = {day: _checked(self.special_days[day], str(day)) for day in sorted(self.special_days)}
        for day, spans in special.items():
            if not spans:
                raise ValueError(f"Special day {day} has no hours: list it among the closed days instead.")
        object.__setattr__(self, "weekly", weekly)
        object.__setattr__(self, "closed_days", dict(sorted(self.closed_days.items())))
        object.__setattr__(self, "special_days", special)

    def __hash__(self) -> int:
        return hash(self.digest)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """From plain JSON, the form `to_dict` writes.

        {"zone": "Europe/Berlin",
         "weekly": {"mon": [["08:00", "12:00"], ["13:00", "17:00"]], "fri": ["08:00-12:00"]},
         "closed_days": {"2025-12-24": "Christmas Eve"}, "special_days": {"2025-12-27": [["10:00", "24:00"]]}}

        Weekdays are names in English (three letters or more) or 0 (Monday) to 6. Closed days may be a plain
        list. Raises ValueError that names the entry at fault; an empty or missing `weekly` is refused, since
        it is far more often a slip than an office that never opens (say {"mon": []} for that).
        """
        data = _table(data, "calendar")
        if unknown := set(data) - {"zone", "weekly", "closed_days", "special_days"}:
            raise ValueError(f"Unknown calendar entries: {', '.join(sorted(map(str, unknown)))}.")
        if not data.get("zone"):
            raise ValueError("The calendar has no zone: give an IANA name such as 'America/Chicago'.")
        if not data.get("weekly"):
            raise ValueError("The calendar has no weekly hours: give at least one day, such as 'mon'.")
        closed = data.get("closed_days") or {}
        if not isinstance(closed, Mapping):
            closed = dict.fromkeys(closed, "")
        weekly: dict[int, list[Span]] = {}
        for key, spans in _table(data["weekly"], "weekly").items():
            weekday = _weekday(key)
            if weekday in weekly:
                raise ValueError(f"Weekday {key!r} is given twice in the calendar.")
            weekly[weekday] = _spans(spans, str(key))
        special = _table(data.get("special_days") or {}, "special_days")
        return cls(
            zone=data["zone"],
            weekly=weekly,
            closed_days={_date(day): str(name) for day, name in closed.items()},
            special_days={_date(day): _spans(spans, str(day)) for day, spans in special.items()},
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON that `from_dict` reads back to an equal calendar."""
        return {
            "zone": self.zone,
            "weekly": {WEEKDAYS[day]: _plain(self.weekly.get(day, ())) for day in range(7)},
            "closed_days": {day.isoformat(): name for day, name in self.closed_days.items()},
            "special_days": {day.isoformat(): _plain(spans) for day, spans in self.special_days.items()},
        }

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical form: names this version of a calendar wherever a figure depends on it."""
        text = json.dumps(self.to_dict(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def with_closed_days(self, days: Mapping[date, str]) -> "WorkingHours":
        """The next version of this calendar, with more closed days: a holiday declared late, a storm."""
        return WorkingHours(self.zone, self.weekly, {**self.closed_days, **days}, self.special_days)

    def on(self, day: date) -> tuple[Span, ...]:
        """The open spans of one local day, in order; empty when closed."""
        if day in self.special_days:
            return tuple(self.special_days[day])
        if day in self.closed_days:
            return ()
        return tuple(self.weekly.get(day.weekday(), ()))


@lru_cache(maxsize=1024)
def zone_info(name: str) -> ZoneInfo:
    """The time zone of an IANA name. Raises ValueError when it is not known."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError, TypeError, AttributeError):
        raise ValueError(f"Time zone {name!r} is not known: give an IANA name such as 'America/Chicago'.") from None


def _checked(spans: Iterable[Span], where: str) -> tuple[Span, ...]:
    """Spans of one day in order, or a ValueError that names the day and the span."""
    ordered = tuple(sorted(((opening, closing) for opening, closing in spans), key=lambda span: span[0]))
    for opening, closing in ordered:
        if closing != _MIDNIGHT and closing <= opening:
            raise ValueError(
                f"On {where} the hours {opening:%H:%M}-{closing:%H:%M} end before they start. Hours past "
                f"midnight are two spans: {opening:%H:%M}-24:00 and, the next day, 00:00-{closing:%H:%M}."
            )
    for (opening, closing), (later, last) in pairwise(ordered):
        if closing == _MIDNIGHT or later < closing:
            raise ValueError(
                f"On {where} the hours {opening:%H:%M}-{closing:%H:%M} and {later:%H:%M}-{last:%H:%M} overlap."
            )
    return ordered


# --- reading what people write


def _table(value: Any, where: str) -> Mapping[Any, Any]:
    if isinstance(value, Mapping):
        return value
    kind = type(value).__name__
    raise ValueError(f"The calendar's entry {where!r} must be a table with names, not a {kind}.")


def _weekday(key: Any) -> int:
    text = str(key).strip().lower()
    if len(text) == 1 and text in "0123456":
        return int(text)
    for day, name in enumerate(_WEEKDAY_NAMES):
        if len(text) >= 3 and name.startswith(text):
            return day
    raise ValueError(f"{key!r} is not a weekday: write mon to sun, or 0 (Monday) to 6 (Sunday).")


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is not a date: write it as 2025-12-24.") from None


def _clock(value: Any, where: str) -> time:
    if isinstance(value, time):
        return value
    text = str(value).strip()
    try:
        return _MIDNIGHT if text in {"24:00", "24:00:00"} else time.fromisoformat(text.zfill(5))
    except ValueError:
        raise ValueError(f"On {where} {value!r} is not a time of day: write it as 08:30.") from None


def _spans(value: Any, where: str) -> list[Span]:
    if isinstance(value, list | tuple):
        return [_span(entry, where) for entry in value]
    raise ValueError(f"The hours on {where} must be a list of spans, such as [['08:00', '12:00']].")


def _span(entry: Any, where: str) -> Span:
    parts = entry.split("-") if isinstance(entry, str) else entry
    if not isinstance(parts, list | tuple) or len(parts) != 2:
        raise ValueError(f"On {where} {entry!r} is not a span of hours: write ['08:00', '12:00'].")
    opening, closing = (_clock(part, where) for part in parts)
    if str(parts[0]).strip().startswith("24:00"):
        raise ValueError(f"On {where} {entry!r} starts at the end of the day: write the next day's 00:00.")
    if opening == closing and (opening != _MIDNIGHT or not str(parts[1]).strip().startswith("24:00")):
        raise ValueError(f"On {where} the hours {entry!r} are empty; all day is ['00:00', '24:00'].")
    return opening, closing


def _plain(spans: Iterable[Span]) -> list[list[str]]:
    def text(clock: time) -> str:
        return clock.isoformat() if clock.second or clock.microsecond else clock.isoformat("minutes")

    return [[text(opening), "24:00" if closing == _MIDNIGHT else text(closing)] for opening, closing in spans]
