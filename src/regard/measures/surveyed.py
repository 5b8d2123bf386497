"""The results of a survey: how answers spread, how sure that is, and who did not answer.

Answers are added up within one series only: another wording, scale or choice is another series. Where few answered,
nothing is told. Counts are made by the database; what they mean is worked out by `statistics`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from django.db.models import Count, F, Func, Q, QuerySet, Sum

from regard.measures.statistics import Mean, Proportion, TooFew, ratings, wilson
from regard.office.models import Staff
from regard.ui import wording
from regard.voice.access import surveys_seen_by
from regard.voice.models import Answer, Invitation, Response, Sample, Survey
from regard.voice.questionnaire import Kind, said

#: With fewer answers nothing is shown of a cell: somebody could be recognised.
FEWEST = 5
#: Whose answers: those of the people who were drawn, those who came by the open link, or all.
DRAWN, OPEN, ALL = "drawn", "open", "all"
#: What results can be told apart by, and where a response keeps it.
DIMENSIONS = {"unit": "response__unit__name", "service": "response__service__name", "channel": "response__channel"}


@dataclass(frozen=True)
class Bar:
    """One answer that could be given, how often it was, and the share with its interval."""

    label: str
    count: int
    share: float
    low: float
    high: float


@dataclass
class Series:
    """The answers to one wording of one question."""

    question: str
    row: str
    kind: str
    wording: str
    n: int
    bars: list[Bar] = field(default_factory=list)
    words: str = ""
    mean: str = ""

    @property
    def is_shown(self) -> bool:
        return self.n >= FEWEST


@dataclass(frozen=True)
class Group:
    """The share of good answers in one unit, service or channel; `share` is None where too few answered to tell."""

    name: str
    n: int
    share: Proportion | None


@dataclass(frozen=True)
class Reach:
    """How many were served, could be asked, were written to and answered, over the samples that were sent."""

    served: int
    eligible: int
    written: int
    answered: int

    @property
    def of_letters(self) -> Proportion | None:
        found = wilson(self.answered, self.written) if self.written else None
        return found if isinstance(found, Proportion) else None


@dataclass(frozen=True)
class Results:
    """All that a page of results shows."""

    whose: str
    n: int
    set_aside: int
    series: list[Series]
    groups: list[Group]
    group_of: str  # the wording that the groups are about
    reach: Reach | None


def results_of(survey: Survey, *, whose: str = "", by: str = "", staff: Staff) -> Results:
    """The results of a survey that `staff` may see. As many queries for few answers as for many.

    `whose`: by default those who were drawn, as soon as any answered: an open link reaches only who comes across it.
    """
    if not surveys_seen_by(staff).filter(pk=survey.pk).exists():
        return Results(ALL, 0, 0, [], [], "", None)
    found = Response.objects.filter(version__survey=survey)
    counted = found.filter(set_aside="")
    drawn = counted.filter(invitation__isnull=False).count()
    whose = whose if whose in (DRAWN, OPEN, ALL) else (DRAWN if drawn else ALL)
    wanted = {DRAWN: Q(invitation__isnull=False), OPEN: Q(invitation__isnull=True)}.get(whose, Q())
    counted = counted.filter(wanted)
    answers = Answer.objects.filter(response__in=counted)
    series = _series(answers, survey)
    headline = next((one for one in series if one.kind in (Kind.RATING, Kind.THUMBS) and one.is_shown), None)
    groups = _groups(answers, headline, by) if headline is not None and by in DIMENSIONS else []
    return Results(
        whose=whose,
        n=counted.count(),
        set_aside=found.exclude(set_aside="").count(),
        series=series,
        groups=groups,
        group_of=headline.wording if headline else "",
        reach=_reach(survey),
    )


# --- one series


_KEY = ("question", "row", "kind", "wording", "series")


def _series(answers: QuerySet[Answer], survey: Survey) -> list[Series]:
    """Every series, in the order of the newest version's questions, older wordings after."""
    scored = (
        answers.filter(score__isnull=False).values_list(*_KEY, "lowest", "highest", "score").annotate(n=Count("pk"))
    )
    chosen = answers.exclude(chosen=[]).annotate(value=Func(F("chosen"), function="unnest"))
    labels = _labels(survey)
    found: dict[tuple[str, ...], Series] = {}
    for key, cells in _cells(scored.order_by(), 5).items():
        found[key] = _rated(key, cells)
    people = dict(_people(answers.exclude(chosen=[])))
    for key, cells in _cells(chosen.values_list(*_KEY, "value").annotate(n=Count("pk")).order_by(), 5).items():
        found[key] = _chosen(key, cells, people[key], labels)
    for key, n in _people(answers.exclude(text="")):
        found[key] = _started(key, n)
    order = {code: place for place, code in enumerate(_questions(survey))}
    return sorted(
        found.values(), key=lambda one: (order.get(one.question, len(order)), one.question, one.row, one.wording)
    )


def _cells(rows: Iterable[Sequence], width: int) -> dict[tuple[str, ...], list[Sequence]]:
    cells: dict[tuple[str, ...], list[Sequence]] = defaultdict(list)
    for row in rows:
        cells[tuple(row[:width])].append(row[width:])
    return cells


def _people(answers: QuerySet[Answer]) -> list[tuple[tuple[str, ...], int]]:
    """How many people answered each series."""
    rows = answers.values_list(*_KEY).annotate(n=Count("response", distinct=True)).order_by()
    return [(tuple(row[:5]), row[5]) for row in rows]


