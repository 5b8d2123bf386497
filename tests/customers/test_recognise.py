"""Recognising a customer live: the right one first, reasons in words, nobody of another office, bounded reading."""

import pyarrow as pa
import pytest
from django.urls import reverse

from regard.customers import actions
from regard.customers.actions.indexing import index_records, keep_models
from regard.customers.matching import match
from regard.customers.models import Customer, Kind, RecognitionModel, StandardForm
from regard.customers.recognise import beginning, model_of, recognise
from regard.records.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(cast) -> dict[str, Customer]:
    told = {
        "maria": actions.Told("María Hernández", phone="(651) 555-0142", email="m.hernandez@inboxly.example",
                              address="12 Oak St", postcode="55101"),
        "mario": actions.Told("Jorge Hernández", phone="(651) 555-0142", address="12 Oak St", postcode="55101"),
        "bill": actions.Told("Bill Anderson", email="bill.anderson77@mailet.example"),
        "firm": actions.Told("Larkspur Plumbing and Heating", kind=Kind.ORGANISATION, phone="(651) 555-0199"),
    }  # fmt: skip
    return {
        name: actions.register_customer(by=cast.alice, silo=cast.silo, told=one, country="US")
        for name, one in told.items()
    }


def first(cast, **told):
    found = recognise(cast.office.pk, told)
    return found[0] if found else None


def test_the_right_one_comes_first_with_reasons(cast, people):
    found = first(cast, name="HERNANDEZ, MARIA", email="m.hernandez@inboxly.example")
    assert found.customer_id == people["maria"].pk
    assert found.is_sure
    assert any("same e-mail" in reason for reason in found.words)


def test_a_short_form_is_the_same_name(cast, people):
    found = first(cast, name="William Anderson", email="bill.anderson77@mailet.example")
    assert found.customer_id == people["bill"].pk
    assert found.weight > 0


def test_two_people_of_one_household_are_told_apart(cast, people):
    found = recognise(cast.office.pk, {"name": "Jorge Hernandez", "phone": "+16515550142", "address": "12 Oak Street"})
    assert found[0].customer_id == people["mario"].pk
    assert not any(one.is_sure for one in found[1:])


def test_a_stranger_at_a_known_phone_is_no_sure_match(cast, people):
    found = recognise(cast.office.pk, {"name": "Zebulon Quark", "phone": "+16515550142"})
    assert not any(one.is_sure for one in found)


def test_a_firm_is_no_person(cast, people):
    assert first(cast, name="Larkspur Plumbing & Heating Inc", kind="organisation").customer_id == people["firm"].pk
    found = recognise(cast.office.pk, {"name": "Larkspur Hernandez", "kind": "person", "phone": "+16515550199"})
    assert people["firm"].pk not in [one.customer_id for one in found]


def test_nobody_of_another_office(cast, people):
    assert recognise(cast.other_office.pk, {"name": "María Hernández", "phone": "+16515550142"}) == []
    assert beginning(cast.other_office.pk, "hern") == []


def test_an_ended_link_leads_nowhere(cast, people):
    people["bill"].links.update(ended_at="2026-01-01T00:00Z")
    assert first(cast, name="Bill Anderson", email="bill.anderson77@mailet.example") is None


@pytest.mark.parametrize(
    "told", [{}, {"name": ""}, {"name": "n/a", "phone": "0"}, {"email": "@"}, {"name": "x" * 5000}]
)
def test_nothing_told_finds_nobody(cast, people, told):
    assert recognise(cast.office.pk, told) == []


def test_a_name_that_is_being_typed(cast, people):
    found = beginning(cast.office.pk, "hern")
    assert {customer for _, customer, _ in found} == {people["maria"].pk, people["mario"].pk}
    assert [customer for _, customer, _ in beginning(cast.office.pk, "hernandez mari")] != []
    assert beginning(cast.office.pk, "hernandex") == []
    assert beginning(cast.office.pk, "her") == []


def test_many_records_are_indexed_as_one_is(cast, people):
    alone = {form.pk: (form.kind, form.form, form.keys) for form in StandardForm.objects.all()}
    StandardForm.objects.all().delete()
    assert index_records(by=cast.analyst, office_id=cast.office.pk) == len(alone) == 4
    assert {form.pk: (form.kind, form.form, form.keys) for form in StandardForm.objects.all()} == alone
    assert index_records(by=cast.analyst, office_id=cast.office.pk) == 0
    assert AuditEntry.objects.filter(action="customers.index_records").count() == 1


def test_the_newest_matching_gives_the_weights(cast, people):
    assert model_of(cast.office.pk, "person").frequencies == {}
    rows = [{"record_id": n, "kind": "person", "name": f"Ann Ash{n}"} for n in range(300)]
    matched = match(pa.Table.from_pylist(rows))
    keep_models(by=cast.analyst, office_id=cast.office.pk, models=matched.models)
    model = model_of(cast.office.pk, "person")
    assert model == matched.models["person"]
    assert model.frequency("given", "ann") > 0.5
    keep_models(by=cast.analyst, office_id=cast.office.pk, models=matched.models)
    assert RecognitionModel.objects.count() == 1


def test_a_look_up_reads_no_more_however_many_there_are(cast, people, django_assert_num_queries):
    for n in range(60):
        told = actions.Told("Maria Hernandez", phone=f"(651) 555-{n:04d}")
        actions.register_customer(by=cast.alice, silo=cast.silo, told=told)
    recognise(cast.office.pk, {"name": "Maria Hernandez"})
    with django_assert_num_queries(5):  # savepoint, setting, look-up, release, which model
        found = recognise(cast.office.pk, {"name": "Maria Hernandez"}, limit=100)
    assert len(found) <= 40


# --- at the counter


@pytest.fixture
def at_counter(client, cast):
    client.force_login(cast.alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_who_is_known_is_shown_while_a_form_is_filled_in(at_counter, cast, people):
    page = at_counter.get(
        reverse("customers-likely"), {"kind": "person", "name": "Hernández María", "phone": "651 555 0142"}
    )
    assert people["maria"].number in page.content.decode()
    assert at_counter.get(reverse("customers-likely"), {"name": "Zebulon Quark"}).content.strip() == b""


def test_nobody_is_registered_twice_without_a_yes(at_counter, cast, people):
    told = {
        "kind": "person",
        "name": "Maria Hernandez",
        "email": "m.hernandez@inboxly.example",
        "phone": "651 555 0142",
    }
    page = at_counter.post(reverse("customers-new"), told).content.decode()
    assert people["maria"].number in page
    assert "Nothing was registered yet" in page
    assert Customer.objects.count() == 4
    at_counter.post(reverse("customers-new"), told | {"anyway": "yes"})
    assert Customer.objects.count() == 5


def test_a_restricted_customer_is_recognised_but_not_shown(at_counter, cast, people):
    Customer.objects.filter(pk=people["maria"].pk).update(restricted=True)
    page = at_counter.get(reverse("customers-likely"), {"name": "María Hernández", "phone": "651 555 0142"})
    assert people["maria"].number not in page.content.decode()


def test_charlie_is_shown_nobody(client, cast, people):
    client.force_login(cast.charlie, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(reverse("customers-likely"), {"name": "María Hernández", "phone": "651 555 0142"})
    assert page.content.strip() == b""
