"""Mappings run: values, reasons, repeats and contradictions; and nothing lost."""

import csv
import io
import json
import time

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.sources.compile import compile_mapping, export_chunks, run_mapping
from regard.sources.mapping import Mapping, MappingError
from regard.sources.readers import open_raw
from regard.sources.targets import COLUMNS, DUCKDB_TYPES
from tests.sources.mapped import HEAD, Desk, case, utc


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(scope="module")
def steady(tmp_path_factory) -> Desk:
    """One connection for the many examples of a property or a table of cases."""
    return Desk(tmp_path_factory.mktemp("steady"))


def test_a_row_becomes_a_case(desk):
    mapping = case(
        """
        key = "id"
        received_at = "opened"
        channel = { column = "how", values = { WEB = "web" }, otherwise = "other" }
        subject = { constant = "it's 100%" }
        latitude = "lat"
        person_name = "who"
        """,
        rest='[target.details]\nward = "ward"\n"the \\"area\\"" = "zone"',
    )
    done = desk.run(
        "id opened how lat who ward zone",
        [
            [" 7 ", "2018-01-05 10:00", " web", "41.5", "Ann O'Hara", "3", 'say "x"'],
            ["8", "2018-01-06", "fax", "NA", "na", "", "NA"],
        ],
        mapping,
    )
    assert done.counts["case"] == done.counts["case"].__class__(rows=2, mapped=2, merged=0, repeats=0, quarantined=0)
    columns = f"_line, key, {utc('received_at')}, channel, subject, latitude, person_name, details"
    details = '{"ward":"3","the \\"area\\"":"say \\"x\\""}'
    assert desk.ask(f"SELECT {columns} FROM mapped_case ORDER BY 1") == [
        (2, "7", "2018-01-05 16:00:00", "web", "it's 100%", 41.5, "Ann O'Hara", details),
        (3, "8", "2018-01-06 06:00:00", "other", "it's 100%", None, None, None),
    ]


@pytest.mark.parametrize("into", list(COLUMNS))
def test_tables_have_exactly_the_agreed_columns(desk, into):
    filled = {
        "case": 'received_at = "t"',
        "order": 'key = "k"\nreceived_at = "t"',
        "event": 'case_key = "k"\nat = "t"\nkind = { constant = "noted" }',
        "contact": 'started_at = "t"',
        "promise": 'case_key = "k"\ndue_at = "t"',
        "feedback": 'at = "t"\nkind = { constant = "response" }',
        "identity": 'person_key = "k"',
    }[into]
    done = desk.run("k t", [["1", "2018-01-05"]], f'{HEAD}[[target]]\ninto = "{into}"\n[target.columns]\n{filled}')
    assert done.counts[into].mapped == 1
    found = desk.ask(f"SELECT column_name, column_type FROM (DESCRIBE mapped_{into})")
    short = {"TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ"}
    assert [(n, short.get(t, t)) for n, t in found] == [(n, DUCKDB_TYPES[k]) for n, k in COLUMNS[into].items()]
    assert desk.one(f"SELECT key IS NOT NULL AND length(digest) = 32 FROM mapped_{into}")


def test_all_reasons_of_a_row_are_listed_in_plain_words(desk):
    columns = """
        key = "id"
        received_at = "opened"
        closed_at = "closed"
        channel = { column = "how", values = { WEB = "web" } }
        longitude = "x"
    """
    rows = [
        ["1", "2018-01-05", "2018-13-01", "FAX", "abc"],
        ["2", "", "2018-01-05", "WEB", "875854.8"],
        ["", "2018-01-05", "9999-12-31", "", ""],
    ]
    desk.run("id opened closed how x", rows, case(columns))
    assert sorted(desk.reasons()) == [
        (2, "channel", "unknown_value"),
        (2, "closed_at", "bad_date"),
        (2, "longitude", "bad_number"),
        (3, "longitude", "out_of_range"),
        (3, "received_at", "missing"),
        (4, "closed_at", "out_of_range"),
        (4, "key", "missing"),
    ]
    words = desk.messages()
    assert (
        "closed_at '2018-13-01' is not a date we can read (column closed). "
        "Correct the date or add its format to the mapping." in words
    )
    assert "channel 'FAX' is no value that the mapping knows (column how). " in "".join(words)
    assert "received_at is missing (column opened is empty). Add it to the row." in words
    assert (
        "closed_at '9999-12-31' lies outside 1900 to 2099 (column closed). Correct the date, or make it blank." in words
    )
    assert desk.one("SELECT raw->>'how' FROM quarantine WHERE _line = 2") == "FAX"


