"""The SQL that adds up a definition's rows: compiled once from its Ibis expression, with views in front of it.

The views say whose rows, of what, when, and what the clocks show; so the compiled text never changes, and the whole
can be shown, read and run again as it is.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from regard.measures.access import Scope
from regard.measures.definitions import Definition, Facts, Kind, find, view_of
from regard.measures.figures import Filters, Period

Clocks = tuple[tuple[int, int], ...]  # calendar id, open seconds up to the instant of counting


@dataclass(frozen=True)
class Selection:
    """Which rows a question is about: whose (scope), of what (filters) and when (period; None: all times)."""

    scope: Scope
    filters: Filters = Filters()  # noqa: RUF009 (frozen)
    period: Period | None = None

    def conditions(self, month: str | None) -> list[str]:
        """As SQL, on a table whose rows are placed in time by the column `month` (None: they are not)."""
        numbers = (
            ("unit", self.scope.units),
            ("unit", self.filters.units or None),
            ("coalesce(service, 0)" if 0 in self.filters.services else "service", self.filters.services or None),
        )
        found = [_among(column, map(int, wanted)) for column, wanted in numbers if wanted is not None]
        if self.filters.channels:
            found.append(_among("channel", ("'" + word.replace("'", "''") + "'" for word in self.filters.channels)))
        if self.period and month:
            found.append(f"{month} BETWEEN DATE '{self.period.first}' AND DATE '{self.period.last}'")
        return found


def _among(column: str, values: Any) -> str:
    listed = ", ".join(str(value) for value in values)
    return f"{column} IN ({listed})" if listed else "false"


def views(definition: Definition, chosen: Selection, when: datetime, clocks: Clocks) -> str:
    """The views in front of a definition's SQL."""
    month = None if definition.kind is Kind.STOCK else definition.month
    conditions = chosen.conditions(month)
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    told = when.astimezone(UTC).replace(tzinfo=None)
    shown = ", ".join(f"({calendar}, {seconds})" for calendar, seconds in clocks)
    view = view_of(definition.table)
    return (
        f"WITH {view} AS NOT MATERIALIZED (SELECT * FROM memory.main.{view}{where}),\n"
        f"now AS (SELECT TIMESTAMP '{told.isoformat(sep=' ')}' AS as_of),\n"
        f"clock_now AS (SELECT calendar::INT AS calendar, open_now::BIGINT AS open_now\n"
        f"  FROM (VALUES {shown}) v(calendar, open_now))\n"
    )


@lru_cache(maxsize=1024)
def summed(slug: str, by: tuple[str, ...], *, exact: bool, standing: bool = False) -> str:
    """The SQL that adds up a definition's rows by `by`. Compiling takes some 30 ms, so it is kept.

    standing: of a stock, what stands open now instead of what came and went.
    """
    import ibis  # takes half a second to load, which only a figure should pay

    kind = _definition(slug).kind
    rows = _rows(slug, exact=exact, standing=standing)
    groups, sums = list(by), {"n": rows.count()}
    if kind is Kind.SHARE:
        sums["hits"] = rows.hit.sum().coalesce(0)
    elif kind in (Kind.LENGTH, Kind.WITHIN):
        groups.append("length")
        sums["done"] = rows.seen.sum().coalesce(0)
    elif kind is Kind.AGE:
        groups.append("length")
        sums["done"] = rows.count()
    elif kind is Kind.OLDEST:
        sums["length"] = rows.length.max().coalesce(0)
    elif kind is Kind.STOCK and not standing:
        sums["change"] = rows.change.sum().coalesce(0)
    elif kind is Kind.SCORES:
        groups += ["question", "scale_min", "scale_max", "score"]
    expression = rows.group_by(groups).aggregate(**sums) if groups else rows.aggregate(**sums)
    return str(ibis.to_sql(expression, dialect="duckdb"))


@lru_cache(maxsize=256)
def fingerprint(slug: str) -> str:
    """A digest of what a measure means: its words, its kind, and the rows it counts.

    Two figures with one fingerprint are answers to one question. An upgrade of Ibis may word the same rows anew and
    then changes it: better one question too many than a definition that changed unseen.
    """
    definition = _definition(slug)
    words = (definition.slug, definition.says, definition.leaves_out, definition.kind, definition.told_in)
    rows = summed(slug, (), exact=True, standing=definition.kind is Kind.STOCK)
    return sha256("\n".join([*map(str, words), rows]).encode()).hexdigest()


_PARTS = {
    (Kind.SHARE, "hit"): "hit = 1",
    (Kind.SHARE, "miss"): "hit = 0",
    (Kind.LENGTH, "done"): "seen = 1",
    (Kind.LENGTH, "open"): "seen = 0",
    (Kind.WITHIN, "kept"): "seen = 1 AND length <= 100",
    (Kind.WITHIN, "late"): "length > 100",
    (Kind.WITHIN, "open"): "seen = 0 AND length <= 100",
}
_LONGEST_FIRST = (Kind.LENGTH, Kind.WITHIN, Kind.AGE, Kind.OLDEST)


@dataclass(frozen=True)
class Page:
    """Which rows of a list: `part` of the measure, after the row with this (length, id), so many."""

    part: str = ""
    after: tuple[int, int] | None = None
    limit: int = 50


def listed(definition: Definition, page: Page, *, exact: bool) -> str:
    """The SQL that lists rows: longest first where there is a length, else newest first. Columns id, rank."""
    rank = "length" if definition.kind in _LONGEST_FIRST else "0"
    conditions = [_PARTS.get((definition.kind, page.part), "true")]
    if page.after:
        conditions.append(f"({rank}, id) < ({int(page.after[0])}, {int(page.after[1])})")
    rows = _rows_sql(definition.slug, exact=exact, standing=definition.kind is Kind.STOCK)
    return (
        f"SELECT id, {rank} AS rank\nFROM ({rows})\nWHERE {' AND '.join(conditions)}\n"
        f"ORDER BY rank DESC, id DESC\nLIMIT {int(page.limit)}"
    )


@lru_cache(maxsize=64)
def left_out(slug: str) -> str:
    """The SQL that counts what a measure leaves out, one column for each reason."""
    import ibis  # as above

    definition, facts = _definition(slug), Facts(exact=True)
    table = getattr(facts, definition.table)
    counts = {f"r{n}": holds(facts, table).sum().coalesce(0) for n, (_, holds) in enumerate(definition.left_out)}
    return str(ibis.to_sql(table.aggregate(**counts), dialect="duckdb"))


@lru_cache(maxsize=16)
def months(table: str, month: str) -> str:
    """The SQL for the first and the last month that has rows."""
    import ibis  # as above

    rows = getattr(Facts(exact=True), table)
    return str(ibis.to_sql(rows.aggregate(first=rows[month].min(), last=rows[month].max()), dialect="duckdb"))


@lru_cache(maxsize=256)
def _rows_sql(slug: str, *, exact: bool, standing: bool) -> str:
    import ibis  # as above

    return str(ibis.to_sql(_rows(slug, exact=exact, standing=standing), dialect="duckdb"))


def _rows(slug: str, *, exact: bool, standing: bool) -> Any:
    definition = _definition(slug)
    rows = definition.standing if standing and definition.standing else definition.rows
    return rows(Facts(exact=exact))


def _definition(slug: str) -> Definition:
    found = find(slug)
    if found is None:
        raise ValueError(f"There is no measure {slug}. List them with: regard measure")
    return found
