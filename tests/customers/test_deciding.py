"""What people decide of pairs, one person or two, and taking it back."""

import pytest
from django.core.exceptions import ValidationError

from regard.customers import actions
from regard.customers.dividing import ContradictionError, divide
from regard.customers.models import Decision, Edge, Link, MatchRun, ReviewPair
from regard.desk.models import Case
from tests.customers.kit import make_customer, make_person, make_record, make_rows, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(cast) -> MatchRun:
    return MatchRun.objects.create(office=cast.office)


@pytest.fixture
def pair_of(cast, run):
    def make(left, right, probability: float = 0.6) -> ReviewPair:
        both = {"left": left, "right": right, "office": cast.office, "run": run, "weight": 0.5}
        Edge.objects.create(**both, probability=probability)
        return ReviewPair.objects.create(**both, probability=probability)

    return make


def holder(record) -> int:
    return Link.objects.get(record=record, ended_at=None).customer_id


def decide(person, pair, verdict, reason="") -> ReviewPair:
    return actions.decide_pair(by=person, pair=pair, verdict=verdict, reason=reason)


def test_same_merges_into_the_larger_and_is_taken_back(cast, pair_of):
    ana, (first,) = make_person(cast, "Ana Perez")
    anna, (second, third) = make_person(cast, "Anna Perez", records=2)
    rows = make_rows(cast, ana, first)
    before = picture()
    pair = decide(cast.bob, pair_of(first, second), "same", "Same birthday")
    assert (pair.state, pair.verdict) == ("settled", "same")
    assert holder(first) == holder(third) == anna.pk
    assert Case.objects.get(pk=rows["desk.case"]).customer_id == anna.pk
    pair = actions.undo_decision(by=cast.bob, pair=pair)
    assert (pair.state, pair.verdict, pair.change) == ("open", "", None)
    assert picture() == before
    assert not Decision.objects.filter(counts=True).exists()
    assert decide(cast.bob, pair, "different").state == "settled"


def test_different_parts_a_customer_where_the_ties_are_weakest(cast, pair_of):
    ana = make_customer(cast, "Ana Perez")
    a, b, c, d = (make_record(cast, ana, f"Ana {n}") for n in range(4))
    for left, right, weight in ((a, b, 9.0), (c, d, 9.0), (b, d, 1.0)):
        Edge.objects.create(office=cast.office, left=left, right=right, weight=weight, probability=0.9)
    before = picture()
    pair = decide(cast.bob, pair_of(b, c), "different", "Mother and daughter")
    assert holder(a) == holder(b) == ana.pk
    made = pair.change.other_id
    assert holder(c) == holder(d) == made
    actions.undo_decision(by=cast.bob, pair=pair)
    after = picture()
    after["customers"].pop(made)
    assert after == before


def test_not_sure_changes_nothing_and_is_not_asked_again(cast, pair_of):
    _, (first,) = make_person(cast, "Ana Perez")
    _, (second,) = make_person(cast, "Anna Perez")
    before = picture()
    pair = decide(cast.bob, pair_of(first, second), "unsure")
    assert (pair.state, pair.verdict) == ("settled", "unsure")
    assert picture() == before
    with pytest.raises(ValidationError, match="decided this pair meanwhile"):
        decide(cast.analyst, pair, "same")


def test_two_people_must_agree_where_the_office_says_so(cast, pair_of):
    actions.set_policy(by=cast.administrator, office=cast.office, reviewers=2)
    _, (first,) = make_person(cast, "Ana Perez")
    _, (second,) = make_person(cast, "Anna Perez")
    pair = decide(cast.bob, pair_of(first, second), "same")
    assert pair.state == "second"
    assert holder(first) != holder(second)
    with pytest.raises(ValidationError, match="waits for a colleague"):
        decide(cast.bob, pair, "same")
    pair = decide(cast.analyst, pair, "different")
    assert pair.state == "contested"
    pair = decide(cast.administrator, pair, "same")
    assert pair.state == "settled"
    assert holder(first) == holder(second)
    pair = actions.undo_decision(by=cast.administrator, pair=pair)
    assert pair.state == "contested"
    assert holder(first) != holder(second)


def test_what_a_colleague_said_is_not_overruled_in_silence(cast, pair_of):
    ana, (first,) = make_person(cast, "Ana Perez")
    anna, (second,) = make_person(cast, "Anna Perez")
    actions.merge_customers(by=cast.bob, keep=ana, merge=anna, reason="Seen the passport")
    with pytest.raises(ValidationError, match="A colleague said"):
        decide(cast.analyst, pair_of(first, second), "different")


def test_taking_back_what_one_did_not_say(cast, pair_of):
    _, (first,) = make_person(cast, "Ana Perez")
    _, (second,) = make_person(cast, "Anna Perez")
    pair = decide(cast.bob, pair_of(first, second), "same")
    with pytest.raises(ValidationError, match="have not decided"):
        actions.undo_decision(by=cast.analyst, pair=pair)


@pytest.mark.parametrize(("reviewers", "strict"), [(0, 0.99), (3, 0.99), (1, 0.2)])
def test_a_policy_that_makes_no_sense_is_refused(cast, reviewers, strict):
    with pytest.raises(ValidationError):
        actions.set_policy(by=cast.administrator, office=cast.office, reviewers=reviewers, strict=strict)


# --- dividing, without a database


def test_a_record_goes_with_the_side_it_is_tied_to():
    weights = {(1, 3): 8.0, (2, 4): 8.0, (3, 4): 2.0}
    assert divide([1, 2, 3, 4, 5], weights, stays=1, goes=2) == {2, 4}


def test_what_people_joined_keeps_together():
    assert divide([1, 2, 3], {(1, 3): 9.0}, stays=1, goes=2, same=[(2, 3)]) == {2, 3}
    with pytest.raises(ContradictionError):
        divide([1, 2, 3], {}, stays=1, goes=2, same=[(1, 3), (2, 3)])


def test_ties_that_speak_against_both_sides_stay():
    assert divide([1, 2, 3], {(1, 3): -9.0, (2, 3): -1.0}, stays=1, goes=2) == {2}
