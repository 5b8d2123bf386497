"""Streaming ready-made CSV into PostgreSQL by COPY: the set-based way in, on the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BLOCK = 1 << 20


@dataclass(frozen=True)
class CopyFile:
    """A headless CSV whose columns are `columns` of one table. Unquoted empty is NULL, quoted empty is ''."""

    path: Path
    columns: Sequence[str]
    rows: int


def copy_in(cursor: Any, table: str, file: CopyFile) -> int:
    """COPY `file` into `table` over a Django or psycopg cursor. Returns the number of rows written.

    Raises the driver's error (nothing of the file is kept then: COPY is one statement) and ValueError when the
    database took another number of rows than the file was said to have.
    """
    columns = ", ".join(f'"{name}"' for name in file.columns)
    with (
        file.path.open("rb") as source,
        cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN (FORMAT csv)') as copy,
    ):
        while block := source.read(BLOCK):
            copy.write(block)
    if cursor.rowcount != file.rows:
        raise ValueError(f"{table}: {cursor.rowcount} rows arrived of {file.rows}; the batch is taken back.")
    return file.rows


def copy_out(cursor: Any, query: str, path: Path) -> None:
    """COPY the answer of a query to a CSV with a header."""
    with path.open("wb") as target, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)") as copy:
        for block in copy:
            target.write(block)
