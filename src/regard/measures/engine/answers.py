"""Figures, curves and lists of rows, each within a scope."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regard.measures import estimates
from regard.measures.access import Scope
from regard.measures.definitions import Definition, Kind
from regard.measures.engine import sql
from regard.measures.engine.reader import Reader, kept, reader
from regard.measures.engine.sql import Clocks, Page, Selection
from regard.measures.facts.layout import seconds_of
from regard.measures.figures import Cell, Figure, Filters, Period
from regard.measures.statistics import SurvivalCurve
from regard.office.models import WorkingCalendar
from regard.office.queries import open_clock


@dataclass(frozen=True)
class Row:
    """One row behind a figure. `id` is its case's, or its contact's or feedback's.

    rank: what the list is ordered by, for the page after it. seconds: its length, where it has one.
    """

    id: int
    rank: int
    seconds: float | None = None


def as_of() -> datetime:
    """The instant whose state the facts show. Raises NoFactsError."""
    return reader().manifest.as_of


def figure(
    definition: Definition,
    *,
    scope: Scope,
    by: tuple[str, ...] = (),
    filters: Filters = Filters(),  # noqa: B008 (frozen)
    period: Period | None = None,
    as_of: datetime | None = None,
) -> Figure:
    """The answer of a measure for all rows in `scope`, and for each group of `by` (month, unit, service, channel).

    as_of: until when open work is taken to have waited; the facts' own instant when not given. Raises ValueError
    for a `by` that the measure does not have and for an instant before the facts' own, NoFactsError without facts.
    """
    if unknown := [name for name in by if name not in definition.dimensions]:
        known = ", ".join(definition.dimensions)
        raise ValueError(f"{definition.title} cannot be told by {', '.join(unknown)}. Choose of: {known}.")
    opened = reader()
    when = as_of or opened.manifest.as_of
    if when < opened.manifest.as_of:
        raise ValueError(f"The facts show the state of {opened.manifest.as_of:%Y-%m-%d %H:%M} UTC and cannot go back.")
    chosen = _narrowed(opened, Selection(scope, filters, period))
    key = ("figure", opened.manifest.token, definition.slug, by, chosen, when)
    work = _stock if definition.kind is Kind.STOCK else _figure
    return kept(key, lambda: work(opened, definition, by, chosen, when))


def _figure(opened: Reader, definition: Definition, by: tuple[str, ...], chosen: Selection, when: datetime) -> Figure:
    text = _views(opened, definition, chosen, when) + sql.summed(definition.slug, by, exact=opened.exact)
    total, cells = estimates.cells_of(definition.kind, opened.run(text), by, exact=opened.exact)
    return Figure(definition.slug, by, total, cells, when, opened.manifest.token, opened.exact, text)


def _stock(opened: Reader, definition: Definition, by: tuple[str, ...], chosen: Selection, when: datetime) -> Figure:
    """What stands open now; by month, what stood open at the end of each."""
    others = tuple(name for name in by if name != "month")
    text = _views(opened, definition, chosen, when) + sql.summed(
        definition.slug, others, exact=opened.exact, standing=True
    )
    total, cells = estimates.cells_of(definition.kind, opened.run(text), others, exact=opened.exact)
    if "month" in by:
        ordered = ("month", *others)
        text = _views(opened, definition, chosen, when) + sql.summed(definition.slug, ordered, exact=opened.exact)
        _, changes = estimates.cells_of(definition.kind, opened.run(text), ordered, exact=opened.exact)
        history = estimates.running(changes, (chosen.period or _all_months(changes)).months() if changes else [])
        places = [ordered.index(name) for name in by]
        cells = tuple(replace(cell, key=tuple(cell.key[place] for place in places)) for cell in history)
    return Figure(definition.slug, by, total, cells, when, opened.manifest.token, opened.exact, text)


def _all_months(cells: Iterable[Cell]) -> Period:
    told = [cell.key[0] for cell in cells if cell.key[0] is not None]
    return Period(min(told), max(told))


def left_out(
    definition: Definition,
    *,
    scope: Scope,
    filters: Filters = Filters(),  # noqa: B008 (frozen)
    period: Period | None = None,
) -> list[tuple[str, int]]:
    """How many rows of the selection the measure does not count, by reason in words; reasons without rows left out."""
    if not definition.left_out:
        return []
    opened = reader()
    chosen = _narrowed(opened, Selection(scope, filters, period))

    def work() -> list[tuple[str, int]]:
        text = _views(opened, definition, chosen, opened.manifest.as_of) + sql.left_out(definition.slug)
        counts = opened.run(text).to_pylist()[0].values()
        reasons = (reason for reason, _ in definition.left_out)
        return [(reason, int(n)) for reason, n in zip(reasons, counts, strict=True) if n]

    return kept(("left out", opened.manifest.token, definition.slug, chosen), work)


def months(definition: Definition, *, scope: Scope) -> Period | None:
    """The months in which a measure has rows; None when it has none."""
    opened = reader()
    chosen = _narrowed(opened, Selection(scope))

    def work() -> Period | None:
        views = _views(opened, definition, chosen, opened.manifest.as_of)
        told = opened.run(views + sql.months(definition.table, definition.month)).to_pylist()[0]
        return Period(told["first"], told["last"]) if told["first"] else None

    return kept(("months", opened.manifest.token, definition.table, definition.month, chosen), work)


def curve(
    definition: Definition,
    *,
    scope: Scope,
    filters: Filters = Filters(),  # noqa: B008 (frozen)
    period: Period | None = None,
) -> SurvivalCurve:
    """The survival curve behind a measure of lengths: the share still open after so many seconds."""
    opened = reader()
    chosen = _narrowed(opened, Selection(scope, filters, period))

    def work() -> SurvivalCurve:
        return estimates.curve_of(opened.run(_lengths(opened, definition, chosen)), exact=opened.exact)

    return kept(("curve", opened.manifest.token, definition.slug, chosen), work)


def lengths(
    definition: Definition,
    *,
    scope: Scope,
    filters: Filters = Filters(),  # noqa: B008 (frozen)
    period: Period | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Every length behind a measure in seconds, and whether it came to an end: for a histogram."""
    opened = reader()
    chosen = _narrowed(opened, Selection(scope, filters, period))
    return estimates.lengths_of(opened.run(_lengths(opened, definition, chosen)), exact=opened.exact)


