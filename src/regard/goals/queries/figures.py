"""How a measure of a goal or a guard stands: before the period, and now. Figures come from the engine of measures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from regard.goals.models import GoalSet, Measured
from regard.measures import engine
from regard.measures.access import Scope
from regard.measures.definitions import Definition, Kind, find
from regard.measures.figures import Cell, Estimate, Filters, Period, add_months
from regard.measures.history import OF_NOW
from regard.measures.reading import this_month
from regard.measures.statistics import CountMean, mean_count
from regard.office.models import Unit

#: How long the time before the period is that a baseline is told of, and how much of the period "now" is told of.
BASELINE_MONTHS, NOW_MONTHS = 12, 3


@dataclass(frozen=True)
class Standing:
    """How a measure stood over whole months. Counts are told a month. `value` None: too few, or not reached."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    months: Period | None
    as_of: datetime
    dispersion: float | None = None


@dataclass(frozen=True)
class Asked:
    """A measure, narrowed: whose facts it is asked of."""

    definition: Definition
    scope: Scope
    filters: Filters


def units_below(unit: Unit) -> list[Unit]:
    """A unit and all below it. One query."""
    return list(Unit.objects.filter(path__startswith=unit.path).only("id", "path", "name").order_by("path"))


def asked_of(measured: Measured, units: Sequence[Unit]) -> Asked | None:
    """What a goal or a guard asks. `units`: those of its set. None without a measure of the catalogue."""
    definition = find(measured.measure)
    if definition is None:
        return None
    part = next((unit for unit in units if unit.pk == measured.part_id), None)
    inside = [unit.pk for unit in units if part is None or unit.path.startswith(part.path)]
    services = (measured.service_id,) if measured.service_id and definition.table != "contact" else ()
    channels = (measured.channel,) if measured.channel else ()
    return Asked(definition, Scope(tuple(sorted(inside))), Filters((), services, channels))


def months_before(first: date) -> Period:
    """The twelve whole months before a day, as far as the facts go. Raises engine.NoFactsError."""
    last = min(add_months(first, -1), add_months(this_month(), -1))
    return Period(add_months(last, 1 - BASELINE_MONTHS), last)


def months_within(goal_set: GoalSet) -> Period | None:
    """The whole months of the period that are over; None while there is none. Raises engine.NoFactsError."""
    first = goal_set.first if goal_set.first.day == 1 else add_months(goal_set.first, 1)
    end = (goal_set.last + timedelta(days=1)).replace(day=1)  # the month in which the period is over
    last = add_months(min(end, this_month()), -1)
    return Period(first, last) if first <= last else None


def baseline_of(asked: Asked, first: date) -> Standing | None:
    """How the measure stood in the year before the period; None where there are no rows to tell of."""
    known = engine.months(asked.definition, scope=asked.scope)
    if known is None:
        return None
    before = months_before(first)
    start = max(before.first, known.first)
    return standing(asked, Period(start, before.last)) if start <= before.last else None


def standing(asked: Asked, months: Period) -> Standing:
    """How the measure stands over some months. Raises engine.NoFactsError."""
    if asked.definition.kind is Kind.COUNT:
        return _counted(asked, months)
    if asked.definition.kind is Kind.STOCK:
        cells = course(asked, months)
        return _told(cells[-1] if cells else None, months)
    of = None if asked.definition.kind in OF_NOW else months
    found = engine.figure(asked.definition, scope=asked.scope, filters=asked.filters, period=of)
    return _told(found.total, of)


def _told(cell: Cell | None, months: Period | None) -> Standing:
    answer = cell.answer if cell else None
    known = answer if isinstance(answer, Estimate) else Estimate(None)
    return Standing(known.value, known.low, known.high, cell.n if cell else 0, months, engine.as_of())


def _counted(asked: Asked, months: Period) -> Standing:
    counts = [int(cell.value or 0) for cell in course(asked, months)]
    mean = mean_count(counts)
    as_of = engine.as_of()
    if not isinstance(mean, CountMean):
        return Standing(None, None, None, 0, months, as_of)
    return Standing(mean.mean, mean.low, mean.high, sum(counts), months, as_of, mean.dispersion)


def course(asked: Asked, months: Period) -> list[Cell]:
    """The measure month by month: one cell for each, in order. Empty for measures that only tell of now."""
    if asked.definition.kind in OF_NOW:
        return []
    found = engine.figure(asked.definition, scope=asked.scope, by=("month",), filters=asked.filters, period=months)
    cells = {cell.key[0]: cell for cell in found.cells}
    return [
        cells.get(month) or Cell((month,), 0, Estimate(0.0 if _is_zero(asked) else None)) for month in months.months()
    ]


def _is_zero(asked: Asked) -> bool:
    """Whether a month without rows is a zero, and not just unknown."""
    return asked.definition.kind is Kind.COUNT
