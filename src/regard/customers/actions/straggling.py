"""What an import or a colleague put with a number that was merged away meanwhile follows it."""

from typing import Any

from django.db import connection, transaction

from regard.customers import following
from regard.customers.actions import moving
from regard.customers.following import CUSTOMERS, RECORDS
from regard.lib.copying import stage
from regard.records import audit
from regard.records.actors import Actor

#: Every number that leads on, where it leads, and the change that made it lead there.
_LEADING_ON = """
INSERT INTO leading_on (customer_id, standing_id, change_id)
WITH RECURSIVE way(start, next, hops) AS (
    SELECT id, merged_into_id, 1 FROM customers_customer WHERE office_id = %s AND merged_into_id IS NOT NULL
    UNION ALL
    SELECT way.start, c.merged_into_id, hops + 1 FROM way JOIN customers_customer c ON c.id = way.next
    WHERE c.merged_into_id IS NOT NULL AND hops < 1000
)
SELECT way.start, way.next,
       (SELECT max(h.id) FROM customers_identitychange h WHERE h.other_id = way.start AND h.in_force)
FROM way JOIN customers_customer c ON c.id = way.next WHERE c.merged_into_id IS NULL
"""


@transaction.atomic
def carry_stragglers(*, by: Actor, office_id: int) -> int:
    """Move what stands with a merged number to the customer it leads to. Returns how many records and rows moved.

    They are noted with the merge that they missed, and go back with it when it is taken back.
    """
    with connection.cursor() as cursor:
        moving.hold_still(cursor, office_id, alone=True)
        stage(cursor, "leading_on", "customer_id bigint, standing_id bigint, change_id bigint")
        cursor.execute(_LEADING_ON, [office_id])
        cursor.execute("DELETE FROM leading_on WHERE change_id IS NULL; ANALYZE leading_on")
        before = _carried(cursor)
        following.stage_moves(cursor)
        cursor.execute(f"INSERT INTO {CUSTOMERS} SELECT change_id, customer_id, standing_id FROM leading_on")
        cursor.execute(
            f"""INSERT INTO {RECORDS}
                    (change_id, old_customer, new_customer, record_id, old_link, score, reason, author)
                SELECT s.change_id, s.customer_id, s.standing_id, l.record_id, l.id, l.score, l.reason, l.author
                FROM leading_on s JOIN customers_link l ON l.customer_id = s.customer_id AND l.ended_at IS NULL"""
        )
        records = moving.carry_out(cursor, staff=None, ended_reason="its number leads to another customer")
        moved = records + _carried(cursor) - before
        if records:
            cursor.execute(f"SELECT DISTINCT new_customer FROM {RECORDS}")
            moving.show_again(cursor, [row[0] for row in cursor.fetchall()])
    if moved:
        audit.record(by=by, action="customers.carry_stragglers", object_type="customers.customer", count=moved,
                     office_id=office_id)  # fmt: skip
    return moved


def _carried(cursor: Any) -> int:
    cursor.execute(
        """SELECT coalesce(sum(cardinality(c.ids)), 0) FROM customers_carriedrows c
           JOIN (SELECT DISTINCT change_id FROM leading_on) s ON s.change_id = c.change_id"""
    )
    return int(cursor.fetchone()[0])
