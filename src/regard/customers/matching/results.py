"""What goes into a match and what comes out of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from regard.customers.matching.weights import Weights

EDGES = pa.schema(
    [
        ("left_id", pa.int64()), ("right_id", pa.int64()), ("kind", pa.string()), ("weight", pa.float64()),
        ("probability", pa.float64()), ("evidence", pa.string()), ("model", pa.string()),
    ]
)  # fmt: skip
CLUSTERS = pa.schema([("record_id", pa.int64()), ("cluster_id", pa.int64())])


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided of two records. It outranks the machine."""

    left_id: int
    right_id: int
    same: bool


@dataclass(frozen=True, slots=True)
class Matched:
    """The answer of one run.

    `edges`: left_id < right_id, kind, weight (log2 posterior odds), probability, evidence (JSON list of
    {field, level, weight}), model. `clusters`: every record with its cluster, named by the lowest record id.
    `card`: the model card. `models`: the weights used, for `scoring` and `match_new`.
    """

    edges: pa.Table
    clusters: pa.Table
    card: dict[str, Any]
    models: Mapping[str, Weights] = field(default_factory=dict)
