"""What a survey asks and how answers are read: branches, languages, faults, and when a wording starts a new series."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.voice import a11
from regard.voice.questionnaire import (
    LONGEST_TEXT,
    Choice,
    Condition,
    Kind,
    Question,
    Questionnaire,
    faults,
    from_json,
    read,
    series,
    shown,
    to_json,
)
from regard.voice.readymade import READY, blank


def ask(code: str, kind: Kind = Kind.RATING, **told) -> Question:
    return Question(code, kind, {"en": f"{code}?"}, **told)


def made(*questions: Question) -> Questionnaire:
    return Questionnaire(("en",), {"en": "Title"}, questions)


YES_NO = (Choice("yes", {"en": "Yes"}), Choice("no", {"en": "No"}))
BRANCHED = made(
    ask("a", Kind.CHOICE, choices=YES_NO),
    ask("b", Kind.CHOICE, choices=YES_NO, show_when=Condition("a", ("no",))),
    ask("c", Kind.TEXT, show_when=Condition("b", ("no",)), required=True),
)


def codes(posted) -> list[str]:
    return [question.code for question in shown(BRANCHED, posted)]


@pytest.mark.parametrize(
    ("posted", "asked"),
    [
        ({}, ["a"]),
        ({"q_a": ["no"]}, ["a", "b"]),
        ({"q_a": ["no"], "q_b": ["no"]}, ["a", "b", "c"]),
        ({"q_a": ["yes"], "q_b": ["no"]}, ["a"]),  # what is not asked decides nothing
    ],
)
def test_branches(posted, asked):
    assert codes(posted) == asked


def test_answers_to_questions_that_are_not_asked_are_left_out():
    found = read(BRANCHED, {"q_a": ["yes"], "q_b": ["no"], "q_c": ["hidden"]}, "en")
    assert [(one.question, one.chosen) for one in found.given] == [("a", ("yes",))]
    assert found.faults == {}


def test_a_required_question_that_is_not_asked_is_not_missed():
    assert read(BRANCHED, {"q_a": ["no"], "q_b": ["no"]}, "en").faults == {"c": "required"}
    assert read(BRANCHED, {"q_a": ["yes"]}, "en").faults == {}


@pytest.mark.parametrize(
    ("question", "told", "fault"),
    [
        (ask("q"), ["6"], "unknown"),
        (ask("q"), ["0"], "unknown"),
        (ask("q"), ["4.5"], "unknown"),
        (ask("q"), ["\uff14"], "unknown"),
        (ask("q"), ["'; --"], "unknown"),
        (ask("q", Kind.THUMBS), ["2"], "unknown"),
        (ask("q", Kind.CHOICE, choices=YES_NO), ["maybe"], "unknown"),
        (ask("q", Kind.CHOICE, choices=YES_NO), ["yes", "no"], "unknown"),
        (ask("q", Kind.TEXT), ["x" * (LONGEST_TEXT + 1)], "too long"),
        (ask("q", required=True), [" "], "required"),
    ],
)
def test_what_cannot_be_an_answer(question, told, fault):
    found = read(made(question), {"q_q": told}, "en")
    assert (found.faults, found.given) == ({"q": fault}, ())


def test_zero_is_an_answer_and_silence_is_none():
    thumbs = made(ask("q", Kind.THUMBS))
    assert [one.score for one in read(thumbs, {"q_q": ["0"]}, "en").given] == [0.0]
    assert read(thumbs, {}, "en").given == ()


def test_a_matrix_is_an_answer_a_row():
    rows = (Choice("x", {"en": "X"}), Choice("y", {"en": "Y"}))
    found = read(made(ask("m", Kind.MATRIX, rows=rows)), {"q_m__x": ["2"], "q_m__z": ["5"]}, "en")
    assert [(one.row, one.wording, one.score) for one in found.given] == [("x", "m? - X", 2.0)]


def test_several_choices_and_text():
    both = read(made(ask("q", Kind.CHOICES, choices=YES_NO)), {"q_q": ["yes", "no", "yes"]}, "en")
    assert both.given[0].chosen == ("yes", "no")
    text = read(made(ask("q", Kind.TEXT)), {"q_q": ["  a\x00b 🙂 "]}, "en")
    assert text.given[0].text == "ab 🙂"


def test_the_wording_is_kept_in_the_language_that_was_read():
    question = replace(ask("q"), text={"en": "How?", "es": "¿Cómo?"})
    assert read(made(question), {"q_q": ["3"]}, "es").given[0].wording == "¿Cómo?"


@pytest.mark.parametrize(
    "change",
    [{"text": {"en": "Q!"}}, {"highest": 7}, {"low": {"en": "Bad"}}, {"kind": Kind.THUMBS}, {"choices": YES_NO}],
)
def test_another_wording_or_scale_is_another_series(change):
    question = ask("q")
    assert series(replace(question, **change), "en") != series(question, "en")


@pytest.mark.parametrize("change", [{"code": "z"}, {"required": True}, {"show_when": Condition("a", ("yes",))}])
def test_what_nobody_reads_does_not_start_a_series(change):
    question = ask("q")
    assert series(replace(question, **change), "en") == series(question, "en")


# --- drafts


@pytest.mark.parametrize("ready", sorted(set(READY) - {"blank"}))
def test_ready_made_forms_can_be_published_and_stored(ready):
    form = READY[ready][1]()
    assert faults(form) == []
    assert from_json(to_json(form)) == form


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (blank(), "at least one question"),
        (made(ask("a"), ask("a")), "Two questions have the code a"),
        (made(ask("a", Kind.CHOICE)), "at least two choices"),
        (made(ask("a", Kind.MATRIX)), "at least one row"),
        (made(ask("a", highest=20)), "2 to 11 values"),
        (made(ask("a", show_when=Condition("b", ("1",))), ask("b")), "does not come before it"),
        (made(ask("a"), ask("b", show_when=Condition("a", ("9",)))), "cannot be given"),
        (made(ask("a", Kind.TEXT), ask("b", show_when=Condition("a", ("x",)))), "cannot be given"),
        (replace(made(ask("a")), languages=("en", "es")), "the text in es is missing"),
        (made(*(ask(f"q{n}") for n in range(61))), "too many"),
    ],
)
def test_what_keeps_a_draft_from_being_published(form, words):
    assert any(words in fault for fault in faults(form)), faults(form)


ANSWERS = st.dictionaries(
    st.sampled_from(["q_question_1", "q_positive", "q_negative", "q_question_4", "q_x"]),
    st.lists(st.text(max_size=8) | st.sampled_from(["0", "1", "5", "ease", "other"]), max_size=3),
)


@settings(deadline=None)  # a busy machine is no fault
@given(ANSWERS, st.sampled_from(sorted(set(READY) - {"blank"})))
def test_whatever_is_sent_every_answer_is_one_that_can_be_given(posted, ready):
    form = READY[ready][1]()
    for one in read(form, posted, "en").given:
        question = form.question(one.question)
        assert question is not None
        assert one.wording
        assert one.score is None or one.lowest <= one.score <= one.highest
        assert set(one.chosen) <= set(question.values)


# --- the federal form


def test_the_raw_file_has_seventeen_columns():
    assert len(a11.COLUMNS) == 17
    assert a11.COLUMNS[:3] == ("external_id", "question_1", "positive_effectiveness")
    assert a11.COLUMNS[-1] == "question_4"


def test_what_was_not_asked_is_null_and_not_zero():
    row = a11.raw_row("7", 5.0, ["ease"], None, "fine")
    assert (row["question_1"], row["positive_ease"], row["positive_other"]) == ("5", "1", "0")
    assert {row[f"negative_{driver}"] for driver in a11.DRIVERS} == {"null"}
    assert a11.row_faults(tuple(row), row) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"question_1": "N/A"}, "question_1"),
        ({"question_1": "6"}, "question_1"),
        ({"positive_ease": "true"}, "positive_ease"),
        ({"negative_other": ""}, "negative_other"),
        ({"external_id": " "}, "external_id"),
    ],
)
def test_values_are_checked_not_only_the_header(change, words):
    row = {**a11.raw_row("7", 5.0, [], None, ""), **change}
    assert [fault for fault in a11.row_faults(a11.COLUMNS, row) if words in fault]


def test_columns_in_another_order_are_refused():
    row = a11.raw_row("7", 5.0, [], None, "")
    assert a11.row_faults(tuple(reversed(a11.COLUMNS)), row)


def test_counts_of_a_quarter():
    counted = a11.quarter_counts([("trust", 5.0), ("trust", 5.0), ("ease", 1.0), ("comments", 3.0)])
    assert counted["trust"] == {1: 0, 2: 0, 3: 0, 4: 0, 5: 2}
    assert counted["ease"][1] == 1
    assert sum(map(sum, (found.values() for found in counted.values()))) == 3
    with pytest.raises(ValueError, match="no value from 1 to 5"):
        a11.quarter_counts([("trust", 0.0)])
