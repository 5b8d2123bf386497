"""What every reader shares: options in, a `RawTable` out, and the writer that fills DuckDB.

A reader turns a file into two DuckDB tables. `raw` has `_line` (1-based line, row or record number
where the row starts in the file) and one VARCHAR column per source column. `rejected` has
`_line, raw_text, code, message` for what could not be read as a row. Together they hold every data
row of the file; rows whose every cell is empty are counted in `RawTable.blank` and kept in neither.
"""

import codecs
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

MAX_COLUMNS = 2_000
"""More columns than any office's export has; a wider file is nearly always read with a wrong delimiter."""
MAX_RECORD = 16 * 1024 * 1024
"""Characters one row may have. Longer means a file that is not rows, and memory that is not bounded."""
MAX_UNPACKED = 8 * 1024**3
"""Bytes a packed file may unpack to."""
SAMPLE_ROWS = 50
BATCH_ROWS = 20_000
BATCH_CHARS = 16 * 1024 * 1024

FORMATS = ("csv", "xlsx", "json", "xes", "open311")


class ReadError(Exception):
    """A file that cannot be read, said as what is wrong, where, and what to do next."""

    def __init__(self, what: str, where: str = "", next_step: str = "") -> None:
        self.what, self.where, self.next_step = what, where, next_step
        place = f" ({where})" if where else ""
        super().__init__(f"{what}{place}. {next_step}".strip())


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """The `[read]` part of a mapping. None means: find out from the file.

    `header_row` is the line (spreadsheet: row) that holds the column names, 0 when there is none.
    `sheet` names the sheet of a workbook, or the file to take from a zip. `records` is the dotted path
    to the list of records in a JSON document.
    """

    format: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    quote: str | None = None
    header_row: int | None = None
    sheet: str | None = None
    records: str | None = None


@dataclass(frozen=True, slots=True)
class RawTable:
    """What was found in a file, beside the DuckDB tables `raw` and `rejected` themselves.

    rows + rejected + blank is the number of data rows in the file. `sample` holds the first rows of
    `raw`, each a tuple in the order of `columns`. `notes` are sentences for the person who imports.
    """

    format: str
    columns: tuple[str, ...]
    rows: int
    rejected: int
    blank: int = 0
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    header_row: int | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    records: str | None = None
    notes: tuple[str, ...] = ()
    sample: tuple[tuple[str | None, ...], ...] = ()


