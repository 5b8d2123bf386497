"""Workbooks, JSON, event logs and Open311 replies."""

import datetime as dt
import gzip
import json
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.sources.readers import RawTable, ReadError, ReadOptions, connect, open_raw
from regard.sources.readers.json_records import JsonStream, records_at


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return connect()


def read(con: duckdb.DuckDBPyConnection, path: Path, content: str | bytes, **told: object) -> RawTable:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return open_raw(con, path, ReadOptions(**told))


def rows(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    return con.execute("SELECT * FROM raw ORDER BY _line").fetchall()


def rejected(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    return con.execute("SELECT _line, code FROM rejected ORDER BY _line").fetchall()


# --- workbooks -------------------------------------------------------------------------------------


@pytest.fixture
def workbook(tmp_path) -> Path:
    path = tmp_path / "visits.xlsx"
    book = xlsxwriter.Workbook(str(path))
    notes, visits = book.add_worksheet("Notes"), book.add_worksheet("Visits")
    notes.write_row(0, 0, ["a", "b"])
    notes.write_row(1, 0, [1, 2])
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    clock = book.add_format({"num_format": "hh:mm"})
    visits.write(0, 0, "Front desk, January")
    visits.write_row(2, 0, ["No", "Came", "At", "Day", "Paid", "Returning", "Note"])
    visits.write_row(3, 0, [1, None, None, None, 2.5, True, "  =SUM(A1)  "])
    visits.write_datetime(3, 1, dt.datetime(2018, 1, 5, 16, 22), moment)
    visits.write_datetime(3, 2, dt.time(9, 5), clock)
    visits.write_datetime(3, 3, dt.date(2018, 1, 5), day)
    visits.write_row(6, 0, [12345678901, None, None, None, 0.1, False, "last"])
    book.close()
    return path


def test_a_sheet_becomes_text(con, workbook):
    table = open_raw(con, workbook, ReadOptions(sheet="Visits"))
    assert (table.format, table.sheet, table.sheets) == ("xlsx", "Visits", ("Notes", "Visits"))
    assert (table.columns, table.header_row) == (("No", "Came", "At", "Day", "Paid", "Returning", "Note"), 3)
    assert rows(con) == [
        (4, "1", "2018-01-05 16:22:00", "09:05:00", "2018-01-05", "2.5", "true", "=SUM(A1)"),
        (7, "12345678901", "", "", "", "0.1", "false", "last"),
    ]
    assert rejected(con) == [(1, "before_header")]
    assert (table.rows, table.blank) == (2, 2)


def test_the_first_sheet_unless_told(con, workbook):
    table = open_raw(con, workbook)
    assert (table.sheet, table.columns) == ("Notes", ("a", "b"))
    assert any("2 sheets" in note for note in table.notes)
    with pytest.raises(ReadError, match=r"no sheet 'X' .*Notes, Visits"):
        open_raw(con, workbook, ReadOptions(sheet="X"))


def test_header_row_of_a_sheet_as_told(con, workbook):
    table = open_raw(con, workbook, ReadOptions(sheet="Visits", header_row=3))
    assert (table.rows, table.rejected) == (2, 0)
    with pytest.raises(ReadError, match="Row 2 has no column names"):
        open_raw(con, workbook, ReadOptions(sheet="Visits", header_row=2))


# --- JSON ------------------------------------------------------------------------------------------


def test_array_of_records_flattened(con, tmp_path):
    first = '{"id": 1, "who": {"name": "Ann", "age": null}, "tags": ["a", "b"]}'
    content = f'[{first}, {{"id": 2.50, "ok": true, "x": [{{"y": 1}}]}}]'
    table = read(con, tmp_path / "a.json", content)
    assert (table.format, table.columns) == ("json", ("id", "who.name", "who.age", "tags", "ok", "x"))
    assert rows(con) == [
        (1, "1", "Ann", None, "a; b", None, None),
        (2, "2.50", None, None, None, "true", '[{"y": "1"}]'),
    ]


def test_one_record_a_line(con, tmp_path):
    table = read(con, tmp_path / "a.ndjson", '{"a": 1}\n\n{"a": 2, "A": "big"}\n{"a": broken}\n{"a": 3}\n')
    assert (table.columns, table.rows) == (("a", "A_2"), 3)
    assert [r[0] for r in rows(con)] == [1, 3, 5]
    assert rejected(con) == [(4, "broken_json")]


def test_records_inside_a_document(con, tmp_path):
    content = json.dumps({"meta": {"columns": [{"n": 1}]}, "result": {"records": [{"a": 1}, {"a": 2}]}, "end": True})
    table = read(con, tmp_path / "a.json", content)
    assert (table.records, table.rows, table.columns) == ("result.records", 2, ("a",))
    assert read(con, tmp_path / "a.json", content, records="meta.columns").columns == ("n",)
    with pytest.raises(ReadError, match="No records could be read"):
        read(con, tmp_path / "a.json", content, records="result.nowhere")


def test_lists_of_lists_get_numbered_columns(con, tmp_path):
    assert read(con, tmp_path / "a.json", '{"data": [["x", 1], ["y", 2]]}').columns == ("column_1", "column_2")


@pytest.mark.parametrize("cut", [3, 20])
def test_a_cut_off_document_keeps_what_came_whole(con, tmp_path, cut):
    content = json.dumps([{"id": i, "text": "word " * 5} for i in range(100)])
    table = read(con, tmp_path / "a.json", content[:-cut])
    assert (table.rows, rejected(con)) == (99, [(100, "broken_json")])
    message = con.execute("SELECT message FROM rejected").fetchone()[0]
    assert "breaks off" in message


def test_json_that_no_database_could_hold_is_made_harmless(con, tmp_path):
    read(con, tmp_path / "a.json", r'[{"a": "x\u0000y", "b": "\ud800"}]')
    assert rows(con) == [(1, "x�y", "?")]


def test_deep_nesting_is_refused(con, tmp_path):
    with pytest.raises(ReadError, match="No records"):
        read(con, tmp_path / "a.json", "[" * 100_000)
    with pytest.raises(ReadError, match="No records"):
        read(con, tmp_path / "a.json", '{"a":' * 100_000)


def test_utf16_json(con, tmp_path):
    read(con, tmp_path / "a.json", '[{"a": "é"}]'.encode("utf-16"))
    assert rows(con) == [(1, "é")]


class _Trickle:
    """A stream that hands out a few characters at a time."""

    def __init__(self, text: str, step: int) -> None:
        self._text, self._step, self._at = text, step, 0

    def read(self, _size: int) -> str:
        self._at += self._step
        return self._text[self._at - self._step : self._at]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.text(max_size=4), _json, max_size=4), max_size=6), st.integers(1, 9), st.booleans())
