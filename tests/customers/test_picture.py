"""The picture: sources, ages, doubts and conflicts of facts; relations; and taking it along."""

import csv
import io
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from regard.customers import actions, queries
from regard.customers.models import Customer, IdentityChange, IdentityRecord, Kind, Link, Relation, SourceTrust
from regard.customers.queries.relations import relations_of
from regard.desk.models import Contact
from regard.office.models import Silo
from regard.records.models import AuditEntry, Viewing
from tests.customers.kit import make_customer, make_person, make_record, picture

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def visit(client):
    def go(staff, name: str, *args: object, post: dict | None = None, **query: str):
        client.force_login(staff, backend=BACKEND)
        address = reverse(name, args=args)
        return client.post(address, post) if post is not None else client.get(address, query)

    return go


@pytest.fixture
def register(cast) -> Silo:
    return Silo.objects.create(code="register", name="Register", unit=cast.office)


def fact(customer, name):
    records = queries.records_of(customer)
    return next(f for f in queries.facts_of(records, queries.trust_of(records)) if f.field == name)


def test_sources_that_disagree_are_noticed(cast, register):
    ana = make_customer(cast, "Ana")
    make_record(cast, ana, "Ana", days=1, phone="+16125550141", silo=register)
    make_record(cast, ana, "Ana", days=2, phone="+16125550142")
    told = fact(ana, "phone")
    assert [t.value for t in told.tellings] == ["+16125550142", "+16125550141"]
    assert told.conflicting
    assert "sources disagree" in told.note


def test_a_newer_version_of_the_same_record_is_no_conflict(cast, register):
    ana = make_customer(cast, "Ana")
    for days, phone in ((1, "+16125550141"), (2, "+16125550142")):
        record = IdentityRecord.objects.create(
            silo=register,
            key="id:7",
            digest=uuid4(),
            name="Ana",
            phone=phone,
            as_of=timezone.now() + timedelta(days=days),
        )
        Link.objects.create(record=record, customer=ana, score=1, reason="r", author="rule", ended_reason="")
    told = fact(ana, "phone")
    assert told.current.value == "+16125550142"
    assert not told.conflicting
    assert [t.is_current for t in told.tellings] == [True, False]


def test_how_sure_a_fact_is_grows_with_each_source(cast, register):
    ana, (first,) = make_person(cast, "Ana", email="a@mail.example")
    Link.objects.filter(record=first).update(score=0.8)
    assert fact(ana, "email").current.sureness == "not sure"
    assert "not sure that it is theirs (80%)" in fact(ana, "email").note
    second = make_record(cast, ana, "Ana", email="a@mail.example", silo=register)
    Link.objects.filter(record=second).update(score=0.9)
    told = fact(ana, "email").current
    assert told.confidence == pytest.approx(0.98)
    assert told.sureness == "likely"


def test_old_addresses_are_to_be_asked_again_and_birthdays_are_not(cast):
    ana = make_customer(cast, "Ana")
    long_ago = timezone.now() - timedelta(days=800)
    make_record(cast, ana, "Ana", phone="+16125550141", birth_date="1980-01-01", as_of=long_ago)
    assert fact(ana, "phone").note == "old: ask again"
    assert not fact(ana, "birth_date").is_stale


def test_the_more_trusted_source_comes_before_the_fresher(cast, register):
    ana = make_customer(cast, "Ana")
    make_record(cast, ana, "Ana", days=9, phone="+16125550149")
    make_record(cast, ana, "Ana", days=1, phone="+16125550141", silo=register)
    assert fact(ana, "phone").current.value == "+16125550149"
    actions.set_trust(by=cast.analyst, silo=register, field="phone", trust=8)
    assert fact(ana, "phone").current.value == "+16125550141"
    ana.refresh_from_db()
    assert ana.phone == "+16125550141"
    actions.set_trust(by=cast.analyst, silo=register, field="phone", trust=None)
    assert fact(ana, "phone").current.value == "+16125550149"
    assert AuditEntry.objects.filter(action="customers.set_trust").count() == 2
    for field, trust in (("shoe", 5), ("phone", 12)):
        with pytest.raises(ValidationError):
            actions.set_trust(by=cast.analyst, silo=register, field=field, trust=trust)


