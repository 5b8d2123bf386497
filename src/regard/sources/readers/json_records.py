"""JSON: an array of records, one record a line (NDJSON), or a document with the records somewhere inside.

Read as a stream: a document of any size is scanned with a buffer that holds one record. Nested objects
become columns with dotted names; lists of plain values are joined with "; ", other lists stay JSON text.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import duckdb

from regard.sources.readers.base import (
    MAX_RECORD,
    RawTable,
    RawWriter,
    ReadError,
    ReadOptions,
    check_width,
    clean,
    sample_of,
    unique_names,
)
from regard.sources.readers.text import TextFile, text_file

CHUNK = 256 * 1024
MAX_DEPTH = 12
# Numbers stay as they were written: a reader must not round a coordinate or an account number.
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
_SPACE = re.compile(r"[ \t\r\n\ufeff]*")
ROOT = ""


class BrokenJsonError(Exception):
    """The document breaks off or is no JSON from `line` on; `rest` is the text there."""

    def __init__(self, line: int, rest: str) -> None:
        super().__init__(line, rest)
        self.line, self.rest = line, rest


class JsonStream:
    """A cursor over JSON text that decodes one value at a time."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._text, self._at, self._line = "", 0, 1
        self._end = False

    @property
    def line(self) -> int:
        return self._line + self._text.count("\n", 0, self._at)

    def _more(self) -> bool:
        """Read on, doubling what is unread, so a long record costs no more than twice its length."""
        if self._end:
            return False
        rest = self._text[self._at :]
        block = self._stream.read(max(CHUNK, len(rest)))
        self._end = not block
        self._line += self._text.count("\n", 0, self._at)
        self._text, self._at = rest + block, 0
        return bool(block)

    def peek(self) -> str:
        """The next character that is not white space; '' at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, char: str) -> bool:
        """Step over `char` when it comes next."""
        if self.peek() != char:
            return False
        self._at += 1
        return True

    def expect(self, char: str) -> None:
        if not self.take(char):
            raise self.broken()

    def value(self) -> Any:
        """The next value, decoded; numbers as their text. Raises BrokenJsonError."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except (json.JSONDecodeError, RecursionError) as error:
                if isinstance(error, RecursionError) or len(self._text) - self._at > MAX_RECORD or not self._more():
                    raise self.broken() from error
                continue
            if end == len(self._text) and self._more():  # a number may go on in the next block
                continue
            self._at = end
            return value

    def broken(self) -> BrokenJsonError:
        return BrokenJsonError(self.line, self._text[self._at : self._at + 2000])


def lists_in(stream: JsonStream, path: str = ROOT, depth: int = 0) -> Iterator[tuple[str, int]]:
    """(dotted path, number of records) of every list of objects or lists in a document, as far as it can be read."""
    if depth > MAX_DEPTH:
        raise stream.broken()
    if stream.take("["):
        count = 0
        for value in _elements(stream):
            count += isinstance(value, dict | list)
        yield path, count
    elif stream.take("{"):
        for key in _keys(stream):
            yield from lists_in(stream, f"{path}.{key}" if path else key, depth + 1)
    else:
        stream.value()


def records_at(stream: JsonStream, path: str) -> Iterator[Any]:
    """The values of the list at `path` (an object there is one record). Raises BrokenJsonError."""
    if path == ROOT:
        if stream.take("["):
            yield from _elements(stream)
        elif stream.peek():
            yield stream.value()
        return
    stream.expect("{")
    for key in _keys(stream):
        if path == key or path.startswith(key + "."):
            yield from records_at(stream, path[len(key) + 1 :])
        else:
            for _ in lists_in(stream):
                pass


def _elements(stream: JsonStream) -> Iterator[Any]:
    if stream.take("]"):
        return
    while True:
        yield stream.value()
        if stream.take("]"):
            return
        stream.expect(",")


def _keys(stream: JsonStream) -> Iterator[str]:
    if stream.take("}"):
        return
    while True:
        key = stream.value()
        if not isinstance(key, str):
            raise stream.broken()
        stream.expect(":")
        yield key
        if stream.take("}"):
            return
        stream.expect(",")


