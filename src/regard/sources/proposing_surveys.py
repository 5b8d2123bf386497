"""Survey exports with a column for each question: the wording is the column's name. Pure.

A row becomes one piece of feedback for each question that was rated, each with its wording, so that a question
that is reworded later starts a series of its own.
"""

from collections.abc import Sequence
from dataclasses import replace

from regard.sources.headers import words_of
from regard.sources.mapping import Column, Target, When
from regard.sources.profiling import Profile


def is_question(profile: Profile) -> bool:
    """A column whose name is a sentence and whose values are ratings or words of people."""
    sentence = profile.column.rstrip().endswith(("?", ".")) or len(words_of(profile.column)) > 5
    return sentence and profile.told > 0 and len(words_of(profile.column)) > 2 and not profile.dates > 0.5


def is_rating(profile: Profile) -> bool:
    whole = profile.shapes["whole"] > 0.9 and profile.low is not None and profile.high is not None
    return whole and profile.distinct >= 3 and (profile.low or 0) >= 0 and (profile.high or 0) <= 10


def questions_of(profiles: Sequence[Profile]) -> list[Profile]:
    """The question columns of a survey, when it has one for each question: two ratings at least. Else none."""
    asked = [p for p in profiles if is_question(p)]
    return asked if sum(map(is_rating, asked)) >= 2 else []


def scale_of(profile: Profile) -> dict[str, Column]:
    """Whole scores up to 5, or up to 10, tell their scale."""
    ends = {5: ("1", "5"), 10: ("0", "10")}.get(int(profile.high or 0)) if is_rating(profile) else None
    if not ends or (profile.low or 0) < int(ends[0]):
        return {}
    return {"scale_min": Column(constant=ends[0]), "scale_max": Column(constant=ends[1])}


def one_target_a_question(target: Target, questions: Sequence[Profile]) -> list[Target]:
    """`target` for the first rated question, with all that was written, and one more target for each other rating."""
    first, *others = [q for q in questions if is_rating(q)]
    written = tuple(q.column for q in questions if not is_rating(q))
    columns = {**target.columns, **_rated(first)}
    if written:
        columns["text"] = Column(columns=written, join="\n" if len(written) > 1 else " ")
    targets = [replace(target, columns=columns)]
    for number, question in enumerate(others, start=2):
        shared = dict(target.columns)
        if "key" in shared:
            shared["key"] = replace(shared["key"], suffix=f"/{number}")
        targets.append(Target(target.into, {**shared, **_rated(question)}, {}, when=When(question.column)))
    return targets


def _rated(question: Profile) -> dict[str, Column]:
    asked = {"question": Column(constant=question.column), "score": Column(columns=(question.column,))}
    return asked | scale_of(question)
