"""The folder of facts: immutable Parquet files, and one manifest that says which of them count.

A refresh writes new files beside the old and then replaces the manifest in one step (rename): a reader holds
one consistent set whatever happens, and a refresh killed at any instant leaves the set before it. Pure of the
database; the folder is derived and may be deleted at any time.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from regard.measures.facts.layout import LAYOUT, SCHEMAS, SORTED_BY

#: How long files that no longer count are kept, for readers that opened the set before.
GRACE = timedelta(minutes=10)
#: Fewer rows a group would cost readers more than it lets them skip.
ROWS_A_GROUP = 1 << 17


@dataclass(frozen=True)
class FactFile:
    """One file of one table: the rows whose ids fall into part number `part`."""

    table: str
    part: int
    name: str
    rows: int


@dataclass(frozen=True)
class Manifest:
    """A consistent set of facts.

    token: names this set, never used twice. database: which server and database it was read from.
    watermark: transactions below it have been read; snapshot: and which of those above it, as PostgreSQL writes it.
    as_of: the instant whose state the facts show.
    units, standards: what lengths were computed with, by unit and by service.
    """

    token: str
    database: str
    watermark: int
    snapshot: str
    as_of: datetime
    full_at: datetime
    files: tuple[FactFile, ...]
    units: dict[str, str] = field(default_factory=dict)
    standards: dict[str, str] = field(default_factory=dict)
    retired: dict[str, datetime] = field(default_factory=dict)
    layout: int = LAYOUT

    def of(self, table: str) -> list[FactFile]:
        return [file for file in self.files if file.table == table]

    def rows(self, table: str) -> int:
        return sum(file.rows for file in self.of(table))


class FactStore:
    """The facts folder of one installation."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._file = root / "manifest.json"

    def stamp(self) -> tuple[int, int, int] | None:
        """Changes whenever another manifest is published; None when there is none. Costs one look at the disk."""
        try:
            found = self._file.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def manifest(self) -> Manifest | None:
        """The set that counts; None when there is none, or it is of another layout or cannot be read."""
        try:
            told = json.loads(self._file.read_text(encoding="utf-8"))
            return _manifest(told) if told["layout"] == LAYOUT else None
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def paths(self, manifest: Manifest, table: str) -> list[str]:
        return [str(self.root / file.name) for file in manifest.of(table)]

    def is_whole(self, manifest: Manifest) -> bool:
        """Whether every file of the set is there."""
        return all((self.root / file.name).exists() for file in manifest.files)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only writer during the block; clears what killed refreshes and old sets left behind.

        Waits for another writer. The kernel takes the lock back from a process that is killed.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._clear()
            yield

    def read(self, file: FactFile) -> pa.Table:
        return pq.read_table(self.root / file.name, schema=SCHEMAS[file.table])

    def write(self, token: str, table: str, part: int, rows: pa.Table) -> FactFile | None:
        """Write one file, sorted for adding up, and force it to disk; None when there are no rows.

        Cases still open come last, in row groups of their own: what asks for open work skips all others.
        """
        if not rows.num_rows:
            return None
        name = f"{table}-{part:06d}-{token}.parquet"
        rows = rows.cast(SCHEMAS[table]).sort_by([(column, "ascending") for column in SORTED_BY[table]])
        rows = rows.unify_dictionaries()
        with (self.root / name).open("wb") as out:
            _write_groups(rows, out)
            out.flush()
            os.fsync(out.fileno())
        return FactFile(table, part, name, rows.num_rows)

    def publish(self, manifest: Manifest) -> Manifest:
        """Make this set the one that counts, in one step. Files of the set before are retired, not yet removed."""
        before = self.manifest()
        kept = {file.name for file in manifest.files}
        now = datetime.now(UTC)
        retired = dict(before.retired) if before else {}
        for file in before.files if before else ():
            if file.name not in kept:
                retired.setdefault(file.name, now)
        manifest = replace(manifest, retired={name: at for name, at in retired.items() if name not in kept})
        draft = self.root / "manifest.draft"
        with draft.open("w", encoding="utf-8") as out:
            json.dump(asdict(manifest), out, default=datetime.isoformat, separators=(",", ":"))
            out.flush()
            os.fsync(out.fileno())
        draft.replace(self._file)
        _sync_folder(self.root)
        return manifest

    def _clear(self) -> None:
        """Remove files that no set names any more. Only under the lock."""
        current = self.manifest()
        now = datetime.now(UTC)
        keep = {file.name for file in current.files} if current else set()
        if current:
            keep |= {name for name, at in current.retired.items() if at > now - GRACE}
        for file in self.root.glob("*.parquet"):
            if file.name not in keep:
                file.unlink(missing_ok=True)


def new_token() -> str:
    return secrets.token_hex(5)


def _manifest(told: dict[str, Any]) -> Manifest:
    times = {name: datetime.fromisoformat(told[name]) for name in ("as_of", "full_at")}
    retired = {name: datetime.fromisoformat(at) for name, at in told["retired"].items()}
    files = tuple(FactFile(**file) for file in told["files"])
    return Manifest(**(told | times | {"files": files, "retired": retired}))


def _write_groups(rows: pa.Table, out: BinaryIO) -> None:
    words = [f.name for f in rows.schema if pa.types.is_dictionary(f.type) or pa.types.is_int16(f.type)]
    words += [name for name in ("office", "unit", "service", "silo", "calendar") if name in rows.column_names]
    dates = [f.name for f in rows.schema if pa.types.is_date(f.type)]
    groups = [rows]
    if "is_open" in rows.column_names:
        is_open = pc.equal(rows["is_open"], 1)
        groups = [rows.filter(pc.invert(is_open)), rows.filter(is_open)]
    with pq.ParquetWriter(out, rows.schema, compression="snappy", use_dictionary=words + dates) as writer:
        for group in groups:
            if group.num_rows:
                writer.write_table(group, row_group_size=ROWS_A_GROUP)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