# --- order of dates ----------------------------------------------------------------------------------


def test_ends_before_the_arrival_are_contradictions(desk):
    rows = [["1", "2018-01-05 10:00", "2018-01-04 09:00"], ["2", "2018-01-05 10:00", "2018-01-05 09:00"],
            ["3", "2018-01-05 10:00", "2018-01-05"], ["4", "2018-01-05 10:00", "2018-01-05 10:00"]]  # fmt: skip
    desk.run("k t c", rows, case('key = "k"\nreceived_at = "t"\nclosed_at = "c"'))
    assert desk.reasons() == [(2, "closed_at", "order_of_dates"), (3, "closed_at", "order_of_dates")]
    assert desk.messages()[0].startswith("closed_at (2018-01-04 09:00:00) is before received_at (2018-01-05 10:00:00).")
    # A bare date on the day of arrival says nothing against it: it is read as not before.
    assert desk.ask("SELECT key FROM mapped_case WHERE closed_at = received_at ORDER BY 1") == [("3",), ("4",)]


# --- repeats and contradictions of a key -------------------------------------------------------------

KEYED = 'key = "k"\nreceived_at = "t"\nsubject = "s"\nservice = "v"'


def test_equal_rows_are_repeats_and_others_contradictions(desk):
    day = "2018-01-05"
    rows = [
        ["1", day, "a", "x"],
        ["1", day, "b", "y"],
        ["1", day, " a ", "x"],
        ["1", day, "b", "y"],
        ["2", day, "a", "x"],
    ]
    done = desk.run("k t s v", rows, case(KEYED))
    assert desk.ask("SELECT _line, key, first_line, superseded FROM repeats ORDER BY 1") == [
        (4, "1", 2, False),
        (5, "1", 3, False),
    ]
    assert desk.reasons() == [(3, "key", "key_disagrees")]
    assert "The key '1' stands on line 2 already with other values (service, subject)." in desk.messages()[0]
    counts = done.counts["case"]
    assert (counts.rows, counts.mapped, counts.repeats, counts.quarantined) == (5, 2, 2, 1)


def test_the_newest_as_of_stands(desk):
    told = [
        ("1", "old", "2018-02-01"),
        ("1", "new", "2018-02-03"),
        ("1", "mid", "2018-02-02"),
        ("2", "same", "2018-02-01"),
        ("2", "same", "2018-02-02"),
        ("3", "a", "2018-02-01"),
        ("3", "b", "2018-02-01"),
        ("3", "c", ""),
        ("4", "a", "2018-02-01"),
        ("4", "b", "2018-02-02"),
        ("4", "a", "2018-02-03"),
    ]
    rows = [[key, "2018-01-05", subject, as_of] for key, subject, as_of in told]
    desk.run("k t s u", rows, case('key = "k"\nreceived_at = "t"\nsubject = "s"\nas_of = "u"'))
    assert desk.ask("SELECT _line, subject FROM mapped_case ORDER BY 1") == [
        (3, "new"),
        (6, "same"),
        (7, "a"),
        (12, "a"),
    ]
    assert desk.ask("SELECT _line, first_line, superseded FROM repeats ORDER BY 1") == [
        (2, 3, True), (4, 3, True), (5, 6, False), (10, 12, False), (11, 12, True)
    ]  # fmt: skip
    assert desk.reasons() == [(8, "key", "key_disagrees"), (9, "key", "key_disagrees")]


