"""Any sequence of merges, splits, links and undoing: taken back in turn, everything is where it was."""

import random
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.customers import actions
from regard.customers.models import Customer, Decision, IdentityChange, IdentityRecord, Link
from regard.desk.models import Case
from tests.customers.kit import make_person, make_rows, picture

pytestmark = pytest.mark.django_db
WORDS = ("merge", "split", "unlink", "link", "undo", "arrive")
STEPS = st.lists(st.tuples(st.sampled_from(WORDS), st.integers(0, 1 << 30)), max_size=9)
THOROUGH = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def standing() -> list[Customer]:
    return list(Customer.objects.filter(merged_into=None).order_by("pk"))


def records_of(customer: Customer) -> list[int]:
    return list(
        Link.objects.filter(customer=customer, ended_at=None).order_by("record").values_list("record", flat=True)
    )


def changes() -> list[IdentityChange]:
    return list(IdentityChange.objects.filter(in_force=True).order_by("pk"))


def step(cast: Any, word: str, draw: random.Random) -> None:
    """One random act. Some are refused; then nothing may have changed."""
    told: dict[str, Any] = {"by": cast.bob, "reason": "A test"}
    customers = standing()
    one = draw.choice(customers)
    if word == "merge":
        actions.merge_customers(keep=one, merge=draw.choice(customers), **told)
    elif word == "split":
        records, loose = (
            records_of(one),
            list(Case.objects.filter(customer=one, record=None).values_list("pk", flat=True)),
        )
        wanted = [pk for pk in records if draw.random() < 0.5]
        rows = [("desk.case", pk) for pk in loose if draw.random() < 0.5]
        actions.split_customer(customer=one, records=wanted, rows=rows, **told)
    elif word == "unlink":
        actions.unlink_record(record=draw.choice(list(IdentityRecord.objects.order_by("pk"))), **told)
    elif word == "link":
        actions.link_record(record=draw.choice(list(IdentityRecord.objects.order_by("pk"))), customer=one, **told)
    elif word == "undo":
        found = changes()
        if found:
            actions.undo_change(change=draw.choice(found), **told)


def world(cast: Any) -> None:
    for name, many in (("Ana Perez", 1), ("Bo Chen", 2), ("Cleo Dee", 3)):
        customer, records = make_person(cast, name, records=many, email=f"{name[:2].lower()}@mail.example")
        make_rows(cast, customer, records[-1])
        make_rows(cast, customer)


def invariants() -> None:
    live = Link.objects.filter(ended_at=None)
    assert live.count() == IdentityRecord.objects.count()
    assert not live.exclude(customer__merged_into=None).exists()
    assert not Case.objects.exclude(customer__merged_into=None).exists()
    where = dict(live.values_list("record", "customer"))
    for left, right, verdict in Decision.objects.filter(counts=True).values_list("left", "right", "verdict"):
        assert (where[left] == where[right]) == (verdict == "same")


def attempt(cast: Any, word: str, draw: random.Random) -> None:
    before = picture()
    try:
        with transaction.atomic():
            step(cast, word, draw)
    except ValidationError:
        assert picture() == before


@THOROUGH
@given(steps=STEPS)
def test_taken_back_in_turn_everything_is_where_it_was(cast, steps):
    with transaction.atomic():
        world(cast)
        before = picture()
        made = set(before["customers"])
        for word, seed in steps:
            attempt(cast, word, random.Random(seed))
            invariants()
        for change in reversed(IdentityChange.objects.exclude(kind="undo").order_by("pk")):
            change.refresh_from_db()
            if change.in_force:
                actions.undo_change(by=cast.bob, change=change, reason="A test")
                invariants()
        after = picture()
        after["customers"] = {pk: row for pk, row in after["customers"].items() if pk in made}
        assert after == before
        assert not Decision.objects.filter(counts=True).exists()
        transaction.set_rollback(True)


@THOROUGH
@given(steps=STEPS)
def test_each_case_is_with_the_customer_of_its_record(cast, steps):
    with transaction.atomic():
        world(cast)
        for word, seed in steps:
            draw = random.Random(seed)
            if word == "arrive":
                one = draw.choice(standing())
                make_rows(cast, one, IdentityRecord.objects.get(pk=records_of(one)[0]))
            attempt(cast, word, draw)
            invariants()
            where = dict(Link.objects.filter(ended_at=None).values_list("record", "customer"))
            for customer, record in Case.objects.exclude(record=None).values_list("customer", "record"):
                assert where[record] == customer
        transaction.set_rollback(True)
