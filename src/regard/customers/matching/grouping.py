"""From weighed pairs to clusters and to the edges that are handed out: the set-based side of `clusters`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from regard.customers.matching import clusters
from regard.customers.matching.card import Card
from regard.customers.matching.engine import column
from regard.customers.matching.results import CLUSTERS, EDGES, Decision
from regard.customers.matching.weights import COMPARISONS, Weights


def group(
    con: Any, models: dict[str, Weights], decisions: Sequence[Decision], threshold: float, told: Card
) -> pa.Table:
    """Every record with its cluster (see `results.CLUSTERS`), from tables `standard` and `<kind>_edge`.

    Components whose pairs are all alike enough are taken as they are; the others go through `clusters.cluster`. Leaves
    table `clustered(record_id, cluster_id)`.
    """
    ids = np.sort(
        con.execute("SELECT record_id FROM standard UNION ALL SELECT record_id FROM copy").fetchnumpy()["record_id"]
    )
    left, right, weight = _edges(con, list(models))
    known = set(ids.tolist()) if decisions else set()
    decided = [(d.left_id, d.right_id, d.same) for d in decisions if d.left_id in known and d.right_id in known]
    must = [(a, b) for a, b, same in decided if same]
    cannot = [(a, b) for a, b, same in decided if not same]
    pairs = Pairs(left, right, weight, must, [*cannot, *_vetoes(con, models)], *_copies(con, list(models), threshold))
    answer, worked = group_arrays(ids, pairs, threshold)
    told.counts["components worked by average linkage"] = worked
    table = pa.table([pa.array(ids, pa.int64()), pa.array(answer, pa.int64())], schema=CLUSTERS)
    con.register("clustered_arrow", table)
    con.execute("CREATE OR REPLACE TABLE clustered AS SELECT * FROM clustered_arrow")
    con.unregister("clustered_arrow")
    return table


@dataclass(frozen=True, slots=True)
class Pairs:
    """Weighed pairs as arrays, and what stands above weights: pairs that must, and that cannot, be one."""

    left: np.ndarray
    right: np.ndarray
    weight: np.ndarray
    must: Sequence[tuple[int, int]] = ()
    cannot: Sequence[tuple[int, int]] = ()
    copies: Sequence[tuple[int, int]] = ()  # (record, first record of the same telling) that are one


def _edges(con: Any, kinds: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    parts = " UNION ALL ".join(f"SELECT l, r, weight FROM {kind}_edge" for kind in kinds)
    if not parts:
        return np.array([], np.int64), np.array([], np.int64), np.array([], np.float64)
    found = con.execute(parts).fetchnumpy()
    return found["l"], found["r"], found["weight"]


def part_twins(con: Any, table: str, kind: str) -> None:
    """Move what tellings say of themselves from `table` to `<kind>_twin`."""
    con.execute(f"CREATE OR REPLACE TABLE {kind}_twin AS SELECT * FROM {table} WHERE l = r")
    con.execute(f"DELETE FROM {table} WHERE l = r")


def _copies(con: Any, kinds: Sequence[str], threshold: float) -> list[list[tuple[int, int]]]:
    """Records that are one with the first record of their telling: where the telling says enough."""
    twins = " UNION ALL ".join(f"SELECT l, weight FROM {kind}_twin" for kind in kinds)
    if not twins:
        return [[]]
    query = f"SELECT record_id, first_id FROM copy JOIN ({twins}) ON l = first_id WHERE weight >= {threshold}"
    return [con.execute(query).fetchall()]


def _vetoes(con: Any, models: dict[str, Weights]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for kind, model in models.items():
        wheres = [
            f"level_{column(c.field)} = {number}"
            for c in COMPARISONS[kind]
            for number, level in enumerate(c.all_levels)
            if model.vetoes(c.field, level.label)
        ]
        found += con.execute(f"SELECT l, r FROM {kind}_edge WHERE {' OR '.join(wheres or ['FALSE'])}").fetchall()
    return found


def group_arrays(ids: np.ndarray, pairs: Pairs, threshold: float) -> tuple[np.ndarray, int]:
    """The cluster of each of `ids` (sorted), and how many components had to be worked out."""
    # Copies follow the first record of their telling; people may decide of them one by one, so they take part.
    copied = np.searchsorted(ids, np.array(pairs.copies, np.int64).reshape(-1, 2))
    one, other = np.searchsorted(ids, pairs.left), np.searchsorted(ids, pairs.right)
    bound = np.searchsorted(ids, np.array([*pairs.must, *pairs.cannot], np.int64).reshape(-1, 2))
    must = bound[: len(pairs.must)]
    strong = pairs.weight >= threshold
    rows, columns = np.concatenate([one[strong], must[:, 0]]), np.concatenate([other[strong], must[:, 1]])
    graph = coo_matrix((np.ones(len(rows), np.int8), (rows, columns)), shape=(len(ids), len(ids)))
    number, component = connected_components(graph, directed=False)
    sizes = np.bincount(component, minlength=number)
    inside = component[one] == component[other]
    alike = np.bincount(component[one[strong]], minlength=number)
    whole = (alike >= sizes * (sizes - 1) // 2) | (sizes == 1)
    whole[component[bound[component[bound[:, 0]] == component[bound[:, 1]]].ravel()]] = False
    # Named by the lowest record: ids are sorted, so the first of each component.
    first = np.full(number, len(ids), np.int64)
    np.minimum.at(first, component, np.arange(len(ids)))
    answer = ids[first[component]].copy()
    open_nodes = np.flatnonzero(~whole[component])
    if len(open_nodes):
        use = inside & ~whole[component[one]]
        edges = zip(one[use].tolist(), other[use].tolist(), pairs.weight[use].tolist(), strict=True)
        apart = bound[len(pairs.must) :]
        apart = apart[(component[apart[:, 0]] == component[apart[:, 1]]) & ~whole[component[apart[:, 0]]]]
        # All open components at once: they have no edges between them.
        found = clusters.cluster(
            open_nodes.tolist(), edges, must=must.tolist(), cannot=apart.tolist(), threshold=threshold
        )
        nodes = np.fromiter(found.keys(), np.int64, len(found))
        answer[nodes] = ids[np.fromiter(found.values(), np.int64, len(found))]
    decided = np.unique(bound[:, 0].tolist() + bound[:, 1].tolist())
    free = ~np.isin(copied[:, 0], decided)
    answer[copied[free, 0]] = answer[copied[free, 1]]
    return _lowest(ids, answer), int((~whole).sum())


def _lowest(ids: np.ndarray, answer: np.ndarray) -> np.ndarray:
    """Clusters named by their lowest record."""
    _, cluster = np.unique(answer, return_inverse=True)
    first = np.full(cluster.max(initial=-1) + 1, len(ids), np.int64)
    np.minimum.at(first, cluster, np.arange(len(ids)))
    return ids[first[cluster]]


#: Groups of more alike records than this are not completed: each record more costs as many pairs as there are records.
_LARGEST_COMPLETED = 60


def missing_pairs(con: Any, table: str, threshold: float) -> int:
    """Make table `pair`: pairs inside connected groups of alike records that are not in `table`. Returns how many."""
    found = con.execute(f"SELECT l, r FROM {table} WHERE weight >= {threshold}").fetchnumpy()
    ids = np.unique(np.concatenate([found["l"], found["r"]]))
    one, other = np.searchsorted(ids, found["l"]), np.searchsorted(ids, found["r"])
    graph = coo_matrix((np.ones(len(one), np.int8), (one, other)), shape=(len(ids), len(ids)))
    _, component = connected_components(graph, directed=False)
    con.register("member_arrow", pa.table({"id": pa.array(ids, pa.int64()), "c": pa.array(component, pa.int64())}))
    con.execute(
        f"""CREATE OR REPLACE TABLE pair AS
        WITH member AS (SELECT id, c FROM member_arrow QUALIFY count(*) OVER (PARTITION BY c) BETWEEN 3 AND {_LARGEST_COMPLETED})
        SELECT a.id AS join_key_l, b.id AS join_key_r, '0' AS match_key FROM member a JOIN member b USING (c)
        ANTI JOIN {table} e ON e.l = a.id AND e.r = b.id WHERE a.id < b.id"""
    )
    con.unregister("member_arrow")
    ((count,),) = con.execute("SELECT count(*) FROM pair").fetchall()
    return int(count)


def edges(con: Any, models: dict[str, Weights], told_from: float, suffix: str = "") -> pa.Table:
    """The edges to hand out: above `told_from`, or inside a cluster."""
    parts = []
    for kind, model in models.items():
        parts.append(
            con.sql(
                f"""SELECT l AS left_id, r AS right_id, '{kind}' AS kind, weight,
                       1 / (1 + pow(2.0, -weight)) AS probability, {_evidence(model)} AS evidence, '{model.version}' AS model
                FROM ({_told(kind, suffix)}) JOIN clustered a ON a.record_id = l JOIN clustered b ON b.record_id = r
                WHERE weight >= {told_from} OR a.cluster_id = b.cluster_id ORDER BY l, r"""
            ).to_arrow_table().cast(EDGES)
        )  # fmt: skip
    return pa.concat_tables(parts) if parts else EDGES.empty_table()


def _told(kind: str, suffix: str) -> str:
    """SQL of the edges of a table; of a whole run also those between a record and the first one of its telling."""
    if suffix:
        return f"SELECT * FROM {kind}{suffix}"
    return f"""SELECT * FROM {kind}_edge UNION ALL
               SELECT first_id AS l, record_id AS r, t.* EXCLUDE (l, r) FROM copy JOIN {kind}_twin t ON t.l = first_id"""


def _evidence(model: Weights) -> str:
    """SQL of the JSON list of {field, level, weight}, silent comparisons left out."""
    items = []
    for comparison in COMPARISONS[model.kind]:
        name = column(comparison.field)
        labels = ", ".join(f"'{level.label}'" for level in comparison.all_levels)
        items.append(
            f"""CASE WHEN level_{name} IS NOT NULL THEN '{{"field": "{comparison.field}", "level": "' || ([{labels}])[level_{name} + 1]
                || '", "weight": ' || round(bits_{name}, 4)::VARCHAR || '}}' END"""
        )
    return f"'[' || concat_ws(', ', {', '.join(items)}) || ']'"