def connect(
    database: str | Path = ":memory:", *, memory: str = "768MB", threads: int | None = None, scratch: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection fit for reading and mapping: bounded memory, UTC, no network, file order kept."""
    con = duckdb.connect(str(database))
    con.execute("SET memory_limit = ?", [memory])
    if scratch is not None:
        con.execute("SET temp_directory = ?", [str(scratch)])
    if threads is not None:
        con.execute(f"SET threads = {int(threads)}")
    con.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = true; SET enable_progress_bar = false")
    con.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
    return con


@contextmanager
def lent(con: duckdb.DuckDBPyConnection, **settings: str) -> Iterator[None]:
    """Settings of a connection that is not ours, changed for a while and then put back."""
    before = {name: con.execute(f"SELECT current_setting('{name}')").fetchall()[0][0] for name in settings}
    for name, value in settings.items():
        con.execute(f"SET {name} = {literal(value)}")
    try:
        yield
    finally:
        for name, value in before.items():
            con.execute(f"SET {name} = {literal(str(value))}")


def quoted(name: str) -> str:
    """`name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def unique_names(header: Sequence[str]) -> tuple[str, ...]:
    """Column names from a header: trimmed, never empty, unique without regard to case, `_line` kept free.

    DuckDB compares column names without case, so `Name` and `name` cannot stand side by side.
    """
    taken, names = {"_line"}, []
    for position, told in enumerate(header, start=1):
        base = " ".join(told.split()) or f"column_{position}"
        name, n = base, 1
        while name.casefold() in taken or name.lower() in taken:
            n += 1
            name = f"{base}_{n}"
        taken |= {name.casefold(), name.lower()}
        names.append(name)
    return tuple(names)


def check_width(count: int, where: str) -> None:
    """Raises ReadError when a file has more columns than `MAX_COLUMNS`."""
    if count > MAX_COLUMNS:
        raise ReadError(
            f"The file has {count:,} columns; at most {MAX_COLUMNS:,} can be read",
            where,
            "Check that the delimiter is right, or export fewer columns.",
        )


def clean(text: str) -> str:
    """`text` without what no database column can hold: NUL characters and lone surrogates."""
    if "\x00" in text:
        text = text.replace("\x00", "�")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode()
    return text


def read_stray_bytes(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: bytes that are not UTF-8 are read as Windows-1252, the usual stowaway.

    Files glued together from two systems have a few such bytes; failing the whole file, or losing the
    letters, would both be worse. Undefined Windows-1252 bytes become the same code point (Latin-1).
    """
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in stray), error.end


STRAY = "regard_stray_bytes"
codecs.register_error(STRAY, read_stray_bytes)


class RawWriter:
    """Fills `raw` and `rejected` from Python, in batches through Arrow.

    Rows are sequences in the order of `columns`; `add_columns` widens the table when a later record has
    more fields than the ones before (JSON, event logs).
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, columns: Sequence[str] = ()) -> None:
        self.con = con
        self.columns: list[str] = []
        self.rows = self.rejected = 0
        self._batch: list[Sequence[str | None]] = []
        self._lines: list[int] = []
        self._chars = 0
        self._refused: list[tuple[int, str, str, str]] = []
        con.execute("CREATE OR REPLACE TABLE raw (_line BIGINT)")
        create_rejected(con)
        self.add_columns(columns)

    def add_columns(self, names: Iterable[str]) -> None:
        self.flush()
        for name in names:
            check_width(len(self.columns) + 1, "counted while reading")
            self.con.execute(f"ALTER TABLE raw ADD COLUMN {quoted(name)} VARCHAR")
            self.columns.append(name)

    def add(self, line: int, row: Sequence[str | None], chars: int = 0) -> None:
        """One row; `chars` is its approximate size, which bounds the memory of a batch."""
        self._lines.append(line)
        self._batch.append(row)
        self._chars += chars
        if len(self._batch) >= BATCH_ROWS or self._chars >= BATCH_CHARS:
            self.flush()

    def reject(self, line: int, text: str, code: str, message: str) -> None:
        self._refused.append((line, clean(text), code, message))
        if len(self._refused) >= 1000:
            self.flush()

    def flush(self) -> None:
        if self._batch:
            arrays = [pa.array(self._lines, pa.int64())]
            arrays += [pa.array(cells, pa.string()) for cells in zip(*self._batch, strict=True)]
            insert_arrow(self.con, "raw", arrays)
            self.rows += len(self._batch)
            self._batch, self._lines, self._chars = [], [], 0
        if self._refused:
            lines, *texts = zip(*self._refused, strict=True)
            insert_arrow(
                self.con, "rejected", [pa.array(lines, pa.int64()), *(pa.array(t, pa.string()) for t in texts)]
            )
            self.rejected += len(self._refused)
            self._refused = []


def create_rejected(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE OR REPLACE TABLE rejected (_line BIGINT, raw_text VARCHAR, code VARCHAR, message VARCHAR)")


def insert_arrow(con: duckdb.DuckDBPyConnection, table: str, arrays: list[pa.Array]) -> None:
    """Append Arrow columns, by position, to a DuckDB table."""
    batch = pa.Table.from_arrays(arrays, names=[f"c{i}" for i in range(len(arrays))])
    con.register("regard_batch", batch)
    try:
        con.execute(f"INSERT INTO {table} SELECT * FROM regard_batch")
    finally:
        con.unregister("regard_batch")


def sample_of(con: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> tuple[tuple[str | None, ...], ...]:
    """The first rows of `raw`, without `_line`."""
    if not columns:
        return ()
    names = ", ".join(quoted(c) for c in columns)
    return tuple(con.execute(f"SELECT {names} FROM raw ORDER BY _line LIMIT {SAMPLE_ROWS}").fetchall())