def test_trust_is_set_on_its_page(cast, register, visit):
    answer = visit(cast.analyst, "customers-trust-edit", "register", post={"*": "7", "phone": "2"})
    assert answer.status_code == 302
    assert dict(SourceTrust.objects.values_list("field", "trust")) == {"*": 7, "phone": 2}
    page = visit(cast.analyst, "customers-trust").content.decode()
    assert "Register" in page
    assert visit(cast.alice, "customers-trust").status_code == 403
    assert visit(cast.other_administrator, "customers-trust-edit", "register").status_code == 404


def test_what_is_told_now_does_not_displace_what_is_trusted_more(cast, register):
    ana = make_customer(cast, "Ana")
    make_record(cast, ana, "Ana Perez", phone="+16125550141", silo=register)
    actions.set_trust(by=cast.analyst, silo=register, field="name", trust=9)
    told = actions.Told(name="Anna", phone="612 555 0142")
    actions.tell_facts(by=cast.alice, silo=cast.silo, customer=ana, told=told)
    ana.refresh_from_db()
    assert (ana.name, ana.phone) == ("Ana Perez", "+16125550142")


def test_how_fresh_the_picture_is(cast, visit):
    long_ago = timezone.now() - timedelta(days=500)
    for name in ("Ana", "Bo", "Cleo"):
        make_customer(cast, name)
    Customer.objects.filter(name="Cleo").update(refreshed_at=long_ago)
    merged = make_customer(cast, "Gone")
    Customer.objects.filter(pk=merged.pk).update(merged_into=Customer.objects.get(name="Ana"))
    Customer.objects.create(office=cast.other_office, name="Far")
    make_record(cast, None, "Ana", as_of=timezone.now() - timedelta(days=2))
    page = visit(cast.analyst, "customers-trust").content.decode()
    assert "67%" in page
    assert "2 were told of in the last 365 days" in page
    assert "2 days ago" in page


def test_when_we_last_spoke(cast, visit):
    ana, (record,) = make_person(cast, "Ana")
    where = {"silo": cast.silo, "unit": cast.permits, "customer": ana, "record": record, "channel": "phone"}
    now = timezone.now()
    assert "We have not spoken yet" in visit(cast.alice, "customers-customer", ana.number).content.decode()
    Contact.objects.create(**where, started_at=now - timedelta(days=3), outcome="answered")
    Contact.objects.create(**where, started_at=now - timedelta(days=1), outcome="abandoned")
    page = visit(cast.alice, "customers-customer", ana.number).content.decode()
    assert "We last spoke 3 days ago (phone from the customer: answered)" in page
    assert "We have not spoken yet" in visit(cast.dora, "customers-customer", ana.number).content.decode()


# --- relations


def test_a_relation_stands_on_both_pages_and_follows_merges(cast, visit):
    ana, _ = make_person(cast, "Ana Perez")
    anna, _ = make_person(cast, "Anna Perez")
    firm = make_customer(cast, "Perez Ltd", kind=Kind.ORGANISATION)
    told = {"kind": "works_for", "other": firm.number, "reason": "She says so"}
    assert visit(cast.alice, "customers-relate", anna.number, post=told).status_code == 302
    assert "Works for" in visit(cast.alice, "customers-customer", anna.number).content.decode()
    assert "Employs" in visit(cast.alice, "customers-customer", firm.number).content.decode()
    change = actions.merge_customers(by=cast.bob, keep=ana, merge=anna, reason="One")
    assert [(one.words, one.customer) for one in relations_of(ana, cast.bob)] == [("Works for", firm)]
    assert [one.customer for one in relations_of(firm, cast.bob)] == [ana]
    actions.undo_change(by=cast.bob, change=change, reason="Two")
    assert relations_of(ana, cast.bob) == []
    assert [one.customer for one in relations_of(firm, cast.bob)] == [anna]
    relation = Relation.objects.get()
    visit(cast.alice, "customers-relation-end", firm.number, relation.pk, post={"reason": "She left"})
    assert relations_of(firm, cast.bob) == []


