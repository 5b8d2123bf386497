"""Delimited text: every data row of the file ends in `raw` or `rejected`, whichever way it is read."""

import csv
import gzip
import io
import zipfile
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.sources.readers import RawTable, ReadError, ReadOptions, connect, open_raw, peek
from regard.sources.readers.csv_fast import shifts
from regard.sources.readers.csv_rows import records
from regard.sources.readers.sniff import Dialect, sniff


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return connect()


@pytest.fixture(scope="module")
def steady() -> duckdb.DuckDBPyConnection:
    """One connection for all the examples of a property."""
    return connect(threads=1)


def read(con: duckdb.DuckDBPyConnection, folder: Path, content: bytes | str, **told: object) -> RawTable:
    path = folder / "file.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return open_raw(con, path, ReadOptions(**told))


def rows(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    return con.execute("SELECT * FROM raw ORDER BY _line").fetchall()


def rejected(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    return con.execute("SELECT _line, raw_text, code FROM rejected ORDER BY _line").fetchall()


def test_plain_file(con, tmp_path):
    table = read(con, tmp_path, "id,name\n1,Ann\n2,Bob\n")
    assert (table.format, table.encoding, table.delimiter, table.header_row) == ("csv", "UTF-8", ",", 1)
    assert table.columns == ("id", "name")
    assert rows(con) == [(2, "1", "Ann"), (3, "2", "Bob")]
    assert table.sample == (("1", "Ann"), ("2", "Bob"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^"])
def test_delimiters_are_found(con, tmp_path, delimiter):
    lines = [["id", "place", "note"], ["1", "Main St, 5", "a; b"], ["2", "Oak", "x | y"], ["3", "Elm", "said ^"]]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(lines)
    table = read(con, tmp_path, out.getvalue())
    assert table.delimiter == delimiter
    assert [list(r[1:]) for r in rows(con)] == lines[1:]


def test_decimal_commas_do_not_pass_for_a_delimiter(con, tmp_path):
    table = read(con, tmp_path, "date;amount\n" + "2018-01-02;1,50\n" * 400)
    assert (table.delimiter, table.columns, table.rows) == (";", ("date", "amount"), 400)


def test_excel_separator_line(con, tmp_path):
    table = read(con, tmp_path, "sep=;\r\nid;name\r\n1;Ann\r\n")
    assert (table.columns, rows(con)) == (("id", "name"), [(3, "1", "Ann")])
    assert table.rejected == 0


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac_roman", "cp850", "cp1250"]
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(con, tmp_path, encoding, newline):
    name, town = ("Łukasz Żółć", "Gdańsk") if encoding == "cp1250" else ("Jörg Müller", "Orléans, Région")
    text = newline.join(["id;name;town", *(f"{i};{name};{town}" for i in range(40)), ""])
    table = read(con, tmp_path, text.encode(encoding))
    assert table.columns == ("id", "name", "town")
    assert table.rows == 40
    assert rows(con)[0] == (2, "0", name, town)
    assert rows(con)[-1][0] == 41


def test_a_guessed_encoding_is_said_to_be_a_guess(con, tmp_path):
    table = read(con, tmp_path, "id,name\n1,Peña\n".encode("cp1252"))
    assert table.encoding == "Windows-1252"
    assert any("guess" in note for note in table.notes)


def test_a_few_foreign_bytes_in_utf8_are_kept(con, tmp_path):
    content = b"id,name\n" + "1,Müller\n2,Jürgen\n".encode() + b"3,Pe\xf1a\n"
    table = read(con, tmp_path, content)
    assert table.encoding == "UTF-8"
    assert [r[2] for r in rows(con)] == ["Müller", "Jürgen", "Peña"]
    assert any("not UTF-8" in note for note in table.notes)


def test_encoding_as_told_and_as_told_wrongly(con, tmp_path):
    read(con, tmp_path, "id,имя\n1,Иван\n".encode("cp1251"), encoding="cp1251")
    assert rows(con) == [(2, "1", "Иван")]
    with pytest.raises(ReadError, match="not UTF-8 throughout"):
        read(con, tmp_path, "id,name\n1,Peña\n".encode("cp1252"), encoding="utf-8")
    with pytest.raises(ReadError, match="'klingon' is not an encoding"):
        read(con, tmp_path, "id\n1\n", encoding="klingon")


def test_ragged_rows_are_set_aside_with_line_and_reason(con, tmp_path):
    table = read(con, tmp_path, 'id,name\n1,Ann\n2\n3,Cy,extra\n"4","D\nE"\n5,Eve\n6,"x"y,z\n')
    assert rows(con) == [(2, "1", "Ann"), (5, "4", "D\nE"), (7, "5", "Eve")]
    assert rejected(con) == [(3, "2", "ragged"), (4, "3,Cy,extra", "ragged"), (8, '6,"x"y,z', "ragged")]
    assert (table.rows, table.rejected, table.blank) == (3, 3, 0)
    message = con.execute("SELECT message FROM rejected WHERE _line = 3").fetchone()[0]
    assert message.startswith("This row has 1 value, but there are 2 columns.")


def test_harmless_faults_are_read(con, tmp_path):
    read(con, tmp_path, 'id,name\n1,Ann,,\n2,"Bo"b\n3,Cy "the" cat\n4, "quoted, later"\n')
    assert [(r[0], r[2]) for r in rows(con)] == [(2, "Ann"), (3, "Bob"), (4, 'Cy "the" cat'), (5, "quoted, later")]


def test_blank_lines_and_blank_rows_are_no_rows(con, tmp_path):
    table = read(con, tmp_path, "id,name\n\n1,Ann\n,\n\n2,Bob\n , \n\n")
    assert [(r[0], r[1]) for r in rows(con)] == [(3, "1"), (6, "2")]
    assert (table.rows, table.rejected) == (2, 0)


@pytest.mark.parametrize("tail", ["", "\n", "\n\n"])
def test_a_quote_that_never_closes_spoils_one_line(con, tmp_path, tail):
    table = read(con, tmp_path, 'id,name\n1,Ann\n2,"Bob\n3,Cy\n4,"Di\nanne"\n5,Eve' + tail)
    assert [r[1:] for r in rows(con)] == [("1", "Ann"), ("3", "Cy"), ("4", "Di\nanne"), ("5", "Eve")]
    assert (table.rows, rejected(con)) == (4, [(3, '2,"Bob', "unclosed_quote")])
    read(con, tmp_path, 'id,name\n1,Ann\n2,"Bob\n3,Cy\n5,Eve' + tail)
    assert [r[:2] for r in rows(con)] == [(2, "1"), (4, "3"), (5, "5")]
    assert rejected(con) == [(3, '2,"Bob', "unclosed_quote")]


def test_header_oddities(con, tmp_path):
    table = read(con, tmp_path, '\ufeff Name ,name,,_line,"two\nlines"\n1,2,3,4,5\n')
    assert table.columns == ("Name", "name_2", "column_3", "_line_2", "two lines")
    assert rows(con) == [(3, "1", "2", "3", "4", "5")]


def test_title_lines_before_the_header_are_kept_aside(con, tmp_path):
    table = read(con, tmp_path, "Service requests 2018\nprinted 2019-01-01\n\nid,name,ward\n1,Ann,2\n2,Bob,3\n")
    assert (table.columns, table.header_row) == (("id", "name", "ward"), 4)
    assert rejected(con) == [(1, "Service requests 2018", "before_header"), (2, "printed 2019-01-01", "before_header")]
    assert [r[0] for r in rows(con)] == [5, 6]
    told = read(con, tmp_path, "Service requests 2018\n\nid,name\n1,Ann\n", header_row=3)
    assert (told.columns, told.rows, told.rejected) == (("id", "name"), 1, 0)


def test_a_file_without_header(con, tmp_path):
    table = read(con, tmp_path, "1049265,2018-01-01 00:48,WEB\n1049266,2018-01-01 05:29,PHONE\n")
    assert (table.columns, table.rows, table.header_row) == (("column_1", "column_2", "column_3"), 2, 0)
    assert any("no column names" in note for note in table.notes)
    assert read(con, tmp_path, "a,b\nc,d\n", header_row=0).rows == 2


def test_backslash_escapes(con, tmp_path):
    read(con, tmp_path, 'id,note\n1,"he said \\"no\\", twice"\n2,"plain"\n')
    assert [r[2] for r in rows(con)] == ['he said "no", twice', "plain"]


def test_one_column(con, tmp_path):
    assert read(con, tmp_path, "note\nhello there\nagain\n").columns == ("note",)
    assert [r[1] for r in rows(con)] == ["hello there", "again"]


def test_header_only(con, tmp_path):
    table = read(con, tmp_path, "id,name\n")
    assert (table.columns, table.rows, table.rejected) == (("id", "name"), 0, 0)


def test_packed_files(con, tmp_path):
    text = "id,name\n1,Ann\n"
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text.encode()))
    assert open_raw(con, tmp_path / "a.csv.gz").rows == 1
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("data/a.csv", text)
        archive.writestr("__MACOSX/data/._a.csv", "x")
    assert open_raw(con, tmp_path / "a.zip").columns == ("id", "name")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("a.csv", text)
        archive.writestr("b.csv", "x,y\n1,2\n3,4\n")
    with pytest.raises(ReadError, match=r"2 files .*a\.csv, b\.csv"):
        open_raw(con, tmp_path / "b.zip")
    assert open_raw(con, tmp_path / "b.zip", ReadOptions(sheet="b.csv")).rows == 2


def test_order_is_kept_whatever_the_connection_says(con, tmp_path):
    con.execute("SET preserve_insertion_order = false")
    table = read(con, tmp_path, "n,x\n" + "".join(f"{i},{'y' * 40}\n" for i in range(300_000)))
    assert table.rows == 300_000
    assert con.execute("SELECT count(*) FROM raw WHERE _line <> n::INT + 2").fetchone() == (0,)
    assert con.execute("SELECT current_setting('preserve_insertion_order')").fetchone() == (False,)


def test_peek_reads_the_beginning(tmp_path):
    path = tmp_path / "big.csv"
    path.write_text("id,name\n" + "1,somebody\n" * 600_000)
    table = peek(path)
    assert table.columns == ("id", "name")
    assert table.rows < 600_000


# --- the two ways agree, and nothing is lost -----------------------------------------------------------

_cell = st.text(st.sampled_from("ab1,;\"\n\r\t é\\'"), max_size=8)
_raw_line = st.text(st.sampled_from("ab1, ;é"), max_size=12)


@st.composite
def messy_files(draw: st.DrawFn) -> str:
    """A header of three columns, then rows: well written, ragged, blank, or written by hand."""
    newline = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=newline, quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])))
    writer.writerow(["alpha", "beta", "gamma"])
    for kind in draw(st.lists(st.sampled_from(["good", "good", "good", "ragged", "blank", "hand"]), max_size=25)):
        if kind == "good":
            writer.writerow(draw(st.lists(_cell, min_size=3, max_size=3)))
        elif kind == "ragged":
            writer.writerow(draw(st.lists(_cell, min_size=1, max_size=5)))
        elif kind == "blank":
            out.write(newline)
        else:
            out.write(draw(_raw_line) + newline)
    text = out.getvalue()
    return text.removesuffix(newline) if draw(st.booleans()) else text


