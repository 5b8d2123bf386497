"""A measure as a page tells it: the figure, its course over the months, and both in words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from regard.measures import engine
from regard.measures.access import Scope
from regard.measures.charts import Point, series_words, sparkline
from regard.measures.definitions import Better, Definition, Kind
from regard.measures.figures import Cell, Figure, Filters, Period, add_months
from regard.measures.history import OF_NOW, History, charted_period, history_of
from regard.measures.statistics import Chart
from regard.measures.wording import answer_words, count_words, interval_words, month_words

#: What a figure covers when nobody says another period.
USUAL_MONTHS = 12
#: Kinds that show how things stand now: a period of arrival would hide what waits longest.
STANDING = (Kind.STOCK, Kind.AGE, Kind.OLDEST)
_SPARK_MONTHS = 18


@dataclass(frozen=True)
class Question:
    """What is asked of the facts: whose, of what, and when. `period`: None is the usual one."""

    scope: Scope
    filters: Filters = field(default_factory=Filters)
    period: Period | None = None


@dataclass(frozen=True)
class Reading:
    """The answer to a question, and words for it. `history`: None where months would mislead, or there is none."""

    definition: Definition
    figure: Figure
    period: Period | None
    history: History | None

    @property
    def cell(self) -> Cell:
        return self.figure.total

    @property
    def value(self) -> str:
        return answer_words(self.cell.answer, self.definition.told_in)

    @property
    def interval(self) -> str:
        return interval_words(self.cell.answer, self.definition.told_in)

    @property
    def n(self) -> str:
        """Over how many; empty for counts, which say it themselves."""
        return (
            "" if self.definition.kind in (Kind.COUNT, Kind.STOCK) else count_words(self.cell.n, self.definition.noun)
        )

    @property
    def n_alone(self) -> str:
        """Over how many, without what they are."""
        return f"{self.cell.n:,}" if self.n else ""

    @property
    def p90(self) -> str:
        """Nine in ten took no longer than this; empty where the measure has no such answer."""
        found = self.cell.more.get("p90")
        return answer_words(found, self.definition.told_in) if found is not None else ""

    @property
    def still(self) -> str:
        """What must not be forgotten: work that has not come to its end."""
        if not self.cell.still_open or self.definition.kind in STANDING:
            return ""
        parts = dict(self.definition.parts)
        part = parts.get("open", "still open")
        return (
            f"{self.cell.still_open:,} {part} {parts['done']}"
            if part == "not yet"
            else f"{self.cell.still_open:,} {part}"
        )

    def count_of(self, part: str) -> int | None:
        """How many rows a part of the measure has ("": all of it); None when that is not known without a look."""
        cell, kind = self.cell, self.definition.kind
        if kind is Kind.SCORES:
            return None
        names = {"hit": "hits", "kept": "on_time", "late": "late", "open": "not_yet"}
        known: dict[str, int | None] = {"": cell.n, "done": cell.n - cell.still_open, "open": cell.still_open}
        if kind in (Kind.SHARE, Kind.WITHIN):
            known |= {name: cell.more.get(told) for name, told in names.items()}
            known["miss"] = cell.n - cell.more.get("hits", 0)
        return known.get(part)

    @property
    def note(self) -> str:
        """What belongs below the figure: nine in ten, what is still open."""
        nine = f"Nine in ten: {self.p90}" if self.p90 and self.definition.kind is Kind.LENGTH else ""
        if self.p90 and self.definition.kind is Kind.AGE:
            nine = f"One in ten longer than {self.p90}"
        return ". ".join(part for part in (nine, self.still) if part)

    @property
    def one_line(self) -> str:
        """The first sentence of what it counts."""
        return self.definition.says.partition(". ")[0].rstrip(".") + "."

    @property
    def period_words(self) -> str:
        if self.definition.kind in STANDING:
            return "as it stands now"
        return period_words(self.period) if self.period else "no months with data"

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """The months as points of a chart, without links."""
        return points_of(self.history, self.definition) if self.history else ()

    @property
    def limits(self) -> Chart | None:
        return self.history.limits if self.history and isinstance(self.history.limits, Chart) else None

    @property
    def is_news(self) -> bool:
        """Whether the newest whole month gives a signal."""
        return bool(self.limits and self.limits.new_signals)

    @property
    def trend(self) -> str:
        """What the newest whole month says; empty where months cannot tell."""
        if not self.points:
            return ""
        if self.definition.kind is Kind.STOCK:
            return self._before()
        if self.limits is None:
            return ""
        if self.is_news:
            return series_words(self.points, self.limits, told_in=self.definition.told_in)
        newest = self.points[-1]
        usual = ", as usual" if self.limits.has_limits and newest.value is not None else ""
        return f"{month_words(newest.month)}: {newest.words}{usual}"

    def _before(self) -> str:
        """A stock at the end of the newest whole month, and a year before."""
        newest = self.points[-1]
        words = f"{newest.words} at the end of {month_words(newest.month)}"
        if len(self.points) > USUAL_MONTHS:
            words += f", {self.points[-1 - USUAL_MONTHS].words} a year before"
        return words

    @property
    def trend_kind(self) -> str:
        """better, worse or same."""
        if not self.is_news or self.limits is None or self.definition.better is Better.NEITHER:
            return "same"
        side = self.limits.new_signals[0].side
        return "better" if (side == "below") == (self.definition.better is Better.LOWER) else "worse"

    @property
    def spark(self) -> SafeString:
        return mark_safe(  # noqa: S308 (numbers alone)
            sparkline([point.value for point in self.points[-_SPARK_MONTHS:]])
        )


def read(definition: Definition, question: Question) -> Reading:
    """The answer to a question. Raises engine.NoFactsError when there are no facts."""
    known = engine.months(definition, scope=question.scope)
    period = None
    if definition.kind not in STANDING:
        period = question.period or (usual_period(known) if known else None)
    figure = engine.figure(definition, scope=question.scope, filters=question.filters, period=period)
    history = _history(definition, question, known) if known else None
    return Reading(definition, figure, period, history)


def usual_period(known: Period) -> Period:
    """The twelve months up to the newest one with data, which may not be over."""
    last = min(known.last, this_month())
    return Period(min(add_months(last, 1 - USUAL_MONTHS), last), last)


def this_month() -> date:
    """The month in which the facts were read."""
    return timezone.localtime(engine.as_of()).date().replace(day=1)


def _history(definition: Definition, question: Question, known: Period) -> History | None:
    if definition.kind in OF_NOW:
        return None
    today = timezone.localtime(engine.as_of()).date()
    last = question.period.last if question.period else today.replace(day=1)
    if last < known.first:
        return None
    charted = charted_period(known, last, today)
    found = engine.figure(definition, scope=question.scope, by=("month",), filters=question.filters, period=charted)
    return history_of(definition, found.cells, charted, today)


def points_of(history: History, definition: Definition, links: Sequence[str] = ()) -> tuple[Point, ...]:
    """The months as points of a chart; `links`: where each leads."""
    return tuple(
        Point(month, cell.value, answer_words(cell.answer, definition.told_in), cell.n, link)
        for month, cell, link in zip(history.months, history.cells, links or [""] * len(history.months), strict=True)
    )


def period_words(period: Period) -> str:
    """`March 2025`, `December 2024 to November 2025`."""
    if period.first == period.last:
        return month_words(period.first)
    return f"{month_words(period.first)} to {month_words(period.last)}"
