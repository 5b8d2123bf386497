"""What people decide of pairs in the review queue, and what follows from it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from regard.customers.actions.joining import merge_customers, split_customer
from regard.customers.actions.undoing import undo_change
from regard.customers.dividing import ContradictionError, divide
from regard.customers.models import (
    Customer,
    Decision,
    Edge,
    IdentityChange,
    Link,
    MatchPolicy,
    ReviewPair,
    Verdict,
)
from regard.office.models import Staff, Unit
from regard.records import audit
from regard.records.actors import Actor

_State = ReviewPair.State
#: More records than this are not divided by their ties one by one: only the one in question goes.
MOST_DIVIDED = 300


@transaction.atomic
def decide_pair(*, by: Staff, pair: ReviewPair, verdict: str, reason: str = "") -> ReviewPair:
    """A person says whether two records are one customer. When enough people agree, it is done.

    "Same" merges the two customers; "different" parts them where they are one. `MatchPolicy.reviewers` says how many
    people must agree. Raises ValidationError when the pair is decided already, or the person said their part.
    """
    verdict = Verdict(verdict)
    pair = ReviewPair.objects.select_for_update().get(pk=pair.pk)
    if pair.state not in ReviewPair.WAITING:
        raise ValidationError("Somebody else decided this pair meanwhile. The next one waits for you.")
    voices = _voices(pair)
    if any(voice.made_by_id == by.pk for voice in voices):
        raise ValidationError("You said what you think of this pair. It waits for a colleague.")
    mine = Decision.objects.create(
        office_id=pair.office_id, left_id=pair.left_id, right_id=pair.right_id, verdict=verdict, pair=pair,
        counts=False, reason=reason.strip(), made_by=by,
    )  # fmt: skip
    agreeing = [voice for voice in [*voices, mine] if voice.verdict == verdict]
    if len(agreeing) >= policy_of(pair.office_id).reviewers:
        _settle(by, pair, mine, reason)
    else:
        pair.state = _State.CONTESTED if voices else _State.SECOND
    pair.save()
    after = {"state": pair.state, "verdict": pair.verdict}
    note = {"said": verdict, "change": pair.change_id}
    audit.record(by=by, action="customers.decide", obj=pair, after=after, note=note, office_id=pair.office_id)
    return pair


def policy_of(office_id: int) -> MatchPolicy:
    """How the office decides; the defaults when it said nothing."""
    return MatchPolicy.objects.filter(office_id=office_id).first() or MatchPolicy(office_id=office_id)


def _voices(pair: ReviewPair) -> list[Decision]:
    """What was said of the pair in review and still stands, in whichever matching it was asked."""
    said = Decision.objects.filter(left=pair.left_id, right=pair.right_id, withdrawn_at__isnull=True, change=None)
    return list(said.order_by("id"))


def _settle(by: Staff, pair: ReviewPair, mine: Decision, reason: str) -> None:
    why = reason.strip() or f"reviewed: {Verdict(mine.verdict).label.lower()}"
    if mine.verdict != Verdict.UNSURE:
        pair.change = _follow(by, pair, Verdict(mine.verdict), why)
    mine.counts = True
    mine.save(update_fields=["counts"])
    pair.state, pair.verdict, pair.settled_at = _State.SETTLED, mine.verdict, timezone.now()


def _follow(by: Staff, pair: ReviewPair, verdict: Verdict, why: str) -> IdentityChange | None:
    """Merge or part the customers of the two records, where they are not as decided yet."""
    live = Link.objects.filter(record__in=(pair.left_id, pair.right_id), ended_at__isnull=True)
    holders = dict(live.values_list("record_id", "customer_id"))
    left, right = holders.get(pair.left_id), holders.get(pair.right_id)
    if left is None or right is None or (left == right) == (verdict == Verdict.SAME):
        return None
    if verdict == Verdict.SAME:
        keep, merge = sorted(Customer.objects.filter(pk__in=(left, right)), key=_size_and_age)
        return merge_customers(by=by, keep=keep, merge=merge, reason=why)
    customer = Customer.objects.get(pk=left)
    records = _part(pair, customer)
    live_there = set(Link.objects.filter(customer=customer, ended_at__isnull=True).values_list("record_id", flat=True))
    if 2 * len(records) > len(live_there):  # the number stays with the larger part
        records = live_there - records
    return split_customer(by=by, customer=customer, records=sorted(records), reason=why)


def _size_and_age(customer: Customer) -> tuple[int, int]:
    """The customer with more records keeps its number; where it is even, the older."""
    return -Link.objects.filter(customer=customer, ended_at__isnull=True).count(), customer.pk


def _part(pair: ReviewPair, customer: Customer) -> set[int]:
    """Which records of the customer go, when the two of the pair part."""
    records = list(Link.objects.filter(customer=customer, ended_at__isnull=True).values_list("record_id", flat=True))
    if len(records) > MOST_DIVIDED:
        return {pair.right_id}
    both = Q(left__in=records, right__in=records)
    edges = Edge.objects.filter(both).values_list("left_id", "right_id", "weight")
    same = Decision.objects.filter(both, counts=True, verdict=Verdict.SAME).values_list("left_id", "right_id")
    weights = {(left, right): weight for left, right, weight in edges}
    try:
        return divide(records, weights, stays=pair.left_id, goes=pair.right_id, same=same)
    except ContradictionError as contradiction:
        raise ValidationError(
            "A colleague said that these two are the same customer. Take that back first, on the page of the "
            f"customer's history: {customer.number}."
        ) from contradiction


@transaction.atomic
def undo_decision(*, by: Staff, pair: ReviewPair, reason: str = "") -> ReviewPair:
    """Take back what this person said of a pair, and what followed from it. The pair waits again.

    Raises ValidationError when the person said nothing of it, or something built on it since.
    """
    pair = ReviewPair.objects.select_for_update().get(pk=pair.pk)
    mine = Decision.objects.filter(
        left=pair.left_id, right=pair.right_id, made_by=by, change=None, withdrawn_at__isnull=True
    ).order_by("-id").first()  # fmt: skip
    if mine is None:
        raise ValidationError("You have not decided this pair, or took it back already.")
    if pair.state == _State.SETTLED and pair.change is not None and pair.change.in_force:
        undo_change(by=by, change=pair.change, reason=reason.strip() or "the review was taken back")
    Decision.objects.filter(left=pair.left_id, right=pair.right_id, change=None, counts=True).update(counts=False)
    mine.counts, mine.withdrawn_at = False, timezone.now()
    mine.save(update_fields=["counts", "withdrawn_at"])
    left = {voice.verdict for voice in _voices(pair)}
    pair.state = _State.CONTESTED if len(left) > 1 else _State.SECOND if left else _State.OPEN
    pair.verdict, pair.change, pair.settled_at = "", None, None
    pair.save()
    audit.record(by=by, action="customers.undo_decision", obj=pair, after={"state": pair.state},
                 office_id=pair.office_id)  # fmt: skip
    return pair


@transaction.atomic
def set_policy(*, by: Actor, office: Unit, reviewers: int, strict: float = 0.99, audit_size: int = 200) -> MatchPolicy:
    """Say how the office decides who is who. Raises ValidationError for anything but one or two reviewers."""
    if reviewers not in (1, 2):
        raise ValidationError({"reviewers": "One person decides a pair, or two. Choose 1 or 2."})
    if not 0.5 <= strict <= 1:
        raise ValidationError({"strict": "How sure a link must be lies between 0.5 and 1."})
    wanted = {"reviewers": reviewers, "strict": strict, "audit_size": audit_size}
    known = MatchPolicy.objects.filter(office=office).first()
    before = {name: getattr(known, name) for name in wanted} if known else {}
    policy, _ = MatchPolicy.objects.update_or_create(office=office, defaults=wanted)
    audit.record(by=by, action="customers.set_policy", obj=policy, before=before, after=wanted, office_id=office.pk)
    return policy
