"""Delimited text (CSV, TSV and kin): layout found out, then read the fast way if that can be proven exact."""

import csv
from pathlib import Path

import duckdb

from regard.sources.readers.base import RawTable, ReadError, ReadOptions, check_width, sample_of, unique_names
from regard.sources.readers.csv_fast import FastReading, NotProvenError
from regard.sources.readers.csv_rows import read_rows
from regard.sources.readers.sniff import Layout, sniff
from regard.sources.readers.text import text_file

HEAD_CHARS = 512 * 1024


def read_delimited(con: duckdb.DuckDBPyConnection, path: Path, name: str, scratch: Path, told: ReadOptions) -> RawTable:
    """Read delimited text into `raw` and `rejected`. Raises ReadError when it is no such text."""
    source = text_file(path, name, scratch, told.encoding)
    with source.path.open(encoding="utf-8-sig", newline="") as file:
        head = file.read(HEAD_CHARS)
    if len(head) == HEAD_CHARS:
        head = head[: head.rfind("\n") + 1] or head
    layout = _sniffed(head, told, name)
    check_width(len(layout.header), name)
    columns = unique_names(layout.header)
    try:
        rows, rejected, blank = FastReading(con, source, layout, columns).read()
    except (NotProvenError, duckdb.Error):
        rows, rejected, blank = read_rows(con, source.path, layout, columns)
    return RawTable(
        format="csv",
        columns=columns,
        rows=rows,
        rejected=rejected,
        blank=blank,
        encoding=source.encoding,
        delimiter=layout.dialect.delimiter,
        quote=layout.dialect.quote,
        header_row=layout.header_line,
        notes=(*source.notes, *layout.notes),
        sample=sample_of(con, columns),
    )


def _sniffed(head: str, told: ReadOptions, name: str) -> Layout:
    try:
        return sniff(head, told)
    except csv.Error as error:
        raise ReadError(
            f"The file cannot be read as a table: {error}", name, "Check the delimiter and the quote character."
        ) from error
    except ReadError as error:
        raise ReadError(error.what, error.where or name, error.next_step) from error
