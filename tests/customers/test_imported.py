"""From two imports to one picture: matched, wrongly joined, taken back, and imported once more."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from regard.customers import actions
from regard.customers.actions.matching import MATCH_OFFICE
from regard.customers.models import Customer, IdentityChange, IdentityRecord, Link
from regard.customers.rematching import match_office
from regard.customers.search import search
from regard.desk.models import Case
from regard.records.actors import System
from tests.customers.fake_matching import SCORES, _fake_match  # noqa: F401 - a fixture
from tests.sources.importing import MAPPING, Importer

pytestmark = pytest.mark.django_db(transaction=True)
BY = System("matching")


@pytest.fixture
def two_silos(cast) -> tuple[Importer, Importer]:
    other = MAPPING.replace('silo = "requests"', 'silo = "permits"').replace('name = "Requests"', 'name = "Permits"')
    return Importer(cast.permits), Importer(cast.permits, other)


def row(number: str, name: str, **told: str) -> dict[str, str]:
    always = {"opened": "2026-03-02 09:00", "status": "open", "type": "Fence", "subject": "Fence"}
    return {**always, "id": number, "name": name, **told}


def test_one_person_of_two_silos_appears_once_and_again_twice_when_it_was_wrong(cast, two_silos):
    first, second = two_silos
    first.rows(row("1", "Ana Perez", email="ana@mail.example"), row("2", "Bo Chen", phone="612 555 0150"))
    second.rows(row("7", "Anna Perez", phone="612 555 0142"), row("8", "Bo Chen", email="bo@mail.example"))
    assert len(search(cast.bob, "perez")) == 2
    SCORES["Ana Perez", "Anna Perez"] = 0.95
    match_office(by=BY, office=cast.office)
    (found,) = search(cast.bob, "perez")
    assert Case.objects.filter(customer=found.customer).count() == 2
    assert len(search(cast.bob, "chen")) == 1
    change = IdentityChange.objects.get(customer=found.customer)
    actions.undo_change(by=cast.bob, change=change, reason="They are cousins")
    assert sorted(Case.objects.values_list("customer__name", "silo_key")) == [
        ("Ana Perez", "1"), ("Anna Perez", "7"), ("Bo Chen", "2"), ("Bo Chen", "8"),
    ]  # fmt: skip
    second.rows(row("7", "Anna Perez", phone="612 555 0142", subject="Fence and gate"))  # told anew
    match_office(by=BY, office=cast.office)
    assert len(search(cast.bob, "perez")) == 2
    anna = Customer.objects.get(name="Anna Perez")
    assert list(Case.objects.filter(customer=anna).values_list("subject", flat=True)) == ["Fence and gate"]


def test_a_record_that_was_taken_off_stays_off_when_its_file_comes_again(cast, two_silos):
    first, _ = two_silos
    first.rows(row("1", "Ana Perez", email="ana@mail.example"), row("2", "Ana Perez", email="ana@mail.example"))
    second = row("3", "Ana Perez", email="ana@mail.example", phone="612 555 0142")
    first.rows(second)
    (ana,) = Customer.objects.all()
    record = IdentityRecord.objects.get(phone="+16125550142")
    change = actions.unlink_record(by=cast.bob, record=record, reason="Her mother")
    first.rows({**second, "subject": "Another fence"})
    assert Case.objects.get(silo_key="3").customer_id == change.other_id
    assert Link.objects.get(record=record, ended_at=None).customer_id == change.other_id
    assert ana.pk != change.other_id


def test_an_import_keeps_to_the_trust_that_was_set(cast, two_silos):
    first, second = two_silos
    first.rows(row("1", "Ana Perez", email="ana@mail.example", phone="612 555 0141", opened="2026-01-02 09:00"))
    actions.set_trust(by=cast.analyst, silo=first.silo, field="phone", trust=9)
    second.rows(row("7", "Ana Perez", email="ana@mail.example", phone="612 555 0142"))
    ana = Customer.objects.get()
    assert ana.phone == "+16125550141"


def test_an_import_asks_for_a_matching(cast, two_silos):
    two_silos[0].rows(row("1", "Ana Perez"))
    two_silos[1].rows(row("7", "Ana Perez"))
    assert ProcrastinateJob.objects.filter(task_name=MATCH_OFFICE).count() == 1
