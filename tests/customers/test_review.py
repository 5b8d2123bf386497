"""The review queue and the pages of who is who: who sees what, what they do, and what they cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from regard.customers import actions
from regard.customers.models import Customer, Decision, IdentityChange, Link, MatchPolicy, ReviewPair
from regard.customers.queries.review import audit_of, waiting_for
from regard.records.actors import System
from regard.records.models import Viewing
from tests.customers.fake_matching import _fake_match, evidence, matched  # noqa: F401 - a fixture
from tests.customers.kit import make_person

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def queue(cast):
    """Waiting pairs, so many as asked, of customers called Marker."""

    def make(many: int = 1, probability: float = 0.6) -> list[ReviewPair]:
        pairs = [[make_person(cast, f"{name} Marker {n}")[1][0].pk for name in ("Ana", "Anna")] for n in range(many)]
        scores = {tuple(pair): probability for pair in pairs}
        clusters = [[pk] for pair in pairs for pk in pair]
        found = matched(scores, clusters, told=evidence(name=3.0, phone=-1.0))
        actions.apply_match(by=System("matching"), office=cast.office, matched=found)
        return list(ReviewPair.objects.filter(state="open").order_by("place", "id"))

    return make


@pytest.fixture
def visit(client):
    def go(staff, name: str, *args: object, post: dict | None = None, **query: str):
        client.force_login(staff, backend=BACKEND)
        address = reverse(name, args=args)
        return client.post(address, post) if post is not None else client.get(address, query)

    return go


def text(answer) -> str:
    return answer.content.decode()


def customer_of(record_id: int) -> Customer:
    return Link.objects.select_related("customer").get(record=record_id, ended_at=None).customer


def test_a_pair_stands_side_by_side_with_what_speaks_for_and_against(cast, queue, visit):
    (pair,) = queue()
    page = text(visit(cast.bob, "customers-review"))
    assert "1</strong> pair is left for you" in page
    assert "<strong>For one customer:</strong> same name." in page
    assert "<strong>For two customers:</strong> phones differ." in page
    assert "<svg" in page
    assert "A<mark>n</mark>na Marker 0" in page
    assert {str(customer_of(pk).pk) for pk in (pair.left_id, pair.right_id)} == set(
        Viewing.objects.filter(staff_id=cast.bob.pk).values_list("object_id", flat=True)
    )


def test_deciding_leads_to_the_next_and_can_be_taken_back(cast, queue, visit):
    pairs = queue(2)
    answer = visit(cast.bob, "customers-review", post={"pair": pairs[0].pk, "verdict": "same", "reason": "Seen both"})
    assert answer.status_code == 302
    page = text(visit(cast.bob, "customers-review"))
    assert "is part of" in page
    assert "1</strong> pair is left for you" in page
    assert Decision.objects.get(pair=pairs[0]).reason == "Seen both"
    answer = visit(cast.bob, "customers-review-undo", post={})
    assert answer.url == f"{reverse('customers-review')}?pair={pairs[0].pk}"
    assert "2</strong> pairs are left for you" in text(visit(cast.bob, "customers-review"))
    assert customer_of(pairs[0].left_id) != customer_of(pairs[0].right_id)


@pytest.mark.parametrize("told", [{"verdict": "maybe"}, {"pair": 0}, {"pair": "x"}])
def test_an_answer_that_makes_no_sense_changes_nothing(cast, queue, visit, told):
    (pair,) = queue()
    answer = visit(cast.bob, "customers-review", post={"pair": pair.pk, "verdict": "same", **told})
    assert answer.status_code == 302
    pair.refresh_from_db()
    assert pair.state == "open"


def test_who_reviews_and_who_does_not(cast, queue, visit):
    queue()
    for person, code in (("bob", 200), ("analyst", 200), ("administrator", 200), ("alice", 403), ("goal_owner", 403)):
        assert visit(getattr(cast, person), "customers-review").status_code == code, person


def test_charlie_sees_and_changes_nothing(cast, queue, visit):
    (pair,) = queue()
    one, other = customer_of(pair.left_id), customer_of(pair.right_id)
    change = actions.merge_customers(by=cast.bob, keep=one, merge=other, reason="Marker")
    page = visit(cast.charlie, "customers-review", pair=str(pair.pk))
    assert page.status_code == 200
    assert "Marker" not in text(page)
    assert "Nothing waits for you" in text(page)
    visit(cast.charlie, "customers-review", post={"pair": pair.pk, "verdict": "different"})
    pair.refresh_from_db()
    assert pair.state == "open"
    reason = {"reason": "mine", "records": [pair.left_id], "keep": one.number}
    for name, args in {
        "customers-history": [one.number],
        "customers-undo": [one.number, change.pk],
        "customers-split": [one.number],
        "customers-merge": [one.number],
        "customers-unlink": [one.number, pair.left_id],
    }.items():
        assert visit(cast.charlie, name, *args).status_code == 404, name
        assert visit(cast.charlie, name, *args, post=reason).status_code in {404, 405}, name
    assert IdentityChange.objects.filter(in_force=True).get() == change


def test_a_restricted_customer_is_not_shown_to_who_may_not_see_them(cast, queue, visit):
    (pair,) = queue()
    Customer.objects.filter(pk=customer_of(pair.left_id).pk).update(restricted=True)
    assert "Marker" not in text(visit(cast.analyst, "customers-review"))
    assert "Marker" in text(visit(cast.bob, "customers-review"))
    visit(cast.analyst, "customers-review", post={"pair": pair.pk, "verdict": "same"})
    pair.refresh_from_db()
    assert pair.state == "open"


def test_the_queue_costs_the_same_however_long_it_is(cast, queue, visit):
    counts = []
    for many in (1, 12):
        queue(many)
        visit(cast.bob, "customers-review")
        with CaptureQueriesContext(connection) as queries:
            visit(cast.bob, "customers-review")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[1] <= 24  # four of them sign the test client in


def test_what_was_decided_elsewhere_is_not_asked(cast, queue):
    first, second = queue(2)
    merged = actions.merge_customers(
        by=cast.analyst, keep=customer_of(first.left_id), merge=customer_of(first.right_id), reason="Seen both"
    )
    assert list(waiting_for(cast.bob)) == [second]
    actions.undo_change(by=cast.analyst, change=merged, reason="Seen neither")
    assert set(waiting_for(cast.bob)) == {first, second}


def test_precision_is_told_with_its_interval_once_enough_was_looked_at(cast, queue, visit):
    pairs = queue(14, probability=0.02)
    assert "too few to tell" in text(visit(cast.bob, "customers-review"))
    for n, pair in enumerate(pairs):
        actions.decide_pair(by=cast.bob, pair=pair, verdict="same" if n == 0 else "different")
    found = audit_of(cast.office.pk)
    assert (found.drawn, found.looked_at) == (14, 14)
    assert found.quality.recall.share == 0.0  # one belonged together, and the model had not joined it
    assert found.quality.recall.n == 14
    assert "14 of 14 pairs" in text(visit(cast.bob, "customers-review"))


def test_the_second_person_does_not_see_what_the_first_said_the_third_does(cast, queue, visit):
    actions.set_policy(by=cast.administrator, office=cast.office, reviewers=2)
    (pair,) = queue()
    actions.decide_pair(by=cast.bob, pair=pair, verdict="same", reason="same dog")
    page = text(visit(cast.analyst, "customers-review"))
    assert "A colleague has looked at this pair" in page
    assert "same dog" not in page
    actions.decide_pair(by=cast.analyst, pair=pair, verdict="different", reason="other cat")
    page = text(visit(cast.administrator, "customers-review"))
    assert "Two colleagues disagree" in page
    assert "same dog" in page
    assert "other cat" in page


def test_an_administrator_asks_for_two_people(cast, queue, visit):
    queue()
    visit(cast.bob, "customers-review-policy", post={"reviewers": 2})
    assert not MatchPolicy.objects.exists()
    visit(cast.administrator, "customers-review-policy", post={"reviewers": 2})
    assert MatchPolicy.objects.get().reviewers == 2
    assert "two people must agree" in text(visit(cast.bob, "customers-review"))


def test_today_says_what_waits_to_be_reviewed(cast, queue, visit):
    queue(2)
    assert "Matches to review" in text(visit(cast.bob, "desk-today"))
    assert "Matches to review" not in text(visit(cast.alice, "desk-today"))
    assert "Review 2 pairs" in text(visit(cast.bob, "customers-search"))


# --- who is who, by hand


def test_merging_from_a_search(cast, visit):
    ana, _ = make_person(cast, "Ana Perez")
    anna, _ = make_person(cast, "Anna Perez")
    page = text(visit(cast.bob, "customers-merge", ana.number, q="anna"))
    assert f"?with={anna.number}" in page
    answer = visit(cast.bob, "customers-merge", ana.number, **{"with": anna.number})
    assert "Which number stays?" in text(answer)
    address = reverse("customers-merge", args=[ana.number]) + f"?with={anna.number}"
    answer = visit(cast.bob, "customers-merge", ana.number).client.post(address, {"keep": anna.number, "reason": "One"})
    assert answer.url == reverse("customers-customer", args=[anna.number])
    answer = visit(cast.bob, "customers-customer", ana.number)
    assert answer.url == reverse("customers-customer", args=[anna.number])
    assert "went into" in text(visit(cast.alice, "customers-history", anna.number))
    assert "Take back" not in text(visit(cast.alice, "customers-history", anna.number))


def test_splitting_and_taking_it_back(cast, visit):
    ana, (first, second) = make_person(cast, "Ana Perez", records=2)
    answer = visit(cast.bob, "customers-split", ana.number, post={"records": [], "reason": "Two"})
    assert "Choose the records" in text(answer)
    answer = visit(cast.bob, "customers-split", ana.number, post={"records": [first.pk, second.pk], "reason": "Two"})
    assert "Leave at least one" in text(answer)
    answer = visit(cast.bob, "customers-split", ana.number, post={"records": [second.pk], "reason": "Two"})
    assert answer.url == reverse("customers-history", args=[ana.number])
    change = IdentityChange.objects.get()
    answer = visit(cast.bob, "customers-undo", ana.number, change.pk, post={"reason": ""})
    assert answer.status_code == 200
    visit(cast.bob, "customers-undo", ana.number, change.pk, post={"reason": "One"})
    assert customer_of(second.pk) == ana


def test_taking_a_record_off_to_somebody(cast, visit):
    ana, (_, second) = make_person(cast, "Ana Perez", records=2)
    bo, _ = make_person(cast, "Bo Chen")
    told = {"to": "K9999999", "reason": "Not hers"}
    assert "no customer K9999999" in text(visit(cast.bob, "customers-unlink", ana.number, second.pk, post=told))
    visit(cast.bob, "customers-unlink", ana.number, second.pk, post={**told, "to": bo.number})
    assert customer_of(second.pk) == bo
    assert visit(cast.bob, "customers-unlink", ana.number, second.pk).status_code == 404


def test_only_who_reviews_changes_who_is_who(cast, visit):
    ana, (first, _) = make_person(cast, "Ana Perez", records=2)
    for name, args in (("customers-split", []), ("customers-merge", []), ("customers-unlink", [first.pk])):
        assert visit(cast.alice, name, ana.number, *args).status_code == 403, name
    page = text(visit(cast.alice, "customers-sources", ana.number))
    assert "Not theirs" not in page
    assert "Split" not in page


def test_the_history_costs_the_same_however_long_it_is(cast, visit):
    ana, _ = make_person(cast, "Ana Perez")
    counts = []
    for many in (1, 5):
        for n in range(many):
            other, _ = make_person(cast, f"Ana {many} {n}")
            actions.merge_customers(by=cast.bob, keep=ana, merge=other, reason="One")
        visit(cast.bob, "customers-history", ana.number)
        with CaptureQueriesContext(connection) as queries:
            visit(cast.bob, "customers-history", ana.number)
        counts.append(len(queries))
    assert counts[0] == counts[1]
