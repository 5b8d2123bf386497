"""Readers: a silo's file in, the DuckDB tables `raw` and `rejected` out. One module a format."""

import re
import tempfile
from dataclasses import replace
from pathlib import Path

import duckdb

from regard.sources.readers.base import FORMATS, RawTable, ReadError, ReadOptions, connect
from regard.sources.readers.delimited import read_delimited
from regard.sources.readers.json_records import read_json
from regard.sources.readers.open311 import read_open311_json, read_open311_xml
from regard.sources.readers.text import BOMS, refuse_binary
from regard.sources.readers.unpack import Unpacked, unpacked
from regard.sources.readers.xes import read_xes
from regard.sources.readers.xlsx import is_workbook, read_workbook

__all__ = ["FORMATS", "RawTable", "ReadError", "ReadOptions", "connect", "open_raw", "peek"]

HEAD = 64 * 1024
PEEK = 1024 * 1024
_JSON_START = re.compile(r'[\[{]\s*(["{\[\]}]|-?\d|true|false|null|$)')
_XML_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")


def open_raw(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    read: ReadOptions | None = None,
    *,
    scratch: Path | None = None,
    name: str | None = None,
) -> RawTable:
    """Read a silo's file into the tables `raw` and `rejected` of `con`, replacing those there.

    Args:
        con: a connection from `connect`; its memory limit bounds the reading of delimited text.
        path: the file; packed ones (gz, zip) are unpacked into a folder under `scratch` that is removed again.
        read: what a mapping says of the file; None or None fields are found out.
        scratch: an existing folder on a real disk; the system's own temporary folder by default.
        name: the file's name as the sender gave it, for messages, when `path` is a stored upload.

    Raises:
        ReadError: nothing of the file can be read; says what, where and what to do next.
    """
    told = read or ReadOptions()
    shown = name or path.name
    if told.format is not None and told.format not in FORMATS:
        raise ReadError(
            f"'{told.format}' is not a format we read", "format in [read]", f"Use one of {', '.join(FORMATS)}."
        )
    if not path.is_file():
        raise ReadError("There is no such file", str(path), "Check the name.")
    if path.stat().st_size == 0:
        raise ReadError("The file is empty", shown, "Ask for the file again: it may have been cut off.")
    with tempfile.TemporaryDirectory(prefix="regard-", dir=scratch) as folder:
        source = unpacked(path, Path(folder), told.sheet)
        source = replace(source, name=shown) if source.path == path else source
        return _read(con, source, Path(folder), told)


def peek(
    path: Path, read: ReadOptions | None = None, *, scratch: Path | None = None, name: str | None = None
) -> RawTable:
    """What `open_raw` would find, for the start of the file: columns, layout and a sample, not the counts.

    Delimited text is read for its first rows only; other formats have to be read whole to know their columns.
    Raises ReadError as `open_raw` does.
    """
    told = read or ReadOptions()
    with tempfile.TemporaryDirectory(prefix="regard-", dir=scratch) as folder, connect(scratch=Path(folder)) as con:
        if (told.format or "csv") == "csv" and path.is_file() and path.stat().st_size > 4 * PEEK:
            source = unpacked(path, Path(folder), told.sheet)
            if told.format == "csv" or _format(source) == "csv":
                return open_raw(
                    con, _beginning(source.path, Path(folder)), told, scratch=scratch, name=name or source.name
                )
        return open_raw(con, path, told, scratch=scratch, name=name)


def _beginning(path: Path, scratch: Path) -> Path:
    """A copy of the first lines."""
    with path.open("rb") as file:
        head = file.read(PEEK)
    cut = max(head.rfind(b"\n"), head.rfind(b"\r"))
    target = scratch / "beginning"
    target.write_bytes(head[: cut + 1] if cut > 0 else head)
    return target


def _read(con: duckdb.DuckDBPyConnection, source: Unpacked, scratch: Path, told: ReadOptions) -> RawTable:
    kind = told.format or _format(source)
    xml = _is_xml(source.path)
    if kind == "xlsx":
        if not is_workbook(source.path):
            raise ReadError(
                "The file is not an Excel workbook", source.name, "Save it as .xlsx, or leave the format out."
            )
        return read_workbook(con, source.path, told)
    if kind == "xes":
        return read_xes(con, source.path, source.name, told)
    if kind == "open311" and xml:
        return read_open311_xml(con, source.path, source.name, told)
    if kind == "open311":
        return read_open311_json(con, source.path, source.name, scratch, told)
    if kind == "json":
        return read_json(con, source.path, source.name, scratch, told)
    return read_delimited(con, source.path, source.name, scratch, told)


def _format(source: Unpacked) -> str:
    """The format by content; the suffix decides nothing that the first bytes do not bear out."""
    if is_workbook(source.path):
        return "xlsx"
    with source.path.open("rb") as file:
        raw = file.read(HEAD)
    refuse_binary(raw, source.name)
    head = _head_text(raw)
    if not head:
        raise ReadError("The file is empty", source.name, "Ask for the file again: it may have been cut off.")
    if head.startswith("<"):
        return _xml_format(head, source.name)
    if _JSON_START.match(head):
        return "open311" if '"service_request_id"' in head else "json"
    return "csv"


def _is_xml(path: Path) -> bool:
    with path.open("rb") as file:
        return _head_text(file.read(1024)).startswith("<")


def _head_text(raw: bytes) -> str:
    encoding = next((e for bom, e in BOMS if raw.startswith(bom)), "utf-8")
    return raw.decode(encoding, "replace").lstrip("\ufeff \t\r\n")


def _xml_format(head: str, name: str) -> str:
    plain = re.sub(r"<\?.*?\?>|<!--.*?-->", "", head, flags=re.DOTALL)
    if re.match(r"\s*<(!doctype\s+)?html\b", plain, re.IGNORECASE):
        raise ReadError(
            "The file is a web page, not data",
            name,
            "It may be a sign-in or error page saved by mistake: download the export again.",
        )
    if "<!DOCTYPE" in plain or "<!ENTITY" in plain:
        raise ReadError(
            "The XML declares entities or a document type, which can hide an attack",
            name,
            "Export the file without a DOCTYPE.",
        )
    root = _XML_ROOT.search(plain)
    return "xes" if root is not None and root[1].rpartition(":")[2] == "log" else "open311"
