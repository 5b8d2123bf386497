"""Matching what nobody should have to: no explosion, no silent merge, and a card that says what was done."""

import pytest

from regard.customers.matching import Decision, match
from tests.customers.matching_rows import groups, run, table, town

ANA = {"given": "Ana", "family": "Perez", "email": "ana.perez@mail.example", "phone": "+15035550101"}


def test_one_person_spelled_in_four_ways_is_one():
    matched = run(
        {"name": "Perez, Ana", "phone": "(503) 555-0101", "email": "ana.perez@mail.example"},
        {"given": "Ana", "family": "Pérez", "email": "ANA.PEREZ@mail.example"},
        {"name": "ANA PERES", "phone": "503.555.0101", "birth_date": "1980-02-03"},
        {"given": "Perez", "family": "Ana", "phone": "+15035550101", "birth_date": "1980-02-03"},
    )
    assert groups(matched) == [[1, 2, 3, 4]]


def test_two_people_of_one_household_stay_two():
    home = {
        "family": "Perez",
        "address": "12 Elm St",
        "postcode": "97201",
        "phone": "+15035550101",
        "email": "perez@mail.example",
    }
    assert groups(run({"given": "Ana", **home}, {"given": "Marcos", **home})) == [[1], [2]]


def test_twins_stay_two():
    home = {
        "family": "Perez",
        "address": "12 Elm St",
        "postcode": "97201",
        "phone": "+15035550101",
        "birth_date": "2001-05-06",
    }
    assert groups(run({"given": "Ana", **home}, {"given": "Sofia", **home}, {"given": "Ana", **home})) == [[1, 3], [2]]


def test_father_and_son_of_one_name_stay_two():
    home = {"given": "Luis", "family": "Perez", "address": "12 Elm St", "postcode": "97201", "phone": "+15035550101"}
    assert groups(run({**home, "birth_date": "1950-01-02"}, {**home, "birth_date": "1979-08-21"})) == [[1], [2]]
    assert groups(run({**home, "suffix": "Sr"}, {**home, "suffix": "Jr."})) == [[1], [2]]


def test_a_person_and_their_firm_stay_two():
    at = {"email": "ana.perez@mail.example", "phone": "+15035550101", "address": "12 Elm St", "postcode": "97201"}
    matched = run(
        {"name": "Ana Perez", **at},
        {"name": "Ana Perez LLC", "kind": "organisation", **at},
        {"name": "Ana Perez LLC", **at},
    )
    assert groups(matched) == [[1], [2, 3]], "a firm in a column for people is a firm"


def test_a_site_is_not_the_legal_entity():
    firm = {"kind": "organisation", "name": "Harbor Child Care Inc", "phone": "+15035550101"}
    matched = run(
        {**firm, "address": "12 Elm St", "postcode": "97201"}, {**firm, "address": "4400 Oak Ave", "postcode": "97266"}
    )
    assert groups(matched) == [[1], [2]]


def test_conflicting_tax_numbers_part_firms_of_one_name():
    firm = {"kind": "organisation", "name": "Harbor Child Care Inc", "address": "12 Elm St", "postcode": "97201"}
    assert groups(run({**firm, "tax_number": "12-3456789"}, {**firm, "tax_number": "98-7654321"})) == [[1], [2]]


@pytest.mark.parametrize("name", ["Unknown", "n/a", "Anonymous", "", "XXXX"])
def test_nobody_s_name_joins_nobody(name: str):
    matched = match(
        table([{"record_id": n, "kind": "person", "name": name, "silo": "s"} for n in range(1, 2001)] + town())
    )
    assert len(groups(matched)) == 2000
    assert len(matched.edges) < 1000


def test_empty_records_stay_alone():
    matched = run({}, {}, {"kind": "organisation"}, {"kind": "organisation"})
    assert groups(matched) == [[1], [2], [3], [4]]
    assert (
        match(
            table([]).append_column("record_id", table([{"record_id": 1}])["record_id"].slice(0, 0))
        ).clusters.num_rows
        == 0
    )