@pytest.mark.parametrize(("other", "message"), [("K9999999", "no such customer"), ("self", "no relation to itself")])
def test_a_relation_to_nobody_is_refused(cast, visit, other, message):
    ana, _ = make_person(cast, "Ana Perez")
    told = {"kind": "household", "other": ana.number if other == "self" else other, "reason": "x"}
    assert message in visit(cast.alice, "customers-relate", ana.number, post=told).content.decode()


def test_a_restricted_relative_is_not_named(cast):
    ana, _ = make_person(cast, "Ana Perez")
    bo, _ = make_person(cast, "Bo Chen")
    actions.relate(by=cast.bob, customer=ana, other=bo, kind="household", reason="Same address")
    Customer.objects.filter(pk=bo.pk).update(restricted=True)
    assert len(relations_of(ana, cast.bob)) == 1
    assert relations_of(ana, cast.alice) == []


# --- taking it along


@pytest.fixture
def known(cast, register) -> Customer:
    ana, (first,) = make_person(cast, "=Ana", phone="+16125550141")
    second = make_record(cast, ana, "Ana Perez", days=5, email="a@mail.example", silo=register)
    Link.objects.filter(record=first).update(score=1.0)
    Link.objects.filter(record=second).update(score=0.93, author="model")
    return ana


def test_the_export_says_what_the_page_says(cast, known, visit):
    told = json.loads(visit(cast.alice, "customers-export", known.number, format="json").content)
    assert told["customer"] == known.number
    facts = {one["fact"]: one for one in told["facts"]}
    assert [t["value"] for t in facts["name"]["told"]] == ["Ana Perez", "=Ana"]
    assert facts["email"]["told"][0]["confidence"] == 0.93
    answer = visit(cast.alice, "customers-export", known.number, format="csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0] == ["part", "what", "value", "source", "as_of", "confidence", "still_told"]
    assert ["Name", "'=Ana"] in [row[1:3] for row in rows]
    assert Viewing.objects.filter(object_id=str(known.pk), staff_id=cast.alice.pk).exists()
    assert AuditEntry.objects.filter(action="customers.export").count() == 2


def test_what_goes_to_the_customer_is_checked_by_a_person_first(cast, known, visit):
    weak = Link.objects.get(score=0.93)
    told = {"form": "json", "reason": "Passport seen"}
    answer = visit(cast.records_officer, "customers-export", known.number, post=told)
    assert "Check each of them" in answer.content.decode()
    before = picture()
    answer = visit(cast.records_officer, "customers-export", known.number, post={**told, "checked": [weak.pk]})
    assert json.loads(answer.content)["customer"] == known.number
    link = Link.objects.get(record=weak.record_id, ended_at=None)
    assert (link.made_by, link.score) == (cast.records_officer, 1.0)
    assert queries.weak_links(known, 0.99) == []
    assert AuditEntry.objects.latest("id").changes["note"]["purpose"] == "subject access"
    change = IdentityChange.objects.get()
    assert change.kind == "confirm"
    actions.undo_change(by=cast.bob, change=change, reason="I mistook them")
    assert picture() == before


def test_only_some_roles_answer_the_customer(cast, known, visit):
    told = {"form": "json", "reason": "Passport seen", "checked": [Link.objects.get(score=0.93).pk]}
    answer = visit(cast.alice, "customers-export", known.number, post=told)
    assert "who asks" not in answer.content.decode()
    assert not IdentityChange.objects.exists()
