"""The facts that count now, opened in DuckDB, and the answers already worked out from them."""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import pyarrow as pa

from regard.lib.commandline import RefusedError
from regard.measures.definitions import view_of
from regard.measures.facts.layout import TABLES, Column
from regard.measures.facts.refresh import store
from regard.measures.facts.store import Manifest

#: Up to so many rows lengths are compared to the second, above it in steps of 2.2 %: adding up stays fast.
EXACT_UP_TO = 250_000
_KEPT = 1_000  # answers in memory; each is small
_MEMORY = "2GB"
Answer = TypeVar("Answer")


class NoFactsError(RefusedError):
    """There are no facts yet. The message says how to make them."""

    def __init__(self) -> None:
        super().__init__("There are no facts yet. They are made after the first import; now: regard facts refresh")


class Reader:
    """One set of facts, opened. Safe to share between threads.

    exact: whether lengths are compared to the second. units: every unit that has facts.
    """

    def __init__(self, manifest: Manifest) -> None:
        import duckdb  # 50 ms that only a figure should pay

        self.manifest = manifest
        self.exact = max(manifest.rows(table) for table in TABLES) <= EXACT_UP_TO
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": os.cpu_count() or 1,
            "memory_limit": _MEMORY,
            "temp_directory": str(store().root / "spill"),
            "preserve_insertion_order": False,  # sums need no order, and keeping one costs half the threads
        }
        self._base = duckdb.connect(":memory:", config=config)
        for table in TABLES:
            paths = store().paths(manifest, table)
            self._base.execute(f"CREATE VIEW {view_of(table)} AS {_files(paths) if paths else _nothing(TABLES[table])}")
        union = " UNION ".join(f"SELECT unit FROM {view_of(table)}" for table in TABLES)
        self.units = frozenset(row[0] for row in self._base.execute(union).fetchall())

    def run(self, sql: str) -> pa.Table:
        with self._base.cursor() as cursor:
            return cursor.sql(sql).to_arrow_table()


def _files(paths: list[str]) -> str:
    files = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    return f"SELECT * FROM read_parquet([{files}])"


def _nothing(columns: tuple[Column, ...]) -> str:
    """A table without rows, for an office that has none of a kind."""
    types = {"int16": "SMALLINT", "int32": "INT", "int64": "BIGINT", "double": "DOUBLE", "date32[day]": "DATE"}
    told = []
    for column in columns:
        other = "TIMESTAMP" if pa.types.is_timestamp(column.type) else "VARCHAR"
        told.append(f"NULL::{types.get(str(column.type), other)} AS {column.name}")
    return f"SELECT {', '.join(told)} WHERE false"


_lock = threading.Lock()
_opened: tuple[object, Reader] | None = None
_answers: OrderedDict[Hashable, Any] = OrderedDict()


def reader() -> Reader:
    """The facts that count now. Raises NoFactsError when there are none."""
    global _opened  # noqa: PLW0603 (one per process, replaced when another set is published)
    facts = store()
    stamp = (facts.root, facts.stamp())
    with _lock:
        if _opened is None or _opened[0] != stamp:
            manifest = facts.manifest()
            if manifest is None or not facts.is_whole(manifest):
                raise NoFactsError
            _opened = (stamp, Reader(manifest))
        return _opened[1]


def kept(key: Hashable, work: Callable[[], Answer]) -> Answer:
    """An answer from memory, or worked out and remembered. Keys name the set of facts, so none is ever stale."""
    with _lock:
        if key in _answers:
            _answers.move_to_end(key)
            return _answers[key]
    found = work()
    with _lock:
        _answers[key] = found
        while len(_answers) > _KEPT:
            _answers.popitem(last=False)
    return found


def forget() -> None:
    """Drop the opened facts and every remembered answer: for tests."""
    global _opened  # noqa: PLW0603 (as above)
    with _lock:
        _opened = None
    forget_answers()


def forget_answers() -> None:
    """Drop every remembered answer: for benchmarks."""
    with _lock:
        _answers.clear()
