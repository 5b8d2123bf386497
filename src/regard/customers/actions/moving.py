"""The engine of every change of who is who: staged moves carried out at once, and noted so that they can be undone.

Nothing here is an action of its own: `joining`, `undoing` and `matching` stage what shall move (see
`customers.following`), call `carry_out`, and write the audit entry.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError

from regard.customers import following
from regard.customers.actions.showing import show_freshest
from regard.customers.following import CUSTOMERS, RECORDS
from regard.customers.models import Customer, IdentityChange, Link
from regard.lib.copying import stage
from regard.office.models import Staff
from regard.records.actors import Actor

#: Advisory locks (SPACE, office): a matching holds it alone, changes by people share it.
SPACE = 7_312
#: What a change keeps of each customer it touches.
KEPT = ("merged_into_id", "restricted", "kind", "name", "name_folded", "email", "phone", "address", "refreshed_at")
_KEPT_AS_JSON = ", ".join(f"'{column}', {{c}}.{column}" for column in KEPT)


def kept_as_json(alias: str) -> str:
    """SQL of a customer's own columns, as `IdentityChange.before` keeps them."""
    return f"jsonb_build_object({_KEPT_AS_JSON.format(c=alias)})"


def hold_still(cursor: Any, office_id: int, *, alone: bool = False) -> None:
    """Until the commit no matching changes who is who; `alone`: nor does anybody else."""
    cursor.execute(f"SELECT pg_advisory_xact_lock{'' if alone else '_shared'}(%s, %s)", [SPACE, office_id])


def staff_of(by: Actor) -> Staff | None:
    """The actor as a member of staff; None for Regard itself."""
    return by if isinstance(by, Staff) else None


def insist_on_reason(reason: str) -> str:
    """The reason without blanks around it. Raises ValidationError when there is none."""
    if not reason.strip():
        raise ValidationError({"reason": "Say why, so that a colleague can follow it later."})
    return reason.strip()


def locked(*customers: Customer) -> list[Customer]:
    """These customers as they are now, locked in one order. Raises ValidationError when one was merged meanwhile."""
    wanted = [customer.pk for customer in customers]
    found = {c.pk: c for c in Customer.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}
    for customer in found.values():
        if customer.merged_into_id is not None:
            raise ValidationError(
                f"{customer.number} was merged into K{customer.merged_into_id:07d} meanwhile. Open that customer, and "
                "do it there."
            )
    return [found[pk] for pk in wanted]


def begin(
    cursor: Any,
    *,
    by: Actor,
    kind: str,
    customer: Customer,
    other: Customer | None,
    reason: str,
    is_new: bool = False,
    undoes: IdentityChange | None = None,
) -> IdentityChange:
    """Open a change in the history, with what its customers look like now, and make the staging tables empty.

    is_new: `other` is being made by this change.
    """
    staff = staff_of(by)
    change = IdentityChange.objects.create(
        office_id=customer.office_id, kind=kind, customer=customer, other=other, reason=reason, undoes=undoes,
        author="staff" if staff else by.audit_name, made_by=staff,
    )  # fmt: skip
    touched = [customer.pk] + ([other.pk] if other is not None else [])
    keep_before(cursor, change, touched, new=[other.pk] if is_new and other is not None else [])
    following.stage_moves(cursor)
    return change


def keep_before(cursor: Any, change: IdentityChange, customers: Sequence[int], new: Sequence[int] = ()) -> None:
    """Keep the customers' own columns with the change, null for those that it makes."""
    cursor.execute(
        f"""UPDATE customers_identitychange SET before = (
                SELECT coalesce(jsonb_object_agg(c.id, CASE WHEN c.id = ANY(%s) THEN NULL ELSE {kept_as_json("c")} END),
                                '{{}}')
                FROM customers_customer c WHERE c.id = ANY(%s)) WHERE id = %s RETURNING before::text""",
        [list(new), list(customers), change.pk],
    )
    change.refresh_from_db(fields=["before"])


def live_records(customer: Customer) -> list[int]:
    """The records of a customer, the oldest first."""
    live = Link.objects.filter(customer=customer, ended_at__isnull=True).order_by("record")
    return list(live.values_list("record_id", flat=True))


