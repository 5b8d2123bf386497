"""Keeping the facts fresh: all of them anew, or only what changed since the last time."""

import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.db import Error, connection

from regard.measures.facts import rows
from regard.measures.facts.fold import folded
from regard.measures.facts.frame import Frame, changed
from regard.measures.facts.layout import FILED_BY, IDS_PER_FILE, TABLES
from regard.measures.facts.source import Source, Which
from regard.measures.facts.store import FactFile, FactStore, Manifest, new_token

log = logging.getLogger(__name__)

#: How many files' worth of ids are read at once: bounds memory, and each read passes over the events once.
FILES_AT_ONCE = 16
#: Cases that arrived so lately are computed again with every change, so what slipped past repairs itself.
RECENT = timedelta(days=2)
#: Facts younger than this are left alone when nothing was told since; later the ages of open work have moved on.
FRESH = timedelta(minutes=15)
#: When more than this share of the cases changed, everything anew costs less.
MOST_CHANGED = 0.25
FEW = 1_000
_INDEXES = ("event_by_transaction", "contact_by_transaction", "feedback_by_transaction")
_SOURCES = {"case": "desk_case", "contact": "desk_contact", "feedback": "voice_feedback"}
Report = Callable[[str], None]


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did. `rows`: facts computed, by table; `files`: how many were written."""

    manifest: Manifest
    full: bool
    why: str
    rows: dict[str, int]
    files: int
    seconds: float


def store() -> FactStore:
    """The facts folder of this installation."""
    return FactStore(Path(settings.FACTS_ROOT))


def refresh(*, full: bool = False, only_news: bool = False, report: Report = lambda _: None) -> Refreshed | None:
    """Bring the facts up to date with the database, and publish them in one step.

    Computes only what changed since the last time where it can, else everything. May be killed at any time and
    run again. Waits for another refresh that runs. `report` is told in words how far it is.
    only_news: do nothing, and return None, when nothing was told since and the facts are fresh.
    """
    started = time.perf_counter()
    facts = store()
    with facts.writing(), Source() as source, Source(beside=source) as second, ThreadPoolExecutor(2) as pool:
        before = facts.manifest()
        frame = Frame.read()
        work = _Work(facts, _Readers(source, second, pool), frame, report)
        why = "as asked" if full else _why_full(facts, before, source)
        touched = _touched(before, source, frame) if before and not why else {}
        nothing_new = before is not None and not why and not any(touched.values())
        if before and only_news and nothing_new and source.snapshot.at - before.as_of < FRESH:
            return None
        if before and len(touched.get("case", ())) > MOST_CHANGED * before.rows("case") + FEW:
            why = "much has changed"
        if before and not why:
            work.renew(before, touched)
            full_at = before.full_at
        else:
            work.everything()
            full_at = source.snapshot.at
        manifest = facts.publish(
            Manifest(
                token=work.token,
                database=source.snapshot.database,
                watermark=source.snapshot.oldest,
                snapshot=source.snapshot.text,
                as_of=source.snapshot.at,
                full_at=full_at,
                files=work.files(),
                units=frame.unit_digests,
                standards=frame.standard_digests,
            )
        )
    _summarise_indexes()
    done = Refreshed(manifest, bool(why), why, work.rows, work.written, time.perf_counter() - started)
    log.info("Facts refreshed: %s, %s, %.2f s", "all" if why else "changes", done.rows, done.seconds)
    return done


def _why_full(facts: FactStore, before: Manifest | None, source: Source) -> str:
    """Why everything has to be computed anew; empty when changes are enough."""
    if before is None:
        return "there were no facts"
    if before.database != source.snapshot.database or before.watermark > source.snapshot.next:
        return "the facts were made from another database"
    return "" if facts.is_whole(before) else "a file of the facts was missing"


def _touched(before: Manifest, source: Source, frame: Frame) -> dict[str, list[int]]:
    """Ids whose facts may have changed since `before`, by table; empty lists when nothing was told."""
    cases = set(source.changed("desk_event", "case_id", before.watermark, before.snapshot))
    cases.update(source.cases_of("unit_id", changed(before.units, frame.unit_digests)))
    cases.update(source.cases_of("service_id", changed(before.standards, frame.standard_digests)))
    if cases:
        cases.update(source.cases_received_since(before.as_of - RECENT))
    found = {"case": sorted(cases)}
    for table in ("contact", "feedback"):
        found[table] = sorted(source.changed(_SOURCES[table], "id", before.watermark, before.snapshot))
    return found


@dataclass(frozen=True)
class _Readers:
    """Two connections to one snapshot, and threads: the database, the reading and the writing keep each other busy."""

    source: Source
    second: Source
    pool: ThreadPoolExecutor


class _Work:
    """One refresh: what it reads from and writes to, and what it has written."""

    def __init__(self, facts: FactStore, readers: _Readers, frame: Frame, report: Report) -> None:
        self.facts, self.source, self.frame, self.report = facts, readers.source, frame, report
        self._second, self._pool = readers.second, readers.pool
        self.token = new_token()
        self.rows = dict.fromkeys(TABLES, 0)
        self._kept: list[FactFile] = []
        self._writing: list[Future[FactFile | None]] = []

    @property
    def written(self) -> int:
        return len(self._writing)

    def files(self) -> tuple[FactFile, ...]:
        """All files of the set, once they are on disk."""
        files = self._kept + [file for done in self._writing if (file := done.result())]
        return tuple(sorted(files, key=lambda file: (file.table, file.part)))

    def everything(self) -> None:
        for table in ("case", "contact", "feedback"):
            end = self.source.highest(_SOURCES[table]) + 1
            for low in range(0, end, FILES_AT_ONCE * IDS_PER_FILE):
                high = min(low + FILES_AT_ONCE * IDS_PER_FILE, end)
                self.report(f"Reading {table}s {low:,} to {high - 1:,}")
                for name, found in self._read(table, Which(low, high)).items():
                    for part, some in _by_part(name, found):
                        self._write(name, part, some)

    def renew(self, before: Manifest, touched: dict[str, list[int]]) -> None:
        """Keep the files of `before` in which nothing changed, write the others again."""
        for table, ids in touched.items():
            tables = ("case", "promise") if table == "case" else (table,)
            found = self._read(table, Which(ids=tuple(ids))) if ids else {}
            parts = {part // IDS_PER_FILE for part in ids}
            for name in tables:
                kept = {file.part: file for file in before.of(name)}
                fresh = dict(_by_part(name, found[name])) if ids else {}
                for part, file in kept.items():
                    if part not in parts:
                        self._kept.append(file)
                for part in sorted(parts):
                    self._renew(name, part, kept.get(part), fresh.get(part), ids)

    def _renew(self, name: str, part: int, old: FactFile | None, fresh: pa.Table | None, ids: list[int]) -> None:
        pieces = []
        if old:
            rows_before = self.facts.read(old)
            gone = pc.is_in(rows_before[FILED_BY[name]], value_set=pa.array(ids, pa.int64()))
            pieces.append(rows_before.filter(pc.invert(gone)))
        if fresh is not None:
            pieces.append(fresh)
        if pieces:
            self._write(name, part, pa.concat_tables(pieces), new=0 if fresh is None else fresh.num_rows)

    def _read(self, table: str, which: Which) -> dict[str, pa.Table]:
        if table == "contact":
            return {"contact": rows.contact_rows(self.source.contacts(which), self.frame)}
        if table == "feedback":
            return {"feedback": rows.feedback_rows(self.source.feedback(which), self.frame)}
        events = self._pool.submit(self._second.events, which)
        cases = self.source.cases(which)
        pauses, promises = folded(rows.log_of(events.result()))
        return {
            "case": rows.case_rows(cases, pauses, promises, self.frame),
            "promise": rows.promise_rows(promises, cases, self.frame),
        }

    def _write(self, name: str, part: int, found: pa.Table, new: int | None = None) -> None:
        self.rows[name] += found.num_rows if new is None else new
        self._writing.append(self._pool.submit(self.facts.write, self.token, name, part, found))


def _by_part(name: str, found: pa.Table) -> Iterable[tuple[int, pa.Table]]:
    """The rows of each file, by its number."""
    part = rows.ints(found[FILED_BY[name]]) // IDS_PER_FILE
    for number in np.unique(part).tolist():
        yield number, found.filter(pa.array(part == number))


def _summarise_indexes() -> None:
    """Let the look-up by transaction skip what has just been read.

    PostgreSQL does it only when it vacuums; until then each refresh would read every row loaded since.
    """
    try:
        with connection.cursor() as cursor:
            for index in _INDEXES:
                cursor.execute("SELECT brin_summarize_new_values(%s::regclass)", [index])
    except Error as error:  # the tables may belong to another role: slower, not wrong
        log.warning("Could not summarise the indexes by transaction: %s", error)


@dataclass(frozen=True)
class Freshness:
    """How fresh the facts are. `behind`: events, contacts and feedback told since."""

    as_of: datetime
    full_at: datetime
    rows: dict[str, int]
    bytes: int
    behind: int
    age: timedelta


def freshness(*, count_behind: bool = False) -> Freshness | None:
    """The state of the facts; None when there are none. Counting what is behind asks the database."""
    facts = store()
    manifest = facts.manifest()
    if manifest is None or not facts.is_whole(manifest):
        return None
    size = sum((facts.root / file.name).stat().st_size for file in manifest.files)
    return Freshness(
        as_of=manifest.as_of,
        full_at=manifest.full_at,
        rows={table: manifest.rows(table) for table in TABLES},
        bytes=size,
        behind=_behind(manifest) if count_behind else 0,
        age=datetime.now(UTC) - manifest.as_of,
    )


def _behind(manifest: Manifest) -> int:
    with connection.cursor() as cursor:
        total = 0
        for table in ("desk_event", "desk_contact", "voice_feedback"):
            cursor.execute(
                f"SELECT count(*) FROM {table} WHERE txid >= %s AND NOT pg_visible_in_snapshot(txid::text::xid8, %s)",
                [manifest.watermark, manifest.snapshot],
            )
            total += cursor.fetchone()[0]
    return total


__all__ = ["Freshness", "Refreshed", "freshness", "refresh", "store"]
