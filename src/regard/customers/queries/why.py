"""Why two customers are one or two, in words: for the command line, and for whoever asks."""

from django.db.models import Q

from regard.customers.explaining import explain
from regard.customers.models import Customer, Decision, Edge, IdentityChange, IdentityRecord, Link, ReviewPair
from regard.customers.queries.history import title_of

SHOWN = 3


def why(one: Customer, other: Customer) -> list[str]:
    """What speaks for and against these being one customer, and who decided what, in lines."""
    same = _standing(one) == _standing(other)
    lines = [f"{one.number} ({one}) and {other.number} ({other}) are {'one customer' if same else 'two customers'}."]
    ours, theirs = _records(one), _records(other)
    lines += _changes(one, other)
    lines += _said(ours, theirs)
    edges = Edge.objects.filter(
        Q(left__in=ours, right__in=theirs) | Q(left__in=theirs, right__in=ours)
    ).order_by("-weight")  # fmt: skip
    found = list(edges[:SHOWN])
    if not found:
        return [*lines, "No two of their records were compared: nothing they tell is alike enough to look closer."]
    many = edges.count()
    lines.append(f"{many} pair{'s' if many > 1 else ''} of their records {'were' if many > 1 else 'was'} compared:")
    records = IdentityRecord.objects.select_related("silo").in_bulk(
        [pk for e in found for pk in (e.left_id, e.right_id)]
    )
    for edge in found:
        lines += _of_edge(edge, records[edge.left_id], records[edge.right_id])
    return lines


def _standing(customer: Customer) -> int:
    return customer.merged_into_id or customer.pk


def _records(customer: Customer) -> list[int]:
    """The records that are the customer's now, or were before it went into another."""
    live = set(Link.objects.filter(customer=customer, ended_at__isnull=True).values_list("record_id", flat=True))
    if live or customer.merged_into_id is None:
        return sorted(live)
    moved = IdentityChange.objects.filter(other=customer, in_force=True, kind=IdentityChange.Kind.MERGE)
    return sorted(moved.values_list("moved__record", flat=True).distinct())


def _changes(one: Customer, other: Customer) -> list[str]:
    both = Q(customer=one, other=other) | Q(customer=other, other=one)
    changes = IdentityChange.objects.filter(both).select_related("made_by", "undoes").order_by("id")
    return [
        f"{change.at:%b %-d, %Y}: {title_of(change)}, by {change.made_by.name if change.made_by else change.author}"
        f"{f' ({change.reason})' if change.reason else ''}{'' if change.in_force else '; taken back'}."
        for change in changes
    ]


def _said(ours: list[int], theirs: list[int]) -> list[str]:
    between = Q(left__in=ours, right__in=theirs) | Q(left__in=theirs, right__in=ours)
    said = Decision.objects.filter(between, counts=True, change=None).select_related("made_by").order_by("id")
    return [
        f"{one.made_by.name if one.made_by else one.author} said on {one.made_at:%b %-d, %Y}: "
        f"{one.get_verdict_display().lower()}{f' ({one.reason})' if one.reason else ''}."
        for one in said[:SHOWN]
    ]


def _of_edge(edge: Edge, left: IdentityRecord, right: IdentityRecord) -> list[str]:
    told = explain(edge.evidence, edge.weight, edge.kind)
    waits = ReviewPair.objects.filter(left=edge.left_id, right=edge.right_id, state__in=ReviewPair.WAITING).exists()
    review = "; waits for a person to review it" if waits else ""
    lines = [
        f"  {left.silo.name}: {left}  |  {right.silo.name}: {right}",
        f"    {told.odds} ({edge.probability:.0%} sure), by {edge.model or edge.author}{review}",
    ]
    if told.speaks_for:
        lines.append(f"    for one customer: {'; '.join(told.speaks_for)}")
    if told.speaks_against:
        lines.append(f"    for two customers: {'; '.join(told.speaks_against)}")
    return lines