def _started(key: tuple[str, ...], n: int) -> Series:
    question, row, kind, words, _ = key
    return Series(question, row, kind, words, n)


def _rated(key: tuple[str, ...], cells: Sequence[Sequence]) -> Series:
    lowest, highest = int(cells[0][0]), int(cells[0][1])
    counts = {int(score): n for _, _, score, n in cells}
    n = sum(counts.values())
    made = _started(key, n)
    if not made.is_shown:
        return made
    thumbs = made.kind == Kind.THUMBS
    names = {1: "Yes", 0: "No"} if thumbs else {value: str(value) for value in range(lowest, highest + 1)}
    made.bars = [_bar(label, counts.get(value, 0), n) for value, label in names.items()]
    good = 1 if thumbs else 2
    top = sum(counts.get(highest - step, 0) for step in range(good))
    said_well = "said yes" if thumbs else f"chose {highest - 1} or {highest}"
    made.words = _share_words(top, n, said_well)
    if not thumbs:
        values = np.repeat(list(counts), list(counts.values()))
        made.mean = _mean_words(ratings(values, range(lowest, highest + 1)).mean)
    return made


def _chosen(
    key: tuple[str, ...], cells: Sequence[Sequence], people: int, labels: Mapping[str, Mapping[str, str]]
) -> Series:
    made = _started(key, people)
    if made.is_shown:
        counts: dict[str, int] = {one[0]: one[1] for one in cells}
        names = labels.get(made.question) or {value: value for value in counts}
        known = {**names, **{value: value for value in counts if value not in names}}
        made.bars = [_bar(label, counts.get(value, 0), people) for value, label in known.items()]
        most = max(made.bars, key=lambda bar: bar.count)
        made.words = f"Most often: {most.label}. " + _share_words(most.count, people, "chose it")
    return made


def _bar(label: str, count: int, n: int) -> Bar:
    found = wilson(count, n)
    assert isinstance(found, Proportion)  # noqa: S101 - n is not zero here
    return Bar(label, count, found.share, found.low, found.high)


def _share_words(count: int, n: int, what: str) -> str:
    found = wilson(count, n)
    if isinstance(found, TooFew):
        return str(found)
    low, high = wording.percent(found.low), wording.percent(found.high)
    sure = f"the true share very likely lies between {low} and {high}."
    return f"{wording.percent(found.share)} {what}, {count:,} of {n:,}; {sure}"


def _mean_words(mean: Mean | TooFew) -> str:
    if isinstance(mean, TooFew):
        return f"No average below {mean.needed} answers: near the end of a scale it would mislead."
    return f"Average {mean.mean:.2f}, between {mean.low:.2f} and {mean.high:.2f}."


def _questions(survey: Survey) -> list[str]:
    newest = survey.versions.filter(published_at__isnull=False).order_by("-number").first()
    return [one.code for one in newest.questionnaire.questions] if newest else []


def _labels(survey: Survey) -> dict[str, dict[str, str]]:
    """What each choice is called, by question: in the first language of the newest version that has it."""
    found: dict[str, dict[str, str]] = {}
    for version in survey.versions.filter(published_at__isnull=False).order_by("number"):
        made = version.questionnaire
        for question in made.questions:
            if question.choices:
                named = {choice.code: said(choice.text, made.languages[0]) for choice in question.choices}
                found[question.code] = {**found.get(question.code, {}), **named}
    return found


# --- told apart


def _groups(answers: QuerySet[Answer], headline: Series, by: str) -> list[Group]:
    """The share of good answers by unit, service or channel, of the headline's wording."""
    kept = answers.filter(question=headline.question, row=headline.row, wording=headline.wording, score__isnull=False)
    margin = 0 if headline.kind == Kind.THUMBS else 1
    good = Count("pk", filter=Q(score__gte=F("highest") - margin))
    rows = kept.values_list(DIMENSIONS[by]).annotate(n=Count("pk"), good=good).order_by("-n")
    hidden = _hidden([n for _, n, _ in rows])
    return [
        Group(str(name or "none"), n, None if place in hidden else _share(well, n))
        for place, (name, n, well) in enumerate(rows)
    ]


def _hidden(sizes: Sequence[int]) -> set[int]:
    """Places of cells that are not shown: small ones, and the next smallest when a single one could be worked out."""
    small = {place for place, n in enumerate(sizes) if n < FEWEST}
    if len(small) == 1 and len(sizes) > 1:
        small.add(min((place for place in range(len(sizes)) if place not in small), key=lambda place: sizes[place]))
    return small


def _share(count: int, n: int) -> Proportion | None:
    found = wilson(count, n)
    return found if isinstance(found, Proportion) else None


# --- who did not answer


def _reach(survey: Survey) -> Reach | None:
    """Over every sample that was sent; None when none was."""
    sent = Sample.objects.filter(survey=survey, sent_at__isnull=False)
    sums = sent.aggregate(served=Sum("frame"), eligible=Sum("eligible"))
    if sums["served"] is None:
        return None
    states = Invitation.State
    counts = Invitation.objects.filter(sample__in=sent).aggregate(
        written=Count("pk", filter=Q(state__in=(states.SENT, states.ANSWERED))),
        answered=Count("pk", filter=Q(state=states.ANSWERED)),
    )
    return Reach(**sums, **counts)
