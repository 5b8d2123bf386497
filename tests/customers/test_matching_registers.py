"""Matching on public registers with known truth, and learning from decisions."""

import random
from pathlib import Path

import pytest

from bench import matching_registers
from bench.matching_bench import clusters_of, quality
from regard.customers.matching import Decision, Reranker, match


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "least_f1", "least_precision"),
    [("febrl3", 0.997, 0.999), ("fake_1000", 0.90, 0.99), ("chicago", 0.93, 0.96)],
)
def test_registers(
    name: str, least_f1: float, least_precision: float, real_data: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(matching_registers, "DATA", real_data)
    records, truth = matching_registers.REGISTERS[name]()  # type: ignore[misc]
    precision, _, f1, _ = quality(clusters_of(match(records)), truth)
    assert f1 >= least_f1
    assert precision >= least_precision


@pytest.mark.slow
def test_decisions_teach():
    records, truth = matching_registers.county(cases=2000)
    first = match(records)
    edges = first.edges.select(["left_id", "right_id", "weight"]).to_pylist()
    unsure = [e for e in edges if e["weight"] < 9]
    drawn = random.Random(1).sample(unsure, min(len(unsure), 800)) + random.Random(2).sample(edges, 200)
    told = [Decision(e["left_id"], e["right_id"], truth[e["left_id"]] == truth[e["right_id"]]) for e in drawn]
    reranker = Reranker.learn(first, told)
    assert set(reranker.decisions) <= {"person", "organisation"}
    assert reranker.decisions["person"] > 200
    before, after = (quality(clusters_of(m), truth) for m in (first, match(records, reranker=reranker)))
    assert after[2] >= before[2], "what people say makes nothing worse"
    assert after[0] >= 0.98
    edge = first.edges.to_pylist()[0]
    assert -20 <= reranker.weight_of("person", [], edge["weight"], []) <= 20


def test_too_few_decisions_teach_nothing():
    records, _ = matching_registers.county(cases=150)
    first = match(records)
    edge = first.edges.to_pylist()[0]
    reranker = Reranker.learn(first, [Decision(edge["left_id"], edge["right_id"], same=True)])
    assert reranker.decisions == {}
    assert clusters_of(match(records, reranker=reranker)) == clusters_of(first)