def test_without_a_key_equal_rows_are_one(desk):
    done = desk.run(
        "t s", [["2018-01-05", "a"], ["2018-01-05", "a"], ["2018-01-05", "b"]], case('received_at = "t"\nsubject = "s"')
    )
    assert (done.counts["case"].mapped, done.counts["case"].repeats) == (2, 1)
    assert desk.one("SELECT bool_and(key = 'row:' || digest) FROM mapped_case")


def test_lines_of_an_order_may_be_equal(desk):
    rows = [["1", "2018-01-05", "pen"], ["1", "2018-01-05", "pen"]]
    done = desk.run(
        "k t i", rows, f'{HEAD}[[target]]\ninto = "order"\n[target.columns]\nkey="k"\nreceived_at="t"\nitem="i"'
    )
    assert (done.counts["order"].mapped, done.counts["order"].repeats) == (2, 0)


def test_numbered_lines_of_an_order_stand_once(desk):
    rows = [
        ["1", "1", "pen"],
        ["1", "1", "pen"],
        ["1", "2", "pen"],
        ["1", "2", "ink"],
        ["1", "", "cap"],
        ["1", "", "cap"],
    ]
    mapping = (
        HEAD
        + """[[target]]
into = "order"
[target.columns]
key = "k"
received_at = { constant = "2018-01-05" }
line_no = "n"
item = "i"
"""
    )
    done = desk.run("k n i", rows, mapping)
    assert desk.ask("SELECT _line FROM mapped_order ORDER BY _line") == [(2,), (4,), (6,), (7,)]
    assert done.counts["order"].repeats == 1
    assert desk.reasons() == [(5, "key", "key_disagrees")]


def test_the_digest_tells_values_not_spelling(desk):
    mapping = case('key = "k"\nreceived_at = "t"\nsubject = "s"')
    desk.run("k t s", [["1", "2018-01-05", "a"]], mapping)
    first = desk.one("SELECT digest FROM mapped_case")
    desk.run("s k t", [[" a", "9", "2018-01-05T00:00:00-06:00"]], mapping)
    assert desk.one("SELECT digest FROM mapped_case") == first
    desk.run("k t s", [["1", "2018-01-05", "b"]], mapping)
    assert desk.one("SELECT digest FROM mapped_case") != first


def test_a_column_that_tells_nothing_leaves_the_digest_alone(desk):
    plain, more = 'key = "k"\nreceived_at = "t"\nservice = "v"', 'closed_at = "c"\narea = "a"'
    desk.run("k t v", [["1", "2018-01-05", "x"]], case(plain))
    first = desk.one("SELECT digest FROM mapped_case")
    desk.run("k t v c a", [["1", "2018-01-05", "x", "", "NA"]], case(f"{plain}\n{more}"))
    assert desk.one("SELECT digest FROM mapped_case") == first


def test_long_lists_of_words_are_planned_in_no_time(desk):
    """DuckDB makes a join of a list from six values on, and then draws all layers into one vast expression."""
    blanks = ", ".join(f'"blank {i}"' for i in range(12))
    head = HEAD.replace('["", "NA"]', f'["", {blanks}]').replace("ymd", "mdy")
    columns = "\n".join(f'{n} = "t"' for n in ("received_at", "answered_at", "resolved_at", "closed_at", "promised_at"))
    started = time.process_time()
    desk.run("t", [["1/5/2018 4:22 PM"], ["blank 3"]], case(columns, head=head))
    assert time.process_time() - started < 2
    assert desk.one("SELECT count(*) FROM mapped_case") == 1
    assert desk.one("SELECT current_setting('disabled_optimizers')") == ""


