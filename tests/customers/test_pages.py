"""Customer pages: the picture, its access and its cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from regard.customers import actions
from regard.customers.actions import Told
from regard.customers.models import Customer, IdentityRecord
from regard.desk import actions as desk
from regard.records.models import Viewing

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def ana(cast) -> Customer:
    told = Told(name="Ana Marker Perez", phone="(312) 555-0142", email="ana@mail.example")
    return actions.register_customer(by=cast.alice, silo=cast.silo, told=told)


@pytest.fixture
def visit(client):
    def get(staff, name: str, *args: object, **query: str):
        client.force_login(staff, backend=BACKEND)
        return client.get(reverse(name, args=args), query)

    return get


def test_the_picture_shows_facts_with_source_and_what_is_open(cast, ana, visit):
    case = desk.open_case(by=cast.alice, unit=cast.permits, service=cast.fence, subject="Fence on Elm", customer=ana)
    text = visit(cast.alice, "customers-customer", ana.number).content.decode()
    assert "Ana Marker Perez" in text
    assert "+13125550142" in text
    assert "Regard" in text
    assert case.number in text
    assert "Nothing is open" not in text


def test_who_works_at_the_desk_logs_a_contact_from_here(cast, ana, visit):
    link = f'href="{reverse("desk-log")}?customer={ana.number}"'
    assert link in visit(cast.alice, "customers-customer", ana.number).content.decode()
    assert link not in visit(cast.analyst, "customers-customer", ana.number).content.decode()


def test_new_facts_stand_first_and_old_ones_stay(cast, ana, visit, client):
    client.force_login(cast.alice, backend=BACKEND)
    form = {"kind": "person", "name": "Ana Perez", "phone": "312 555 0199", "email": "", "address": "1 Elm St"}
    answer = client.post(reverse("customers-update", args=[ana.number]), form)
    assert answer.status_code == 302
    text = visit(cast.alice, "customers-customer", ana.number).content.decode()
    assert text.index("+13125550199") < text.index("+13125550142")
    assert IdentityRecord.objects.count() == 2
    ana.refresh_from_db()
    assert (ana.phone, ana.email) == ("+13125550199", "ana@mail.example")


def test_a_wrong_phone_is_refused_with_what_to_do(cast, client):
    client.force_login(cast.alice, backend=BACKEND)
    answer = client.post(reverse("customers-new"), {"kind": "person", "name": "Bo", "phone": "12"})
    assert answer.status_code == 200
    assert "cannot be dialled" in answer.content.decode()
    assert not Customer.objects.exists()


def test_whoever_looks_is_remembered(cast, ana, visit):
    visit(cast.alice, "customers-customer", ana.number)
    assert Viewing.objects.filter(staff_id=cast.alice.pk, object_id=str(ana.pk)).exists()


@pytest.mark.parametrize("name", ["customers-customer", "customers-sources", "customers-update"])
def test_charlie_reaches_nothing(cast, ana, visit, name):
    assert visit(cast.charlie, name, ana.number).status_code == 404
    assert "Marker" not in visit(cast.charlie, "customers-search", q="ana marker").content.decode()


def test_another_units_case_is_one_line_without_its_text(cast, ana, visit):
    desk.open_case(by=cast.dora, unit=cast.roads, service=cast.pothole, subject="Secret subject", customer=ana)
    text = visit(cast.alice, "customers-customer", ana.number).content.decode()
    assert "Pothole" in text
    assert "Secret subject" not in text


def test_the_page_costs_the_same_with_thirty_cases(cast, ana, visit):
    counts = []
    for many in (1, 30):
        for n in range(many):
            desk.open_case(
                by=cast.alice, unit=cast.permits, service=cast.fence, subject=f"Case {many} {n}", customer=ana
            )
        visit(cast.alice, "customers-customer", ana.number)
        with CaptureQueriesContext(connection) as queries:
            visit(cast.alice, "customers-customer", ana.number)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[1] <= 15 + 8  # eight of them sign the test client in


def test_a_case_number_leads_straight_to_its_case(cast, ana, visit):
    case = desk.open_case(by=cast.alice, unit=cast.permits, service=cast.fence, subject="Fence", customer=ana)
    answer = visit(cast.alice, "customers-search", q=case.number)
    assert answer.status_code == 302
    assert case.number in answer.url
