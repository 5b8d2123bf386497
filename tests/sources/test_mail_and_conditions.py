"""Parts of mail headers, texts set around a key, and conditions on several columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.sources.mailheaders import header_words
from regard.sources.mapping import Mapping, MappingError
from regard.sources.uses import source_columns
from tests.sources.mapped import HEAD, Desk, case


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(tmp_path)


COLUMNS = """key = { column = "k", prefix = "W", suffix = "/1" }
received_at = "t"
person_name = { column = "m", mail = "name" }
person_email = { column = "m", mail = "address" }"""


@pytest.mark.parametrize(
    ("header", "name", "address"),
    [
        ("Ann Ash <ann@mail.example>", "Ann Ash", "ann@mail.example"),
        ('"Ash, Ann" <Ann@Mail.Example>', "Ash, Ann", "Ann@Mail.Example"),
        ("=?utf-8?q?Jos=C3=A9_Barrag=C3=A1n?= <jose@mail.example>", "José Barragán", "jose@mail.example"),
        ("=?utf-8?b?w4Vzw6VzZQ==?= <asa@mail.example>", "Åsåse", "asa@mail.example"),
        ("=?nonsense?x?y?= <a@mail.example>", "=?nonsense?x?y?=", "a@mail.example"),
        ("<ann@mail.example>", None, "ann@mail.example"),
        ("ann@mail.example", None, "ann@mail.example"),
        ("", None, None),
    ],
)
def test_the_parts_of_a_mail_header(desk, header, name, address):
    desk.run("k t m", [["1", "2025-01-02", header]], case(COLUMNS))
    assert desk.ask("SELECT key, person_name, person_email FROM mapped_case") == [("W1/1", name, address)]


@given(st.text(max_size=40))
def test_any_header_can_be_decoded(text):
    assert isinstance(header_words(text), str)


def test_a_blank_key_gets_no_prefix(desk):
    desk.run("k t m", [["", "2025-01-02", ""]], case(COLUMNS))
    assert desk.reasons() == [(2, "key", "missing")]


def test_conditions_on_several_columns(desk):
    rows = [
        ["1", "new", "Complaint", ""],
        ["2", "new", "", ""],
        ["3", "done", "Complaint", ""],
        ["4", "NEW ", "x", "r"],
    ]
    desk.run("k step about ref", rows, HEAD + ABOUT)
    assert desk.ask("SELECT key FROM mapped_feedback ORDER BY key") == [("1",)]
    assert desk.reasons() == [(line, "", "no_target") for line in (3, 4, 5)]


ABOUT = """
[[target]]
into = "feedback"
[target.columns]
key = "k"
at = { constant = "2025-01-02" }
kind = { constant = "complaint" }
[target.when]
column = "step"
values = ["new"]
[target.when.also]
column = "about"
told = true
also = { column = "ref", told = false }
"""
CONDITIONAL = """key = "k"
received_at = "t"
subject = { column = "s", when = { column = "a", told = false, also = { column = "b", values = ["x"] } } }"""


def test_a_column_told_where_two_conditions_hold(desk):
    rows = [
        ["1", "2025-01-02", "one", "", "x"],
        ["2", "2025-01-02", "two", "told", "x"],
        ["3", "2025-01-02", "three", "NA", "y"],
    ]
    desk.run("k t s a b", rows, case(CONDITIONAL))
    assert desk.ask("SELECT key, subject FROM mapped_case ORDER BY key") == [("1", "one"), ("2", None), ("3", None)]


def test_conditions_and_settings_survive_being_written():
    mapping = Mapping.from_toml(case(COLUMNS + "\n" + CONDITIONAL.split("\n")[2]))
    assert Mapping.from_toml(mapping.to_toml()) == mapping
    assert set(source_columns(mapping)) == {"k", "t", "m", "s", "a", "b"}
    found = mapping.resolved(["K", "T", "M", "S", "A", "B"])
    assert [part.column for part in found.targets[0].columns["subject"].when.parts] == ["A", "B"]


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ('subject = { column = "s", mail = "domain" }', "Write 'name' or 'address'"),
        ('latitude = { column = "s", prefix = "-" }', "no free text"),
        ('channel = { column = "s", suffix = "x" }', "no free text"),
        ('subject = { column = "s", when = { column = "a", told = true, also = { column = "b" } } }', "when of"),
    ],
)
def test_what_makes_no_sense_is_said(column, told):
    with pytest.raises(MappingError, match=told):
        Mapping.from_toml(case(f"received_at = 't'\n{column}"))
