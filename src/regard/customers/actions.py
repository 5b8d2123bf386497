"""What can happen to customers and what is known of them."""

from django.db import connection, transaction

from regard.lib.copying import CopyFile, copy_in
from regard.records import audit
from regard.records.actors import Actor


@transaction.atomic
def load_name_words(*, words: CopyFile) -> None:
    """Remember the words of newly told names, for the search's tolerance of typos. Derived, so not audited."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE told_word (word text) ON COMMIT DROP")
        copy_in(cursor, "told_word", words)
        cursor.execute(
            "INSERT INTO customers_nameword (word) SELECT word FROM told_word ORDER BY word ON CONFLICT DO NOTHING"
        )


@transaction.atomic
def load_people(
    *, by: Actor, run_id: int, customers: CopyFile, records: CopyFile, links: CopyFile, refreshed: CopyFile
) -> None:
    """Take in new customers, identity records and links of one batch, and copy fresher facts up to known customers.

    Set-based: four COPYs and one UPDATE, with one audit entry. Raises ValueError when fewer rows arrive than
    the files hold.
    """
    with connection.cursor() as cursor:
        if customers.rows:
            copy_in(cursor, "customers_customer", customers)
        if records.rows:
            copy_in(cursor, "customers_identityrecord", records)
        if links.rows:
            copy_in(cursor, "customers_link", links)
        known = _refresh(cursor, refreshed) if refreshed.rows else 0
    audit.record(
        by=by,
        action="customers.load_people",
        object_type="customers.identityrecord",
        object_id=f"run:{run_id}",
        count=records.rows,
        note={"customers": customers.rows, "records": records.rows, "links": links.rows, "refreshed": known},
    )


def _refresh(cursor: object, refreshed: CopyFile) -> int:
    """Customers show the freshest of their facts; a value that the fresher source does not tell stays."""
    cursor.execute(  # type: ignore[attr-defined]
        """CREATE TEMP TABLE IF NOT EXISTS refreshed_customer (id bigint, name text, name_folded text, email text,
           phone text, address text, refreshed_at timestamptz) ON COMMIT DROP;
           TRUNCATE refreshed_customer"""
    )
    copy_in(cursor, "refreshed_customer", refreshed)
    cursor.execute(  # type: ignore[attr-defined]
        """UPDATE customers_customer c SET
               name = coalesce(nullif(r.name, ''), c.name),
               name_folded = coalesce(nullif(r.name_folded, ''), c.name_folded),
               email = coalesce(nullif(r.email, ''), c.email), phone = coalesce(nullif(r.phone, ''), c.phone),
               address = coalesce(nullif(r.address, ''), c.address), refreshed_at = r.refreshed_at
           FROM refreshed_customer r WHERE r.id = c.id AND r.refreshed_at >= c.refreshed_at"""
    )
    return int(cursor.rowcount)  # type: ignore[attr-defined]
