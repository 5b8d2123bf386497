"""New records into a register matched before: the same groups as if all had been matched at once."""

from pathlib import Path

import pytest

from regard.customers.matching import match, match_new
from tests.customers.matching_rows import groups, table, town

KNOWN = [
    {"record_id": 1, "kind": "person", "silo": "a", "given": "Ana", "family": "Perez", "email": "ana.perez@mail.example"},
    {"record_id": 2, "kind": "person", "silo": "b", "given": "Ana", "family": "Perez", "phone": "+15035550101"},
    {"record_id": 3, "kind": "organisation", "silo": "b", "name": "Harbor Child Care Inc", "phone": "+15035550177"},
]  # fmt: skip
NEW = [
    {"record_id": 11, "kind": "person", "silo": "c", "name": "Perez, Ana", "email": "ana.perez@mail.example", "phone": "+15035550101"},
    {"record_id": 12, "kind": "organisation", "silo": "c", "name": "HARBOR CHILD CARE", "phone": "+15035550177"},
    {"record_id": 13, "kind": "person", "silo": "c", "name": "Nobody Knownhere", "email": "nk@mail.example"},
    {"record_id": 14, "kind": "person", "silo": "c", "name": "Nobody Knownhere", "email": "nk@mail.example", "phone": "+15035550199"},
]  # fmt: skip


def test_new_records_find_their_customer(tmp_path: Path):
    kept = tmp_path / "register.duckdb"
    match(table(KNOWN + town()), keep=kept)
    found = match_new(kept, table(NEW))
    assert groups(found) == [[1, 2, 11], [3, 12], [13, 14]]
    assert {(e["left_id"], e["right_id"]) for e in found.edges.to_pylist()} >= {(1, 11), (2, 11), (3, 12), (13, 14)}
    again = match_new(kept, table([{**NEW[2], "record_id": 15}]))
    assert groups(again) == [[13, 14, 15]]


def test_a_known_number_is_refused(tmp_path: Path):
    kept = tmp_path / "register.duckdb"
    match(table(KNOWN + town()), keep=kept)
    with pytest.raises(ValueError, match="known already"):
        match_new(kept, table([NEW[0] | {"record_id": 1}]))
