"""What becomes of a matching: numbers, links, cases, the ledger, and what waits for a person."""

import pytest

from regard.customers import actions
from regard.customers.access import standing_id
from regard.customers.models import Customer, Decision, Edge, IdentityChange, Link, MatchRun, ReviewPair
from regard.customers.queries.history import history_of
from regard.desk.models import Case
from regard.records.actors import System
from regard.records.models import AuditEntry
from tests.customers.fake_matching import _fake_match, matched  # noqa: F401 - a fixture
from tests.customers.kit import make_person, make_record, make_rows, picture

pytestmark = pytest.mark.django_db
BY = System("matching")


@pytest.fixture
def apply(cast):
    def go(scores, clusters, **options):
        return actions.apply_match(by=BY, office=cast.office, matched=matched(scores, clusters), **options)

    return go


def holder(record) -> int:
    return Link.objects.get(record=record, ended_at=None).customer_id


def test_two_customers_are_joined_under_the_number_of_the_larger(cast, apply):
    ana, (first, second) = make_person(cast, "Ana Perez", records=2)
    anna, (third,) = make_person(cast, "Anna Perez")
    rows = make_rows(cast, anna, third)
    loose = make_rows(cast, anna)
    done = apply({(first.pk, second.pk): 0.999, (second.pk, third.pk): 0.97}, [[first.pk, second.pk, third.pk]])
    assert (done.joined, done.split, done.moved) == (1, 0, 1)
    assert {holder(record) for record in (first, second, third)} == {ana.pk}
    assert Case.objects.get(pk=rows["desk.case"]).customer_id == ana.pk
    assert Case.objects.get(pk=loose["desk.case"]).customer_id == ana.pk
    assert standing_id(anna.pk) == ana.pk
    link = Link.objects.get(record=third, ended_at=None)
    assert (link.score, link.reason, link.author) == (0.97, "same name; same e-mail", "model: fake 1")
    assert Edge.objects.count() == 2
    entry = AuditEntry.objects.get(action="customers.match")
    assert entry.changes["note"]["joined"] == 1


def test_the_history_says_why_the_model_did_it(cast, apply):
    ana, (first, second) = make_person(cast, "Ana Perez", records=2)
    _, (third,) = make_person(cast, "Anna Perez")
    run = apply({(second.pk, third.pk): 0.97}, [[first.pk, second.pk, third.pk]]).run
    (turn,) = history_of(ana)
    assert turn.why == f"same name; same e-mail (97% sure); matching {run.pk}"
    assert (turn.records, turn.change.author) == (1, "model: fake 1")


def test_what_a_matching_joined_wrongly_is_taken_back_and_not_joined_again(cast, apply):
    _, (first, second) = make_person(cast, "Ana Perez", records=2)
    anna, (third,) = make_person(cast, "Anna Perez")
    make_rows(cast, anna, third)
    make_rows(cast, anna)
    before = picture()
    scores, clusters = {(second.pk, third.pk): 0.97}, [[first.pk, second.pk, third.pk]]
    apply(scores, clusters)
    change = IdentityChange.objects.get()
    assert change.is_by_machine
    actions.undo_change(by=cast.bob, change=change, reason="Sisters")
    assert picture() == before
    assert set(Decision.objects.filter(counts=True).values_list("left", "right", "verdict")) == {
        (first.pk, third.pk, "different"), (second.pk, third.pk, "different")
    }  # fmt: skip
    done = apply(scores, clusters)
    assert (done.joined, done.set_aside) == (0, 1)
    assert picture() == before


def test_a_customer_is_parted_and_the_number_stays_with_most(cast, apply):
    ana, (first, second, third) = make_person(cast, "Ana Perez", records=3)
    rows, loose = make_rows(cast, ana, third), make_rows(cast, ana)
    before = picture()
    done = apply({(first.pk, second.pk): 0.999}, [[first.pk, second.pk], [third.pk]])
    assert (done.joined, done.split) == (0, 1)
    assert holder(first) == holder(second) == ana.pk
    made = Customer.objects.get(pk=holder(third))
    assert (made.name, made.kind) == ("Ana Perez", "person")
    assert Case.objects.get(pk=rows["desk.case"]).customer_id == made.pk
    assert Case.objects.get(pk=loose["desk.case"]).customer_id == ana.pk
    actions.undo_change(by=cast.bob, change=IdentityChange.objects.get(), reason="One")
    after = picture()
    after["customers"].pop(made.pk)
    assert after == before


