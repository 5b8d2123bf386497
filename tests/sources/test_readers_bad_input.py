"""Files that are broken, endless, hostile or no tables at all: a clear message, bounded time and memory."""

import contextlib
import gzip
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

import regard
from regard.sources.readers import ReadError, ReadOptions, connect, open_raw
from regard.sources.readers.base import RawWriter


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return connect()


def refused(con: duckdb.DuckDBPyConnection, path: Path, content: bytes, **told: object) -> ReadError:
    path.write_bytes(content)
    with pytest.raises(ReadError) as caught:
        open_raw(con, path, ReadOptions(**told))
    assert caught.value.what
    assert caught.value.next_step
    return caught.value


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b" \r\n\n  ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"%PDF-1.4 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel"),
        (b"id,name\n1,a\x00b\n", "zero bytes"),
        (bytes(range(256)) * 40, "zero bytes"),
        (b"PK\x03\x04 cut off", "broken or cut-off zip"),
        (gzip.compress(b"id,name\n1,2\n" * 5000)[:-40], "cut off or damaged"),
        (b"SQLite format 3\x00", "database"),
    ],
)
def test_no_tables(con, tmp_path, content, what):
    assert what in str(refused(con, tmp_path / "file.csv", content))


def test_a_missing_file_and_an_unknown_format(con, tmp_path):
    with pytest.raises(ReadError, match="no such file"):
        open_raw(con, tmp_path / "nowhere.csv")
    assert "not a format" in str(refused(con, tmp_path / "a.csv", b"a,b\n1,2\n", format="dbase"))
    assert "not an Excel workbook" in str(refused(con, tmp_path / "a.csv", b"a,b\n1,2\n", format="xlsx"))
    assert "no column names" in str(refused(con, tmp_path / "a.csv", b"a,b\n1,2\n", header_row=9))


def test_too_many_columns(con, tmp_path):
    wide = ",".join(f"c{i}" for i in range(10_000))
    error = refused(con, tmp_path / "wide.csv", f"{wide}\n{wide}\n".encode())
    assert "10,000 columns; at most 2,000" in str(error)
    records = "[{" + ",".join(f'"c{i}": 1' for i in range(10_000)) + "}]"
    assert "10,000 columns" in str(refused(con, tmp_path / "wide.json", records.encode()))


def _measured(path: Path) -> tuple[str, float, int]:
    """(message, seconds, peak MB) of reading a file in a process of its own."""
    program = (
        "import re, sys, time; from pathlib import Path; from regard.sources.readers import *\n"
        "start = time.monotonic()\n"
        "try: print('read', open_raw(connect(memory='400MB'), Path(sys.argv[1])).rows)\n"
        "except ReadError as error: print(error)\n"
        # not getrusage: its peak is carried over from the process that started this one
        "status = Path('/proc/self/status').read_text()\n"
        "print(time.monotonic() - start, int(re.search(r'VmHWM:\\s+(\\d+)', status)[1]) // 1024)"
    )
    where = {"PYTHONPATH": str(Path(regard.__file__).parents[1])}
    command = [sys.executable, "-c", program, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True, env=where)
    message, figures = done.stdout.strip().splitlines()
    seconds, peak = figures.split()
    return message, float(seconds), int(peak)


@pytest.mark.slow
@pytest.mark.parametrize(
    "start", [b"id,name\n1,", b'id,name\n1,"', b'[{"id": "', b"<log><trace key='", b"<log><trace>"]
)
def test_a_single_line_of_200_mb(tmp_path, start):
    path = tmp_path / "endless"
    with path.open("wb") as file:
        file.write(start)
        for _ in range(200):
            file.write(b"x" * 1_000_000)
    message, seconds, peak = _measured(path)
    assert "16 MB" in message or "No records" in message
    assert seconds < 20
    assert peak < 500


@pytest.mark.slow
def test_gzip_and_zip_bombs(con, tmp_path):
    bomb = tmp_path / "bomb.csv.gz"
    with gzip.open(bomb, "wb") as file:
        file.write(b"id,name\n")
        for _ in range(300):
            file.write(b"\0" * 1_000_000)
    with pytest.raises(ReadError, match="looks like a bomb"):
        open_raw(con, bomb)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"1,2\n" * 60_000_000)
    with pytest.raises(ReadError, match="looks like a bomb"):
        open_raw(con, tmp_path / "bomb.zip")


def _workbook(path: Path, sheet: bytes) -> Path:
    """A workbook whose first sheet holds the given XML."""
    plain = path.with_suffix(".plain.xlsx")
    book = xlsxwriter.Workbook(str(plain))
    book.add_worksheet("One").write_row(0, 0, ["a", "b"])
    book.close()
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            target.writestr(info.filename, sheet if info.filename.endswith("sheet1.xml") else source.read(info))
    return path


_SHEET = (
    b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
)


