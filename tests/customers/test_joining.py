"""Merging, splitting, linking and unlinking by hand, and taking it back."""

import pytest
from django.core.exceptions import ValidationError

from regard.customers import actions
from regard.customers.access import get_customer_for
from regard.customers.models import Customer, Decision, IdentityChange, Kind, Link
from regard.desk.models import Case
from regard.records.models import AuditEntry
from tests.customers.kit import make_customer, make_person, make_record, make_rows, picture

pytestmark = pytest.mark.django_db


def customer_of(record) -> int:
    return Link.objects.get(record=record, ended_at=None).customer_id


def said() -> set[tuple[int, int, str]]:
    return set(Decision.objects.filter(counts=True).values_list("left", "right", "verdict"))


def test_a_merge_takes_everything_along_and_its_number_leads_on(cast):
    ana, (first,) = make_person(cast, "Ana Perez", email="ana@mail.example")
    anna, (second, third) = make_person(cast, "Anna Perez", records=2, phone="+13125550142")
    with_record, without = make_rows(cast, anna, second), make_rows(cast, anna)
    change = actions.merge_customers(by=cast.bob, keep=ana, merge=anna, reason="Same birthday and street")
    assert {customer_of(r) for r in (first, second, third)} == {ana.pk}
    for rows in (with_record, without):
        assert Case.objects.get(pk=rows["desk.case"]).customer_id == ana.pk
    assert get_customer_for(cast.bob, anna.number) == ana
    ana.refresh_from_db()
    assert (ana.name, ana.email, ana.phone) == ("Anna Perez", "ana@mail.example", "+13125550142")
    assert change.made_by == cast.bob
    entry = AuditEntry.objects.latest("id")
    assert entry.action == "customers.merge"
    assert entry.changes["note"]["records"] == 2
    assert entry.changes["note"]["desk.case"] == 2


def test_taking_a_merge_back_restores_all_of_it(cast):
    ana, _ = make_person(cast, "Ana Perez", email="ana@mail.example")
    bo, (record,) = make_person(cast, "Bo Chen", phone="+13125550142")
    make_rows(cast, ana)
    make_rows(cast, bo, record)
    make_rows(cast, bo)
    before = picture()
    change = actions.merge_customers(by=cast.bob, keep=ana, merge=bo, reason="I thought so")
    assert picture() != before
    undo = actions.undo_change(by=cast.bob, change=change, reason="They are two")
    assert picture() == before
    assert said() == set()
    change.refresh_from_db()
    assert not change.in_force
    assert undo.undoes == change
    with pytest.raises(ValidationError, match="taken back already"):
        actions.undo_change(by=cast.bob, change=change, reason="Again")


def test_what_came_after_a_merge_follows_its_record_back(cast):
    ana, _ = make_person(cast, "Ana Perez")
    bo, (record,) = make_person(cast, "Bo Chen")
    change = actions.merge_customers(by=cast.bob, keep=ana, merge=bo, reason="I thought so")
    by_record, by_nobody = make_rows(cast, ana, record), make_rows(cast, ana)
    actions.undo_change(by=cast.bob, change=change, reason="They are two")
    assert Case.objects.get(pk=by_record["desk.case"]).customer_id == bo.pk
    assert Case.objects.get(pk=by_nobody["desk.case"]).customer_id == ana.pk


def test_a_case_that_somebody_gave_to_another_customer_stays_there(cast):
    ana, _ = make_person(cast, "Ana Perez")
    bo, (record,) = make_person(cast, "Bo Chen")
    cleo = make_customer(cast, "Cleo")
    rows = make_rows(cast, bo, record)
    change = actions.merge_customers(by=cast.bob, keep=ana, merge=bo, reason="I thought so")
    Case.objects.filter(pk=rows["desk.case"]).update(customer=cleo)
    actions.undo_change(by=cast.bob, change=change, reason="They are two")
    assert Case.objects.get(pk=rows["desk.case"]).customer_id == cleo.pk


