"""Reading dates in SQL: texts of many forms in, instants in UTC out.

DuckDB's own casts are too kind for records of what happened to people: `CAST(... AS TIMESTAMP)` drops an offset
without a word and reads '4:22 PM' as 04:22. So a text is first brought into one strict ISO form by its shape, and
only that form is cast. What has no known shape is no date.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from regard.sources.readers.base import literal

EARLIEST, LATEST = "1900-01-01", "2100-01-01"
"""Instants outside this range are typing errors or placeholders (year 0, 9999)."""
EARLIEST_BIRTH = "1850-01-01"

_DAY = r"\d{4}-\d{1,2}-\d{1,2}"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?"
PLAIN = rf"{_DAY}(?:[ T]\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:\.\d{{1,9}})?)?)?"
"""The usual form, which is read without being turned about first."""
LOCAL = rf"{_DAY}(?:[ T]{_CLOCK})?"
ZONED = rf"{_DAY}[ T]{_CLOCK} ?(?:Z|z|UTC|GMT|UT|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)"
NUMERIC = r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})((?:[ ,T].*)?)"
"""Day and month in an order that the text does not tell."""
_WEEKDAY = r"(?:[A-Za-z]{3,9}\.?,? +)?"
_NAMED_DAY_FIRST = (
    rf"{_WEEKDAY}(\d{{1,2}})(?:st|nd|rd|th)?[ -](?:of )?([A-Za-z]{{3,9}})\.?,?[ -](\d{{4}}|\d{{2}})((?:[ ,T].*)?)"
)
_NAMED_MONTH_FIRST = rf"{_WEEKDAY}([A-Za-z]{{3,9}})\.? +(\d{{1,2}})(?:st|nd|rd|th)?,? +(\d{{4}})((?:[ ,T].*)?)"
_CTIME = rf"[A-Za-z]{{3}} ([A-Za-z]{{3}}) +(\d{{1,2}}) ({_CLOCK}) (\d{{4}})"
_MONTHS = "['jan','feb','mar','apr','may','jun','jul','aug','sep','oct','nov','dec']"


def match(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {literal(pattern)})"


def part(text: str, pattern: str, group: int) -> str:
    return f"regexp_extract({text}, {literal('^' + pattern + '$')}, {group})"


def rearranged(text: str, order: str | None) -> str:
    """SQL that puts the date of a text in front in the order year-month-day; what has no known shape stays.

    `order` is 'dmy' or 'mdy' for dates of three numbers; with anything else those stay unread.
    """
    year_first = r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})((?:[ ,T].*)?)"
    compact = r"((?:19|20)\d{2})([01]\d)([0-3]\d)(?:[T ]?([0-2]\d)([0-5]\d)([0-5]\d)?(Z?))?"
    cases = [
        (year_first, _day(text, year_first, (1, 2, 3), 4)),
        (
            compact,
            (
                f"concat({_joined(text, compact, (1, 2, 3))}, nullif(concat(' ', {part(text, compact, 4)}, ':', "
                f"{part(text, compact, 5)}, ':', coalesce(nullif({part(text, compact, 6)}, ''), '00'), "
                f"{part(text, compact, 7)}), ' ::00'))"
            ),
        ),
        (_NAMED_DAY_FIRST, _named(text, _NAMED_DAY_FIRST, (3, 2, 1), 4)),
        (_NAMED_MONTH_FIRST, _named(text, _NAMED_MONTH_FIRST, (3, 1, 2), 4)),
        (_CTIME, _named(text, _CTIME, (4, 1, 2), 3)),
    ]
    if order in ("dmy", "mdy"):
        groups = (3, 2, 1) if order == "dmy" else (3, 1, 2)
        cases.insert(0, (NUMERIC, _day(text, NUMERIC, groups, 4)))
    whens = " ".join(f"WHEN {match(text, pattern)} THEN {result}" for pattern, result in cases)
    return f"CASE {whens} ELSE {text} END"


def _joined(text: str, pattern: str, groups: Sequence[int]) -> str:
    return "concat(" + ", '-', ".join(part(text, pattern, g) for g in groups) + ")"


def _year(text: str, pattern: str, group: int) -> str:
    """A year of two digits lies in 1969 to 2068, as POSIX has it."""
    year = part(text, pattern, group)
    return f"concat(CASE WHEN strlen({year}) > 2 THEN '' WHEN {year} >= '69' THEN '19' ELSE '20' END, {year})"


def _day(text: str, pattern: str, groups: tuple[int, int, int], rest: int) -> str:
    year, month, day = groups
    return (
        f"concat({_year(text, pattern, year)}, '-', {part(text, pattern, month)}, '-', {part(text, pattern, day)}, "
        f"{part(text, pattern, rest)})"
    )


def _named(text: str, pattern: str, groups: tuple[int, int, int], rest: int) -> str:
    year, month, day = groups
    number = f"list_position({_MONTHS}, lower(left({part(text, pattern, month)}, 3)))"
    return (
        f"concat({_year(text, pattern, year)}, '-', nullif({number}, 0), '-', {part(text, pattern, day)}, ' ', "
        f"{part(text, pattern, rest)})"
    )


def told_by_the_clock(text: str) -> str:
    """SQL that brings the time after a rearranged date into 24 hours: '2018-1-5, 4:22 pm' is '2018-01-05 16:22:00'."""
    plain = rf"regexp_replace({text}, ' *\([^)]*\)$', '')"  # mail headers name the zone again in brackets
    plain = rf"trim(regexp_replace({plain}, '^({_DAY})(?:(?:,? +|, *)(?:at +|- +)?| ?T)(.+)$', '\1 \2'))"
    for dotted, clock in ((r"(\d{1,2})\.(\d{2})\.(\d{2})", r"\2:\3:\4"), (r"(\d{1,2})\.(\d{2})", r"\2:\3")):
        plain = rf"regexp_replace({plain}, '^({_DAY}) {dotted}', '\1 {clock}')"  # behind a date, 9.05 is a time
    half = rf"regexp_replace({plain}, '(?i) ?([ap])\.?m\.?$', ' \1m')"
    forms = [f"%Y-%m-%d {clock} %p" for clock in ("%I:%M:%S", "%I:%M", "%I:%M:%S.%f", "%I")]
    read = f"try_strptime({half}, [{', '.join(literal(f) for f in forms)}])"
    noon = rf"regexp_matches({text}, '(?i)\d ?[ap]\.?m\.?$')"
    return f"CASE WHEN {noon} THEN strftime({read}, '%Y-%m-%d %H:%M:%S.%f') ELSE {plain} END"


def plain_of(text: str) -> str:
    """SQL for the local time of a text in the usual form, else NULL."""
    return f"CASE WHEN {match(text, PLAIN)} THEN try_cast({text} AS TIMESTAMP) END"


def local_of(text: str) -> str:
    """SQL for the local time of a text in ISO form without zone, else NULL."""
    return f"CASE WHEN {match(text, LOCAL)} THEN try_cast(replace({text}, ',', '.') AS TIMESTAMP) END"


def zoned_of(text: str) -> str:
    """SQL for the instant of a text in ISO form with its offset, else NULL."""
    plain = f"regexp_replace(replace({text}, ',', '.'), ' ?(?:Z|z|UTC|GMT|UT)$', '+00')"
    plain = f"regexp_replace({plain}, ' ([+-][0-9:]+)$', '\\1')"
    return f"CASE WHEN {match(text, ZONED)} THEN try_cast({plain} AS TIMESTAMPTZ) END"


@dataclass(frozen=True, slots=True)
class Forms:
    """Explicit formats, divided: those that give a local time, those that give an instant, and ISO."""

    local: tuple[str, ...]
    zoned: tuple[str, ...]
    iso: bool
    order: str | None


def divided(formats: Sequence[str], date_order: str | None) -> Forms:
    """How the formats of a column are read; no formats means ISO and every unambiguous form."""
    if not formats:
        return Forms((), (), iso=True, order=date_order)
    orders = [f for f in formats if f in ("dmy", "mdy")]
    zoned = tuple(f for f in formats if f.startswith("epoch") or "%z" in f or "%Z" in f)
    local = tuple(f for f in formats if f not in zoned and (f == "excel" or "%" in f))
    return Forms(local, zoned, iso=bool(orders) or "iso" in formats, order=orders[0] if orders else None)


def local_by_formats(text: str, formats: Sequence[str]) -> list[str]:
    """SQL for the local time of a text by strptime patterns and Excel's day numbers, each NULL where it fails."""
    patterns = [literal(f) for f in formats if "%" in f]
    found = [f"try_strptime({text}, [{', '.join(patterns)}])"] if patterns else []
    if "excel" in formats:
        days = f"try_cast({text} AS DOUBLE)"
        found.append(
            f"CASE WHEN {days} BETWEEN 1 AND 109574 THEN "
            f"TIMESTAMP '1899-12-30' + to_milliseconds(CAST(round({days} * 86400000) AS BIGINT)) END"
        )
    return found


