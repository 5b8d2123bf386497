"""Looking into an uploaded file before anything is loaded: what it holds, and what a mapping would make of it.

Everything happens in a DuckDB of its own that is gone afterwards. Of a very large text file only the beginning is
looked at, and the answer says so.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import duckdb
from django.conf import settings

from regard.sources.compile import run_mapping
from regard.sources.labels import plain_reason
from regard.sources.loading import cases
from regard.sources.loading.workspace import Workspace
from regard.sources.mapping import Mapping
from regard.sources.models import Upload
from regard.sources.readers import RawTable, ReadError, ReadOptions, connect, open_raw, peek
from regard.sources.readers.base import literal, quoted
from regard.sources.readers.unpack import unpacked
from regard.sources.targets import COLUMNS, MADE

MOST_ROWS = 200_000
MOST_BYTES = 64 * 1024 * 1024
SHOWN_ROWS = 10
SHOWN_REASONS = 12
SHOWN_EXAMPLES = 3
MOST_VALUES = 60


@dataclass(frozen=True, slots=True)
class Opened:
    """A file in DuckDB. `about` estimates the rows of the whole file when only its beginning was read."""

    con: duckdb.DuckDBPyConnection
    raw: RawTable
    rows: int
    about: int | None = None

    @property
    def is_partial(self) -> bool:
        return self.about is not None


@dataclass(frozen=True, slots=True)
class Table:
    """The first rows of one target: names of the filled columns and the values of each row, made fit to show."""

    target: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Any, ...]], ...]
    count: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why rows would be quarantined: how many, and the first of them as (row of the file, sentence)."""

    code: str
    count: int
    examples: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a mapping makes of a file. rows = loaded + repeats + quarantined."""

    rows: int
    about: int | None
    loaded: int
    repeats: int
    quarantined: int
    tables: tuple[Table, ...]
    reasons: tuple[Reason, ...]


def path_of(upload: Upload) -> Path:
    """Where the file is kept. Raises ReadError when it is there no longer."""
    path = Path(settings.HOME) / upload.path
    if not path.is_file():
        raise ReadError("The file is kept no longer", upload.name, "Import it again from where it came.")
    return path


def look_at(upload: Upload, read: ReadOptions | None = None) -> RawTable:
    """The header, the layout and the first rows of an uploaded file. Raises ReadError when it cannot be read."""
    return peek(path_of(upload), read, name=upload.name)


@contextmanager
def opened(upload: Upload, read: ReadOptions | None = None, most: int = MOST_ROWS) -> Iterator[Opened]:
    """The rows of an uploaded file in DuckDB, at most the first `most`. Raises ReadError when it cannot be read."""
    with tempfile.TemporaryDirectory(prefix="regard-look-") as name, connect(scratch=Path(name)) as con:
        folder = Path(name)
        source = unpacked(path_of(upload), folder, read.sheet if read else None)
        path, share = source.path, 1.0
        told = read or ReadOptions()
        if path.stat().st_size > MOST_BYTES and (told.format or look_at(upload, read).format) == "csv":
            share = MOST_BYTES / path.stat().st_size
            path = _beginning(path, folder / "beginning")
            told = replace(told, sheet=None)
        raw = open_raw(con, path, told, scratch=folder, name=upload.name)
        if share < 1:
            _drop_the_end(con)
        counted = _count(con)
        if counted > most:
            con.execute(
                f"DELETE FROM raw WHERE _line > (SELECT _line FROM raw ORDER BY _line LIMIT 1 OFFSET {most - 1})"
            )
            con.execute("DELETE FROM rejected WHERE _line > (SELECT max(_line) FROM raw)")
        rows = _count(con)
        about = round(counted / share) if share < 1 or rows < counted else None
        yield Opened(con, raw, rows, about)


def _beginning(path: Path, target: Path) -> Path:
    with path.open("rb") as whole, target.open("wb") as part:
        for _ in range(MOST_BYTES >> 20):
            part.write(whole.read(1 << 20))
    return target


def _drop_the_end(con: duckdb.DuckDBPyConnection) -> None:
    """The last row of a beginning may be cut short: it is no row of the file."""
    con.execute("DELETE FROM raw WHERE _line = (SELECT max(_line) FROM raw)")
    con.execute("DELETE FROM rejected WHERE _line > (SELECT max(_line) FROM raw)")


def _count(con: duckdb.DuckDBPyConnection) -> int:
    return int(_one(con, "SELECT (SELECT count(*) FROM raw) + (SELECT count(*) FROM rejected)"))


def _one(con: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = con.execute(query).fetchone()
    return row[0] if row else None


def values_in(found: Opened, column: str, most: int = MOST_VALUES) -> list[tuple[str, int]]:
    """The distinct values of a column, trimmed, with how many rows have each; most frequent first, blanks left out."""
    name = quoted(column)
    return found.con.execute(
        f"""SELECT trim({name}) AS told, count(*) FROM raw WHERE trim({name}) <> ''
            GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {most}"""
    ).fetchall()


def preview(found: Opened, mapping: Mapping) -> Preview:
    """What the mapping would make of the rows.

    Raises AmbiguousDatesError and MappingError as `run_mapping` does. Rows that are known from earlier imports, and
    events of cases that nobody knows, show only when they are loaded.
    """
    con = found.con
    run_mapping(con, mapping, found.raw)
    for target in {target.into for target in mapping.targets} & {"case", "order"}:
        cases.refuse_contradictions(cast(Workspace, _Space(con)), target)
    con.execute(
        """CREATE OR REPLACE TEMP TABLE refusal AS
           SELECT _line, target, r->>'code' AS code, r->>'column' AS "column", r->>'message' AS message
           FROM (SELECT _line, target, unnest(CAST(reasons AS JSON[])) AS r FROM quarantine)
           UNION ALL SELECT _line, '', code, NULL, message FROM rejected"""
    )
    grain = mapping.targets[0].into
    quarantined = int(_one(con, "SELECT count(DISTINCT _line) FROM refusal"))
    repeats = con.execute(
        "SELECT count(DISTINCT _line) FROM repeats WHERE target = ? AND _line NOT IN (SELECT _line FROM refusal)",
        [grain],
    ).fetchone()
    told_twice = int(repeats[0]) if repeats else 0
    return Preview(
        rows=found.rows,
        about=found.about,
        loaded=found.rows - quarantined - told_twice,
        repeats=told_twice,
        quarantined=quarantined,
        tables=tuple(_table(con, mapping, into) for into in dict.fromkeys(t.into for t in mapping.targets)),
        reasons=_refusals(con),
    )


@dataclass(frozen=True, slots=True)
class _Space:
    """As much of a run's workspace as checking contradictions needs."""

    con: duckdb.DuckDBPyConnection

    def one(self, query: str) -> Any:
        return _one(self.con, query)