def test_a_split_makes_a_customer_and_leaves_what_stands_on_no_record(cast):
    ana, (first, second) = make_person(cast, "Ana Perez", records=2)
    by_record, loose, chosen = make_rows(cast, ana, second), make_rows(cast, ana), make_rows(cast, ana)
    before = picture()
    change = actions.split_customer(
        by=cast.bob, customer=ana, records=[second.pk], rows=[("desk.case", chosen["desk.case"])], reason="A cousin"
    )
    made = change.other
    assert (customer_of(first), customer_of(second)) == (ana.pk, made.pk)
    owners = [Case.objects.get(pk=rows["desk.case"]).customer_id for rows in (by_record, loose, chosen)]
    assert owners == [made.pk, ana.pk, made.pk]
    assert said() == {(first.pk, second.pk, "different")}
    late = make_rows(cast, made)
    actions.undo_change(by=cast.bob, change=change, reason="No cousin")
    assert Case.objects.get(pk=late["desk.case"]).customer_id == ana.pk
    assert get_customer_for(cast.bob, made.number) == ana
    after = picture()
    assert after["links"] == before["links"]
    assert before["cases"] <= after["cases"]


def test_a_record_is_taken_off_and_linked_elsewhere(cast):
    _, (first, second) = make_person(cast, "Ana Perez", records=2)
    bo, (third,) = make_person(cast, "Bo Chen")
    change = actions.unlink_record(by=cast.bob, record=second, reason="Other person")
    assert change.kind == IdentityChange.Kind.UNLINK
    alone = Customer.objects.get(pk=customer_of(second))
    actions.link_record(by=cast.bob, record=second, customer=bo, reason="It is Bo")
    assert customer_of(second) == bo.pk
    assert get_customer_for(cast.bob, alone.number) == bo
    assert said() == {(first.pk, second.pk, "different"), (second.pk, third.pk, "same")}
    with pytest.raises(ValidationError, match="all we know"):
        actions.unlink_record(by=cast.bob, record=first, reason="Other person")


def test_linking_one_of_several_records_says_where_it_does_not_belong(cast):
    ana, (first, second) = make_person(cast, "Ana Perez", records=2)
    bo, (third,) = make_person(cast, "Bo Chen")
    before = picture()
    change = actions.link_record(by=cast.bob, record=second, customer=bo, reason="It is Bo")
    assert said() == {(first.pk, second.pk, "different"), (second.pk, third.pk, "same")}
    assert ana.pk == customer_of(first)
    actions.undo_change(by=cast.bob, change=change, reason="It was Ana")
    assert picture() == before


def test_done_again_after_it_was_taken_back(cast):
    ana, (first,) = make_person(cast, "Ana Perez")
    bo, (second,) = make_person(cast, "Bo Chen")
    make_rows(cast, bo)
    change = actions.merge_customers(by=cast.bob, keep=ana, merge=bo, reason="One")
    merged = picture()
    undo = actions.undo_change(by=cast.bob, change=change, reason="Two")
    actions.undo_change(by=cast.bob, change=undo, reason="One after all")
    assert picture() == merged
    assert said() == {(first.pk, second.pk, "same")}


def test_what_a_later_change_built_on_is_not_taken_back_first(cast):
    ana, _ = make_person(cast, "Ana Perez")
    bo, _ = make_person(cast, "Bo Chen")
    cleo, _ = make_person(cast, "Cleo Dee")
    one = actions.merge_customers(by=cast.bob, keep=ana, merge=bo, reason="One")
    two = actions.merge_customers(by=cast.bob, keep=cleo, merge=ana, reason="One")
    assert get_customer_for(cast.bob, bo.number) == cleo
    with pytest.raises(ValidationError, match=f"{cleo.number} and {ana.number} merged"):
        actions.undo_change(by=cast.bob, change=one, reason="Two")
    actions.undo_change(by=cast.bob, change=two, reason="Two")
    actions.undo_change(by=cast.bob, change=one, reason="Two")
    assert get_customer_for(cast.bob, bo.number) == bo


def test_one_of_two_merges_is_taken_back_alone(cast):
    ana, _ = make_person(cast, "Ana Perez")
    bo, (record,) = make_person(cast, "Bo Chen")
    cleo, (other,) = make_person(cast, "Cleo Dee")
    one = actions.merge_customers(by=cast.bob, keep=ana, merge=bo, reason="One")
    actions.merge_customers(by=cast.bob, keep=ana, merge=cleo, reason="One")
    actions.undo_change(by=cast.bob, change=one, reason="Two")
    assert (customer_of(record), customer_of(other)) == (bo.pk, ana.pk)


