"""The whole way of a batch: standard forms, frequencies, candidate pairs, weights, clusters, and the card that tells of it."""

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa

from regard.customers.matching import blocking, bulk, card, engine, estimation, frequencies, grouping, increment
from regard.customers.matching.reranker import Reranker
from regard.customers.matching.results import Decision, Matched
from regard.customers.matching.weights import COMPARISONS, LINK, LINK_LEARNED, REVIEW, Weights, shipped

Say = Callable[[str], None]

#: Edges below this weight are not handed out, unless they lie inside a cluster. Bits.
TOLD_FROM = -4.0


def match(
    records: pa.Table,
    *,
    decisions: Sequence[Decision] = (),
    reranker: Reranker | None = None,
    say: Say | None = None,
    models: dict[str, Weights] | None = None,
    keep: Path | None = None,
) -> Matched:
    """Who is who among these records.

    `records` has record_id (int64, unique) and any of the columns of `standardise.TOLD`; '' and null say 'not told'.
    `models` are weights to use instead of the shipped ones. `keep` is a file to be made for `match_new`. Raises ValueError if record_id is missing or not unique.
    """
    con = connect(keep)
    try:
        return _Run(con, decisions, reranker, say or (lambda _text: None), models or {}).run(records)
    finally:
        con.close()


def connect(file: Path | None = None, memory: str = "1200MB") -> duckdb.DuckDBPyConnection:
    """A DuckDB of the run's own, in memory or in a file, spilling to disk beyond `memory`."""
    con = duckdb.connect(str(file) if file else ":memory:")
    con.execute(f"SET memory_limit = '{memory}'")
    con.execute("SET preserve_insertion_order = false")
    con.execute("SET enable_progress_bar = false")
    con.execute(f"SET temp_directory = '{Path(tempfile.gettempdir()) / f'regard-matching-{os.getpid()}'}'")
    return con


class _Run:
    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        decisions: Sequence[Decision],
        reranker: Reranker | None,
        say: Say,
        models: dict[str, Weights],
    ) -> None:
        self.con, self.decisions, self.reranker, self.say, self.given = con, decisions, reranker, say, models
        self.card = card.Card()
        self.started, self.worked = time.perf_counter(), time.process_time()

    def step(self, name: str) -> None:
        """Close the step that ran until now."""
        now = time.perf_counter()
        self.card.timings[name] = round(self.card.timings.get(name, 0.0) + now - self.started, 3)
        worked = time.process_time()
        self.say(f"{name}: {now - self.started:.1f} s, {worked - self.worked:.1f} s of processor")
        self.started, self.worked = now, worked

    def run(self, records: pa.Table) -> Matched:
        _check(records)
        self.con.register("records", records)
        bulk.prepare(self.con, "records")
        self.con.unregister("records")
        bulk.collapse(self.con)
        self.step("standardise")
        models: dict[str, Weights] = {}
        for kind in COMPARISONS:
            ((count,),) = self.con.execute("SELECT count(*) FROM standard WHERE kind = ?", [kind]).fetchall()
            self.con.execute(f"CREATE OR REPLACE TABLE {kind}_edge (l BIGINT, r BIGINT, weight DOUBLE)")
            self.con.execute(f"CREATE OR REPLACE TABLE {kind}_twin (l BIGINT, r BIGINT, weight DOUBLE)")
            if count:
                models[kind] = self._one_kind(kind)
        link = LINK_LEARNED if self.reranker is not None and self.reranker.decisions else LINK
        clusters = grouping.group(self.con, models, self.decisions, link, self.card)
        self.step("cluster")
        edges = grouping.edges(self.con, models, TOLD_FROM)
        increment.remember(self.con, models, link)
        self.step("hand out")
        self.card.finish(self.con, clusters, edges, {"link": link, "review": REVIEW})
        return Matched(edges, clusters, self.card.as_dict(), models)

    def _one_kind(self, kind: str) -> Weights:
        model = frequencies.count(self.con, self.given.get(kind) or shipped(kind))
        # Vetoes wait until it is known how often one customer's records disagree here.
        model = replace(model, strict=False)
        engine.check_distinct(model)
        frequencies.carry(self.con, model, kind)
        increment.remember_counts(self.con, kind)
        self.step("frequencies")
        self.card.blocking[kind] = [blocked.as_dict() for blocked in blocking.block(self.con, kind, kind)]
        self.step("block")
        count = engine.weigh(self.con, model, kind, f"{kind}_edge")
        self.step("weigh")
        model = estimation.fit(self.con, model, f"{kind}_edge")
        engine.check_distinct(model)
        self.step("estimate")
        grouping.part_twins(self.con, f"{kind}_edge", kind)
        count += self._complete(model)
        self.step("complete")
        if self.reranker is not None:
            self.reranker.apply(self.con, model, f"{kind}_edge")
            self.step("rerank")
        self.card.tell_model(self.con, model, count)
        return model

    def _complete(self, model: Weights) -> int:
        """Weigh the pairs inside groups of alike records that no rule brought together."""
        if not grouping.missing_pairs(self.con, f"{model.kind}_edge", REVIEW):
            return 0
        count = engine.weigh(self.con, model, model.kind, "completed", floor=engine.BOTTOM)
        self.con.execute(f"INSERT INTO {model.kind}_edge SELECT * FROM completed")
        self.con.execute("DROP TABLE completed")
        return count


def match_new(known: Path, new: pa.Table, *, decisions: Sequence[Decision] = (), say: Say | None = None) -> Matched:
    """Who new records are, among those a run of `match` kept in the file `known` and among themselves.

    Edges are those with a new record; clusters those of every record whose group a new one may have changed. Weights and
    frequencies stay those of that run: match all anew from time to time. The file takes the new records in. Raises
    ValueError for record ids that are missing, told twice or known already.
    """
    _check(new)
    con = connect(known)
    try:
        return increment.take_in(con, new, decisions, TOLD_FROM, say or (lambda _text: None))
    finally:
        con.close()


def _check(records: pa.Table) -> None:
    if "record_id" not in records.column_names:
        raise ValueError("The records have no column record_id. Give each record a number of its own.")
    ids = records["record_id"]
    if ids.null_count or len(ids.unique()) != len(ids):
        raise ValueError("record_id is missing or told twice. Give each record a number of its own.")
