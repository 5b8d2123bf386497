"""What customers are to each other, as it stands after all merges."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper
from django.db.models.expressions import RawSQL

from regard.customers.access import customers_seen_by
from regard.customers.models import Customer, Relation
from regard.customers.queries.history import ids_standing_for
from regard.office.models import Staff

#: A relation read from the other side.
INVERSE = {
    Relation.Kind.HOUSEHOLD: "Lives with",
    Relation.Kind.WORKS_FOR: "Employs",
    Relation.Kind.BUYS_FOR: "Buys through",
    Relation.Kind.OVERSEES: "Is overseen by",
    Relation.Kind.CLIENT_OF: "Has a contract for",
}
_STAND = """
WITH RECURSIVE way(start, id, next, path) AS (
    SELECT id, id, merged_into_id, ARRAY[id] FROM customers_customer WHERE id = ANY(%s)
    UNION ALL
    SELECT way.start, c.id, c.merged_into_id, path || c.id FROM way JOIN customers_customer c ON c.id = way.next
    WHERE c.id <> ALL(path)
) SELECT start, id FROM way WHERE next IS NULL
"""


@dataclass(frozen=True)
class Related:
    """Another customer, and what they are to this one."""

    relation: Relation
    words: str
    customer: Customer


#: Relations of everyone whose number leads to a customer, that customer included.
_OF = """
id IN (
    WITH RECURSIVE into_it(id, path) AS (
        SELECT %s::bigint, ARRAY[%s::bigint]
        UNION ALL
        SELECT c.id, path || c.id FROM into_it JOIN customers_customer c ON c.merged_into_id = into_it.id
        WHERE c.id <> ALL(path)
    )
    SELECT r.id FROM into_it JOIN customers_relation r ON r.customer_id = into_it.id WHERE r.ended_at IS NULL
    UNION SELECT r.id FROM into_it JOIN customers_relation r ON r.other_id = into_it.id WHERE r.ended_at IS NULL
)
"""


def relations_of(customer: Customer, staff: Staff) -> list[Related]:
    """The relations of a customer and of all whose numbers lead to it. Four queries, one where there are none."""
    of_them = RawSQL(f"customers_relation.{_OF.strip()}", [customer.pk, customer.pk])  # noqa: S611 - values are parameters
    found = list(
        Relation.objects.filter(ExpressionWrapper(of_them, output_field=BooleanField()))
        .select_related("silo", "made_by").order_by("kind", "id")
    )  # fmt: skip
    if not found:
        return []
    ids = set(ids_standing_for(customer))
    others = {r.pk: r.other_id if r.customer_id in ids else r.customer_id for r in found}
    standing = _standing(list(others.values()))
    seen = customers_seen_by(staff).in_bulk(set(standing.values()))
    told = []
    for relation in found:
        other = seen.get(standing.get(others[relation.pk], 0))
        if other is not None and other.pk != customer.pk:
            kind = Relation.Kind(relation.kind)
            words = kind.label if relation.customer_id in ids else INVERSE[kind]
            told.append(Related(relation, words, other))
    return told


def _standing(ids: Sequence[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_STAND, [list(ids)])
        return dict(cursor.fetchall())