def zoned_by_formats(text: str, formats: Sequence[str]) -> list[str]:
    """SQL for the instant of a text by patterns with an offset and by seconds or milliseconds since 1970."""
    patterns = [literal(f) for f in formats if "%" in f]
    found = [f"try_strptime({text}, [{', '.join(patterns)}])"] if patterns else []
    for name, unit in (("epoch", 1_000_000), ("epoch_ms", 1_000)):
        if name in formats:
            micros = f"try_cast({text} AS DOUBLE) * {unit}"
            found.append(f"CASE WHEN abs({micros}) < 1e17 THEN make_timestamptz(CAST(round({micros}) AS BIGINT)) END")
    return found


@dataclass(frozen=True, slots=True)
class Folds:
    """When clocks are put back in a zone: the hours and months it happens in, and by how many seconds."""

    hours: tuple[int, ...]
    months: tuple[int, ...]
    steps: tuple[int, ...]


@lru_cache(32)
def folds_of(zone: str) -> Folds:
    """The local times that occur twice in a zone, between 1900 and 2100."""
    place = ZoneInfo(zone)
    hours, months, steps = set(), set(), set()
    day = dt.timedelta(days=1)
    at = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
    before = at.astimezone(place).utcoffset()
    while at.year < 2100:
        after = (at + day).astimezone(place).utcoffset()
        if before is not None and after is not None and after < before:
            local = _change(at, at + day, place).astimezone(place).replace(tzinfo=None)
            steps.add(int((before - after).total_seconds()))
            for step in range(0, int((before - after).total_seconds()) + 1, 900):
                twice = local + dt.timedelta(seconds=step)
                hours.add(twice.hour)
                months.add(twice.month)
        at, before = at + day, after
    return Folds(tuple(sorted(hours)), tuple(sorted(months)), tuple(sorted(steps)))