@settings(max_examples=80, deadline=None)
def test_the_stream_reads_what_json_reads(records, step, nested):
    text = json.dumps({"before": [1, {"x": "]}"}], "here": records, "after": {}} if nested else records)
    found = list(records_at(JsonStream(_Trickle(text, step)), "here" if nested else ""))  # type: ignore[arg-type]
    assert found == json.loads(json.dumps(records), parse_int=str)


# --- event logs ------------------------------------------------------------------------------------

LOG = """<?xml version="1.0" encoding="UTF-8"?>
<log xmlns="http://www.xes-standard.org/" xes.version="1.0">
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <global scope="event"><string key="concept:name" value="UNKNOWN"/></global>
  <string key="of the log" value="ignored"><int key="nested" value="1"/></string>
  <trace>
    <string key="concept:name" value="case 1"/><date key="deadline" value="2011-12-06T13:41:31.788+01:00"/>
    <event>
      <string key="concept:name" value="Received"/><date key="time:timestamp" value="2011-10-11T13:45:40.276+02:00"/>
    </event>
    <event>
      <string key="concept:name" value="Checked &amp; sent"/>
      <float key="cost" value="1.5"><string key="unit" value="EUR"/></float>
    </event>
    <string key="late" value="told after the events"/>
  </trace>
  <trace><string key="concept:name" value="case 2"/></trace>
</log>
"""


@pytest.mark.parametrize("packed", [False, True])
def test_event_log(con, tmp_path, packed):
    path = tmp_path / ("log.xes.gz" if packed else "log.xes")
    table = read(con, path, gzip.compress(LOG.encode()) if packed else LOG)
    assert (table.format, table.rows) == ("xes", 3)
    assert set(table.columns) == {
        "case:concept:name", "case:deadline", "case:late", "concept:name", "time:timestamp", "cost", "cost.unit"
    }  # fmt: skip
    told = con.execute(
        'SELECT "case:concept:name", "concept:name", "time:timestamp", "case:late", "cost.unit" FROM raw ORDER BY _line'
    ).fetchall()
    assert told == [
        ("case 1", "Received", "2011-10-11T13:45:40.276+02:00", "told after the events", None),
        ("case 1", "Checked & sent", None, "told after the events", "EUR"),
        ("case 2", None, None, None, None),
    ]


def test_a_cut_off_log_keeps_whole_cases(con, tmp_path):
    table = read(con, tmp_path / "log.xes", LOG[: LOG.index("<trace><string")])
    assert (table.rows, rejected(con)) == (2, [(3, "broken_xml")])
    with pytest.raises(ReadError, match="no events"):
        read(con, tmp_path / "log.xes", LOG[: LOG.index("<event>")])


# --- Open311 ---------------------------------------------------------------------------------------

REPLY = """<?xml version="1.0" encoding="utf-8"?>
<service_requests xmlns:m="http://example.org/m" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <request><service_request_id>7</service_request_id><status>Open</status><description/>
    <updated_datetime xsi:nil="true"/><m:lat>37.7</m:lat><extra>kept</extra>
    <attributes><attribute><code>A</code></attribute><attribute><code>B</code></attribute></attributes></request>
  <request><service_request_id>8</service_request_id></request>
</service_requests>"""


def test_open311_xml(con, tmp_path):
    table = read(con, tmp_path / "reply.xml", REPLY)
    assert (table.format, table.rows) == ("open311", 2)
    found = con.execute(
        'SELECT service_request_id, status, description, updated_datetime, lat, extra, "attributes.attribute.code", '
        '"attributes.attribute.code.2", long FROM raw ORDER BY _line'
    ).fetchall()
    assert found == [("7", "Open", None, None, "37.7", "kept", "A", "B", None), ("8", *[None] * 8)]


def test_open311_json_has_all_columns_of_the_standard(con, tmp_path):
    table = read(con, tmp_path / "reply.json", '[{"service_request_id": 7, "lat": 41.858724777757864}]')
    assert table.format == "open311"
    assert "expected_datetime" in table.columns
    assert con.execute("SELECT service_request_id, lat, long FROM raw").fetchall() == [
        ("7", "41.858724777757864", None)
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<errors><error><code>403</code></error></errors>", "The reply is an error"),
        ("<service_requests></service_requests>", "holds no requests"),
        ("<rss><channel/></rss>", "<rss>, not an Open311 reply"),
        ("<service_requests><request>", "breaks off"),
        ("<!doctype html><html><body>Sign in</body></html>", "web page"),
    ],
)
def test_xml_that_is_no_reply(con, tmp_path, content, message):
    with pytest.raises(ReadError, match=message):
        read(con, tmp_path / "reply.xml", content)
