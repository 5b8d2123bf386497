"""What a survey asks: questions in one or several languages, which follow from which, and how answers are read.

Pure: a definition and what somebody sent in, answers or faults in words out. Nothing here knows the database.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

#: The longest text somebody may answer with, in letters.
LONGEST_TEXT = 10_000
#: A page with more is never filled in to its end.
MOST_QUESTIONS, MOST_CHOICES = 60, 40

Texts = Mapping[str, str]
Posted = Mapping[str, Sequence[str]]


class Kind(StrEnum):
    """How a question is answered."""

    RATING = "rating"  # one number of a scale
    THUMBS = "thumbs"  # up or down: 1 or 0
    CHOICE = "choice"  # one of several
    CHOICES = "choices"  # several of several
    MATRIX = "matrix"  # several ratings on one scale
    TEXT = "text"


SCORED = (Kind.RATING, Kind.THUMBS, Kind.MATRIX)


@dataclass(frozen=True)
class Choice:
    """One thing to choose, or one row of a matrix; its text in each language."""

    code: str
    text: Texts


@dataclass(frozen=True)
class Condition:
    """Show a question only when an earlier one was answered with one of these values."""

    question: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One question. `low` and `high` name the ends of a rating scale."""

    code: str
    kind: Kind
    text: Texts
    hint: Texts = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    rows: tuple[Choice, ...] = ()
    required: bool = False
    lowest: int = 1
    highest: int = 5
    low: Texts = field(default_factory=dict)
    high: Texts = field(default_factory=dict)
    show_when: Condition | None = None

    @property
    def scale(self) -> range:
        """The values of a rating."""
        return range(self.lowest, self.highest + 1)

    @property
    def values(self) -> list[str]:
        """What this can be answered with, as it is sent; empty for texts."""
        if self.kind in (Kind.CHOICE, Kind.CHOICES):
            return [choice.code for choice in self.choices]
        if self.kind is Kind.THUMBS:
            return ["1", "0"]
        return [] if self.kind in (Kind.TEXT, Kind.MATRIX) else [str(n) for n in self.scale]


@dataclass(frozen=True)
class Questionnaire:
    """All that a survey asks, with the words around it."""

    languages: tuple[str, ...]
    title: Texts
    questions: tuple[Question, ...] = ()
    intro: Texts = field(default_factory=dict)
    thanks: Texts = field(default_factory=dict)

    def question(self, code: str) -> Question | None:
        """The question of this code."""
        return next((one for one in self.questions if one.code == code), None)


@dataclass(frozen=True)
class Given:
    """One answer as it is kept: with the wording that was read, and the series that this wording belongs to."""

    question: str
    row: str
    kind: str
    wording: str
    series: str
    score: float | None = None
    lowest: float | None = None
    highest: float | None = None
    chosen: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Read:
    """What somebody sent, read: the answers, and what is wrong in words, by the code of the question."""

    given: tuple[Given, ...]
    faults: Mapping[str, str]


def said(texts: Texts, language: str) -> str:
    """The text in a language, else in the first one that has any."""
    return texts.get(language) or next((text for text in texts.values() if text), "")


def field_name(question: str, row: str = "") -> str:
    """The name under which an answer is sent."""
    return f"q_{question}__{row}" if row else f"q_{question}"


# --- as stored


def to_json(made: Questionnaire) -> dict[str, Any]:
    """The definition as plain values."""
    return json.loads(json.dumps(asdict(made)))


def from_json(told: Mapping[str, Any]) -> Questionnaire:
    """The definition from what `to_json` made. Raises KeyError, TypeError or ValueError for anything else."""
    return Questionnaire(
        languages=tuple(told["languages"]),
        title=told["title"],
        intro=told["intro"],
        thanks=told["thanks"],
        questions=tuple(_question(one) for one in told["questions"]),
    )


def _question(told: Mapping[str, Any]) -> Question:
    when = told["show_when"]
    return Question(
        **{
            **told,
            "kind": Kind(told["kind"]),
            "choices": tuple(Choice(**one) for one in told["choices"]),
            "rows": tuple(Choice(**one) for one in told["rows"]),
            "show_when": Condition(when["question"], tuple(when["values"])) if when else None,
        }
    )


# --- what is wrong with a draft


def faults(made: Questionnaire) -> list[str]:
    """What keeps a draft from being published, in words. Empty: it can be."""
    found = [] if made.questions else ["Ask at least one question."]
    if len(made.questions) > MOST_QUESTIONS:
        found.append(f"{len(made.questions)} questions are too many: ask at most {MOST_QUESTIONS}.")
    codes = [one.code for one in made.questions]
    found += [f"Two questions have the code {code}." for code in sorted({c for c in codes if codes.count(c) > 1})]
    found += [f"The title lacks {language}." for language in made.languages if not made.title.get(language)]
    for place, question in enumerate(made.questions):
        name = f"Question {place + 1}"
        found += [f"{name}: {fault}" for fault in _question_faults(question, made.languages)]
        found += [f"{name}: {fault}" for fault in _condition_faults(question, made.questions[:place])]
    return found