def _lengths(opened: Reader, definition: Definition, chosen: Selection) -> str:
    views = _views(opened, definition, chosen, opened.manifest.as_of)
    return views + sql.summed(definition.slug, (), exact=opened.exact)


def rows_behind(
    definition: Definition,
    *,
    scope: Scope,
    filters: Filters = Filters(),  # noqa: B008 (frozen)
    period: Period | None = None,
    page: Page = Page(),  # noqa: B008 (frozen)
) -> list[Row]:
    """The rows behind a figure, longest first, else newest first. A bar or a point is opened by filters and period.

    Of a stock these are the rows that stand open now.
    """
    opened = reader()
    chosen = _narrowed(opened, Selection(scope, filters, period))
    text = _views(opened, definition, chosen, opened.manifest.as_of) + sql.listed(definition, page, exact=opened.exact)
    found = opened.run(text).to_pylist()
    if not definition.is_length:
        return [Row(told["id"], int(told["rank"])) for told in found]
    ranks = np.array([told["rank"] for told in found], np.int64)
    seconds: list[Any] = (ranks.astype(np.float64) if opened.exact else seconds_of(ranks)).tolist()
    return [Row(told["id"], int(told["rank"]), length) for told, length in zip(found, seconds, strict=True)]


def _narrowed(opened: Reader, chosen: Selection) -> Selection:
    """A scope that leaves out nobody's facts is no condition: one look-up a row less."""
    units = chosen.scope.units
    if units is not None and opened.units and opened.units <= set(units):
        return replace(chosen, scope=Scope.everything())
    return chosen


def _views(opened: Reader, definition: Definition, chosen: Selection, when: datetime) -> str:
    clocks = kept(("clocks", opened.manifest.token, when), lambda: _clocks(when))
    return sql.views(definition, chosen, when, clocks)


def _clocks(when: datetime) -> Clocks:
    """The open seconds of each calendar up to an instant. One query."""
    found = {0: open_clock(None)} | {calendar.pk: open_clock(calendar) for calendar in WorkingCalendar.objects.all()}
    return tuple((pk, int(clock.at(np.array([when], object))[0])) for pk, clock in sorted(found.items()))