def _change(low: dt.datetime, high: dt.datetime, place: ZoneInfo) -> dt.datetime:
    """The first instant after `low` with the offset of `high`, to the second."""
    offset = high.astimezone(place).utcoffset()
    while high - low > dt.timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(place).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return high.replace(microsecond=0)


def utc_of(local: str, zone: str) -> str:
    """SQL for the instant of a local time. Times the clock skips shift forward; of times it tells twice, the first.

    ICU, which DuckDB asks, takes the second; so where clocks may be put back, an earlier instant with the same
    local time is looked for. `local` should be a plain column: it is used several times.
    """
    name = literal(zone)
    instant = f"timezone({name}, {local})"
    folds = folds_of(zone)
    if not folds.steps:
        return instant
    maybe = f"hour({local}) IN {_listed(folds.hours)} AND month({local}) IN {_listed(folds.months)}"
    earlier = " ".join(
        f"WHEN timezone({name}, {instant} - INTERVAL {step} SECOND) = {local} THEN {instant} - INTERVAL {step} SECOND"
        for step in reversed(folds.steps)
    )
    return f"CASE WHEN {maybe} THEN CASE {earlier} ELSE {instant} END ELSE {instant} END"


def _listed(numbers: Sequence[int]) -> str:
    return "(" + ", ".join(map(str, numbers)) + ")"


def day_end(instant: str, zone: str) -> str:
    """SQL that moves an instant at local midnight to the last second of that day."""
    local = f"timezone({literal(zone)}, {instant})"
    last = f"timezone({literal(zone)}, {local} + INTERVAL 86399 SECOND)"
    return f"CASE WHEN {local} = date_trunc('day', {local}) THEN {last} ELSE {instant} END"


def in_range(instant: str) -> str:
    """SQL for an instant, NULL outside the accepted range."""
    low, high = f"TIMESTAMPTZ '{EARLIEST} 00:00:00+00'", f"TIMESTAMPTZ '{LATEST} 00:00:00+00'"
    return f"CASE WHEN {instant} >= {low} AND {instant} < {high} THEN {instant} END"
