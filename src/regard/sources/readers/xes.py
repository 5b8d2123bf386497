"""XES event logs (IEEE 1849), also packed as .xes.gz, flattened to one row an event.

Attributes of the trace come as columns with the prefix `case:`, those of the event by their plain name: as
process-mining tools flatten them, so a log gives the same rows as its CSV. A trace without events is one row.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from regard.sources.readers.base import RawTable, ReadError, ReadOptions, clean, sample_of
from regard.sources.readers.json_records import RecordWriter
from regard.sources.readers.xml_stream import BrokenXmlError, events

MAX_TRACE = 200_000
ATTRIBUTES = frozenset({"string", "date", "int", "float", "boolean", "id", "list", "container", "values"})
Fields = list[tuple[str, str | None]]


class _Log:
    """Builds rows from the stream. Attributes of attributes get dotted names."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._trace: Fields | None = None
        self._event: Fields | None = None
        self._events: list[Fields] = []
        self._inside: list[str] = []
        self._skipped = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._skipped or tag in ("global", "extension", "classifier"):
            self._skipped += 1
        elif tag == "trace":
            self._trace, self._events = [], []
        elif tag == "event":
            self._event = []
        elif tag in ATTRIBUTES and (fields := self._event if self._event is not None else self._trace) is not None:
            self._inside.append(attributes.get("key", tag))
            if "value" in attributes:
                fields.append((".".join(self._inside), clean(attributes["value"])))

    def end(self, tag: str) -> list[Fields]:
        """Rows that are complete with the end of this element."""
        if self._skipped:
            self._skipped -= 1
        elif tag == "event" and self._event is not None:
            return self._end_event()
        elif tag == "trace" and self._trace is not None:
            case: Fields = [(f"case:{key}", text) for key, text in self._trace]
            rows = [case + event for event in self._events] or [case]
            self._trace, self._events = None, []
            return rows
        elif tag in ATTRIBUTES and self._inside:
            self._inside.pop()
        return []

    def _end_event(self) -> list[Fields]:
        event, self._event = self._event or [], None
        if self._trace is None:  # the standard allows events outside any trace
            return [event]
        self._events.append(event)
        if len(self._events) > MAX_TRACE:
            raise ReadError(
                f"A case has more than {MAX_TRACE:,} events", self._name, "Check that the log is divided into cases."
            )
        return []


def read_xes(con: duckdb.DuckDBPyConnection, path: Path, name: str, _told: ReadOptions) -> RawTable:
    """Read an event log into `raw`; `_line` is the event's number.

    A log that breaks off keeps the cases before the break. Raises ReadError when there is no event at all.
    """
    out = RecordWriter(con)
    number = 0
    try:
        for fields in _rows(path, name):
            number += 1
            out.add(number, fields)
    except BrokenXmlError as broken:
        out.writer.reject(
            number + 1,
            "",
            "broken_xml",
            f"The log breaks off at line {broken.line:,} ({broken.reason}). Ask for the complete file.",
        )
    out.writer.flush()
    writer = out.writer
    if writer.rows == 0:
        raise ReadError("The event log has no events that can be read", name, "Ask for the complete file.")
    columns = tuple(writer.columns)
    return RawTable(
        format="xes", columns=columns, rows=writer.rows, rejected=writer.rejected, sample=sample_of(con, columns)
    )


def _rows(path: Path, name: str) -> Iterator[Fields]:
    log = _Log(name)
    for kind, tag, content in events(path, name):
        if kind == "start" and isinstance(content, dict):
            log.start(tag, content)
        else:
            yield from log.end(tag)
