"""One pair in plain Python and the same pair in the batch: the same weight, to 1e-9."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.customers.matching import Weights, match, score_pair, standardise, words
from regard.customers.matching.levels import alike, near
from tests.customers.matching_rows import run, table, town

#: Few values, so that pairs agree often, in every way there is a level for.
RECORDS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["person", "person", "organisation"]),
        "given": st.sampled_from(["Ana", "Anna", "A", "Bob", "Robert", "José", "Ana Maria", "", "Мария", "Perez"]),
        "family": st.sampled_from(["Perez", "Peres", "Perez Lopez", "Lopez", "Müller", "Smith Jr", "", "Ana"]),
        "organisation": st.sampled_from(["Harbor Child Care Inc", "Harbor Care", "Child Care Harbor", "HCC", ""]),
        "email": st.sampled_from(
            ["ana@mail.example", "ana1@mail.example", "anna@mail.example", "ana@other.example", ""]
        ),
        "phone": st.sampled_from(["+15035550101", "+15035550102", "+12125550199", ""]),
        "address": st.sampled_from(["12 Elm St", "12 Elm Street Apt 4", "21 Elm St", "400 Oak Ave", "PO Box 7", ""]),
        "postcode": st.sampled_from(["97201", "97210", ""]),
        "city": st.sampled_from(["Salem", "Salen", "Bend", ""]),
        "birth_date": st.sampled_from(["1980-02-03", "1980-03-02", "1980-02-04", "1955-11-30", ""]),
        "tax_number": st.sampled_from(["12-3456789", "12-3456780", "98-7654321", ""]),
        "suffix": st.sampled_from(["", "", "Jr", "Sr"]),
        "silo": st.sampled_from(["a", "b"]),
        "key": st.sampled_from(["1", "2"]),
        "own_key": st.booleans(),
    }
)


def _rows(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"record_id": n, **row} for n, row in enumerate(told, 1)]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(RECORDS, min_size=12, max_size=40))
def test_batch_and_live_agree(told: list[dict[str, Any]]):
    rows = _rows(told)
    matched = match(table(rows))
    by_id = {row["record_id"]: standardise(row) for row in rows}
    for edge in matched.edges.to_pylist():
        scored = score_pair(by_id[edge["left_id"]], by_id[edge["right_id"]], matched.models[edge["kind"]])
        assert scored.weight == pytest.approx(edge["weight"], abs=1e-9)
        assert scored.probability == pytest.approx(edge["probability"], abs=1e-9)
        evidence = [(e.field, e.level, round(e.weight, 3)) for e in scored.evidence]
        assert evidence == [
            (e["field"], e["level"], pytest.approx(e["weight"], abs=2e-3)) for e in json.loads(edge["evidence"])
        ]


@settings(max_examples=200, deadline=None)
@given(RECORDS, RECORDS)
def test_a_pair_has_one_weight_whichever_way_round(one: dict[str, Any], other: dict[str, Any]):
    a, b = standardise(one), standardise(other)
    model = Weights.from_json(_model(a.kind).as_json())
    if a.kind == b.kind:
        assert score_pair(a, b, model).weight == pytest.approx(score_pair(b, a, model).weight, abs=1e-9)
    else:
        with pytest.raises(ValueError, match="cannot compare"):
            score_pair(a, b, model)


def _model(kind: str) -> Weights:
    from regard.customers.matching import shipped

    return shipped(kind)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.text("abcdeéж1. ", max_size=9), st.text("abcdeéж1. ", max_size=9)), min_size=1, max_size=60)
)
def test_likeness_is_the_same_in_sql_and_in_python(pairs: list[tuple[str, str]]):
    import duckdb
    import pyarrow as pa

    con = duckdb.connect()
    con.register(
        "pairs", pa.table({"x_l": [a for a, _ in pairs], "x_r": [b for _, b in pairs], "i": range(len(pairs))})
    )
    for test in (alike("x", 0.88), alike("x", 0.78), near("x", 1), near("x", 2, 3)):
        told = [row[0] for row in con.execute(f"SELECT {test.sql} FROM pairs ORDER BY i").fetchall()]
        assert told == [test.holds({"x": a}, {"x": b}) for a, b in pairs]


def test_evidence_in_plain_words():
    told = run({"given": "Jon", "family": "Berg", "email": "berg@mail.example"},
               {"given": "Maria", "family": "Berg", "email": "berg@mail.example"})  # fmt: skip
    a = standardise({"kind": "person", "given": "Jon", "family": "Berg", "email": "berg@mail.example"})
    b = standardise({"kind": "person", "given": "Maria", "family": "Berg", "email": "berg@mail.example"})
    scored = score_pair(a, b, told.models["person"])
    assert set(words(scored.evidence)) == {
        "given names differ: Jon Berg / Maria Berg",
        "same e-mail, other given name: berg@mail.example",
    }


def test_a_model_survives_being_written_down():
    model = run({"given": "Jon", "family": "Berg"}).models["person"]
    assert Weights.from_json(model.as_json()) == model
    a, b = (standardise(row) for row in town()[:2])
    assert score_pair(a, b, Weights.from_json(model.as_json())) == score_pair(a, b, model)