@pytest.mark.parametrize(
    ("keep", "merge", "message"),
    [("ana", "ana", "one customer already"), ("ana", "firm", "add a relation"), ("ana", "far", "different offices")],
)
def test_what_cannot_be_one_stays_two(cast, keep, merge, message):
    there = {
        "ana": make_person(cast, "Ana Perez")[0],
        "firm": make_customer(cast, "Perez Ltd", kind=Kind.ORGANISATION),
        "far": Customer.objects.create(office=cast.other_office, name="Ana"),
    }
    with pytest.raises(ValidationError, match=message):
        actions.merge_customers(by=cast.bob, keep=there[keep], merge=there[merge], reason="Why not")
    with pytest.raises(ValidationError, match="Say why"):
        actions.merge_customers(by=cast.bob, keep=there[keep], merge=there[merge], reason=" ")


def test_a_split_needs_some_of_the_records(cast):
    ana, (first, second) = make_person(cast, "Ana Perez", records=2)
    _, (foreign,) = make_person(cast, "Bo Chen")
    for records, message in (([], "Choose"), ([first.pk, second.pk], "at least one"), ([foreign.pk], "still belong")):
        with pytest.raises(ValidationError, match=message):
            actions.split_customer(by=cast.bob, customer=ana, records=records, reason="Two")


def test_a_restricted_customer_stays_restricted_whoever_takes_it_in(cast):
    ana, _ = make_person(cast, "Ana Perez")
    bo, (_, other) = make_person(cast, "Bo Chen", records=2)
    Customer.objects.filter(pk=bo.pk).update(restricted=True)
    change = actions.split_customer(by=cast.bob, customer=bo, records=[other.pk], reason="Two")
    assert change.other.restricted
    change = actions.merge_customers(by=cast.bob, keep=ana, merge=bo, reason="One")
    ana.refresh_from_db()
    assert ana.restricted
    actions.undo_change(by=cast.bob, change=change, reason="Two")
    ana.refresh_from_db()
    assert not ana.restricted


def test_the_most_trusted_source_is_shown_before_the_freshest(cast):
    from regard.customers.models import SourceTrust

    ana, _ = make_person(cast, "Ana Perez", phone="+13125550111")
    bo, _ = make_person(cast, "Bo", records=1)
    far = type(cast.silo).objects.create(code="rolodex", name="Rolodex", unit=cast.office)
    make_record(cast, bo, "Bo Chen", days=9, phone="+13125550122", silo=far)
    SourceTrust.objects.create(silo=far, field="phone", trust=2)
    actions.merge_customers(by=cast.bob, keep=ana, merge=bo, reason="One")
    ana.refresh_from_db()
    assert (ana.name, ana.phone) == ("Bo Chen", "+13125550111")


def test_what_came_to_a_number_that_had_been_merged_away_follows_it(cast):
    """An import that began before a merge may put records and cases where nobody is any more."""
    ana, _ = make_person(cast, "Ana Perez")
    bo, _ = make_person(cast, "Bo Chen")
    cleo, _ = make_person(cast, "Cleo Dee")
    before = set(picture()["customers"])
    first = actions.merge_customers(by=cast.bob, keep=ana, merge=bo, reason="One")
    second = actions.merge_customers(by=cast.bob, keep=cleo, merge=ana, reason="One")
    late = make_record(cast, bo, "Bo Chen", days=9, phone="+16125550150")
    rows, loose = make_rows(cast, bo, late), make_rows(cast, bo)
    assert actions.carry_stragglers(by=cast.bob, office_id=cast.office.pk) == 7
    assert actions.carry_stragglers(by=cast.bob, office_id=cast.office.pk) == 0
    assert customer_of(late) == cleo.pk
    cleo.refresh_from_db()
    assert cleo.phone == "+16125550150"
    owners = {Case.objects.get(pk=told["desk.case"]).customer_id for told in (rows, loose)}
    assert owners == {cleo.pk}
    for change in (second, first):
        actions.undo_change(by=cast.bob, change=change, reason="Two")
    assert customer_of(late) == bo.pk
    assert {Case.objects.get(pk=told["desk.case"]).customer_id for told in (rows, loose)} == {bo.pk}
    assert set(picture()["customers"]) == before