def stage_records(
    cursor: Any, change: IdentityChange, *, old: int, new: int, records: Sequence[int], reason: str, author: str
) -> None:
    """Name records that go from one customer to another; their live links end."""
    cursor.execute(
        f"""INSERT INTO {RECORDS} (change_id, old_customer, new_customer, record_id, old_link, score, reason, author)
            SELECT %s, %s, %s, l.record_id, l.id, 1.0, %s, %s FROM customers_link l
            WHERE l.customer_id = %s AND l.ended_at IS NULL AND l.record_id = ANY(%s)""",
        [change.pk, old, new, reason, author, old, list(records)],
    )
    if cursor.rowcount != len(records):
        raise ValidationError(
            f"Of these {len(records)} records {cursor.rowcount} still belong to K{old:07d}. Somebody changed it "
            "meanwhile: look at its sources again."
        )


def stage_whole(cursor: Any, change: IdentityChange, old: int, new: int) -> None:
    """Name a customer all of whose rows go to another, whatever record they stand on."""
    cursor.execute(
        f"INSERT INTO {CUSTOMERS} (change_id, old_customer, new_customer) VALUES (%s, %s, %s)", [change.pk, old, new]
    )


_RELINK = f"""
WITH made AS (
    INSERT INTO customers_link (record_id, customer_id, score, reason, author, made_by_id, ended_reason)
    SELECT record_id, new_customer, score, reason, author, %(staff)s, '' FROM {RECORDS} WHERE NOT is_reopened
    RETURNING id, record_id
)
UPDATE {RECORDS} m SET new_link = made.id FROM made WHERE made.record_id = m.record_id
"""


def carry_out(cursor: Any, *, staff: Staff | None, ended_reason: str, follow: bool = True) -> int:
    """Do what is staged: end and make links, let every room follow, note it all. Returns how many records moved.

    follow: false when no record goes to another customer.

    Raises ValidationError when a staged record belongs to somebody else by now.
    """
    cursor.execute(f"ANALYZE {RECORDS}; ANALYZE {CUSTOMERS}; ANALYZE {following.ROWS}")
    cursor.execute(f"SELECT count(*) FROM {RECORDS}")
    wanted = cursor.fetchone()[0]
    cursor.execute(
        f"""UPDATE customers_link l SET ended_at = now(), ended_by_id = %s, ended_reason = %s FROM {RECORDS} m
            WHERE l.id = m.old_link AND l.customer_id = m.old_customer AND l.ended_at IS NULL""",
        [staff.pk if staff else None, ended_reason],
    )
    if cursor.rowcount != wanted:
        raise ValidationError("Somebody changed these records meanwhile. Nothing was done; look at them again.")
    cursor.execute(
        f"""UPDATE customers_link l SET ended_at = NULL, ended_by_id = NULL, ended_reason = '' FROM {RECORDS} m
            WHERE m.is_reopened AND l.id = m.new_link"""
    )
    cursor.execute(_RELINK, {"staff": staff.pk if staff else None})
    cursor.execute(
        f"""INSERT INTO customers_movedrecord
                (change_id, record_id, old_link_id, new_link_id, old_customer_id, new_customer_id)
            SELECT change_id, record_id, old_link, new_link, old_customer, new_customer FROM {RECORDS}"""
    )
    if follow:
        following.move_all(cursor)
    return wanted


def show_again(cursor: Any, customers: Iterable[int]) -> None:
    """Write the shown columns of these customers anew."""
    stage(cursor, "shown_customer", "customer_id bigint")
    cursor.execute("INSERT INTO shown_customer SELECT unnest(%s::bigint[])", [list(customers)])
    show_freshest(cursor, "shown_customer")


def counts_of(change: IdentityChange) -> Mapping[str, int]:
    """How many records and rows a change moved, for its audit entry."""
    counts = {"records": change.moved.count()}
    for label, ids in change.carried.values_list("label", "ids"):
        counts[label] = counts.get(label, 0) + len(ids)
    return counts
