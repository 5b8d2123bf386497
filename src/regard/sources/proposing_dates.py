"""How the dates of a file are to be read: in which forms, and whether day or month comes first or must be asked."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from regard.sources.compile import readings_of
from regard.sources.dates import NUMERIC, match, part
from regard.sources.mapping import DateQuestion
from regard.sources.profiling import Profile
from regard.sources.readers.base import literal, quoted

MOST_ROWS = 200_000
NOISE = 0.02
"""Days in the wrong place are typing errors, not another order, while they are fewer than this share."""
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M:%S %p", " %I:%M %p", " %H:%M:%S.%f")
_CLEAR = "greatest(one, two) + CASE WHEN one = two THEN 100 ELSE 0 END"
"""The best example of a question is a date that two people could read differently: 1/2, not 1/1 and not 1/13."""


@dataclass(frozen=True, slots=True)
class DateReading:
    """`order` for the mapping (None: not needed, or asked by `questions`); `formats` for single columns."""

    order: str | None
    formats: dict[str, tuple[str, ...]]
    questions: tuple[DateQuestion, ...]


def read_dates(con: duckdb.DuckDBPyConnection, profiles: Sequence[Profile]) -> DateReading:
    """Evidence from the rows: a number above 12 is a day. Without any, the question is put to a person.

    Dates with dots and dates with slashes are judged apart: a column may hold both, from two systems.
    """
    found = {p.column: _evidence(con, p.column) for p in profiles if p.shapes["numeric_date"] > 0.3}
    orders = {e.order for kinds in found.values() for e in kinds} - {None}
    formats = {p.column: named for p in profiles if (named := _machine_format(p))}
    if len(orders) == 1 and not any(e.is_torn for kinds in found.values() for e in kinds):
        order = orders.pop()
        for column in found:
            if pattern := _only_pattern(con, column, str(order)):
                formats[column] = (pattern, str(order))
        return DateReading(order, formats, ())
    asked = []
    for column, kinds in found.items():
        open_ = [e for e in kinds if e.order is None]
        if open_:
            asked.append(DateQuestion(column, open_[0].example, readings_of(*open_[0].numbers)))
        else:
            formats[column] = (*(p for e in kinds for p in _patterns(con, column, e)), "iso")
    return DateReading(None, formats, tuple(asked))


@dataclass(frozen=True, slots=True)
class _Evidence:
    """The dates of one column with one separator: in how many the first, and the second, number is above 12."""

    separator: str
    day_first: int
    month_first: int
    example: str
    numbers: tuple[int, int]

    @property
    def is_torn(self) -> bool:
        return min(self.day_first, self.month_first) > NOISE * max(self.day_first, self.month_first)

    @property
    def order(self) -> str | None:
        if self.is_torn or self.day_first == self.month_first:
            return None
        return "dmy" if self.day_first > self.month_first else "mdy"


def _numeric(column: str) -> str:
    """SQL for the dates of three numbers in a column: x, its separator, and its first two numbers."""
    one, two = (f"CAST({part('x', NUMERIC, group)} AS INTEGER)" for group in (1, 2))
    told = f"SELECT trim({quoted(column)}) AS x FROM raw LIMIT {MOST_ROWS}"
    separator = "regexp_extract(x, '[/.-]', 0)"
    return f"SELECT x, {separator} AS sep, {one} AS one, {two} AS two FROM ({told}) WHERE {match('x', NUMERIC)}"


def _evidence(con: duckdb.DuckDBPyConnection, column: str) -> list[_Evidence]:
    clear = ", ".join(f"arg_min({what}, {_CLEAR})" for what in ("x", "one", "two"))
    rows = con.execute(
        f"SELECT sep, count_if(one > 12 AND two <= 12), count_if(two > 12 AND one <= 12), {clear} "
        f"FROM ({_numeric(column)}) GROUP BY sep ORDER BY count(*) DESC"
    ).fetchall()
    return [_Evidence(sep, days, months, example, (one, two)) for sep, days, months, example, one, two in rows]


def _machine_format(profile: Profile) -> tuple[str, ...]:
    """Dates written as plain numbers."""
    shapes = profile.shapes
    for name in ("epoch_ms", "epoch"):
        if shapes[name] > 0.99:
            return (name,)
    if shapes["yymmdd"] > 0.95 and shapes["whole"] > 0.95 and profile.length == 6:
        return ("%y%m%d",)
    return ("excel",) if shapes["serial"] > 0.99 else ()


def _pattern_of(order: str, separator: str, clock: str) -> str:
    return ("%d/%m/%Y" if order == "dmy" else "%m/%d/%Y").replace("/", separator) + clock


def _only_pattern(con: duckdb.DuckDBPyConnection, column: str, order: str) -> str | None:
    """The one pattern that reads every value: much faster than finding the form of each."""
    told = f"SELECT trim({quoted(column)}) AS x FROM raw WHERE trim({quoted(column)}) <> '' LIMIT 5000"
    patterns = [_pattern_of(order, separator, clock) for separator in "/-." for clock in _CLOCKS]
    tests = ", ".join(f"bool_and(try_strptime(x, {literal(p)}) IS NOT NULL)" for p in patterns)
    rows = con.execute(f"SELECT bool_and(regexp_matches(x, '\\d{{4}}')), {tests} FROM ({told})").fetchall()
    if not rows or not rows[0][0]:
        return None
    return next((p for p, reads in zip(patterns, rows[0][1:], strict=True) if reads), None)


def _patterns(con: duckdb.DuckDBPyConnection, column: str, evidence: _Evidence) -> list[str]:
    """All patterns that read some of the dates with this separator."""
    patterns = [_pattern_of(str(evidence.order), evidence.separator, clock) for clock in _CLOCKS]
    tests = ", ".join(f"bool_or(try_strptime(x, {literal(p)}) IS NOT NULL)" for p in patterns)
    rows = con.execute(f"SELECT {tests} FROM ({_numeric(column)}) WHERE sep = {literal(evidence.separator)}").fetchall()
    return [p for p, reads in zip(patterns, rows[0], strict=True) if reads]
