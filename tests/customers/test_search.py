"""The search box: what is typed decides where to look."""

import pytest

from regard.customers import actions
from regard.customers.actions import Told
from regard.customers.search import search

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(cast):
    def person(name: str, **told: str):
        return actions.register_customer(by=cast.alice, silo=cast.silo, told=Told(name=name, **told))

    return {
        "ana": person("Ana Pérez", phone="(312) 555-0142", email="ana@mail.example"),
        "ben": person("Ben Perez", phone="(312) 555-0143"),
        "chen": person("Chén Perezson"),
        "firm": person("Perez & Sons Fencing", kind="organisation"),
    }


def names(cast, typed: str) -> list[str]:
    return [found.customer.name for found in search(cast.alice, typed)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("ana perez", "Ana Pérez"),
        ("PEREZ, ANA", "Ana Pérez"),
        ("ana@mail.example", "Ana Pérez"),
        ("ana@", "Ana Pérez"),
        ("312-555-0143", "Ben Perez"),
        ("312 555 01", "Ana Pérez"),
        ("fenc", "Perez & Sons Fencing"),
        ("pérezs", "Chén Perezson"),
        ("bem perez", "Ben Perez"),
        ("Anna Peres", "Ana Pérez"),
    ],
)
def test_the_first_hit(cast, people, typed, first):
    assert names(cast, typed)[:1] == [first]


def test_a_customer_number_leads_to_one(cast, people):
    assert [found.customer for found in search(cast.alice, people["ben"].number)] == [people["ben"]]


def test_the_closest_words_stand_first(cast, people):
    assert names(cast, "perez")[-1] == "Chén Perezson"
    assert len(names(cast, "perez")) == 4


@pytest.mark.parametrize(
    "typed", ["", " ", "x", "'", "':*", "& |", "!!", "%", "_@_", "\\", "K99999999999999999999", "a" * 5000]
)
def test_odd_input_finds_nobody_and_breaks_nothing(cast, people, typed):
    assert search(cast.alice, typed) == []


def test_charlie_finds_nobody_of_another_office(cast, people):
    for typed in ("ana perez", "ana@mail.example", "312-555-0143", people["ana"].number):
        assert search(cast.charlie, typed) == []


def test_a_restricted_customer_is_found_by_a_supervisor_only(cast, people):
    people["ana"].restricted = True
    people["ana"].save()
    assert names(cast, "ana perez") == []
    assert [found.customer.name for found in search(cast.bob, "ana perez")] == ["Ana Pérez"]
