"""The model card: what a run used, what it did, and what looks wrong."""

from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import pyarrow as pa

from regard.customers.matching.weights import Weights

#: A cluster of more records than this is looked at by a person before it is believed.
LARGE_CLUSTER = 50
#: More links for each record than this is more than real life has.
MANY_LINKS = 10.0
#: Shared keys listed in a card, for each kind of key.
_LISTED = 20


@dataclass(slots=True)
class Card:
    """Filled along the way by `batch`."""

    blocking: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    models: dict[str, dict[str, Any]] = field(default_factory=dict)
    shared: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    alarms: list[str] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    thresholds: dict[str, float] = field(default_factory=dict)

    def tell_model(self, con: Any, model: Weights, edges: int) -> None:
        """The model of one kind, its shared keys, and whether its edges are too many."""
        ((records,),) = con.execute(f"SELECT count(*) FROM {model.kind}").fetchall()
        self.models[model.kind] = {"version": model.version, "prior": model.prior, "records": records, "edges": edges}
        rows = con.execute(
            "SELECT what, value, names, records FROM shared QUALIFY row_number() OVER (PARTITION BY what ORDER BY records DESC, value) <= ?"
            " ORDER BY what, records DESC, value",
            [_LISTED],
        ).fetchall()
        totals = con.execute("SELECT what, count(*) FROM shared GROUP BY what").fetchall()
        self.shared[model.kind] = [
            {"key": what, "value": value, "distinct names": names, "records": records}
            for what, value, names, records in rows
        ]
        self.counts |= {f"shared {what} ({model.kind})": n for what, n in totals}
        for what, n in con.execute(
            "SELECT what, max(records) FROM shared GROUP BY what HAVING max(records) >= 1000"
        ).fetchall():
            self.alarms.append(f"One {what} is carried by {n} records. It is no evidence of identity.")
        self._tell_blocks(model.kind)

    def _tell_blocks(self, kind: str) -> None:
        out = sum(b["records in blocks left out"] for b in self.blocking.get(kind, []))
        if out:
            self.alarms.append(
                f"Blocks of {kind} records were too large to compare and were left out: see 'blocking'. "
                f"{out} record keys are concerned; narrower rules may still have compared them."
            )

    def finish(self, con: Any, clusters: pa.Table, edges: pa.Table, thresholds: dict[str, float]) -> None:
        """Sizes and volumes of the outcome."""
        self.thresholds = thresholds
        con.register("outcome", clusters)
        ((records, customers, largest, large),) = con.execute(
            f"""SELECT sum(n), count(*), max(n), count(*) FILTER (n > {LARGE_CLUSTER})
                FROM (SELECT count(*) AS n FROM outcome GROUP BY cluster_id)"""
        ).fetchall()
        con.unregister("outcome")
        self.counts |= {
            "records": records or 0,
            "customers": customers or 0,
            "largest cluster": largest or 0,
            "edges": len(edges),
        }
        if large:
            self.alarms.append(
                f"{large} customers have more than {LARGE_CLUSTER} records, the largest {largest}. Look at them."
            )
        if records and len(edges) / records > MANY_LINKS:
            self.alarms.append(
                f"{len(edges)} pairs of {records} records are alike: more than {MANY_LINKS:.0f} for each record."
            )

    def as_dict(self) -> dict[str, Any]:
        """As JSON would have it."""
        return {
            "versions": {"splink": version("splink"), "duckdb": version("duckdb")},
            "models": self.models, "thresholds": self.thresholds, "blocking": self.blocking, "shared": self.shared,
            "alarms": self.alarms, "counts": self.counts, "timings": self.timings,
        }  # fmt: skip
