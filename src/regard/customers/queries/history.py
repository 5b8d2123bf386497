"""The history of an identity: what was linked, merged, split and taken back, by whom and why."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q

from regard.customers.models import Customer, IdentityChange, Link, MovedRecord

MOST = 200
_MERGED_IN = """
WITH RECURSIVE into_it(id, path) AS (
    SELECT %s::bigint, ARRAY[%s::bigint]
    UNION ALL
    SELECT c.id, path || c.id FROM into_it JOIN customers_customer c ON c.merged_into_id = into_it.id
    WHERE c.id <> ALL(path)
) SELECT id FROM into_it
"""


def ids_standing_for(customer: Customer) -> list[int]:
    """The customer and all whose numbers lead to it."""
    with connection.cursor() as cursor:
        cursor.execute(_MERGED_IN, [customer.pk, customer.pk])
        return [row[0] for row in cursor.fetchall()]


@dataclass(frozen=True)
class Turn:
    """One change in the history of a customer."""

    change: IdentityChange
    title: str
    records: int
    carried: dict[str, int]
    may_undo: bool
    why: str


#: What was carried, in words: one and several.
CARRIED = {
    "desk.case": ("case", "cases"),
    "desk.contact": ("contact", "contacts"),
    "voice.feedback": ("piece of feedback", "pieces of feedback"),
}


def history_of(customer: Customer) -> list[Turn]:
    """What happened to who this is, newest first. Five queries at most."""
    ids = ids_standing_for(customer)
    changes = list(
        IdentityChange.objects.filter(Q(customer__in=ids) | Q(other__in=ids))
        .select_related("made_by", "undoes", "run").prefetch_related("carried")
        .annotate(records=Count("moved")).order_by("-id")[:MOST]
    )  # fmt: skip
    evidence = _evidence([change.pk for change in changes if change.is_by_machine])
    return [_turn(change, evidence) for change in changes]


def _evidence(changes: list[int]) -> dict[int, str]:
    """Why a model made these changes: the strongest tie of what each moved, in words. One query, or none."""
    if not changes:
        return {}
    strongest = MovedRecord.objects.filter(change__in=changes).order_by("change", "-new_link__score", "pk")
    told = strongest.distinct("change").values_list("change_id", "new_link__reason", "new_link__score")
    return {change: f"{reason} ({sure_words(score)})" for change, reason, score in told}


def sure_words(score: float) -> str:
    """How sure, in words: a model is never all sure."""
    return "over 99% sure" if 0.99 < score < 1 else f"{score:.0%} sure"


def _turn(change: IdentityChange, evidence: dict[int, str]) -> Turn:
    counts: dict[str, int] = {}
    for rows in change.carried.all():
        counts[rows.label] = counts.get(rows.label, 0) + len(rows.ids)
    carried = {CARRIED.get(label, (label, label))[count != 1]: count for label, count in counts.items()}
    # What ties a part together says nothing of why it was parted.
    tie = "" if change.kind == IdentityChange.Kind.SPLIT else evidence.get(change.pk, "")
    why = "; ".join(filter(None, (tie, change.reason)))
    return Turn(change, title_of(change), change.records, carried, change.in_force, why)  # type: ignore[attr-defined]


def title_of(change: IdentityChange) -> str:
    """A change in a few words."""
    one, other = f"K{change.customer_id:07d}", f"K{change.other_id:07d}" if change.other_id else ""
    kinds = IdentityChange.Kind
    if change.kind == kinds.UNDO and change.undoes is not None:
        return f"Taken back: {title_of(change.undoes)}"
    return {
        kinds.MERGE: f"{other} went into {one}",
        kinds.SPLIT: f"{other} was made of part of {one}",
        kinds.UNLINK: f"A record of {one} became {other}",
        kinds.CONFIRM: f"Records of {one} were checked",
        kinds.LINK: f"Records of {other} went to {one}",
    }[kinds(change.kind)]


def count_of_changes(customer: Customer) -> int:
    """How many changes there were, for the link to the history."""
    return IdentityChange.objects.filter(Q(customer=customer) | Q(other=customer)).count()


def live_link(record_id: int, customer: Customer) -> Link | None:
    """The link of a record to this customer, as long as it holds."""
    live = Link.objects.filter(record=record_id, customer=customer, ended_at__isnull=True)
    return live.select_related("record__silo").first()
