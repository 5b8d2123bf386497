"""A survey as a person fills it in: what stands on the page, and what they sent so far."""

from collections.abc import Mapping
from dataclasses import dataclass

from regard.voice.questionnaire import Kind, Posted, Question, Questionnaire, field_name, said
from regard.voice.surveywords import words_in


@dataclass(frozen=True)
class Option:
    """One radio button or check box."""

    id: str
    value: str
    label: str
    checked: bool


@dataclass(frozen=True)
class Row:
    """The options of one question, or of one row of a matrix."""

    name: str
    label: str
    options: list[Option]


@dataclass(frozen=True)
class Asked:
    """One question on the page, with what was answered so far and what is wrong with it."""

    id: str
    kind: str
    text: str
    hint: str
    rows: list[Row]
    value: str
    low: str
    high: str
    required: bool
    error: str
    only_if: str

    @property
    def described_by(self) -> str:
        """Ids of hint and error, for the control."""
        parts = ((self.hint, "hint"), (self.only_if, "when"), (self.error, "error"))
        return " ".join(f"{self.id}-{part}" for text, part in parts if text)


def asked(
    made: Questionnaire, question: Question, posted: Posted, language: str, faults: Mapping[str, str], *, steps: bool
) -> Asked:
    """A question as the page shows it. On one page a question that depends on another says so in words."""
    words = words_in(language)
    name = field_name(question.code)
    fault = faults.get(question.code, "")
    return Asked(
        id=name,
        kind=question.kind.value,
        text=said(question.text, language),
        hint=said(question.hint, language),
        rows=_rows(question, posted, language, words),
        value=(list(posted.get(name, ())) or [""])[-1],
        low=said(question.low, language),
        high=said(question.high, language),
        required=question.required,
        error=words.get(fault, fault),
        only_if="" if steps else _only_if(made, question, language, words),
    )


def _rows(question: Question, posted: Posted, language: str, words: Mapping[str, str]) -> list[Row]:
    if question.kind is Kind.TEXT:
        return []
    if question.kind is Kind.MATRIX:
        labels = {str(n): str(n) for n in question.scale}
        names = [(field_name(question.code, row.code), said(row.text, language)) for row in question.rows]
        return [_row(name, label, labels, posted) for name, label in names]
    return [_row(field_name(question.code), "", _labels(question, language, words), posted)]


def _labels(question: Question, language: str, words: Mapping[str, str]) -> dict[str, str]:
    if question.kind is Kind.THUMBS:
        return {"1": words["up"], "0": words["down"]}
    if question.kind is Kind.RATING:
        return {str(n): str(n) for n in question.scale}
    return {choice.code: said(choice.text, language) for choice in question.choices}


def _row(name: str, label: str, labels: Mapping[str, str], posted: Posted) -> Row:
    ticked = set(posted.get(name, ()))
    return Row(name, label, [Option(f"{name}-{v}", v, text, v in ticked) for v, text in labels.items()])


def _only_if(made: Questionnaire, question: Question, language: str, words: Mapping[str, str]) -> str:
    when = question.show_when
    first = made.question(when.question) if when else None
    if when is None or first is None:
        return ""
    labels = _labels(first, language, words)
    answer = ", ".join(labels.get(value, value) for value in when.values)
    return words["only_if"].format(answer=answer, question=said(first.text, language))
