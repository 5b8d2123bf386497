"""New records into a register that was matched before: only what they touch is worked anew."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from regard.customers.matching import blocking, bulk, engine, frequencies, grouping
from regard.customers.matching.results import CLUSTERS, Decision, Matched
from regard.customers.matching.weights import Weights

_FRESH = "record_id IN (SELECT record_id FROM fresh_standard)"


def remember_counts(con: Any, kind: str) -> None:
    """Keep the frequencies and shared keys of a kind: the next kind's take their place."""
    for name in ("frequency", "shared"):
        con.execute(f"CREATE OR REPLACE TABLE {kind}_{name} AS SELECT * FROM {name}")


def remember(con: Any, models: dict[str, Weights], link: float) -> None:
    """Keep the models, without what `remember_counts` keeps."""
    con.execute("CREATE OR REPLACE TABLE model (kind VARCHAR, told VARCHAR, link DOUBLE)")
    for kind, model in models.items():
        con.execute("INSERT INTO model VALUES (?, ?, ?)", [kind, model.as_json(), link])


def take_in(
    con: Any, new: pa.Table, decisions: Sequence[Decision], told_from: float, say: Callable[[str], None]
) -> Matched:
    """See `batch.match_new`."""
    started = time.perf_counter()
    kept = con.execute("SELECT kind, told, link FROM model").fetchall()
    models, link = {kind: Weights.from_json(told) for kind, told, _ in kept}, kept[0][2] if kept else 0.0
    con.register("records", new)
    bulk.prepare(con, "records", into="fresh_standard")
    con.unregister("records")
    ((known,),) = con.execute(f"SELECT count(*) FROM clustered WHERE {_FRESH}").fetchall()
    if known:
        raise ValueError(f"{known} of the new records are known already. Match the register anew instead.")
    say(f"standardise: {time.perf_counter() - started:.1f} s")
    card: dict[str, Any] = {"blocking": {}, "records": len(new)}
    for kind, model in models.items():
        card["blocking"][kind] = _weigh_new(con, kind, model)
        say(f"{kind}: {time.perf_counter() - started:.1f} s")
    clusters = _regroup(con, list(models), decisions, link)
    edges = _edges_of_new(con, models, told_from)
    con.execute("INSERT INTO standard BY NAME SELECT * FROM fresh_standard")
    for kind in models:
        con.execute(f"INSERT INTO {kind}_edge SELECT * FROM {kind}_new_edge")
    card["timings"] = {"all": round(time.perf_counter() - started, 3)}
    return Matched(edges, clusters, card, models)


def _weigh_new(con: Any, kind: str, model: Weights) -> list[dict[str, Any]]:
    for name in ("frequency", "shared"):
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM {kind}_{name}")
    frequencies.carry(con, model, "fresh", source="fresh_standard")
    con.execute(f"INSERT INTO {kind} BY NAME SELECT * FROM fresh")
    told = blocking.block(con, kind, kind, fresh=_FRESH)
    engine.weigh(con, model, kind, f"{kind}_new_edge")
    return [rule.as_dict() for rule in told]


def _regroup(con: Any, kinds: list[str], decisions: Sequence[Decision], link: float) -> pa.Table:
    """Cluster anew the clusters that a new record is alike to, and the new records."""
    new_ids = con.execute("SELECT record_id FROM fresh_standard").fetchnumpy()["record_id"]
    con.execute("CREATE OR REPLACE TEMP TABLE touched AS SELECT record_id FROM fresh_standard")
    ends = " UNION ALL ".join(
        f"SELECT l AS id FROM {k}_new_edge WHERE weight >= {link} UNION ALL SELECT r FROM {k}_new_edge WHERE weight >= {link}"
        for k in kinds
    )
    if ends:
        con.execute(
            f"""INSERT INTO touched SELECT record_id FROM clustered WHERE cluster_id IN (
                SELECT cluster_id FROM clustered WHERE record_id IN ({ends}))"""
        )
    ids = np.unique(np.concatenate([con.execute("SELECT record_id FROM touched").fetchnumpy()["record_id"], new_ids]))
    query = " UNION ALL ".join(
        f"SELECT l, r, weight FROM {k}_{part} WHERE l IN (SELECT record_id FROM touched) AND r IN (SELECT record_id FROM touched)"
        for k in kinds for part in ("edge", "new_edge")
    )  # fmt: skip
    found = con.execute(query).fetchnumpy() if query else {"l": ids[:0], "r": ids[:0], "weight": ids[:0].astype(float)}
    inside = set(ids.tolist())
    must = [(d.left_id, d.right_id) for d in decisions if d.same and {d.left_id, d.right_id} <= inside]
    cannot = [(d.left_id, d.right_id) for d in decisions if not d.same and {d.left_id, d.right_id} <= inside]
    copies = con.execute(
        "SELECT record_id, first_id FROM copy JOIN clustered USING (record_id) WHERE record_id IN (SELECT record_id FROM touched) AND cluster_id = (SELECT cluster_id FROM clustered c WHERE c.record_id = first_id)"
    ).fetchall()
    pairs = grouping.Pairs(found["l"], found["r"], found["weight"], must, cannot, copies)
    answer, _ = grouping.group_arrays(ids, pairs, link)
    table = pa.table([pa.array(ids, pa.int64()), pa.array(answer, pa.int64())], schema=CLUSTERS)
    con.register("regrouped", table)
    con.execute("DELETE FROM clustered WHERE record_id IN (SELECT record_id FROM regrouped)")
    con.execute("INSERT INTO clustered SELECT * FROM regrouped")
    con.unregister("regrouped")
    return table


def _edges_of_new(con: Any, models: dict[str, Weights], told_from: float) -> pa.Table:
    return grouping.edges(con, models, told_from, suffix="_new_edge")
