"""Excel workbooks (.xlsx), read by calamine after the zip was found honest.

calamine holds a sheet as a full rectangle in memory, so before it opens the file the zip is unpacked
once to nowhere: real sizes are counted (headers can lie), and the largest row and column are noted, for a
sheet with only the cells A1 and XFD1048576 is small on disk and 17 billion cells in memory.
"""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
from python_calamine import CalamineError, CalamineWorkbook

from regard.sources.readers.base import (
    RawTable,
    RawWriter,
    ReadError,
    ReadOptions,
    check_width,
    clean,
    sample_of,
    unique_names,
)
from regard.sources.readers.sniff import looks_like_data
from regard.sources.readers.unpack import blocks_of, counted, open_zip

MAX_WORKBOOK = 1024**3
"""Bytes of XML in a workbook: a full sheet of 20 columns has about 900 MB."""
MAX_CELLS = 40_000_000
HEADER_WITHIN = 30
"""The column names stand within the first rows; titles and logos come before them."""

_CELL = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3})(\d{1,7})"')


def is_workbook(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with open_zip(path) as archive:
        return "xl/workbook.xml" in archive.namelist()


def check_workbook(path: Path) -> None:
    """Raises ReadError when the workbook is a bomb, damaged, or wider or longer than can be held."""
    packed = path.stat().st_size
    total = 0
    with open_zip(path) as archive:
        for info in archive.infolist():
            where = f"{info.filename} in {path.name}"
            blocks = counted(
                blocks_of(archive, info), min(packed, info.compress_size or packed), where, MAX_WORKBOOK - total
            )
            if info.filename.startswith("xl/worksheets/") and info.filename.endswith(".xml"):
                total += _check_sheet(blocks, where)
            else:
                total += sum(len(block) for block in blocks)


def _check_sheet(blocks: Iterator[bytes], where: str) -> int:
    """Bytes of a sheet's XML. Raises ReadError when the rectangle its cells span is too large."""
    letters: set[bytes] = set()
    rows, total, tail = 0, 0, b""
    for block in blocks:
        total += len(block)
        part = tail + block
        found = _CELL.findall(part)
        letters.update(column for column, _ in found)
        rows = max(rows, max((int(row) for _, row in found), default=0))
        tail = part[-32:]
    columns = max((_number(column) for column in letters), default=0)
    check_width(columns, where)
    if rows * columns > MAX_CELLS:
        raise ReadError(
            f"The sheet spans {rows:,} rows and {columns:,} columns; at most {MAX_CELLS:,} cells can be read",
            where,
            "Delete empty rows and columns at its end, or save it as CSV.",
        )
    return total


def _number(letters: bytes) -> int:
    """Column letters as a number: A is 1, XFD is 16,384."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def read_workbook(con: duckdb.DuckDBPyConnection, path: Path, told: ReadOptions) -> RawTable:
    """Read one sheet into `raw`: the one told, else the first with rows. Dates become ISO text."""
    check_workbook(path)
    try:
        book = CalamineWorkbook.from_path(path)
        return _read_sheet(con, book, _choose(book, told.sheet, path.name), told, path.name)
    except CalamineError as error:
        raise ReadError(
            f"The workbook cannot be read: {error}", path.name, "Open it, save it again as .xlsx, and try again."
        ) from error


def _choose(book: CalamineWorkbook, told: str | None, file: str) -> str:
    sheets = book.sheet_names
    if told is not None:
        if told in sheets:
            return told
        raise ReadError(
            f"There is no sheet '{told}'", f"{file} has: {', '.join(sheets[:20])}", "Choose one of these sheets."
        )
    for name in sheets:
        if book.get_sheet_by_name(name).height > 0:
            return name
    raise ReadError("The workbook has no rows", file, "Ask for the file again: it may be an empty template.")


@dataclass(frozen=True, slots=True)
class _Head:
    """Where the header stands (row 0: nowhere) and the rows read so far that come after it."""

    row: int
    names: tuple[str, ...]
    before: list[tuple[int, list[str]]]
    after: list[tuple[int, list[str]]]


def _head(rows: Iterator[tuple[int, list[str]]], told: int | None, where: str) -> _Head:
    first = [
        (number, cells)
        for number, cells in (next(rows, (0, [])) for _ in range(max(HEADER_WITHIN, told or 0)))
        if number
    ]
    filled = [(number, cells) for number, cells in first if any(cells)]
    if not filled:
        raise ReadError("The sheet is empty", where, "Choose another sheet.")
    width = len(filled[0][1])
    if told == 0:
        return _Head(0, tuple(f"column_{i}" for i in range(1, width + 1)), [], first)
    if told is not None:
        if told not in dict(filled):
            raise ReadError(f"Row {told} has no column names", where, "Give the row that holds the column names.")
        return _Head(told, tuple(dict(first)[told]), [], [(n, c) for n, c in first if n > told])
    most = max(sum(map(bool, cells)) for _, cells in filled)
    at = next(i for i, (_, cells) in enumerate(filled) if sum(map(bool, cells)) > most / 2)
    number, names = filled[at]
    if at + 1 < len(filled) and looks_like_data(names, filled[at + 1][1]):
        return _Head(
            0, tuple(f"column_{i}" for i in range(1, width + 1)), filled[:at], [(n, c) for n, c in first if n >= number]
        )
    return _Head(number, tuple(names), filled[:at], [(n, c) for n, c in first if n > number])


def _read_sheet(
    con: duckdb.DuckDBPyConnection, book: CalamineWorkbook, sheet: str, told: ReadOptions, file: str
) -> RawTable:
    source = enumerate(book.get_sheet_by_name(sheet).iter_rows(), start=1)
    rows = ((number, [as_text(cell) for cell in cells]) for number, cells in source)
    head = _head(rows, told.header_row, f"sheet '{sheet}' of {file}")
    columns = unique_names(head.names)
    writer = RawWriter(con, columns)
    for number, cells in head.before:
        writer.reject(number, "\t".join(cells), "before_header", "This row stands before the column names.")
    blank = 0
    for part in (iter(head.after), rows):
        for number, cells in part:
            if any(cells):
                writer.add(number, cells, sum(map(len, cells)))
            else:
                blank += 1
    writer.flush()
    notes = tuple(f"Row {number} stands before the column names and was set aside." for number, _ in head.before[:5])
    if head.row == 0 and told.header_row is None:
        notes = (*notes, "The sheet seems to have no column names: the first row is read as a row.")
    sheets = tuple(book.sheet_names)
    if len(sheets) > 1:
        notes = (*notes, f"The workbook has {len(sheets)} sheets; '{sheet}' was read.")
    return RawTable(
        format="xlsx",
        columns=columns,
        rows=writer.rows,
        rejected=writer.rejected,
        blank=blank,
        sheet=sheet,
        sheets=sheets,
        header_row=head.row,
        notes=notes,
        sample=sample_of(con, columns),
    )


def as_text(cell: object) -> str:
    """A cell as it would stand in a CSV: whole numbers without .0, dates and times in ISO form, true and false."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.timedelta):
        return str(cell.total_seconds()).removesuffix(".0")
    return clean(str(cell)).strip()  # dates and times are their own ISO text
