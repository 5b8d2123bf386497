"""The wizard's posted fields, read as answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.sources.answers import (
    Basics,
    base_from,
    base_text,
    blanks_from,
    blanks_text,
    draft_from,
    read_answers,
    read_from,
)
from regard.sources.labels import groups_of, label_of, plain_reason, words_of
from regard.sources.mapping import Column, Mapping, Target
from regard.sources.readers import ReadOptions
from regard.sources.targets import COLUMNS, TARGETS, WORDS, fillable
from regard.sources.wizard import ASIDE, FIXED

BASICS = Basics("csb", "CSB", "UTC", "case", None, ("",))
blank_words = st.text(st.characters(exclude_categories=["Cc", "Cs", "Z"]), min_size=1, max_size=6)


def test_the_fields_of_a_form() -> None:
    posted = {
        "c0": "key",
        "c1": "channel",
        "t-channel-0": "TEL, fixed",
        "v-channel-0": "phone",
        "t-channel-1": "?",
        "v-channel-1": "?",
        "o-channel": "other",
        "f-unit": " Permits ",
        "x3": "on",
        "xylophone": "on",
        "do": "preview",
    }
    draft = draft_from(posted, ["id", "via", "ward"], BASICS, ReadOptions(), None)
    assert draft.becomes == {"id": "key", "via": "channel", "ward": ""}
    assert draft.values == {"channel": {"TEL, fixed": "phone", "?": ASIDE}}
    assert draft.otherwise == {"channel": "other"}
    assert draft.fixed["unit"] == "Permits"
    assert draft.extras == {3}


@given(st.lists(blank_words, max_size=4, unique=True))
def test_blanks_come_back_as_they_were_written(words: list[str]) -> None:
    assert blanks_from(blanks_text(("", *words))) == ("", *words)


def test_blanks_as_people_write_them() -> None:
    assert blanks_from(" NA, N/A ,,none") == ("", "NA", "N/A", "none")
    assert blanks_from('"a, b", c') == ("", "a, b", "c")
    assert blanks_from("") == ("",)


@pytest.mark.parametrize(
    "read",
    [
        ReadOptions(),
        ReadOptions(format="csv", delimiter="\t", encoding="cp1252", quote="'", header_row=0),
        ReadOptions(delimiter="\x1f", header_row=12),
        ReadOptions(format="xlsx", sheet="Calls"),
        ReadOptions(format="json", records="data.items"),
    ],
)
def test_how_a_file_is_read_survives_the_form(read: ReadOptions) -> None:
    assert read_from(read_answers(read), read) == read


def test_nonsense_in_the_fields_is_left_to_be_found_out() -> None:
    posted = {"read-delimiter": "x", "read-header_row": "first", "read-sheet": "", "read-encoding": "  "}
    assert read_from(posted) == ReadOptions()


@pytest.mark.parametrize("into", TARGETS)
def test_a_base_that_still_lacks_what_rows_need_comes_back(into: str) -> None:
    mapping = Mapping("csb", "CSB", "UTC", (Target(into, {"as_of": Column(("when",))}, grain="distinct"),))
    assert base_from(base_text(mapping)) == mapping


def test_a_base_that_somebody_made_up_is_none() -> None:
    assert base_from("") is None
    assert base_from("silo = ") is None


@pytest.mark.parametrize("into", TARGETS)
def test_every_column_and_word_has_a_plain_name(into: str) -> None:
    offered = [name for group in groups_of(into) for name, _ in group.options]
    assert sorted(offered) == sorted(fillable(into))
    labels = [label for group in groups_of(into) for _, label in group.options]
    assert len(set(labels)) == len(labels)  # nobody can tell two options of one name apart
    assert not any("_" in label for label in labels)
    for name in COLUMNS[into]:
        assert [word for word, _ in words_of(into, name)] == list(WORDS.get((into, name), ()))
    assert set(FIXED[into]) <= set(fillable(into))


def test_a_reason_names_the_column_in_plain_words() -> None:
    reason = {"column": "received_at", "message": "received_at is missing (column opened is empty)."}
    assert plain_reason("case", reason) == "When it came in is missing (column opened is empty)."
    assert plain_reason("", {"message": "line 4 has 3 cells"}) == "line 4 has 3 cells"
    assert label_of("feedback", "text") == "What they said"
