"""A small stand-in for `matching.match`: it takes scores as they are told and joins what is above a threshold."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest

from regard.customers import matching
from regard.customers.matching import Decision, Matched

THRESHOLD = 0.9
FIELDS = {"email": "e-mail"}


def evidence(**weights: float) -> str:
    return json.dumps(
        [
            {"field": FIELDS.get(f, f), "level": "exact" if w > 0 else "different", "weight": w}
            for f, w in weights.items()
        ]
    )


def matched(
    scores: Mapping[tuple[int, int], float], clusters: Iterable[Sequence[int]], told: str = "", **card: Any
) -> Matched:
    """What a matching would hand over: probabilities by pair, and who belongs together."""
    from math import log2

    odds = {pair: log2(p / (1 - p)) for pair, p in scores.items()}
    edges = pa.table(
        {
            "left_id": pa.array([pair[0] for pair in scores], pa.int64()),
            "right_id": pa.array([pair[1] for pair in scores], pa.int64()),
            "kind": pa.array(["person"] * len(scores), pa.string()),
            "weight": pa.array(list(odds.values()), pa.float64()),
            "probability": pa.array(list(scores.values()), pa.float64()),
            "evidence": pa.array([told or evidence(name=w / 2, email=w / 2) for w in odds.values()], pa.string()),
            "model": pa.array(["fake 1"] * len(scores), pa.string()),
        }
    )
    groups = [sorted(group) for group in clusters]
    rows = [(record, group[0]) for group in groups for record in group]
    table = pa.table(
        {
            "record_id": pa.array([row[0] for row in rows], pa.int64()),
            "cluster_id": pa.array([row[1] for row in rows], pa.int64()),
        }
    )
    return Matched(edges, table, {"models": {"person": {"version": "fake 1"}}, **card})


def cluster(
    nodes: Iterable[int],
    edges: Iterable[tuple[int, int, float]],
    *,
    must: Iterable[tuple[int, int]] = (),
    cannot: Iterable[tuple[int, int]] = (),
    threshold: float = 0.0,
) -> dict[int, int]:
    """Joins by the strongest edge first, unless people said that two of them are different."""
    group = {node: {node} for node in nodes}
    parted = {frozenset(pair) for pair in cannot}
    strong = sorted(((w, a, b) for a, b, w in edges if w >= threshold), reverse=True)
    for a, b in [*must, *((a, b) for _, a, b in strong)]:
        one, other = group[a], group[b]
        if one is not other and not any(frozenset((x, y)) in parted for x in one for y in other):
            one |= other
            for node in other:
                group[node] = one
    return {node: min(found) for node, found in group.items()}


#: What `match` answers, by pair of names; a test sets it.
SCORES: dict[tuple[str, str], float] = {}


def match(records: pa.Table, *, decisions: Sequence[Decision] = (), reranker: Any = None, say: Any = None) -> Matched:
    """Scores records of the pairs of names in SCORES, and those of one name at .999."""
    names = dict(zip(records["record_id"].to_pylist(), records["name"].to_pylist(), strict=True))
    scores = {}
    for a, one in names.items():
        for b, other in names.items():
            if a < b and one and other:
                p = 0.999 if one == other else SCORES.get((one, other), SCORES.get((other, one), 0.0))
                if p:
                    scores[a, b] = p
    from math import log2

    weighed = [(a, b, log2(p / (1 - p))) for (a, b), p in scores.items()]
    must = [(d.left_id, d.right_id) for d in decisions if d.same]
    cannot = [(d.left_id, d.right_id) for d in decisions if not d.same]
    found = cluster(names, weighed, must=must, cannot=cannot, threshold=log2(THRESHOLD / (1 - THRESHOLD)))
    groups: dict[int, list[int]] = {}
    for record, lowest in found.items():
        groups.setdefault(lowest, []).append(record)
    return matched(scores, groups.values(), thresholds={"link": 3.0}, alarms=["Only a stand-in."])


#: How many decisions were learned from, each time.
LEARNED: list[int] = []


class Reranker:
    """Remembers that it was asked to learn."""

    def __init__(self, decisions: int) -> None:
        self.decisions = {"person": decisions}

    @classmethod
    def learn(cls, matched: Matched, decisions: Sequence[Decision]) -> "Reranker":
        LEARNED.append(len(decisions))
        return cls(len(decisions))


def install() -> None:
    """Put the stand-in in the place of comparing, for a benchmark of what becomes of its answers."""
    matching.match = match


@pytest.fixture(autouse=True)
def _fake_match(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparing takes seconds; what is tested here is what becomes of its answers."""
    monkeypatch.setattr(matching, "match", match)
    monkeypatch.setattr(matching, "Reranker", Reranker)
    SCORES.clear()
    LEARNED.clear()