def flatten(record: Any, prefix: str = "") -> Iterator[tuple[str, str | None]]:
    """(dotted name, text) of every value in a record."""
    if isinstance(record, dict):
        for key, value in record.items():
            yield from flatten(value, f"{prefix}.{key}" if prefix else str(key))
        return
    if isinstance(record, list) and not prefix:
        for position, value in enumerate(record, start=1):
            yield from flatten(value, f"column_{position}")
        return
    yield prefix or "value", _text(record)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else clean(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if all(isinstance(item, str) for item in value):
        return clean("; ".join(value))
    return clean(json.dumps(value, ensure_ascii=False))


class RecordWriter:
    """Writes records with differing fields: the table widens as new names turn up."""

    def __init__(self, con: duckdb.DuckDBPyConnection, known: tuple[str, ...] = ()) -> None:
        self.writer = RawWriter(con, known)
        self._at = {name: i for i, name in enumerate(known)}

    def add(self, line: int, fields: list[tuple[str, str | None]]) -> None:
        if new := [name for name, _ in fields if name not in self._at]:
            new = list(dict.fromkeys(new))
            check_width(len(self._at) + len(new), f"record at line {line:,}")
            names = unique_names([*self.writer.columns, *new])
            self.writer.add_columns(names[len(self._at) :])
            self._at |= {name: len(self._at) + i for i, name in enumerate(new)}
        row: list[str | None] = [None] * len(self._at)
        size = 0
        for name, text in fields:
            row[self._at[name]] = text
            size += len(text or "")
        self.writer.add(line, row, size)


def read_json(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    scratch: Path,
    told: ReadOptions,
    *,
    known: tuple[str, ...] = (),
) -> RawTable:
    """Read JSON records into `raw`; `_line` is the record's number (NDJSON: its line). `known` columns always exist.

    A document that breaks off keeps the records before the break; the rest is one row of `rejected`.
    Raises ReadError when not one record can be read.
    """
    source = text_file(path, name, scratch, told.encoding, rows=False)
    out = RecordWriter(con, known)
    if told.records is None and _one_a_line(source):
        where: str | None = None
        _read_lines(source, out)
    else:
        where = told.records if told.records is not None else _longest_list(source)
        _read_document(source, where, out)
    out.writer.flush()
    writer = out.writer
    if writer.rows == 0:
        raise ReadError(
            "No records could be read",
            name if where is None else f"{name}, records at '{where or 'the top'}'",
            "Check that the file is complete, and where its list of records stands ('records').",
        )
    notes = (f"The records were found at '{where}'.",) if where and told.records is None else ()
    columns = tuple(writer.columns)
    return RawTable(
        format="json",
        columns=columns,
        rows=writer.rows,
        rejected=writer.rejected,
        encoding=source.encoding,
        records=where,
        notes=(*source.notes, *notes),
        sample=sample_of(con, columns),
    )


def _open(source: TextFile) -> IO[str]:
    return source.path.open(encoding="utf-8-sig", newline="")


def _one_a_line(source: TextFile) -> bool:
    """True when the first line is a record by itself and another record starts the next line."""
    with _open(source) as file:
        first = file.readline(MAX_RECORD).strip()
        second = next((line.strip() for line in iter(lambda: file.readline(CHUNK), "") if line.strip()), "")
    if not first.startswith("{") or not second.startswith("{"):
        return False
    try:
        return isinstance(_DECODER.decode(first), dict)
    except (json.JSONDecodeError, RecursionError):
        return first.endswith("}")


def _read_lines(source: TextFile, out: RecordWriter) -> None:
    with _open(source) as file:
        for number, line in enumerate(iter(lambda: file.readline(MAX_RECORD), ""), start=1):
            if len(line) == MAX_RECORD:
                raise ReadError(
                    f"The record has more than {MAX_RECORD // 1024**2} MB",
                    f"line {number:,}",
                    "Check that the file has one record a line.",
                )
            text = line.strip()
            if not text:
                continue
            try:
                out.add(number, list(flatten(_DECODER.decode(text))))
            except (json.JSONDecodeError, RecursionError):
                out.writer.reject(
                    number, text, "broken_json", "This line is not a JSON record. Correct it or leave it out."
                )


def _longest_list(source: TextFile) -> str:
    found: Counter[str] = Counter()
    with _open(source) as file:
        stream = JsonStream(file)
        if stream.peek() == "[":
            return ROOT
        try:
            for path, count in lists_in(stream):
                found[path] += count
        except BrokenJsonError:
            pass
    path, count = found.most_common(1)[0] if found else (ROOT, 0)
    return path if count else ROOT


def _read_document(source: TextFile, path: str, out: RecordWriter) -> None:
    number = 0
    with _open(source) as file:
        stream = JsonStream(file)
        try:
            for number, record in enumerate(records_at(stream, path), start=1):
                out.add(number, list(flatten(record)))
            if path == ROOT and stream.peek():
                raise stream.broken()
        except BrokenJsonError as broken:
            out.writer.reject(
                number + 1,
                broken.rest,
                "broken_json",
                f"The document breaks off or is no JSON from line {broken.line:,}. Ask for the complete file.",
            )