@pytest.mark.slow
def test_workbook_bombs(con, tmp_path):
    blanks = _workbook(tmp_path / "blanks.xlsx", _SHEET + b" " * 300_000_000 + b"</sheetData></worksheet>")
    with pytest.raises(ReadError, match="looks like a bomb"):
        open_raw(con, blanks)


def test_a_sheet_of_two_cells_that_spans_billions(con, tmp_path):
    last = b'<row r="1048576"><c r="ZZ1048576"><v>1</v></c></row></sheetData></worksheet>'
    far = b'<row r="1"><c r="A1"><v>1</v></c></row>' + last
    with pytest.raises(ReadError, match=r"spans 1,048,576 rows and 702 columns"):
        open_raw(con, _workbook(tmp_path / "far.xlsx", _SHEET + far))
    wide = b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>'
    with pytest.raises(ReadError, match="16,384 columns"):
        open_raw(con, _workbook(tmp_path / "wide.xlsx", _SHEET + wide))


def test_a_damaged_workbook(con, tmp_path):
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet().write_column(0, 0, [str(random.Random(i).random()) for i in range(2000)])
    book.close()
    content = path.read_bytes()
    assert "broken or cut-off" in str(refused(con, path, content[: len(content) // 2]))
    at = content.index(b"xl/worksheets/sheet1.xml") + 200
    assert "damaged inside" in str(refused(con, path, content[:at] + b"\xff" * 50 + content[at + 50 :]))


_LAUGHS = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>"""
_OUTSIDE = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>"""


@pytest.mark.parametrize("bomb", [_LAUGHS, _OUTSIDE])
@pytest.mark.parametrize(
    "body",
    [
        "<log><trace><string key='k' value='&c;'/></trace></log>",
        "<service_requests><request>&a;</request></service_requests>",
    ],
)
@pytest.mark.parametrize("told", [None, "xes", "open311"])
@pytest.mark.parametrize("padding", [0, 200_000])
def test_entity_bombs(con, tmp_path, bomb, body, told, padding):
    content = bomb.replace("<!DOCTYPE", f"<!--{' ' * padding}--><!DOCTYPE") + body
    assert "hide an attack" in str(refused(con, tmp_path / "bomb.xml", content.encode(), format=told))


def test_deep_xml(con, tmp_path):
    assert "nested" in str(refused(con, tmp_path / "deep.xml", b"<log>" + b"<trace>" * 5000))


def test_formulas_stay_text(con, tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("id,note\n1,\"=cmd|' /C calc'!A0\"\n2,+1-2\n3,@SUM(A1)\n")
    open_raw(con, path)
    assert [r[2] for r in con.execute("FROM raw ORDER BY _line").fetchall()] == [
        "=cmd|' /C calc'!A0",
        "+1-2",
        "@SUM(A1)",
    ]


def test_what_was_read_before_is_gone_after_a_new_reading(con, tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("a,b\n1,2,3\n4,5\n")
    open_raw(con, path)
    path.write_text("x,y\n1,2\n")
    table = open_raw(con, path)
    assert (table.columns, table.rows, table.rejected) == (("x", "y"), 1, 0)
    assert con.execute("SELECT count(*) FROM rejected").fetchone() == (0,)


def test_nothing_is_left_behind(con, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress("id;név\n1;ő\n".encode("cp1250")))
    open_raw(con, tmp_path / "a.csv.gz", scratch=scratch)
    assert list(scratch.iterdir()) == []
    assert {r[0] for r in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()} == {"raw", "rejected"}


@pytest.mark.parametrize("seed", range(60))
def test_damaged_bytes_never_cause_anything_but_a_read_error(con, tmp_path, seed):
    chance = random.Random(seed)
    kind = chance.choice(["csv", "json", "xml"])
    good = {
        "csv": 'id;name;note\n1;"Ann";"a\nb"\n' * 30,
        "json": '[{"id": 1, "who": {"name": "Ann"}}, {"id": 2, "tags": ["a"]}]',
        "xml": "<log><trace><string key='a' value='1'/><event><string key='b' value='2'/></event></trace></log>",
    }[kind].encode()
    damaged = bytearray(good)
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(damaged))
        action = chance.randrange(3)
        if action == 0:
            damaged[at] = chance.randrange(256)
        elif action == 1:
            del damaged[at : at + chance.randrange(1, 20)]
        else:
            damaged[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9)))
        damaged = damaged or bytearray(b"x")
    path = tmp_path / f"file.{kind}"
    path.write_bytes(bytes(damaged))
    table = None
    with contextlib.suppress(ReadError):
        table = open_raw(con, path)
    if table is not None:
        assert con.execute("SELECT count(*), count(_line) FROM raw").fetchone() == (table.rows, table.rows)


def test_batches_hold_many_or_long_rows(con):
    writer = RawWriter(con, ["a"])
    for i in range(30_000):
        writer.add(i, ["x"], 1)
    assert 20_000 <= writer.rows < 30_000
    writer.add(30_000, ["y"], 10**9)
    assert writer.rows == 30_001
