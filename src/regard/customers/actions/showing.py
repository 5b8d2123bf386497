"""The columns of a customer: copies of what its records say, the most trusted and freshest first."""

from typing import Any

from regard.customers.models import SourceTrust

#: The copied columns, and what goes with each of them.
SHOWN = ("name", "email", "phone", "address")


def _best(field: str, column: str) -> str:
    trust = f"coalesce((s.trust ->> '{field}')::int, (s.trust ->> '*')::int, {SourceTrust.USUAL})"
    order = f"ORDER BY {trust} DESC, r.as_of DESC, r.id DESC"
    return f"coalesce((array_agg(r.{column} {order}) FILTER (WHERE r.{field} <> ''))[1], '') AS {column}"


_FRESHEST = ", ".join([_best("name", "name_folded"), *(_best(field, field) for field in SHOWN)])
_SETTINGS = ", ".join(f"{column} = f.{column}" for column in ("name_folded", *SHOWN))


def show_freshest(cursor: Any, customers: str) -> None:
    """Write the columns of the customers in table `customers(customer_id)` anew from their live records.

    Customers without records keep what they have: nobody told anything else.
    """
    cursor.execute(
        f"""UPDATE customers_customer c SET {_SETTINGS}, refreshed_at = f.as_of FROM (
                SELECT l.customer_id, max(r.as_of) AS as_of, {_FRESHEST}
                FROM customers_link l JOIN customers_identityrecord r ON r.id = l.record_id
                LEFT JOIN (SELECT silo_id, jsonb_object_agg(field, trust) AS trust
                           FROM customers_sourcetrust GROUP BY silo_id) s ON s.silo_id = r.silo_id
                WHERE l.customer_id IN (SELECT customer_id FROM {customers}) AND l.ended_at IS NULL
                GROUP BY l.customer_id
            ) f WHERE f.customer_id = c.id"""
    )