def test_values_that_trade_places_change_the_digest(desk):
    mapping = case('key = "k"\nreceived_at = "t"\nsubject = "s"\nservice = "v"')
    desk.run("k t s v", [["1", "2018-01-05", "a", ""], ["2", "2018-01-05", "", "a"]], mapping)
    assert desk.one("SELECT count(DISTINCT digest) FROM mapped_case") == 2


def test_rows_of_one_case_are_merged(desk):
    mapping = case(
        'key = "k"\nreceived_at = "t"\nclosed_at = "c"\nowner = "o"', rest='[target.details]\nx = "x"'
    ).replace("[target.columns]", 'grain = "distinct"\n[target.columns]')
    rows = [
        ["1", "", "", "Ann", ""],
        ["1", "2018-01-05", "", "Bob", "q"],
        ["1", "2018-01-06", "2018-01-07", "", ""],
        ["2", "2018-01-05", "2018-01-04", "", ""],
        ["2", "2018-01-05", "", "", ""],
        ["3", "junk", "", "", ""],
    ]
    done = desk.run("k t c o x", rows, mapping)
    assert desk.ask(
        f"SELECT _line, key, {utc('received_at')}, {utc('closed_at')}, owner, details FROM mapped_case"
    ) == [(3, "1", "2018-01-05 06:00:00", "2018-01-07 06:00:00", "Bob", '{"x":"q"}')]
    assert desk.reasons() == [
        (2, "received_at", "missing"),
        (5, "closed_at", "order_of_dates"),
        (7, "received_at", "bad_date"),
    ]
    counts = done.counts["case"]
    assert (counts.rows, counts.mapped, counts.merged, counts.quarantined) == (6, 1, 2, 3)


_rows = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3", "", "NA"]),
        st.sampled_from(["2018-01-05", "2018-01-05 10:00", "", "junk", "0000-01-01", "1/2/2018"]),
        st.sampled_from(["2018-01-04", "2018-01-06", "", "9999-01-01"]),
        st.sampled_from(["a", "b", ""]),
        st.sampled_from(["WEB", "FAX", ""]),
    ),
    max_size=25,
)


@given(_rows, st.sampled_from(["row", "distinct"]))
@settings(max_examples=25, deadline=None)
def test_every_row_is_accounted_for(steady, rows, grain):
    columns = """
        key = "k"
        received_at = "t"
        closed_at = "c"
        subject = "s"
        channel = { column = "w", values = { WEB = "web" } }
    """
    mapping = case(columns).replace("[target.columns]", f'grain = "{grain}"\n[target.columns]')
    done = steady.run("k t c s w", [["9", "2018-01-05", "", "", ""], *rows], mapping)
    counts = done.counts["case"]
    raw = steady.one("SELECT count(*) FROM raw")
    assert counts.rows == raw == counts.mapped + counts.merged + counts.repeats + counts.quarantined
    everywhere = (
        "SELECT _line FROM mapped_case UNION ALL SELECT _line FROM repeats UNION ALL SELECT _line FROM quarantine"
    )
    assert steady.one(f"SELECT count(*) - count(DISTINCT _line) FROM ({everywhere})") == 0
    if grain == "row":
        assert steady.one(f"SELECT count(*) FROM raw ANTI JOIN ({everywhere}) USING (_line)") == 0
    assert steady.one("SELECT count(*) - count(DISTINCT key) FROM mapped_case") == 0
    assert steady.one("SELECT count(*) FROM mapped_case WHERE closed_at < received_at") == 0


# --- around ------------------------------------------------------------------------------------------


def test_a_column_that_is_missing_is_said_before_anything_runs(desk):
    with pytest.raises(MappingError, match="Did you mean 'opened'"):
        desk.run("k opened", [["1", "2018-01-05"]], case('key = "k"\nreceived_at = "opend"'))
    assert "mapped_case" not in {r[0] for r in desk.ask("SELECT table_name FROM duckdb_tables()")}