def expected(text: str) -> tuple[int, int]:
    """(rows that fit three columns, rows that do not) by Python's csv module alone."""
    fit = misfit = 0
    for cells in list(csv.reader(io.StringIO(text, newline=""), skipinitialspace=True))[1:]:
        if not any(c.strip() for c in cells):
            continue
        spare = len(cells) > 3 and not any(c.strip() for c in cells[3:])
        fit, misfit = (fit + 1, misfit) if len(cells) == 3 or spare else (fit, misfit + 1)
    return fit, misfit


@given(messy_files())
@settings(max_examples=60, deadline=None)
def test_row_counts_reconcile_with_pythons_csv(tmp_path_factory, steady, text):
    con, path = steady, tmp_path_factory.getbasetemp() / "messy.csv"
    path.write_bytes(text.encode())
    table = open_raw(con, path, ReadOptions(delimiter=",", quote='"', header_row=1, encoding="utf-8"))
    assert (table.rows, table.rejected) == expected(text)
    assert con.execute("SELECT count(*), count(DISTINCT _line), count(_line) FROM raw").fetchone() == (table.rows,) * 3


@given(messy_files())
@settings(max_examples=40, deadline=None)
def test_fast_and_slow_reading_agree(tmp_path_factory, steady, text):
    con, path = steady, tmp_path_factory.getbasetemp() / "both.csv"
    path.write_bytes(text.encode())
    open_raw(con, path, ReadOptions(delimiter=",", quote='"', header_row=1, encoding="utf-8"))
    quick = [
        (line, *(c.replace("\r\n", "\n").replace("\r", "\n").strip() for c in cells)) for line, *cells in rows(con)
    ]
    slow = []
    for line, cells, _ in records(path, Dialect(",", '"', '"'), 1):
        if (
            cells is not None
            and any(c.strip() for c in cells)
            and not any(c.strip() for c in cells[3:])
            and len(cells) >= 3
        ):
            slow.append((line, *(c.replace("\r\n", "\n").replace("\r", "\n").strip() for c in cells[:3])))
    assert quick == slow


@given(st.lists(st.sampled_from(["row", "gone", "tall"]), max_size=40), st.integers(1, 5))
def test_line_numbers_after_gone_and_tall_rows(layout, first):
    line, gone, inner, lines = first, [], [], []
    for kind in layout:
        if kind == "gone":
            gone.append(line)
            line += 1
            continue
        lines.append(line)
        if kind == "tall":
            inner.append((len(lines) - 1, 2))
        line += 3 if kind == "tall" else 1
    steps = dict(shifts(first, gone, inner))
    found, shift = [], 0
    for row in range(len(lines)):
        shift = steps.get(row, shift)
        found.append(row + shift)
    assert found == lines


def test_sniffing_looks_at_regularity_not_at_counts():
    text = "id|note\n" + "".join(f"{i}|one, two, three{',' * (i % 3)}\n" for i in range(50))
    assert sniff(text, ReadOptions()).dialect.delimiter == "|"
