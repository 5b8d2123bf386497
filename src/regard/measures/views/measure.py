"""One measure: its figure, its course, how it differs, how long things take, and how it is counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from regard.lib.tabular import csv_response
from regard.measures import charts, engine
from regard.measures.charts import Group, Picture
from regard.measures.definitions import Definition, Kind, find
from regard.measures.engine.reader import kept
from regard.measures.figures import Cell, Figure, Period
from regard.measures.reading import STANDING, Question, Reading, points_of, read
from regard.measures.statistics import Chart
from regard.measures.views.asking import Asked, address_of, asked, needs_facts
from regard.measures.wording import answer_words, interval_words
from regard.office.access import open_to_staff, staff_of
from regard.records.audit import record

HEADINGS = {"unit": "Unit", "service": "Service", "channel": "Channel"}
#: Sort keys of the breakdown, and what they order by; a group without a figure comes last either way.
SORTS = {"name": lambda g: g.name.casefold(), "figure": lambda g: g.value, "n": lambda g: g.n}
DEFAULT_SORT = "-figure"
_CURVES = (Kind.LENGTH,)


@dataclass(frozen=True)
class Breakdown:
    """A measure by one dimension: rows of a table in the order asked for, and their chart."""

    dimension: str
    heading: str
    groups: tuple[Group, ...]
    picture: Picture


@open_to_staff
@require_safe
@needs_facts
def measure(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A measure for the selection of the address."""
    want = asked(request, slug)
    definition, reading = want.definition, read(want.definition, want.question)
    asked_again = Question(want.question.scope, want.question.filters, reading.period)
    broken = _breakdown(want, reading, request.GET.get("by", ""), request.GET.get("sort", DEFAULT_SORT))
    twin = _twin(definition, want.question)
    context = {
        "want": want,
        "definition": definition,
        "reading": reading,
        "twin": twin,
        "twin_url": address_of("measures-measure", twin.definition.slug, want.kept) if twin else "",
        "run_chart": _run_chart(want, reading),
        "signals": _signals(reading),
        "no_signals": _no_signals(reading),
        "breakdown": broken,
        "tabs": _tabs(want, broken.dimension if broken else ""),
        "current_sort": request.GET.get("sort", DEFAULT_SORT),
        "pictures": _pictures(definition, reading, asked_again),
        "left_out": engine.left_out(
            definition, scope=asked_again.scope, filters=asked_again.filters, period=asked_again.period
        ),
        "parts": [
            (words, want.address("measures-rows", part=part), reading.count_of(part))
            for part, words in definition.parts
        ],
        "rows_url": want.address("measures-rows"),
        "export_url": want.address("measures-export", by=broken.dimension if broken else None),
        "clear_url": want.address("measures-measure", **dict.fromkeys(want.kept, None)),
    }
    return render(request, "measures/measure.html", context)


def _twin(definition: Definition, question: Question) -> Reading | None:
    """The same on the other clock."""
    other = find(definition.twin) if definition.twin else None
    return read(other, question) if other else None


def _run_chart(want: Asked, reading: Reading) -> Picture | None:
    if reading.history is None:
        return None
    definition, history = want.definition, reading.history
    links = [] if definition.kind in STANDING else [want.of_month(month) for month in history.months]
    return charts.run_chart(
        f"{definition.title} by month",
        points_of(history, definition, links),
        history.limits,
        told_in=definition.told_in,
        noun=definition.noun,
        note=" ".join(history.notes),
    )


def _signals(reading: Reading) -> list[tuple[str, bool]]:
    if not isinstance(reading.limits, Chart):
        return []
    return charts.all_signals(reading.points, reading.limits, told_in=reading.definition.told_in)


def _no_signals(reading: Reading) -> str:
    """Why the list of signals is empty."""
    if isinstance(reading.limits, Chart):
        if not reading.limits.has_limits:
            return " ".join(reading.limits.notes)
        return "None: every month lies within the usual up and down."
    if reading.definition.kind is Kind.STOCK:
        return "None are looked for in a backlog. Look at what comes in and what is resolved."
    return "Too few months to tell."


def _dimensions(want: Asked) -> list[str]:
    """The dimensions that can tell groups apart; a unit by itself cannot be broken down by unit."""
    known = [name for name in HEADINGS if name in want.definition.dimensions]
    return [name for name in known if name != "unit" or len(want.names.units) > 1]


def _tabs(want: Asked, current: str) -> list[tuple[str, str, bool]]:
    return [
        (f"By {HEADINGS[name].lower()}", f"{want.address('measures-measure', by=name)}#breakdown", name == current)
        for name in _dimensions(want)
    ]


