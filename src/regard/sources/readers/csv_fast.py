"""Delimited text read by DuckDB itself, in parallel, with proof that nothing went missing.

After the reading every line of the file is accounted for: rows, line ends inside quotes, refused rows and
blank lines must add up to the lines counted in the bytes. Where they do not, or DuckDB refuses the file,
`NotProvenError` says that the file must be read row by row instead.
"""

import csv
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from regard.sources.readers.base import create_rejected, insert_arrow, lent, literal, quoted
from regard.sources.readers.csv_rows import BEFORE, BEFORE_MESSAGE, RAGGED, fitted, ragged_message
from regard.sources.readers.sniff import Layout
from regard.sources.readers.text import TextFile

MAX_REFUSED = 50_000
"""More refused rows than this, and reading row by row is no slower."""


class NotProvenError(Exception):
    """Not every line of the file is accounted for."""


@dataclass(slots=True)
class FastReading:
    """One attempt to read a file the fast way."""

    con: duckdb.DuckDBPyConnection
    source: TextFile
    layout: Layout
    columns: tuple[str, ...]
    refused: list[tuple[int, str]] = field(default_factory=list)
    """(byte position, text) of the rows DuckDB refused, later (line, text)."""

    def read(self) -> tuple[int, int, int]:
        """Fill `raw` and `rejected`; answers how many rows, rejected rows and blank rows there are.

        Raises NotProvenError or duckdb.Error; then `raw` is not to be used.
        """
        if not self.source.probe.clean or (self.layout.header_line and self.layout.skip != self.layout.header_line):
            raise NotProvenError
        self.con.execute("DROP TABLE IF EXISTS raw")
        with lent(self.con, preserve_insertion_order="true"):  # rowid is to be file order
            try:
                self._load()
            finally:
                self.con.execute("DROP TABLE IF EXISTS regard_refused; DROP TABLE IF EXISTS regard_scans")
        self._number_lines()
        return self._settle()

    def _load(self) -> None:
        dialect = self.layout.dialect
        typed = ", ".join(f"{literal(c)}: 'VARCHAR'" for c in self.columns)
        self.con.execute(
            "CREATE TABLE raw AS SELECT CAST(NULL AS BIGINT) AS _line, * FROM read_csv("
            f"{literal(str(self.source.path))}, auto_detect = false, header = false, skip = {self.layout.skip}, "
            f"delim = {literal(dialect.delimiter)}, quote = {literal(dialect.quote)}, "
            f"escape = {literal(dialect.escape)}, columns = {{{typed}}}, nullstr = chr(1), strict_mode = true, "
            "store_rejects = true, rejects_limit = 0, rejects_table = 'regard_refused', rejects_scan = 'regard_scans')"
        )
        rows = self.con.execute(
            "SELECT line_byte_position - 1, any_value(csv_line) FROM regard_refused GROUP BY 1 ORDER BY 1 "
            f"LIMIT {MAX_REFUSED + 1}"
        ).fetchall()
        # A refused row over several lines may be a stray quote that swallowed good rows.
        if len(rows) > MAX_REFUSED or any(text is None or "\n" in text.rstrip("\r\n") for _, text in rows):
            raise NotProvenError
        self.refused = [(position, text.rstrip("\r\n")) for position, text in rows]

    def _number_lines(self) -> None:
        """Set `_line` of every row; NotProvenError unless all lines of the file are accounted for."""
        first, total = self.layout.skip + 1, self.source.probe.lines
        counted = self.con.execute("SELECT count(*) FROM raw").fetchone()
        missing = total - self.layout.skip - (counted[0] if counted else 0) - len(self.refused)
        if missing == 0 and not self.refused:
            self.con.execute(f"UPDATE raw SET _line = rowid + {first}")
            return
        inner = self._inner_newlines() if self.source.probe.quotes else []
        missing -= sum(n for _, n in inner)
        if missing < 0 or (missing and inner):  # blank lines cannot be told from those inside quotes
            raise NotProvenError
        lines, blanks = _positions(self.source.path, self.layout.skip, dict(self.refused), blanks=missing > 0)
        if len(lines) != len(self.refused) or len(blanks) != missing:
            raise NotProvenError
        self.refused = [(line, text) for line, (_, text) in zip(lines, self.refused, strict=True)]
        self._apply(shifts(first, sorted([*lines, *blanks]), inner))

    def _inner_newlines(self) -> list[tuple[int, int]]:
        """(rowid, line ends inside its values), in order, of the rows that have any."""
        names = [quoted(c) for c in self.columns]
        some = " OR ".join(f"contains({name}, chr(10))" for name in names)
        count = " + ".join(f"length({name}) - length(replace({name}, chr(10), ''))" for name in names)
        return self.con.execute(f"SELECT rowid, {count} FROM raw WHERE {some} ORDER BY rowid").fetchall()

    def _apply(self, steps: list[tuple[int, int]]) -> None:
        self.con.execute("CREATE OR REPLACE TEMP TABLE regard_shifts (since BIGINT, shift BIGINT)")
        arrays = [pa.array(column, pa.int64()) for column in zip(*steps, strict=True)]
        insert_arrow(self.con, "regard_shifts", arrays)
        self.con.execute(
            "UPDATE raw SET _line = s.line FROM (SELECT r.rowid AS row, r.rowid + b.shift AS line FROM raw r "
            "ASOF JOIN regard_shifts b ON r.rowid >= b.since) s WHERE raw.rowid = s.row"
        )
        self.con.execute("DROP TABLE regard_shifts")

    def _settle(self) -> tuple[int, int, int]:
        """Drop rows that are all blank, give refused rows a second reading, and count."""
        create_rejected(self.con)
        spaces = "concat(' ', chr(9), chr(10), chr(11), chr(12), chr(13), chr(160))"
        empty = " AND ".join(f"trim({quoted(c)}, {spaces}) = ''" for c in self.columns)
        dropped = self.con.execute(f"DELETE FROM raw WHERE {empty}").fetchone()
        blank = dropped[0] if dropped else 0
        blank += sum(self._read_again(line, text) for line, text in self.refused)
        for line, text in self.layout.before:
            self.con.execute("INSERT INTO rejected VALUES (?, ?, ?, ?)", [line, text, BEFORE, BEFORE_MESSAGE])
        counts = self.con.execute("SELECT (SELECT count(*) FROM raw), (SELECT count(*) FROM rejected)").fetchone()
        rows, rejected = counts or (0, 0)
        return rows, rejected, blank

    def _read_again(self, line: int, text: str) -> int:
        """What strict reading refused may be harmless (a spare delimiter, letters after a quote). 1 when blank."""
        cells: list[str] = next(csv.reader([text], **self.layout.dialect.options()), [])
        row = fitted(cells, len(self.columns))
        if row == []:
            return 1
        if row is None:
            message = ragged_message(len(cells), len(self.columns))
            self.con.execute("INSERT INTO rejected VALUES (?, ?, ?, ?)", [line, text, RAGGED, message])
        else:
            marks = ", ".join("?" * (len(row) + 1))
            self.con.execute(f"INSERT INTO raw VALUES ({marks})", [line, *row])
        return 0


def _positions(path: Path, skip: int, refused: dict[int, str], *, blanks: bool) -> tuple[list[int], list[int]]:
    """Line numbers of the refused rows - those whose text stands where DuckDB says - and of blank lines."""
    found: list[int] = []
    empty: list[int] = []
    position = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            text = refused.get(position)
            if text is not None and line.rstrip(b"\r\n").decode().removeprefix("\ufeff") == text:
                found.append(number)
            elif blanks and number > skip and not line.rstrip(b"\r\n"):
                empty.append(number)
            position += len(line)
    return found, empty


def shifts(first: int, gone: list[int], inner: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """(from rowid, line minus rowid): where rows stand when lines are missing or rows span several lines.

    Args:
        first: the line of the first row, if nothing were missing.
        gone: lines that are no rows (refused or blank), ascending.
        inner: (rowid, extra lines) of rows that span several lines, ascending.
    """
    steps, shift, at = {0: first}, first, 0
    for row, extra in [*inner, (2**62, 0)]:
        while at < len(gone) and gone[at] <= row + shift:
            steps[gone[at] - shift] = shift + 1
            shift += 1
            at += 1
        shift += extra
        if extra:
            steps[row + 1] = shift
    return list(steps.items())