def test_a_record_goes_over_between_customers_that_both_stand(cast, apply):
    ana, (first, second) = make_person(cast, "Ana Perez", records=2)
    bo, (third, fourth) = make_person(cast, "Bo Chen", records=2)
    before = picture()
    done = apply({}, [[first.pk], [second.pk, third.pk, fourth.pk]])
    assert (done.joined, done.split, done.moved) == (0, 0, 1)
    assert (holder(first), holder(second)) == (ana.pk, bo.pk)
    change = IdentityChange.objects.get()
    assert (change.kind, change.customer, change.other) == ("link", bo, ana)
    actions.undo_change(by=cast.bob, change=change, reason="No")
    assert picture() == before


def test_pieces_of_two_customers_become_a_third(cast, apply):
    ana, (a1, a2, a3) = make_person(cast, "Ana Perez", records=3)
    bo, (b1, b2, b3) = make_person(cast, "Bo Chen", records=3)
    done = apply({}, [[a1.pk, a2.pk], [b1.pk, b2.pk], [a3.pk, b3.pk]])
    assert (done.joined, done.split, done.moved) == (0, 1, 2)
    third = holder(a3)
    assert third == holder(b3)
    assert third not in {ana.pk, bo.pk}
    kinds = list(IdentityChange.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["split", "link"]


def test_the_same_matching_again_changes_nothing(cast, apply):
    _, (first,) = make_person(cast, "Ana Perez")
    _, (second,) = make_person(cast, "Anna Perez")
    for expected in (1, 0):
        done = apply({(first.pk, second.pk): 0.97}, [[first.pk, second.pk]])
        assert (done.joined, done.moved) == (expected, expected)
    assert Edge.objects.count() == 1
    assert IdentityChange.objects.count() == 1


def test_records_of_a_customer_that_were_not_asked_about_follow_the_rest(cast, apply):
    ana, (first,) = make_person(cast, "Ana Perez")
    anna, (second, third) = make_person(cast, "Anna Perez", records=2)
    apply({(first.pk, second.pk): 0.97}, [[first.pk, second.pk]], is_whole=False)
    assert holder(first) == holder(second) == holder(third)
    assert not Link.objects.filter(ended_at=None).exclude(customer__merged_into=None).exists()
    assert {ana.pk, anna.pk} > {holder(first)}


def test_a_matching_of_a_few_records_joins_but_parts_nobody(cast, apply):
    ana, (first, second, third) = make_person(cast, "Ana Perez", records=3)
    _, (new,) = make_person(cast, "Anna Perez")
    clusters = [[first.pk, second.pk], [third.pk, new.pk]]
    done = apply({(third.pk, new.pk): 0.97}, clusters, is_whole=False)
    assert (done.joined, done.split, done.moved) == (0, 0, 0)
    done = apply({(second.pk, new.pk): 0.97}, [[first.pk, second.pk, new.pk], [third.pk]], is_whole=False)
    assert (done.joined, done.split) == (1, 0)
    assert {holder(one) for one in (first, second, third, new)} == {ana.pk}


def test_what_people_decided_stands_against_any_matching(cast, apply):
    ana, (first, second) = make_person(cast, "Ana Perez", records=2)
    bo, (third,) = make_person(cast, "Bo Chen")
    actions.merge_customers(by=cast.bob, keep=ana, merge=bo, reason="Seen the passport")
    done = apply({}, [[first.pk, second.pk], [third.pk]])
    assert (done.moved, done.set_aside) == (0, 2)
    assert holder(third) == ana.pk


def test_a_restricted_customer_is_matched_and_stays_restricted(cast, apply):
    ana, (first, second) = make_person(cast, "Ana Perez", records=2)
    anna, (third,) = make_person(cast, "Anna Perez")
    Customer.objects.filter(pk=anna.pk).update(restricted=True)
    apply({(second.pk, third.pk): 0.97}, [[first.pk, second.pk, third.pk]])
    ana.refresh_from_db()
    assert ana.restricted


def test_records_without_a_customer_get_one(cast, apply):
    record = make_record(cast, None, "Cleo Dee")
    apply({}, [[record.pk]])
    assert Customer.objects.get(pk=holder(record)).name == "Cleo Dee"


# --- what waits for a person


def test_the_uncertain_pair_with_more_behind_it_comes_first(cast, apply):
    pairs = []
    for n in range(3):
        (one, (left,)), (other, (right,)) = make_person(cast, f"Ana {n}"), make_person(cast, f"Anna {n}")
        pairs.append((left.pk, right.pk))
        for _ in range(n):
            make_rows(cast, one, left)
            make_rows(cast, other, right)
    scores = {pairs[0]: 0.5, pairs[1]: 0.5, pairs[2]: 0.02}
    done = apply(scores, [[pk] for pair in pairs for pk in pair])
    waiting = list(ReviewPair.objects.order_by("place").values_list("left", "right", "impact", "sample"))
    assert [row[:2] for row in waiting if row[2]] == [pairs[1], pairs[0]]
    assert ReviewPair.objects.get(left=pairs[2][0]).impact == 0  # all but certain: only drawn
    assert all(row[3] for row in waiting)  # so few pairs are all in the sample
    assert done.to_review == 3
    assert {row["stratum"]: row["pairs"] for row in MatchRun.objects.get().sample} == {"apart 1": 1, "apart 3": 2}


def test_the_sample_is_drawn_by_its_seed(cast, apply):
    records = [make_person(cast, f"Ana {n}")[1][0].pk for n in range(30)]
    scores = {(a, b): 0.02 for a in records for b in records if a < b}
    clusters = [[pk] for pk in records]
    actions.set_policy(by=cast.administrator, office=cast.office, reviewers=1, audit_size=20)
    drawn = []
    for seed in (5, 6, 5, None):
        run = apply(scores, clusters, seed=seed).run
        drawn.append(set(ReviewPair.objects.filter(run=run, sample=True).values_list("left", "right")))
    assert len(drawn[0]) == 20
    assert drawn[0] != drawn[1]
    assert drawn[0] == drawn[2] == drawn[3]  # unless told otherwise, the seed of the last
    assert ReviewPair.objects.filter(state="open").count() == 20


def test_what_was_decided_is_not_asked_again_but_counts_in_the_sample(cast, apply):
    _, (first,) = make_person(cast, "Ana Perez")
    _, (second,) = make_person(cast, "Anna Perez")
    scores, clusters = {(first.pk, second.pk): 0.6}, [[first.pk], [second.pk]]
    apply(scores, clusters)
    actions.decide_pair(by=cast.bob, pair=ReviewPair.objects.get(), verdict="different")
    done = apply(scores, clusters)
    pair = ReviewPair.objects.get(run=done.run)
    assert (pair.sample, pair.state, pair.verdict) == (True, "settled", "different")
    assert done.to_review == 0


def test_a_pair_scored_twice_is_refused_and_nothing_is_taken_over(cast, apply):
    _, (first,) = make_person(cast, "Ana Perez")
    _, (second,) = make_person(cast, "Anna Perez")
    scores = {(first.pk, second.pk): 0.97, (second.pk, first.pk): 0.5}
    with pytest.raises(ValueError, match="scored a pair of records twice"):
        apply(scores, [[first.pk, second.pk]])
    assert not MatchRun.objects.exists()


def test_the_lower_record_stands_left(cast, apply):
    _, (first,) = make_person(cast, "Ana Perez")
    _, (second,) = make_person(cast, "Anna Perez")
    for is_whole in (True, False):
        apply({(second.pk, first.pk): 0.97}, [[first.pk, second.pk]], is_whole=is_whole)
        edge = Edge.objects.get()
        assert (edge.left_id, edge.right_id, edge.office_id, edge.author) == (
            first.pk,
            second.pk,
            cast.office.pk,
            "model",
        )
