"""The review queue: which pair is next for a person, what is known of it, and how good the matching is."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from regard.customers.access import REVIEW, SEE_RESTRICTED
from regard.customers.comparing import Row, compare
from regard.customers.estimating import Quality, Stratum, quality
from regard.customers.explaining import Explained, explain
from regard.customers.models import Customer, Decision, Edge, IdentityRecord, Link, MatchRun, ReviewPair, Verdict
from regard.office.access import may, office_id_of
from regard.office.models import Staff

#: Queues are counted no further than this.
MOST_COUNTED = 10_000


def waiting_for(staff: Staff) -> QuerySet[ReviewPair]:
    """The pairs this person may decide, in order: of their office, not said yet, and nothing they may not see."""
    office = office_id_of(staff)
    if office is None or not may(staff, *REVIEW):
        return ReviewPair.objects.none()
    mine_or_decided = Q(made_by=staff, change=None) | Q(counts=True)  # a merge or a split may have decided it by now
    said = Decision.objects.filter(
        mine_or_decided, left=OuterRef("left"), right=OuterRef("right"), withdrawn_at__isnull=True
    )
    pairs = ReviewPair.objects.filter(office_id=office, state__in=ReviewPair.WAITING).filter(~Exists(said))
    return _not_restricted(pairs, staff).order_by("place", "id")


def _not_restricted(pairs: QuerySet[ReviewPair], staff: Staff) -> QuerySet[ReviewPair]:
    if may(staff, *SEE_RESTRICTED):
        return pairs
    hidden = Link.objects.filter(
        Q(record=OuterRef("left")) | Q(record=OuterRef("right")), ended_at__isnull=True, customer__restricted=True
    )
    return pairs.filter(~Exists(hidden))


def waiting_count(staff: Staff) -> int:
    """How many pairs wait for this person. One query; none for whoever does not review."""
    return waiting_for(staff)[:MOST_COUNTED].count() if may(staff, *REVIEW) else 0


def pair_for(staff: Staff, pk: int | None = None) -> ReviewPair | None:
    """The pair of this number, else the next, when the person may decide it."""
    found = waiting_for(staff)
    return (found.filter(pk=pk) if pk is not None else found).first()


@dataclass(frozen=True)
class Side:
    """One record of the pair, and the customer it belongs to now."""

    record: IdentityRecord
    customer: Customer | None
    records: int


@dataclass(frozen=True)
class Compared:
    """A pair as the page shows it."""

    pair: ReviewPair
    left: Side
    right: Side
    rows: list[Row]
    why: Explained
    said: list[Decision]

    @property
    def is_one_now(self) -> bool:
        """Whether both belong to one customer now."""
        ours, theirs = self.left.customer, self.right.customer
        return ours is not None and theirs is not None and ours.pk == theirs.pk

    @property
    def customers(self) -> list[Customer]:
        found = {side.customer.pk: side.customer for side in (self.left, self.right) if side.customer}
        return list(found.values())


def compared(pair: ReviewPair) -> Compared:
    """Everything about one pair. Five queries, however much there is."""
    ids = (pair.left_id, pair.right_id)
    records = IdentityRecord.objects.select_related("silo").in_bulk(ids)
    live = Link.objects.filter(record__in=ids, ended_at__isnull=True).select_related("customer")
    holder = {link.record_id: link.customer for link in live}
    many = Link.objects.filter(customer__in=[c.pk for c in holder.values()], ended_at__isnull=True)
    sizes = dict(many.values_list("customer").annotate(n=Count("pk")))
    edge = Edge.objects.filter(left=pair.left_id, right=pair.right_id).first()
    said = Decision.objects.filter(left=pair.left_id, right=pair.right_id, withdrawn_at__isnull=True, change=None)

    def side(pk: int) -> Side:
        customer = holder.get(pk)
        return Side(records[pk], customer, sizes.get(customer.pk, 0) if customer else 0)

    left, right = side(pair.left_id), side(pair.right_id)
    return Compared(
        pair=pair,
        left=left,
        right=right,
        rows=compare(left.record, right.record),
        why=explain(edge.evidence if edge else [], pair.weight, pair.kind),
        said=list(said.select_related("made_by").order_by("id")),
    )


def last_decision(staff: Staff) -> Decision | None:
    """What this person decided last and has not taken back."""
    mine = Decision.objects.filter(made_by=staff, pair__isnull=False, change=None, withdrawn_at__isnull=True)
    return mine.select_related("pair").order_by("-id").first()


# --- how good the matching is --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """The estimates for one group of customers."""

    kind: str
    name: str
    quality: Quality


@dataclass(frozen=True)
class Audit:
    """What the random sample says of the last matching of the whole office."""

    run: MatchRun
    drawn: int
    looked_at: int
    unsure: int
    quality: Quality
    groups: list[Group] = field(default_factory=list)


def audit_of(office_id: int | None) -> Audit | None:
    """The estimates from the sample of the office's last whole matching; None when there was none. Two queries."""
    run = MatchRun.objects.filter(office=office_id, is_whole=True, state=MatchRun.State.DONE).order_by("-id").first()
    if run is None or not run.sample:
        return None
    columns = ("stratum", "verdict", "language", "age", "area")
    drawn = list(ReviewPair.objects.filter(run=run, sample=True).values(*columns))
    strata = _strata(run.sample, {one["stratum"]: one["pairs"] for one in run.sample}, drawn)
    return Audit(
        run=run,
        drawn=len(drawn),
        looked_at=sum(stratum.looked_at for stratum in strata),
        unsure=sum(1 for row in drawn if row["verdict"] == Verdict.UNSURE),
        quality=quality(strata),
        groups=_groups(run.sample, drawn),
    )


_SEEN = (Verdict.SAME, Verdict.DIFFERENT)


def _strata(sample: list[dict[str, Any]], sizes: dict[str, int], drawn: Iterable[dict[str, Any]]) -> list[Stratum]:
    """The strata with what was said of them. `sizes` is how many pairs each stands for."""
    told: dict[str, list[str]] = defaultdict(list)
    for row in drawn:
        if row["verdict"] in _SEEN:
            told[row["stratum"]].append(row["verdict"])
    return [
        Stratum(one["together"], sizes[name], len(told[name]), told[name].count(Verdict.SAME))
        for one in sample
        if sizes.get(name := one["stratum"])
    ]


def _groups(sample: list[dict[str, Any]], drawn: list[dict[str, Any]]) -> list[Group]:
    """Estimates by language, age and area, where enough pairs of the group were looked at to tell anything.

    A stratum counts as large as the group's part of what was drawn from it.
    """
    pairs = {one["stratum"]: one["pairs"] for one in sample}
    whole = Counter(row["stratum"] for row in drawn)
    found = []
    for kind in ("language", "age", "area"):
        for name in sorted({row[kind] for row in drawn if row[kind]}):
            part = [row for row in drawn if row[kind] == name]
            sizes = {s: max(round(pairs[s] * n / whole[s]), n) for s, n in Counter(r["stratum"] for r in part).items()}
            told = quality(_strata(sample, sizes, part))
            if told.precision.share is not None:
                found.append(Group(kind, name, told))
    return found
