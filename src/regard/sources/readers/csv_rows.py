"""Delimited text read row by row with Python's csv module: slow, and the definition of what a row is."""

import csv
from collections.abc import Iterator
from pathlib import Path

import duckdb

from regard.sources.readers.base import MAX_RECORD, RawWriter
from regard.sources.readers.sniff import Dialect, Layout

MAX_LINES = 20_000
"""Lines one quoted value may span before its quote is taken for a stray one."""
RAGGED, UNCLOSED, BEFORE = "ragged", "unclosed_quote", "before_header"
UNCLOSED_MESSAGE = "A quotation mark is opened and never closed. Close or remove it."
BEFORE_MESSAGE = (
    "This line stands before the column names. If it is a row, say which line holds the column names (header_row)."
)


def ragged_message(found: int, width: int) -> str:
    return (
        f"This row has {found} value{'s' * (found != 1)}, but there are {width} columns. "
        "Correct the row, or the delimiter or quotes in it."
    )


def fitted(cells: list[str], width: int) -> list[str] | None:
    """`cells` as a row of `width`, spare blank cells at the end dropped; [] when blank; None when it does not fit."""
    if not any(c.strip() for c in cells):
        return []
    if len(cells) > width and not any(c.strip() for c in cells[width:]):
        cells = cells[:width]
    return cells if len(cells) == width else None


class _Lines:
    """Lines of a file as csv.reader wants them, remembering those of the record being read.

    After the last line a sentinel follows: if it turns up inside a value, a quote was never closed.
    """

    SENTINEL = "\x00end"

    def __init__(self, path: Path) -> None:
        self._file = path.open(encoding="utf-8-sig", errors="replace", newline="")
        self._ahead: list[str] = []
        self.number = 0
        self.start()

    def start(self) -> None:
        """Begin a new record."""
        self.record: list[str] = []
        self._size = 0
        self.ended = False

    @property
    def first(self) -> int:
        """Number of the line the record starts on."""
        return self.number - len(self.record) + 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.ended:
            raise StopIteration
        line = self._ahead.pop() if self._ahead else self._file.readline()
        self._size += len(line)
        if not line or (self.record and (len(self.record) == MAX_LINES or self._size > MAX_RECORD)):
            if line:
                self._ahead.append(line)
            self.ended = True
            return self.SENTINEL
        self.number += 1
        self.record.append(line)
        return line

    def rewind(self) -> None:
        """Give back all lines of the record but the first, which is spoilt."""
        self._ahead += reversed(self.record[1:])
        self.number -= len(self.record) - 1
        self.start()

    def close(self) -> None:
        self._file.close()


def records(path: Path, dialect: Dialect, skip: int) -> Iterator[tuple[int, list[str] | None, str]]:
    """(line, cells, text) of every record after `skip` lines; cells None where a quote is never closed.

    A quote that stays open to the end of the file, or over `MAX_LINES` lines, or closes in the middle of a
    later line's value, is a stray one: it spoils its own line only, and reading goes on with the next.
    """
    lines = _Lines(path)
    try:
        for _ in range(skip):
            next(lines, None)
        lines.start()
        while True:
            reader = csv.reader(lines, **dialect.options())
            try:
                for cells in reader:
                    if lines.ended or (len(lines.record) > 1 and not _well_quoted(lines.record, dialect)):
                        break
                    yield lines.first, cells, "".join(lines.record)
                    lines.start()
            except csv.Error:  # a value past the size limit: its first line is given up, like a stray quote
                lines.ended = True
            if not lines.record:
                return
            yield lines.first, None, lines.record[0]
            lines.rewind()
    finally:
        lines.close()


def _well_quoted(record: list[str], dialect: Dialect) -> bool:
    try:
        return len(list(csv.reader(record, **dialect.options(), strict=True))) == 1
    except csv.Error:
        return False


def read_rows(
    con: duckdb.DuckDBPyConnection, path: Path, layout: Layout, columns: tuple[str, ...]
) -> tuple[int, int, int]:
    """Fill `raw` and `rejected`; answers how many rows, rejected rows and blank rows there are."""
    con.execute("DROP TABLE IF EXISTS raw")
    writer = RawWriter(con, columns)
    blank, width = 0, len(columns)
    for line, text in layout.before:
        writer.reject(line, text, BEFORE, BEFORE_MESSAGE)
    for line, cells, text in records(path, layout.dialect, layout.skip):
        row = None if cells is None else fitted(cells, width)
        if row == []:
            blank += 1
        elif cells is None:
            writer.reject(line, text.rstrip("\r\n"), UNCLOSED, UNCLOSED_MESSAGE)
        elif row is None:
            writer.reject(line, text.rstrip("\r\n"), RAGGED, ragged_message(len(cells), width))
        else:
            writer.add(line, row, len(text))
    writer.flush()
    return writer.rows, writer.rejected, blank