def test_names_that_would_break_sql(desk):
    evil = "x\"'; DROP TABLE raw; --"
    with desk.path.open("w", newline="") as file:
        csv.writer(file).writerows([[evil, "t", "at"], ["v'1", "2018-01-05", "ä"]])
    raw = open_raw(desk.con, desk.path)
    text = case(
        f"key = {json.dumps(evil)}\nreceived_at = 't'\nsubject = {{ constant = {json.dumps(evil)} }}",
        rest=f"[target.details]\n{json.dumps(evil)} = 'at'",
    )
    run_mapping(desk.con, Mapping.from_toml(text), raw)
    assert desk.ask("SELECT key, subject, details FROM mapped_case") == [
        ("v'1", evil, json.dumps({evil: "ä"}, ensure_ascii=False, separators=(",", ":")))
    ]


def test_the_order_setting_of_the_connection_is_left_alone(desk):
    desk.con.execute("SET preserve_insertion_order = false")
    desk.run("k t", [[str(i), "2018-01-05"] for i in range(10)], case('key = "k"\nreceived_at = "t"'))
    assert desk.one("SELECT current_setting('preserve_insertion_order')") is False


def test_the_statements_can_be_shown(desk):
    statements = compile_mapping(Mapping.from_toml(case('key = "k"\nreceived_at = "t"')), ["k", "t"])
    assert all(isinstance(s, str) for s in statements)
    assert any("mapped_case" in s for s in statements)


def test_chunks_are_fit_for_copy(desk, tmp_path):
    rows = [[str(i), "2018-01-05 10:00:00.5", 'a "b",\nc' if i % 3 else "", "é"] for i in range(25)]
    desk.run("k t s d", rows, case('key = "k"\nreceived_at = "t"\nsubject = "s"', rest='[target.details]\nd = "d"'))
    paths = export_chunks(desk.con, "case", tmp_path, rows=10)
    assert [p.name for p in paths] == ["case-00001.csv", "case-00002.csv", "case-00003.csv"]
    found = [row for p in paths for row in csv.reader(io.StringIO(p.read_text("utf-8"), newline=""))]
    names = list(COLUMNS["case"])
    assert {len(row) for row in found} == {len(names)}
    assert [row[names.index("key")] for row in found] == [str(i) for i in range(25)]
    assert found[1][names.index("received_at")] == "2018-01-05 16:00:00.5+00"
    assert found[1][names.index("subject")] == 'a "b",\nc'
    assert found[0][names.index("details")] == '{"d":"é"}'
    assert ',"",' not in paths[0].read_text("utf-8")  # what is not told is NULL, never an empty text


def test_an_empty_text_and_null_are_written_differently(desk, tmp_path):
    desk.run("k t", [["1", "2018-01-05"]], case('key = "k"\nreceived_at = "t"\nsubject = { constant = "" }'))
    text = export_chunks(desk.con, "case", tmp_path)[0].read_text("utf-8")
    assert text.count('""') == 1


def test_chunks_never_share_a_line(desk, tmp_path):
    event = '[[target]]\ninto = "event"\n[target.columns]\ncase_key = "k"\nat = "t"\nkind = {{ constant = "{}" }}\n'
    desk.run(
        "k t", [[str(i), "2018-01-05"] for i in range(20)], HEAD + event.format("noted") + event.format("accepted")
    )
    paths = export_chunks(desk.con, "event", tmp_path, rows=7)
    lines = [p.read_text().splitlines() for p in paths]
    assert sum(map(len, lines)) == 40
    assert export_chunks(desk.con, "quarantine", tmp_path) == []


def test_it_runs_on_a_connection_with_a_file(tmp_path):
    con = duckdb.connect(str(tmp_path / "run.duckdb"))
    path = tmp_path / "a.csv"
    path.write_text("k,t\n1,2018-01-05\n")
    raw = open_raw(con, path)
    assert run_mapping(con, Mapping.from_toml(case('key = "k"\nreceived_at = "t"')), raw).counts["case"].mapped == 1
