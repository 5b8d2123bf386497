"""Standardisation of a whole table: once per distinct value, in as many processes as it is worth."""

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa

from regard.customers.matching.standardise import GROUPS, TOLD

#: Below this many distinct values a second process costs more than it gives.
_WORTH_FORKING = 40_000
_CHUNK = 20_000


def prepare(con: Any, source: str, into: str = "standard") -> None:
    """Make table `into` from table `source`, which has record_id and any of the columns of `match`.

    One row per record; columns of `Standard`.
    """
    there = {row[0] for row in con.execute(f"DESCRIBE {source}").fetchall()}
    told = ", ".join(_column(name, there) for name in TOLD)
    con.execute(f"CREATE OR REPLACE TEMP TABLE told AS SELECT record_id::BIGINT AS record_id, {told} FROM {source}")
    joins, columns = [], ["told.record_id"]
    for number, (inputs, outputs, function) in enumerate(GROUPS):
        _work_group(con, number, inputs, outputs, function)
        on = " AND ".join(f"g{number}.{c}_told = told.{c}" for c in inputs)
        joins.append(f"JOIN group_{number} g{number} ON {on}")
        columns += [f"g{number}.{c} AS {c}" for c in outputs]
    con.execute(f"CREATE OR REPLACE TABLE {into} AS SELECT {', '.join(columns)} FROM told {' '.join(joins)}")
    for number in range(len(GROUPS)):
        con.execute(f"DROP TABLE group_{number}")
    con.execute("DROP TABLE told")


def collapse(con: Any) -> None:
    """Keep one record of each telling in `standard`; the others go to `copy(record_id, first_id)`.

    A hundred orders by one person are one telling: compared a hundred times they would only make the person look common.
    """
    told = [row[0] for row in con.execute("DESCRIBE standard").fetchall()]
    same = ", ".join(c for c in told if c not in {"record_id", "name", "silo", "own_key"})
    con.execute(
        f"""CREATE OR REPLACE TABLE copy AS SELECT record_id, first_id FROM (
            SELECT record_id, min(record_id) OVER (PARTITION BY hash({same})) AS first_id FROM standard)
            WHERE record_id <> first_id"""
    )
    con.execute("DELETE FROM standard WHERE record_id IN (SELECT record_id FROM copy)")


def _column(name: str, there: set[str]) -> str:
    if name == "own_key":
        return f"{'coalesce(own_key, FALSE)' if name in there else 'FALSE'} AS own_key"
    return f"{f'coalesce({name}::VARCHAR, chr(0))' if name in there else 'chr(0)'} AS {name}".replace("chr(0)", "''")


def _work_group(
    con: Any, number: int, inputs: Sequence[str], outputs: Sequence[str], function: Callable[..., Sequence[str]]
) -> None:
    """Make table `group_<number>`: distinct told values beside what they become."""
    distinct = con.sql(f"SELECT DISTINCT {', '.join(inputs)} FROM told").to_arrow_reader(_CHUNK)
    schema = pa.schema([*[(f"{c}_told", pa.bool_() if c == "own_key" else pa.string()) for c in inputs]]
                       + [(c, pa.string()) for c in outputs])  # fmt: skip
    made = pa.Table.from_batches(_worked(list(distinct), function, schema), schema)
    con.register("worked", made)
    con.execute(f"CREATE OR REPLACE TEMP TABLE group_{number} AS SELECT * FROM worked")
    con.unregister("worked")


def _worked(
    batches: list[pa.RecordBatch], function: Callable[..., Sequence[str]], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    number = next((i for i, group in enumerate(GROUPS) if group[2] is function), 0)
    work = _Work(number, schema)
    cores = min(os.cpu_count() or 1, 4)
    if sum(b.num_rows for b in batches) < _WORTH_FORKING or cores == 1 or not _can_spawn():
        yield from map(work, batches)
        return
    # Spawned, not forked: DuckDB has threads, and a forked child of a process with threads may hang.
    with ProcessPoolExecutor(cores, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(work, batches)


def _can_spawn() -> bool:
    """Whether a child could load the program again: not for one read from standard input, nor inside a child."""
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    return main is not None and Path(main).exists() and not multiprocessing.current_process().daemon


class _Work:
    """A picklable call of `_work`."""

    def __init__(self, number: int, schema: pa.Schema) -> None:
        self.number, self.schema = number, schema

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return _work(batch, self.number, self.schema)


def _work(batch: pa.RecordBatch, number: int, schema: pa.Schema) -> pa.RecordBatch:
    function = GROUPS[number][2]
    columns = [column.to_pylist() for column in batch.columns]
    made = [function(*values) for values in zip(*columns, strict=True)]
    told = [pa.array(c, schema.field(i).type) for i, c in enumerate(columns)]
    gives = [pa.array(c, pa.string()) for c in zip(*made, strict=True)]
    return pa.RecordBatch.from_arrays([*told, *gives], schema=schema)