def _refusals(con: duckdb.DuckDBPyConnection) -> tuple[Reason, ...]:
    codes = con.execute(
        f"SELECT code, count(DISTINCT _line) FROM refusal GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {SHOWN_REASONS}"
    ).fetchall()
    query = f'SELECT _line, target, "column", message FROM refusal WHERE code = ? ORDER BY _line LIMIT {SHOWN_EXAMPLES}'
    return tuple(
        Reason(
            code,
            count,
            tuple(
                (line, plain_reason(target, {"column": column, "message": message}))
                for line, target, column, message in con.execute(query, [code]).fetchall()
            ),
        )
        for code, count in codes
    )


def _table(con: duckdb.DuckDBPyConnection, mapping: Mapping, into: str) -> Table:
    filled = {name for target in mapping.targets if target.into == into for name in target.columns}
    names = [name for name in COLUMNS[into] if name in filled and name not in MADE]
    shown = [_shown(into, name, mapping.time_zone) for name in names]
    if any(target.details for target in mapping.targets if target.into == into):
        names.append("details")
        shown.append("CAST(details AS VARCHAR)")
    rows = con.execute(
        f"SELECT _line, {', '.join(shown)} FROM mapped_{into} ORDER BY _line LIMIT {SHOWN_ROWS}"
    ).fetchall()
    if names[-1:] == ["details"]:
        rows = [(*row[:-1], _details(row[-1])) for row in rows]
    count = int(_one(con, f"SELECT count(*) FROM mapped_{into}"))
    return Table(into, tuple(names), tuple((row[0], row[1:]) for row in rows), count)


def _shown(into: str, name: str, zone: str) -> str:
    """SQL for a value as people read it: instants on the clock of the mapping's time zone."""
    kind = COLUMNS[into][name]
    if kind == "timestamptz":
        return f"strftime(timezone({literal(zone)}, {quoted(name)}), '%Y-%m-%d %H:%M')"
    if kind == "date":
        return f"strftime({quoted(name)}, '%Y-%m-%d')"
    return quoted(name)


def _details(text: str | None) -> str | None:
    told: dict[str, Any] = json.loads(text) if text else {}
    return "; ".join(f"{name}: {value}" for name, value in told.items()) or None
