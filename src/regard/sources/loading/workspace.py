"""The DuckDB workshop of one import run."""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from regard.lib.copying import CopyFile, copy_out
from regard.office.models import Silo

MEMORY_LIMIT = "700MB"


@dataclass
class Workspace:
    """A DuckDB connection with a folder of its own. Everything in it can be made again from the uploaded file."""

    folder: Path
    silo: Silo
    run_id: int
    region: str = "US"
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    con: duckdb.DuckDBPyConnection = field(init=False)
    _files: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "spill").mkdir(parents=True)
        self.con = duckdb.connect(str(self.folder / "run.duckdb"))
        self.con.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
        self.con.execute(f"SET temp_directory = '{self.folder / 'spill'}'")
        self.con.execute("SET TimeZone = 'UTC'")
        self.con.execute("SET enable_progress_bar = false")
        self.con.execute("SET preserve_insertion_order = false")

    def close(self) -> None:
        self.con.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- asking ---------------------------------------------------------------------------------

    def one(self, query: str, parameters: Sequence[Any] = ()) -> Any:
        """The first value of the first row of a query."""
        return self.row(query, parameters)[0]

    def row(self, query: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...]:
        """The first row of a query; (None,) when it has none. Drained, since an open result blocks the connection."""
        return next(iter(self.con.execute(query, list(parameters)).fetchall()), (None,))

    def count(self, table: str, where: str = "TRUE") -> int:
        return int(self.one(f"SELECT count(*) FROM {table} WHERE {where}"))

    def dicts(self, query: str) -> list[dict[str, Any]]:
        """The rows of a query as dicts. By way of Arrow, which knows time zones without a further library."""
        return self.con.sql(query).to_arrow_table().to_pylist()

    def tables(self) -> set[str]:
        return {row[0] for row in self.con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}

    # --- moving rows ----------------------------------------------------------------------------

    def register(self, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
        """Make a small look-up table from Python rows."""
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")
        batch = [list(row) for row in rows]
        if batch:
            marks = ", ".join("?" for _ in batch[0])
            self.con.executemany(f"INSERT INTO {table} VALUES ({marks})", batch)

    def to_copy(self, name: str, select: str, columns: Sequence[str]) -> CopyFile:
        """Write a query's rows as CSV fit for COPY into `columns`."""
        self._files += 1
        path = self.folder / f"{name}-{self._files}.csv"
        (written,) = self.row(f"COPY ({select}) TO '{path}' (FORMAT csv, HEADER false, NULLSTR '')")
        return CopyFile(path, columns, int(written or 0))

    def from_database(self, cursor: Any, table: str, query: str, columns: str) -> None:
        """Bring the answer of a PostgreSQL query here as a table."""
        path = self.folder / f"{table}.in.csv"
        copy_out(cursor, query, path)
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")
        self.con.execute(f"COPY {table} FROM '{path}' (FORMAT csv, HEADER true, NULLSTR '')")
        path.unlink()
