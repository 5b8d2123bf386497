"""Mappings as data: read, written, checked, and met with a file."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.sources.mapping import Column, Mapping, MappingError, Target, When, fingerprint_of
from regard.sources.readers import ReadOptions
from regard.sources.targets import COLUMNS, REQUIRED, TARGETS, WORDS, fillable

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "mappings").glob("*.toml"))

PLAIN = """
silo = "csb"
time_zone = "America/Chicago"
blanks = ["NA"]
[read]
format = "csv"
header_row = 2
[[target]]
into = "case"
[target.columns]
key = "id"
received_at = { columns = ["day", "time"], join = "T", formats = ["%d/%m/%Y"] }
channel = { column = "how", values = { WEB = "web", "In person" = "counter" }, otherwise = "other" }
subject = { constant = "A request" }
closed_at = { column = "done", when = { column = "state", values = ["closed"] }, day = "end", optional = true }
[target.details]
ward = "ward no"
[target.when]
column = "kind"
told = true
"""


def problems(text: str) -> str:
    with pytest.raises(MappingError) as caught:
        Mapping.from_toml(text)
    return "\n".join(caught.value.problems)


def test_everything_is_read():
    mapping = Mapping.from_toml(PLAIN)
    assert (mapping.silo, mapping.name, mapping.time_zone, mapping.date_order) == (
        "csb",
        "csb",
        "America/Chicago",
        None,
    )
    assert mapping.blanks == ("", "NA")
    assert mapping.read == ReadOptions(format="csv", header_row=2)
    (target,) = mapping.targets
    assert (target.into, target.grain, target.details, target.when) == (
        "case",
        "row",
        {"ward": "ward no"},
        When("kind"),
    )
    assert target.columns["key"] == Column(columns=("id",))
    assert target.columns["received_at"] == Column(columns=("day", "time"), join="T", formats=("%d/%m/%Y",))
    assert target.columns["channel"].values == {"WEB": "web", "In person": "counter"}
    assert target.columns["closed_at"].when == When("state", ("closed",))


def test_written_and_read_again_it_is_the_same():
    mapping = Mapping.from_toml(PLAIN)
    assert Mapping.from_toml(mapping.to_toml()) == mapping


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_the_examples_are_sound(path):
    mapping = Mapping.from_toml(path.read_text("utf-8"))
    assert Mapping.from_toml(mapping.to_toml()) == mapping


def test_there_are_examples():
    assert {p.stem for p in EXAMPLES} >= {
        "stlouis_csb", "dutch_permits_csv", "dutch_permits_xes", "anonymousbank_calls", "open311_json", "open311_xml"
    }  # fmt: skip


_text = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=6).filter(str.strip)


@st.composite
def columns(draw: st.DrawFn, into: str, name: str) -> Column:
    words = WORDS.get((into, name))
    word = st.sampled_from(words) if words else _text
    if draw(st.booleans()) and name not in ("received_at", "at", "due_at", "started_at"):
        return Column(constant=draw(word))
    return Column(
        columns=tuple(draw(st.lists(_text, min_size=1, max_size=2))),
        formats=tuple(draw(st.lists(st.sampled_from(["iso", "%d.%m.%Y", "excel"]), max_size=2))),
        values=draw(st.dictionaries(_text.map(str.strip), word, max_size=2)),
        otherwise=draw(st.none() | word | st.just("=")),
        blanks=tuple(draw(st.lists(_text, max_size=2))),
        decimal=draw(st.sampled_from([".", ","])),
        day=draw(st.sampled_from(["start", "end"])),
        when=draw(st.none() | st.builds(When, _text, st.lists(_text, max_size=2).map(tuple))),
        optional=draw(st.booleans()),
    )


@st.composite
def mappings(draw: st.DrawFn) -> Mapping:
    targets = []
    for into in draw(st.lists(st.sampled_from(TARGETS), min_size=1, max_size=3, unique=True)):
        names = {*REQUIRED[into], "key", "person_name", *draw(st.lists(st.sampled_from(fillable(into)), max_size=4))}
        filled = {name: draw(columns(into, name)) for name in sorted(names)}
        details = draw(st.dictionaries(_text, _text, max_size=2))
        targets.append(Target(into, filled, details, draw(st.sampled_from(["row", "distinct"]))))
    return Mapping(
        draw(_text), draw(_text), "Europe/Paris", tuple(targets), draw(st.none() | st.sampled_from(["ymd", "dmy"])),
        ("", *draw(st.lists(_text, max_size=2))), ReadOptions(delimiter=draw(st.none() | st.just(";"))),
    )  # fmt: skip


@given(mappings())
@settings(max_examples=40, deadline=None)
def test_any_mapping_survives_being_written(mapping):
    assert Mapping.from_toml(mapping.to_toml()) == mapping


CASE = '[[target]]\ninto = "case"\n[target.columns]\nreceived_at = "x"\n'
HEAD = 'silo = "a"\ntime_zone = "UTC"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("silo = ", "not valid TOML"),
        ("", "silo is missing"),
        (HEAD, "no [[target]]"),
        (HEAD.replace("UTC", "Chicago") + CASE, "'Chicago' is not a time zone"),
        (HEAD + 'date_order = "yes"\n' + CASE, "date_order is 'yes'. Write one of ymd, mdy, dmy."),
        (HEAD + "colour = 1\n" + CASE, "'colour' means nothing in the mapping"),
        (HEAD + '[read]\nformat = "dbf"\n' + CASE, "format is 'dbf'"),
        (HEAD + "[read]\nheadr_row = 1\n" + CASE, "Did you mean 'header_row'?"),
        (HEAD + "[read]\nheader_row = -1\n" + CASE, "not a line number"),
        (HEAD + CASE.replace("case", "cases"), "into is 'cases'"),
        (HEAD + CASE.replace("received_at", "recieved_at"), "Did you mean 'received_at'?"),
        (HEAD + CASE.replace("received_at", "recieved_at"), "does not say where received_at comes from"),
        (HEAD + CASE + '_line = "n"', "'_line' is no column of case"),
        (HEAD + CASE + 'channel = { constant = "fax" }', "'fax' is no word for channel"),
        (HEAD + CASE + 'status = { column = "s", values = { A = "opne" } }', "Did you mean 'open'?"),
        (HEAD + CASE + 'status = { column = "s", otherwise = "shut" }', "'shut' is no word for status"),
        (HEAD + CASE + 'subject = { column = "s", constant = "x" }', "exactly one of column, columns and constant"),
        (HEAD + CASE + "subject = 5", "neither a column's name nor a table"),
        (HEAD + CASE + 'closed_at = { column = "c", formats = ["dd.mm.yyyy"] }', "'dd.mm.yyyy'"),
        (HEAD + CASE + 'closed_at = { column = "c", formats = ["%d.%q"] }', "'%q'"),
        (HEAD + CASE + 'closed_at = { column = "c", day = "noon" }', "Write 'start' or 'end'"),
        (HEAD + CASE + 'latitude = { column = "c", decimal = ";" }', "decimal of latitude"),
        (HEAD + CASE + 'subject = { column = "c", when = { values = ["x"] } }', "needs a column"),
        (HEAD + CASE + 'subject = { column = "c", when = { column = "x" } }', "either values = [...] or told = true"),
        (HEAD + CASE.replace("[target.columns]", 'grain = "distinct"\n[target.columns]'), "names no key"),
        (HEAD + CASE.replace("[target.columns]", 'grain = "some"\n[target.columns]'), "Write 'row' or 'distinct'"),
        (HEAD + '[[target]]\ninto = "identity"\n[target.columns]\nkey = "x"', "says nothing of a person"),
        (
            HEAD + CASE + CASE.replace("[target.columns]", 'grain = "distinct"\n[target.columns]\nkey="k"'),
            "different grains",
        ),
    ],
)
def test_problems_say_what_where_and_what_next(text, told):
    assert told in problems(text)


def test_all_problems_are_said_at_once():
    found = problems(
        'time_zone = "Mars"\n[[target]]\ninto = "event"\n[target.columns]\nkind = { constant = "begun" }\n'
    )
    assert found.count("\n") >= 4
    for part in ("silo is missing", "'Mars'", "'begun'", "case_key", " at "):
        assert part in found


def test_names_of_a_file_are_found_whatever_their_case():
    mapping = Mapping.from_toml(HEAD + CASE.replace('"x"', '"Date  Opened"'))
    assert mapping.resolved(["DATE opened", "b"]).targets[0].columns["received_at"].columns == ("DATE opened",)


def test_a_missing_column_is_named_with_the_nearest():
    mapping = Mapping.from_toml(PLAIN)
    with pytest.raises(MappingError) as caught:
        mapping.resolved(["id", "day", "tme", "how", "state", "kind", "ward"])
    text = str(caught.value)
    assert "column 'time' for received_at, but the file has no such column. Did you mean 'tme'?" in text
    assert "the detail 'ward'" in text
    assert "done" not in text  # optional


def test_an_optional_column_may_be_missing_unless_it_is_required():
    mapping = Mapping.from_toml(HEAD + CASE + 'closed_at = { column = "c", optional = true }')
    assert set(mapping.resolved(["x"]).targets[0].columns) == {"received_at"}
    required = Mapping.from_toml(HEAD + CASE.replace('"x"', '{ column = "x", optional = true }'))
    with pytest.raises(MappingError, match="'x' for received_at"):
        required.resolved(["y"])


def test_fingerprint_ignores_order_case_and_spaces():
    assert fingerprint_of(["A b", "C"]) == fingerprint_of(["c", " a  B "])
    assert fingerprint_of(["a", "b"]) != fingerprint_of(["ab"])
    assert len(fingerprint_of([])) == 64


def test_every_target_can_be_filled():
    for into in TARGETS:
        assert set(REQUIRED[into]) <= set(fillable(into))
        assert list(COLUMNS[into])[:5] == ["_line", "key", "digest", "as_of", "details"]