def _breakdown(want: Asked, reading: Reading, by: str, sort: str) -> Breakdown | None:
    known = _dimensions(want)
    if not known:
        return None
    dimension = by if by in known else known[0]
    found = _by(want, reading, dimension)
    groups = _sorted([_group(want, dimension, cell) for cell in found.cells], sort)
    definition = want.definition
    picture = charts.breakdown(
        f"{definition.title} by {dimension}",
        groups,
        told_in=definition.told_in,
        noun=definition.noun,
        whole=reading.cell.value,
        whole_words=reading.value,
        heading=HEADINGS[dimension],
    )
    return Breakdown(dimension, HEADINGS[dimension], tuple(groups), picture)


def _by(want: Asked, reading: Reading, *by: str) -> Figure:
    question = want.question
    return engine.figure(want.definition, scope=question.scope, by=by, filters=question.filters, period=reading.period)


def _group(want: Asked, dimension: str, cell: Cell) -> Group:
    definition, answer = want.definition, cell.answer
    return Group(
        name=want.names.of_key(dimension, cell.key[0]),
        value=cell.value,
        low=getattr(answer, "low", None),
        high=getattr(answer, "high", None),
        n=cell.n,
        words=answer_words(answer, definition.told_in),
        interval=interval_words(answer, definition.told_in),
        href=want.of_group(dimension, cell.key[0]),
    )


def _sorted(groups: list[Group], sort: str) -> list[Group]:
    name = sort.removeprefix("-")
    key = SORTS.get(name, SORTS["figure"])
    told = [group for group in groups if key(group) is not None]
    told.sort(key=lambda group: group.name.casefold())
    told.sort(key=key, reverse=sort.startswith("-"))
    return told + [group for group in groups if key(group) is None]


def _pictures(definition: Definition, reading: Reading, question: Question) -> list[Picture]:
    """How long things take, for measures of lengths; how often each score was given."""
    told: dict[str, Any] = {"scope": question.scope, "filters": question.filters, "period": question.period}
    if definition.kind is Kind.SCORES:
        more = reading.cell.more
        title, asked_ = "How often each score was given", str(more.get("question", ""))
        return [charts.rating_chart(title, more.get("scale", ()), more.get("counts", ()), question=asked_)]
    if not definition.is_length or definition.kind is Kind.OLDEST:
        return []
    words = dict(definition.parts)
    done, still = words.get("done", "waiting"), words.get("open", "still open")
    about: dict[str, Any] = {"told_in": definition.told_in, "noun": definition.noun}
    # Every length at once is much to hold: only their bars are remembered.
    key = ("bars", reading.figure.token, definition.slug, question)
    bars = kept(key, lambda: charts.histogram_of(*engine.lengths(definition, **told), definition.told_in))
    found = [charts.histogram("How long it took", bars, done=done, still=still, **about)]
    if definition.kind in _CURVES:
        curve = engine.curve(definition, **told)
        found.insert(0, charts.survival(f"Not yet {done}, after how long", curve, done=done, **about))
    return found


# --- download

COLUMNS = (
    "measure", "month", "group", "name", "figure", "unit of figure", "lower bound", "upper bound", "more than", "n",
    "not ended", "in words",
)  # fmt: skip


@open_to_staff
@require_safe
@needs_facts
def export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The figures of the page as a CSV file: all together, by month, and by month and group."""
    want = asked(request, slug)
    reading = read(want.definition, want.question)
    by = request.GET.get("by", "")
    with transaction.atomic():
        note = {"measure": slug, "filter": list(want.kept), "by": by if by in HEADINGS else ""}
        record(by=staff_of(request), action="measures.export_measure", object_type="measures.measure", note=note)
    name = f"{slug}-{timezone.localdate():%Y-%m-%d}.csv"
    return csv_response(name, COLUMNS, _lines(want, reading, by if by in _dimensions(want) else ""))


def _lines(want: Asked, reading: Reading, dimension: str) -> Iterator[list[Any]]:
    yield _line(want, reading.cell, _period_text(reading.period), "", "all together")
    for cell in _by(want, reading, "month").cells:
        yield _line(want, cell, _month_text(cell.key[0]), "", "all together")
    if dimension:
        for cell in _by(want, reading, "month", dimension).cells:
            month, key = cell.key
            yield _line(want, cell, _month_text(month), dimension, want.names.of_key(dimension, key))


def _line(want: Asked, cell: Cell, month: str, group: str, name: str) -> list[Any]:
    definition, answer = want.definition, cell.answer
    bounds = [getattr(answer, name, None) for name in ("low", "high", "more_than")]
    words = answer_words(answer, definition.told_in)
    unit = "seconds" if definition.is_length else str(definition.told_in)
    return [definition.slug, month, group, name, cell.value, unit, *bounds, cell.n, cell.still_open, words]


def _month_text(month: Any) -> str:
    return f"{month:%Y-%m}" if month else "not known"


def _period_text(period: Period | None) -> str:
    return f"{period.first:%Y-%m} to {period.last:%Y-%m}" if period else "now"