def _question_faults(question: Question, languages: Iterable[str]) -> Iterator[str]:
    for language in languages:
        if not question.text.get(language):
            yield f"the text in {language} is missing."
        if any(not choice.text.get(language) for choice in (*question.choices, *question.rows)):
            yield f"a choice lacks its text in {language}."
    if question.kind in (Kind.CHOICE, Kind.CHOICES) and len(question.choices) < 2:
        yield "give at least two choices."
    if len(question.choices) > MOST_CHOICES or len(question.rows) > MOST_CHOICES:
        yield f"at most {MOST_CHOICES} choices can be read."
    if question.kind is Kind.MATRIX and not question.rows:
        yield "give at least one row."
    if question.kind in (Kind.RATING, Kind.MATRIX) and not 2 <= len(question.scale) <= 11:
        yield "a scale has 2 to 11 values."


def _condition_faults(question: Question, earlier: Sequence[Question]) -> Iterator[str]:
    when = question.show_when
    if when is None:
        return
    asked = next((one for one in earlier if one.code == when.question), None)
    if asked is None:
        yield "it depends on a question that does not come before it."
    elif not when.values or not set(when.values) <= set(asked.values):
        yield "it depends on an answer that cannot be given."


# --- following the branches


def shown(made: Questionnaire, posted: Posted) -> list[Question]:
    """The questions that somebody with these answers is asked, in order. What is not asked decides nothing."""
    asked: dict[str, Question] = {}
    for question in made.questions:
        when = question.show_when
        told = set(posted.get(field_name(when.question), ())) if when and when.question in asked else set()
        if when is None or told & set(when.values):
            asked[question.code] = question
    return list(asked.values())


# --- reading answers


def read(made: Questionnaire, posted: Posted, language: str, only: str = "") -> Read:
    """Read what was sent in: of all questions that are asked, or of `only` one.

    Answers to questions that are not asked are left out: with a script or without, a hidden question has none.
    """
    given: list[Given] = []
    wrong: dict[str, str] = {}
    for question in shown(made, posted):
        if only and question.code != only:
            continue
        try:
            found = list(_answers(question, posted, language))
        except ValueError as error:
            wrong[question.code] = str(error)
            continue
        if question.required and not found:
            wrong[question.code] = "required"
        given += found
    return Read(tuple(given), wrong)


def _answers(question: Question, posted: Posted, language: str) -> Iterator[Given]:
    blank = Given(question.code, "", question.kind.value, said(question.text, language), series(question, language))
    if question.kind is Kind.MATRIX:
        for row in question.rows:
            told = _one(posted, field_name(question.code, row.code))
            if told:
                wording = f"{blank.wording} - {said(row.text, language)}"
                yield _scored(replace(blank, row=row.code, wording=wording), question, told)
        return
    told_all = [one for one in posted.get(field_name(question.code), ()) if one.strip()]
    if not told_all:
        return
    yield _answer(blank, question, told_all)


def _answer(blank: Given, question: Question, told: Sequence[str]) -> Given:
    if question.kind is Kind.TEXT:
        text = told[-1].replace("\x00", "").strip()
        if len(text) > LONGEST_TEXT:
            raise ValueError("too long")
        return replace(blank, text=text)
    if question.kind in (Kind.CHOICE, Kind.CHOICES):
        chosen = tuple(dict.fromkeys(told))
        if not set(chosen) <= set(question.values) or (question.kind is Kind.CHOICE and len(chosen) > 1):
            raise ValueError("unknown")
        return replace(blank, chosen=chosen)
    return _scored(blank, question, told[-1])


def _scored(blank: Given, question: Question, told: str) -> Given:
    lowest, highest = (0, 1) if question.kind is Kind.THUMBS else (question.lowest, question.highest)
    if not (told.lstrip("-").isascii() and told.lstrip("-").isdigit() and lowest <= int(told) <= highest):
        raise ValueError("unknown")
    return replace(blank, score=float(told), lowest=float(lowest), highest=float(highest))


def _one(posted: Posted, name: str) -> str:
    told = posted.get(name) or ("",)
    return told[-1].strip()


def series(question: Question, language: str) -> str:
    """What a person sees of a question, as a short digest: another wording, scale or choice is another series."""
    parts = [
        question.kind.value, said(question.text, language), question.lowest, question.highest,
        said(question.low, language), said(question.high, language),
        [[c.code, said(c.text, language)] for c in (*question.choices, *question.rows)],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:16]
