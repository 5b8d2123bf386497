"""Streaming ready-made CSV into PostgreSQL by COPY: the set-based way in, on the caller's transaction."""

from collections.abc import Iterable, Sequence
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


def stage(cursor: Any, table: str, columns: str) -> None:
    """An empty temporary table for this transaction; one of the same name that is still there goes first."""
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}; CREATE TEMP TABLE {table} ({columns}) ON COMMIT DROP")


def copy_in(cursor: Any, table: str, file: CopyFile) -> int:
    """COPY `file` into `table` over a Django or psycopg cursor, and delete it. Returns the number of rows written.

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
    file.path.unlink()
    return file.rows


def copy_out(cursor: Any, query: str, path: Path) -> None:
    """COPY the answer of a query to a CSV with a header."""
    with path.open("wb") as target, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)") as copy:
        for block in copy:
            target.write(block)


def reserve_ids(cursor: Any, table: str, count: int) -> int:
    """Set aside `count` consecutive ids of a table's sequence and return the first.

    Widening the sequence's step for one call makes the block contiguous and nobody else's: ALTER SEQUENCE holds
    off every other `nextval` until the commit, so call it in a short transaction of its own.
    """
    if count <= 0:
        return 0
    cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
    sequence = cursor.fetchone()[0]
    cursor.execute("SELECT nextval(%s)", [sequence])  # a sequence never asked yet would not step the first time
    cursor.execute(f"ALTER SEQUENCE {sequence} INCREMENT BY {int(count)}")
    cursor.execute("SELECT nextval(%s)", [sequence])
    last = int(cursor.fetchone()[0])
    cursor.execute(f"ALTER SEQUENCE {sequence} INCREMENT BY 1")
    return last - count + 1


def update_rows(cursor: Any, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Set `columns` of many rows at once: COPY into a temporary table, then one UPDATE.

    Each row is (id, value per column). Returns how many rows of the table were changed.
    """
    names = ", ".join(f'"{name}"' for name in columns)
    cursor.execute(f'CREATE TEMP TABLE revised_row AS SELECT id, {names} FROM "{table}" WITH NO DATA')
    with cursor.copy(f"COPY revised_row (id, {names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    settings = ", ".join(f'"{name}" = r."{name}"' for name in columns)
    cursor.execute(f'UPDATE "{table}" t SET {settings} FROM revised_row r WHERE r.id = t.id')
    changed = int(cursor.rowcount)
    cursor.execute("DROP TABLE revised_row")
    return changed
