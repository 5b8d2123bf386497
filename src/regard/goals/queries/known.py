"""What Regard knows of the customers of some units now, as food for the three questions: evidence and candidates."""

from collections.abc import Callable
from dataclasses import dataclass

from regard.goals.models import GoalSet, Kind
from regard.goals.queries.figures import months_before, units_below
from regard.goals.targets import Form
from regard.goals.telling import number_words, target_words
from regard.measures import engine
from regard.measures.access import Scope
from regard.measures.definitions import CATALOGUE, find
from regard.measures.figures import Cell, Period
from regard.measures.reading import period_words
from regard.measures.wording import answer_words, interval_words
from regard.office.models import Service
from regard.voice.models import Feedback

_MOST, _WORDS = 3, 3


@dataclass(frozen=True)
class Candidate:
    """A goal that what is known suggests. `key` names it in a form; `evidence`: what is known, in words."""

    key: str
    question: str  # benefit, problems or knowledge
    kind: Kind
    statement: str
    evidence: str
    form: Form
    number: float
    measure: str = ""
    service: Service | None = None
    counted_as: str = ""
    group_words: str = ""

    @property
    def target(self) -> str:
        told = {"definition": find(self.measure), "noun": self.counted_as, "group": self.group_words}
        return target_words(self.form, self.number, **told)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Known:
    """What is known, of which months; `praise`: the newest kind words. `months` empty: no figures yet."""

    candidates: tuple[Candidate, ...]
    praise: tuple[Feedback, ...]
    months: str

    def choices(self, question: str) -> list[tuple[str, str]]:
        """The candidates of a question as a form offers them, each with its target."""
        return [(one.key, f"{one.statement} {one.target}.") for one in self.of(question)]

    def of(self, question: str) -> list[Candidate]:
        return [one for one in self.candidates if one.question == question]


def known(goal_set: GoalSet) -> Known:
    """A fixed number of queries."""
    units = tuple(unit.pk for unit in units_below(goal_set.unit))
    told = Feedback.objects.filter(unit__in=units, kind=Feedback.Kind.COMPLIMENT).exclude(text="")
    praise = tuple(told.select_related("service", "unit").order_by("-at", "-id")[:_WORDS])
    try:
        months = months_before(goal_set.first)
        figures = _figures(Scope(units), months, _services(goal_set))
    except engine.NoFactsError:
        return Known(_BY_HAND, praise, "")
    return Known((*figures, *_BY_HAND), praise, period_words(months))


def _services(goal_set: GoalSet) -> dict[int, Service]:
    of_office = Service.objects.filter(unit__path__startswith=f"/{goal_set.unit.office_id}/")
    return of_office.select_related("unit").in_bulk()


_BY_HAND = (
    Candidate("job-aids", "benefit", Kind.VALUE, "We publish job aids that save customers a visit.",
              "Counted by hand.", Form.ADD, 5, counted_as="job aids"),
    Candidate("vendors", "benefit", Kind.VALUE, "We find new vendors that give customers a choice.",
              "Counted by hand.", Form.AT_LEAST, 5, counted_as="vendors"),
    Candidate("check-in", "knowledge", Kind.ORIENTATION, "We check in with a sample of our customers.",
              "Counted by hand; say how many customers there are.", Form.SHARE, 3, counted_as="customers asked",
              group_words="our customers"),
    Candidate("meetings", "knowledge", Kind.ORIENTATION, "We meet the people we serve to learn what they will need.",
              "Counted by hand; say how many there are.", Form.SHARE, 25, counted_as="meetings",
              group_words="project managers"),
)  # fmt: skip


@dataclass(frozen=True)
class _Source:
    """A measure by service, and the goal that its worst services suggest. worst: what to sort by, largest first."""

    measure: str
    question: str
    kind: Kind
    words: str
    form: Form
    number: float
    worst: Callable[[Cell], float]


_SOURCES = (
    _Source("time-to-resolve", "problems", Kind.SERVICE, "{service}: customers wait less long.",
            Form.REDUCE, 15, lambda cell: cell.value or 0),
    _Source("promises-kept", "problems", Kind.SERVICE, "{service}: we keep more of our promises.",
            Form.INCREASE, 10, lambda cell: -(cell.value or 0)),
    _Source("reopened", "problems", Kind.SERVICE, "{service}: cases are done right the first time.",
            Form.REDUCE, 20, lambda cell: cell.value or 0),
    _Source("complaints", "problems", Kind.SERVICE, "{service}: fewer reasons to complain.",
            Form.REDUCE, 15, lambda cell: cell.value or 0),
    _Source("compliments", "benefit", Kind.VALUE, "{service}: more customers say that it helped them.",
            Form.INCREASE, 12, lambda cell: cell.value or 0),
    _Source("withdrawn", "knowledge", Kind.ORIENTATION, "{service}: fewer customers give up on the way.",
            Form.REDUCE, 15, lambda cell: cell.value or 0),
)  # fmt: skip
_OVERALL = (
    ("abandoned-contacts", "knowledge", Kind.ORIENTATION, "Fewer customers give up before they are served.", 15.0),
)


def _figures(scope: Scope, months: Period, services: dict[int, Service]) -> list[Candidate]:
    found = []
    for source in _SOURCES:
        figure = engine.figure(CATALOGUE[source.measure], scope=scope, by=("service",), period=months)
        cells = [cell for cell in figure.cells if cell.key[0] in services and cell.value]
        worst = sorted(cells, key=source.worst, reverse=True)[:_MOST]
        found += [_of_service(source, cell, services[cell.key[0]]) for cell in worst]
    for slug, question, kind, words, number in _OVERALL:
        total = engine.figure(CATALOGUE[slug], scope=scope, period=months).total
        if total.value:
            told = {"evidence": _evidence(slug, total), "form": Form.REDUCE, "number": number, "measure": slug}
            found.append(Candidate(slug, question, kind, words, **told))  # type: ignore[arg-type]
    return found


def _of_service(source: _Source, cell: Cell, service: Service) -> Candidate:
    return Candidate(
        f"{source.measure}:{service.pk}",
        source.question,
        source.kind,
        source.words.format(service=service.name),
        _evidence(source.measure, cell),
        source.form,
        source.number,
        measure=source.measure,
        service=service,
    )


def _evidence(slug: str, cell: Cell) -> str:
    """`Time to resolve: 6 days (95% sure: 5 to 7 days; n = 120)`."""
    definition = CATALOGUE[slug]
    if definition.kind.value == "count":
        return f"{definition.title}: {number_words(cell.value or 0)}"
    shown = interval_words(cell.answer, definition.told_in)
    sure = f"95% sure: {shown}; " if shown else ""
    return f"{definition.title}: {answer_words(cell.answer, definition.told_in)} ({sure}n = {cell.n:,})"