def test_names_of_other_scripts():
    matched = run(
        {"name": "Мария Иванова", "phone": "+15035550101"},
        {"name": "мария иванова", "phone": "+15035550101"},
        {"name": "王芳", "email": "wang@mail.example"},
        {"name": "李娜", "email": "wang@mail.example"},
        {"name": "محمد علي", "phone": "+15035550188"},
    )
    assert [1, 2] in groups(matched)
    assert [5] in groups(matched)


def test_single_names_join_only_with_more():
    matched = run({"name": "Madonna"}, {"name": "Madonna"}, {"name": "Sukarno", "phone": "+15035550101"},
                  {"name": "Sukarno", "phone": "+15035550101"})  # fmt: skip
    assert groups(matched) == [[1], [2], [3, 4]]


@pytest.mark.slow
def test_a_hundred_thousand_records_with_one_phone():
    given = [f"{a}{b}" for a in "bcdfghklmnprst" for b in ("ara", "elo", "ino", "ulu", "ast", "erg", "olm")]
    rows = [
        {"record_id": n, "silo": "s", "kind": "person", "given": given[n % 97], "family": f"{given[n // 97 % 98]}{given[n // 9506 % 98]}",
         "phone": "+15035550100"}
        for n in range(1, 100_001)
    ]  # fmt: skip
    matched = match(table(rows))
    assert matched.card["counts"]["largest cluster"] <= 3
    assert any("carried by 100000 records" in alarm for alarm in matched.card["alarms"])
    assert any(rule["rule"] == "phone" and rule["blocks left out"] == 1 for rule in matched.card["blocking"]["person"])


def test_a_switchboard_and_a_default_birthday_are_no_identity():
    office = [
        {"record_id": n, "silo": "s", "kind": "person", "given": row["given"], "family": row["family"], "phone": "+15035550100",
         "birth_date": "1980-01-01"}
        for n, row in enumerate(town()[:120], 1)
    ]  # fmt: skip
    matched = match(table(office + town()))
    assert len(groups(matched)) == 120
    assert {"phone", "birth"} <= {shared["key"] for shared in matched.card["shared"]["person"]}


def test_a_source_that_gave_its_numbers_anew():
    people = town()[:60]
    old = [{**row, "record_id": n, "silo": "a", "key": str(n), "own_key": True} for n, row in enumerate(people, 1)]
    new = [
        {**row, "record_id": 100 + n, "silo": "a", "key": str(n % 60 + 1), "own_key": True}
        for n, row in enumerate(people, 1)
    ]
    matched = match(table(old + new))
    assert groups(matched) == [[n, 100 + n] for n in range(1, 61)], "by what is told of them, not by the number"


def test_people_outrank_the_machine():
    alike = ({**ANA}, {**ANA, "birth_date": "1980-02-03"})
    assert groups(run(*alike)) == [[1, 2]]
    assert groups(run(*alike, decisions=(Decision(1, 2, same=False),))) == [[1], [2]]
    strangers = ({**ANA}, {"name": "Olaf Svensson"})
    assert groups(run(*strangers, decisions=(Decision(1, 2, same=True),))) == [[1, 2]]
    assert groups(run({**ANA}, {**ANA}, decisions=(Decision(1, 2, same=False),))) == [[1], [2]]


def test_a_chain_of_likenesses_is_not_one_customer():
    rows = [
        {
            "given": f"Ana{chr(97 + n)}",
            "family": "Perez",
            "phone": f"+1503{5550100 + n * 91373}",
            "email": f"a{n // 2}@mail.example",
        }
        for n in range(8)
    ]
    assert max(len(group) for group in groups(run(*rows))) <= 3


def test_record_numbers_are_checked():
    with pytest.raises(ValueError, match="told twice"):
        match(table([{"record_id": 1, "name": "A B"}, {"record_id": 1, "name": "C D"}]))
    with pytest.raises(ValueError, match="no column record_id"):
        match(table([{"name": "A B"}]))
