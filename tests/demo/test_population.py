"""The people: fictional for certain, distinct, and related as people are."""

from collections import Counter
from datetime import date

import phonenumbers
import pytest

from regard.demo import population

START, END = date(2025, 5, 16), date(2026, 11, 15)


@pytest.fixture(scope="module")
def people():
    return population.build(5, 3000, START, END)


def test_numbers_are_valid_fictional_and_distinct(people):
    numbers = [person.mobile for person in people.persons if person.mobile]
    numbers += [home.landline for home in people.households if home.landline]
    numbers += [firm.phone for firm in people.organisations]
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        assert number[5:10] == "55501"
        assert phonenumbers.is_valid_number(phonenumbers.parse(number))


def test_numbers_do_not_run_out(monkeypatch):
    phones = {"local": [218], "landline": [218, 605], "far": [608, 715]}
    endless = population._numbers(population.stream(1, "x"), phones)["mobile"]
    numbers = [next(endless) for _ in range(900)]
    assert len(set(numbers[:250])) == 250  # local ones, then those of the far codes, then again


def test_mail_cannot_reach_anybody(people):
    mails = [person.mail for person in people.persons if person.mail] + [firm.mail for firm in people.organisations]
    assert all(mail.endswith(".example") and mail.count("@") == 1 and mail.isascii() for mail in mails)
    own = Counter(person.mail for person in people.persons if person.mail)
    assert max(own.values()) == 1


def test_households_share_and_namesakes_exist(people):
    assert sum(len(home.members) > 1 for home in people.households) > 250
    assert sum(bool(home.mail) for home in people.households) > 25
    names = Counter((person.given, person.family) for person in people.persons)
    assert sum(count > 1 for count in names.values()) > 20
    juniors = [home for home in people.households if any(member.suffix == "Jr" for member in home.members)]
    assert juniors
    for home in juniors:
        older = next(member for member in home.members if member.suffix == "Sr")
        younger = next(member for member in home.members if member.suffix == "Jr")
        assert (older.given, older.family) == (younger.given, younger.family)
        assert older.born < younger.born


def test_people_move_marry_and_work(people):
    moved = [person for person in people.persons if person.moved]
    assert moved
    for person in moved:
        day, address = person.moved
        assert START <= day <= END
        assert person.address_at(day) is address is not person.home.address
    married = next(person for person in people.persons if person.married)
    assert married.family_at(START.replace(year=2000)) == married.family
    assert married.family_at(END) == married.married[1]
    for firm in people.organisations:
        assert all(contact.employer is firm for contact in firm.contacts)


def test_firms_are_distinct_and_their_tax_numbers_belong_to_nobody(people):
    assert len({firm.name for firm in people.organisations}) == len(people.organisations)
    assert all(firm.tax_number.startswith("00-") for firm in people.organisations)


def test_postal_codes_are_out_of_use(people):
    assert {home.address.zip[:3] for home in people.households} == {"568"}
