"""Keys and standard forms: SQL for a million and Python for one say the same."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.customers import normalise
from regard.customers.matching import standardise
from regard.customers.matching.livekeys import all_keys, digest, form_of, in_bulk, keys_of, prefix_keys, standard_from

OFFICE = 7
PEOPLE = [
    {"name": "María José Hernández", "email": "maria.h@inboxly.example", "phone": "+16515550142", "postcode": "55101",
     "address": "12 Oak St Apt 4", "birth_date": "1970-02-03"},
    {"name": "HERNANDEZ, MARIA"},
    {"name": "李小龍", "phone": "+862115550142"},
    {"name": "O'Brien-Smith, Bob Jr.", "birth_date": "1999-12-01"},
    {"name": ""},
    {"name": "Ann"},
    {"kind": "organisation", "name": "Larkspur Plumbing & Heating, Inc.", "email": "office@larkspur.example"},
    {"kind": "organisation", "name": "Ünal Döner GmbH", "address": "1 Main Street", "postcode": "55102"},
]  # fmt: skip


def table(people: list[dict]) -> pa.Table:
    rows = [
        {"kind": "person", "silo": "crm", "key": f"id:{n}", "own_key": True, "record_id": n}
        | dict.fromkeys(("name", "email", "phone", "address", "postcode", "birth_date"), "")
        | person
        for n, person in enumerate(people, 1)
    ]
    for row in rows:
        row["name_folded"] = normalise.fold_name(row["name"])
    return pa.Table.from_pylist(rows)


def alone(row: dict) -> tuple:
    standard = standardise(row)
    return standard.kind, form_of(standard), all_keys(standard, row["name_folded"], OFFICE)


def together(people: pa.Table) -> dict[int, tuple]:
    found = pa.Table.from_batches(in_bulk(people, OFFICE)).to_pylist()
    return {row["record_id"]: (row["kind"], row["form"], row["keys"]) for row in found}


def test_one_and_many_agree():
    people = table(PEOPLE)
    assert together(people) == {row["record_id"]: alone(row) for row in people.to_pylist()}


TEXT = st.text(st.characters(exclude_characters="\x00\x1e\x1f", exclude_categories=["Cs", "Cc"]), max_size=30)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.fixed_dictionaries({"name": TEXT, "email": TEXT, "address": TEXT, "postcode": TEXT}), min_size=1))
def test_whatever_was_told(people):
    told = table(people)
    assert together(told) == {row["record_id"]: alone(row) for row in told.to_pylist()}


def test_a_form_comes_back_as_it_was():
    for row in table(PEOPLE).to_pylist():
        standard = standardise(row)
        assert standard_from(standard.record_id, form_of(standard)) == standard


def test_a_form_of_another_version_is_refused():
    with pytest.raises(TypeError):
        standard_from(1, "person")


def test_keys_of_another_office_are_other_keys():
    standard = standardise(table(PEOPLE).to_pylist()[0])
    mine, theirs = keys_of(standard, 1), keys_of(standard, 2)
    assert set(mine) == set(theirs)
    assert not set(mine.values()) & set(theirs.values())


def test_names_are_found_in_either_order():
    one, other = standardise({"name": "Ana Perez"}), standardise({"name": "Perez Ana"})
    assert set(keys_of(one, 1).values()) & set(keys_of(other, 1).values())


def test_four_letters_of_a_word_or_three_of_two_are_enough():
    keys = set(all_keys(standardise({"name": "Ana Perez"}), "ana perez", OFFICE))
    assert set(prefix_keys(["pere"], OFFICE)) <= keys
    assert set(prefix_keys(["perez", "ana"], OFFICE)) <= keys
    assert prefix_keys(["per"], OFFICE) == []
    assert prefix_keys([], OFFICE) == []


def test_a_digest_is_what_it_always_was():
    assert digest("abc") == -2984127896297046158
