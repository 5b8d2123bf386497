"""Open311 GeoReport v2 replies: service requests (and service lists), in XML or JSON.

All fields of the standard are columns even where a reply leaves them out, so one mapping fits every city.
`nil`, null and empty elements are not told.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb

from regard.sources.readers.base import RawTable, ReadError, ReadOptions, clean, sample_of
from regard.sources.readers.json_records import RecordWriter, read_json
from regard.sources.readers.xml_stream import BrokenXmlError, events

REQUEST_FIELDS = (
    "service_request_id",
    "token",
    "status",
    "status_notes",
    "service_name",
    "service_code",
    "description",
    "agency_responsible",
    "service_notice",
    "requested_datetime",
    "updated_datetime",
    "expected_datetime",
    "address",
    "address_id",
    "zipcode",
    "lat",
    "long",
    "media_url",
)
SERVICE_FIELDS = ("service_code", "service_name", "description", "metadata", "type", "keywords", "group")
ROOTS = {"service_requests": "request", "requests": "request", "services": "service"}
Fields = list[tuple[str, str | None]]


def read_open311_json(
    con: duckdb.DuckDBPyConnection, path: Path, name: str, scratch: Path, told: ReadOptions
) -> RawTable:
    """A JSON reply. Raises ReadError when it has no records."""
    return replace(read_json(con, path, name, scratch, told, known=REQUEST_FIELDS), format="open311")


def read_open311_xml(con: duckdb.DuckDBPyConnection, path: Path, name: str, _told: ReadOptions) -> RawTable:
    """An XML reply; `_line` is the request's number. Raises ReadError for an error reply or another document."""
    found: list[str] = []
    out: RecordWriter | None = None
    number = 0
    try:
        for fields in _records(path, name, found):
            out = out or RecordWriter(con, SERVICE_FIELDS if found[0] == "services" else REQUEST_FIELDS)
            number += 1
            out.add(number, fields)
    except BrokenXmlError as broken:
        if out is None:
            raise ReadError(
                f"The XML breaks off or is not well formed: {broken.reason}",
                f"{name}, line {broken.line:,}",
                "Ask for the complete file.",
            ) from broken
        out.writer.reject(
            number + 1,
            "",
            "broken_xml",
            f"The reply breaks off at line {broken.line:,} ({broken.reason}). Ask for the complete file.",
        )
    if out is None:
        raise ReadError("The reply holds no requests", name, "Widen the dates asked for.")
    out.writer.flush()
    columns = tuple(out.writer.columns)
    return RawTable(
        format="open311",
        columns=columns,
        rows=out.writer.rows,
        rejected=out.writer.rejected,
        sample=sample_of(con, columns),
    )


def _records(path: Path, name: str, roots: list[str]) -> Iterator[Fields]:
    inside: list[str] = []
    fields: Fields = []
    leaf = False
    for kind, tag, content in events(path, name):
        if kind == "start":
            if not roots:
                _check_root(tag, name)
                roots.append(tag)
            inside.append(tag)
            leaf = True
            continue
        text = str(content).strip()
        if leaf and len(inside) > 2:
            fields.append((_field(inside[2:], fields), clean(text) or None))
        leaf = False
        inside.pop()
        if len(inside) == 1 and tag == ROOTS[roots[0]]:
            yield fields
            fields = []


def _check_root(tag: str, name: str) -> None:
    if tag == "errors":
        raise ReadError(
            "The reply is an error, not a list of requests", name, "Open it to see what the service objects to."
        )
    if tag not in ROOTS:
        raise ReadError(
            f"The XML is a <{tag}>, not an Open311 reply or an XES log",
            name,
            "Export the data as CSV, Excel (.xlsx) or JSON.",
        )


def _field(path: list[str], taken: Fields) -> str:
    """Dotted name of a leaf; a repeated one (attributes) gets a number."""
    base = ".".join(path)
    names = {name for name, _ in taken}
    name, n = base, 1
    while name in names:
        n += 1
        name = f"{base}.{n}"
    return name
