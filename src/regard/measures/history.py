"""A measure month by month: its points, and the limits that tell news from the usual up and down. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from regard.measures.definitions.model import Definition, Kind
from regard.measures.figures import Cell, Estimate, Period, add_months
from regard.measures.statistics import Chart, TooFew, laney_chart, xmr_chart
from regard.measures.wording import month_words

#: So many months are drawn and judged: three years, so that the course of the year can be seen and taken out.
MOST_MONTHS = 36
#: A first month with less than this part of the second month's rows is taken for one in which the data begin.
BEGUN = 0.6
#: Kinds that show how things stand now: their months say when cases arrived, so a chart over time would mislead.
OF_NOW = (Kind.AGE, Kind.OLDEST, Kind.SCORES)


@dataclass(frozen=True)
class History:
    """Whole months in order, oldest first. `limits`: None where limits would mislead; `notes` say what was left out."""

    months: tuple[date, ...]
    cells: tuple[Cell, ...]
    limits: Chart | TooFew | None
    notes: tuple[str, ...] = ()

    @property
    def values(self) -> list[float | None]:
        return [cell.value for cell in self.cells]


def charted_period(known: Period, last: date, today: date) -> Period:
    """The months to draw: up to `last`, no further than those with rows and than `today`, at most MOST_MONTHS."""
    end = min(last, known.last, today.replace(day=1))
    start = max(min(known.first, end), add_months(end, 1 - MOST_MONTHS))
    return Period(start, end)


def history_of(definition: Definition, cells: Sequence[Cell], period: Period, today: date) -> History:
    """The series of a measure. `cells`: by month; `today`: the month it lies in is not over, so it is left out.

    Limits: Laney's for shares, on logarithms for lengths, none for a backlog - it carries over from month to month,
    so neighbouring months resemble each other and limits from their differences would be far too narrow.
    """
    by_month = {cell.key[0]: cell for cell in cells}
    months, notes = period.months(), []
    if months[-1] >= today.replace(day=1):
        months = months[:-1]
        notes.append("The month that is not over is left out.")
    found = [by_month.get(month) or _nothing(definition, month) for month in months]
    if len(found) > 2 and definition.kind is not Kind.STOCK and found[0].n < BEGUN * found[1].n:
        notes.append(f"{month_words(months[0])} is left out: the data begin in it.")
        found, months = found[1:], months[1:]
    limits = _limits(definition, found, months)
    if isinstance(limits, Chart):
        notes += limits.notes
    if limits is None:
        notes.append("A backlog carries over from month to month, so no limits are drawn.")
    return History(tuple(months), tuple(found), limits, tuple(notes))


def _nothing(definition: Definition, month: date) -> Cell:
    if definition.kind is Kind.COUNT:
        return Cell((month,), 0, Estimate(0.0))
    return Cell((month,), 0, TooFew(0, 1, definition.noun))


def _limits(definition: Definition, cells: Sequence[Cell], months: Sequence[date]) -> Chart | TooFew | None:
    if definition.kind is Kind.STOCK:
        return None
    values = np.array([np.nan if cell.value is None else cell.value for cell in cells])
    if definition.kind in (Kind.SHARE, Kind.WITHIN):
        totals = np.where(np.isnan(values), 0, [cell.n for cell in cells])
        return laney_chart(np.nan_to_num(values) * totals, totals)
    log = definition.kind is Kind.LENGTH and not np.any(values <= 0)
    return xmr_chart(values, log=log, months=[month.month for month in months])
