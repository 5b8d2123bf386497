"""Finding out how a delimited text is laid out: delimiter, quote, header and where the rows begin."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from math import log2
from typing import Any

from regard.sources.readers.base import MAX_RECORD, ReadError, ReadOptions

DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x1f", "¦")
SNIFF_ROWS = 300

# The module's limit is global; the reader's own limit on records is the real guard.
csv.field_size_limit(MAX_RECORD)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to read the rows. `escape` is the quote itself (doubled) or a backslash."""

    delimiter: str
    quote: str
    escape: str

    def options(self) -> dict[str, Any]:
        """Keyword arguments for Python's csv.reader. A space before a quote is skipped, as DuckDB does."""
        backslash = self.escape == "\\"
        return {
            "delimiter": self.delimiter,
            "quotechar": self.quote or None,
            "doublequote": not backslash,
            "escapechar": "\\" if backslash else None,
            "skipinitialspace": True,
            "quoting": csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
        }


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand. `header_line` is 0 when the file has no header; rows begin after `skip` lines.

    `before` holds lines ahead of the header that nobody asked to skip: (line, text).
    """

    dialect: Dialect
    header: tuple[str, ...]
    header_line: int
    skip: int
    before: tuple[tuple[int, str], ...] = ()
    notes: tuple[str, ...] = ()


def sniff(text: str, told: ReadOptions) -> Layout:
    """The layout of a delimited text from its beginning (up to a few hundred rows).

    Raises ReadError when there is nothing to read or the header asked for is not there.
    """
    if not text.strip():
        raise ReadError("The file is empty", "", "Ask for the file again: it may have been cut off.")
    separator = re.match(r"\ufeff?sep=(.)\r?\n", text)
    delimiter = told.delimiter or (separator[1] if separator else None)
    dialect = _dialect(text[separator.end() :] if separator else text, delimiter, told.quote)
    rows = _records(text, dialect)
    if told.header_row is not None:
        return _layout_as_told(rows, dialect, told.header_row)
    return _layout(rows[1:] if separator else rows, dialect)


def _dialect(text: str, delimiter: str | None, quote: str | None) -> Dialect:
    if quote is None:
        quote = '"'
        if '"' not in text and len(re.findall(r"'[,;\t|]'", text)) > text.count("\n"):
            quote = "'"
    slashed = re.search(r'[^\\]\\"[^,;\t|\r\n]', text) and '""' not in text
    escape = "\\" if slashed and quote == '"' else quote
    if delimiter is None:
        first = _records(text, Dialect(",", quote, escape))
        best = max(DELIMITERS, key=lambda d: _regularity(_records(text, Dialect(d, quote, escape))))
        delimiter = best if first else ","
    return Dialect(delimiter, quote, escape)


def _records(text: str, dialect: Dialect) -> list[tuple[int, int, list[str]]]:
    """(first line, last line, cells) of the first non-blank records."""
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    reader = csv.reader(lines, **dialect.options())
    found, before = [], 0
    for cells in islice(reader, SNIFF_ROWS):
        if any(c.strip() for c in cells):
            found.append((before + 1, reader.line_num, cells))
        before = reader.line_num
    return found


def _regularity(records: Sequence[tuple[int, int, list[str]]]) -> float:
    widths = Counter(len(cells) for _, _, cells in records)
    if not widths:
        return 0.0
    width, often = max(widths.items(), key=lambda kv: (kv[1] if kv[0] > 1 else 0, kv[0]))
    if width < 2:
        return 0.0
    score = (often / len(records)) ** 2 * log2(width)
    return score if any(len(cells) == width for _, _, cells in records[:1]) else score / 2


def _layout_as_told(rows: list[tuple[int, int, list[str]]], dialect: Dialect, header_row: int) -> Layout:
    if header_row == 0:
        width = max(len(cells) for _, _, cells in rows)
        return Layout(dialect, tuple(f"column_{i}" for i in range(1, width + 1)), 0, 0)
    for first, last, cells in rows:
        if first == header_row:
            return Layout(dialect, tuple(cells), first, last)
    raise ReadError(
        f"Line {header_row} has no column names",
        "header_row in [read]",
        "Give the line that holds the column names, or leave it out.",
    )


def _layout(rows: list[tuple[int, int, list[str]]], dialect: Dialect) -> Layout:
    widths = Counter(len(cells) for _, _, cells in rows)
    width = max(widths.items(), key=lambda kv: (kv[1], kv[0]))[0]
    at = next((i for i, (_, _, cells) in enumerate(rows) if _could_be_header(cells, width)), 0)
    first, last, cells = rows[at]
    before = tuple((line, dialect.delimiter.join(c)) for line, _, c in rows[:at])
    notes = tuple(f"Line {line} stands before the column names and was set aside." for line, _ in before[:5])
    if len(rows) > at + 1 and looks_like_data(cells, rows[at + 1][2]):
        names = tuple(f"column_{i}" for i in range(1, max(width, len(cells)) + 1))
        note = "The file seems to have no column names: the first line is read as a row."
        return Layout(dialect, names, 0, first - 1, before, (*notes, note))
    header = list(cells)
    while len(header) > width and not header[-1].strip():
        header.pop()
    if len(header) < width:
        notes = (*notes, f"The header names {len(header)} columns, most rows have {width}.")
        header += [""] * (width - len(header))
    return Layout(dialect, tuple(header), first, last, before, notes)


def _could_be_header(cells: list[str], width: int) -> bool:
    told = sum(1 for c in cells if c.strip())
    return width == 1 or (told > 1 and told > width / 2)


_KINDS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\d{4}-\d\d?-\d\d?\b.*|\d\d?[/.]\d\d?[/.]\d{2,4}\b.*",
        r"[^@\s]+@[^@\s]+\.[a-z]{2,}",
        r"-?\d+[.,]\d+|\d{5,}",
    )
)


def _kind(cell: str) -> int | None:
    return next((i for i, pattern in enumerate(_KINDS) if pattern.fullmatch(cell.strip())), None)


def looks_like_data(cells: Sequence[str], below: Sequence[str]) -> bool:
    """True when a line holds a date, address or number of the same kind as the line below: no header does."""
    return any((kind := _kind(c)) is not None and kind == _kind(b) for c, b in zip(cells, below, strict=False))
