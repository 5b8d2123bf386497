"""What a change by a person says about pairs of records, so that no matching undoes it."""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

from regard.customers.models import IdentityChange, Verdict

#: Up to so many pairs each is said; beyond, each record of one side is set against the oldest of the other.
ALL_PAIRS = 400
Pair = tuple[int, int]


def same_pairs(one: Sequence[int], other: Sequence[int]) -> set[Pair]:
    """Pairs that together say that all these records are one customer: each with the oldest of its side."""
    if not one or not other:
        return set()
    first, second = min(one), min(other)
    hubs = {_ordered(first, record) for record in one if record != first}
    hubs |= {_ordered(second, record) for record in other if record != second}
    return hubs | {_ordered(first, second)}


def different_pairs(one: Sequence[int], other: Sequence[int]) -> set[Pair]:
    """Pairs that together say that no record of one side belongs with the other side."""
    if not one or not other:
        return set()
    if len(one) * len(other) <= ALL_PAIRS:
        return {_ordered(a, b) for a, b in product(one, other)}
    first, second = min(one), min(other)
    return {_ordered(a, second) for a in one} | {_ordered(first, b) for b in other}


def _ordered(a: int, b: int) -> Pair:
    return (a, b) if a < b else (b, a)


def say(cursor: Any, change: IdentityChange, verdict: Verdict, pairs: Iterable[Pair]) -> None:
    """Write down a verdict on each pair, as part of a change."""
    told = sorted(pairs)
    cursor.execute(
        """INSERT INTO customers_decision
               (office_id, left_id, right_id, verdict, change_id, counts, reason, author, made_by_id)
           SELECT %s, l, r, %s, %s, true, %s, %s, %s FROM unnest(%s::bigint[], %s::bigint[]) AS p(l, r)""",
        [
            change.office_id, verdict.value, change.pk, change.reason, change.author, change.made_by_id,
            [left for left, _ in told], [right for _, right in told],
        ],
    )  # fmt: skip


def withdraw_between(
    cursor: Any, change: IdentityChange, verdict: Verdict, one: Sequence[int], other: Sequence[int]
) -> None:
    """What was said before of pairs across these two sides, and is not so any more, no longer counts."""
    cursor.execute(
        """UPDATE customers_decision SET counts = false, withdrawn_by_id = %(change)s, withdrawn_at = now()
           WHERE counts AND verdict = %(verdict)s AND (
               left_id = ANY(%(one)s) AND right_id = ANY(%(other)s)
               OR left_id = ANY(%(other)s) AND right_id = ANY(%(one)s))""",
        {"change": change.pk, "verdict": verdict.value, "one": list(one), "other": list(other)},
    )


def withdraw_said_by(cursor: Any, taken_back: IdentityChange, change: IdentityChange) -> None:
    """Take back what `taken_back` said, and let count again what it had withdrawn."""
    cursor.execute(
        """UPDATE customers_decision d SET counts = true, withdrawn_by_id = NULL, withdrawn_at = NULL
           FROM customers_identitychange w
           WHERE w.id = d.withdrawn_by_id AND NOT w.in_force AND (w.id = %s OR d.change_id = %s)
             AND (d.change_id IS NULL OR d.change_id IN (SELECT id FROM customers_identitychange WHERE in_force))""",
        [taken_back.pk, taken_back.undoes_id],
    )
    cursor.execute(
        """UPDATE customers_decision SET counts = false, withdrawn_by_id = %s, withdrawn_at = now()
           WHERE change_id = %s AND counts""",
        [change.pk, taken_back.pk],
    )
    cursor.execute(_WITHDRAW_CONTRADICTIONS, {"change": change.pk})


#: Where an undone change is done once more, what it had withdrawn counted in between and would now contradict.
_WITHDRAW_CONTRADICTIONS = """
UPDATE customers_decision d SET counts = false, withdrawn_by_id = %(change)s, withdrawn_at = now()
FROM customers_link l, customers_link r
WHERE d.counts AND d.verdict IN ('same', 'different')
  AND (d.left_id IN (SELECT record_id FROM customers_movedrecord WHERE change_id = %(change)s)
       OR d.right_id IN (SELECT record_id FROM customers_movedrecord WHERE change_id = %(change)s))
  AND l.record_id = d.left_id AND l.ended_at IS NULL AND r.record_id = d.right_id AND r.ended_at IS NULL
  AND (l.customer_id = r.customer_id) <> (d.verdict = 'same')
"""
