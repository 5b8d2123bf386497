"""Which customer each cluster of a matching is: numbers stay with most of their records. Set-based, in SQL.

Read: `clustered(record_id, cluster_id)`. Made: `placed` (where each record stands), `target` (the customer of each
cluster), `touched_customer`, and the staged moves of `customers.following`.
"""

from typing import Any

from regard.customers import following
from regard.customers.actions.moving import kept_as_json
from regard.customers.following import CUSTOMERS, RECORDS
from regard.customers.models import MatchRun
from regard.lib.copying import stage

_BROKEN = """
CREATE TEMP TABLE broken ON COMMIT DROP AS
SELECT DISTINCT unnest(ARRAY[a.cluster_id, b.cluster_id]) AS cluster_id
FROM customers_decision d JOIN placed a ON a.record_id = d.left_id JOIN placed b ON b.record_id = d.right_id
WHERE d.counts AND d.office_id = %s AND (
    d.verdict = 'different' AND a.cluster_id = b.cluster_id OR d.verdict = 'same' AND a.cluster_id <> b.cluster_id)
"""
#: Records that arrived meanwhile, or were not asked about, stay with most of their customer's.
_LEFT_OUT = """
INSERT INTO placed
SELECT l.record_id, home.cluster_id, l.id, l.customer_id
FROM (SELECT DISTINCT ON (customer_id) customer_id, cluster_id FROM (
          SELECT customer_id, cluster_id, count(*) AS n FROM placed WHERE customer_id IS NOT NULL GROUP BY 1, 2) o
      ORDER BY customer_id, n DESC, cluster_id) home
JOIN customers_link l ON l.customer_id = home.customer_id AND l.ended_at IS NULL
WHERE NOT EXISTS (SELECT FROM placed p WHERE p.record_id = l.record_id)
"""


#: What was asked of a few records parts nobody: all records of a customer go where most of them go.
_KEEP_WHOLE = """
UPDATE placed p SET cluster_id = home.cluster_id
FROM (SELECT DISTINCT ON (customer_id) customer_id, cluster_id FROM (
          SELECT customer_id, cluster_id, count(*) AS n FROM placed WHERE customer_id IS NOT NULL GROUP BY 1, 2) o
      ORDER BY customer_id, n DESC, cluster_id) home
WHERE p.customer_id = home.customer_id AND p.cluster_id <> home.cluster_id
"""


def place(cursor: Any, office_id: int, *, may_part: bool) -> int:
    """Lay the clusters beside who holds each record now. Returns how many clusters were set aside.

    may_part: false when only some records were matched. A model that saw few of them knows too little of what is
    common to part customers; it only joins.

    A cluster that contradicts what people decided is not taken over: its records stay together as they are now (under
    a negative number that no record has).
    """
    stage(cursor, "placed", "record_id bigint, cluster_id bigint, link_id bigint, customer_id bigint")
    cursor.execute(
        """INSERT INTO placed SELECT s.record_id, s.cluster_id, l.id, l.customer_id FROM clustered s
           LEFT JOIN customers_link l ON l.record_id = s.record_id AND l.ended_at IS NULL"""
    )
    cursor.execute("CREATE INDEX ON placed (record_id); ANALYZE placed; DROP TABLE IF EXISTS pg_temp.broken")
    cursor.execute(_LEFT_OUT)
    if not may_part:
        cursor.execute(_KEEP_WHOLE)
    cursor.execute(_BROKEN, [office_id])
    cursor.execute("SELECT count(*) FROM broken")
    found = int(cursor.fetchone()[0])
    cursor.execute(
        """UPDATE placed SET cluster_id = -customer_id
           WHERE customer_id IN (SELECT customer_id FROM placed WHERE cluster_id IN (SELECT cluster_id FROM broken))"""
    )
    return found


#: A customer's home is the cluster with most of its records; a cluster takes the number of the one it holds most of.
#: The older cluster and the older number win where it is even.
_TARGET = """
CREATE TEMP TABLE target ON COMMIT DROP AS
WITH overlap AS (
    SELECT cluster_id, customer_id, count(*) AS n FROM placed WHERE customer_id IS NOT NULL GROUP BY 1, 2
), home AS (
    SELECT DISTINCT ON (customer_id) customer_id, cluster_id, n FROM overlap ORDER BY customer_id, n DESC, cluster_id
), chosen AS (
    SELECT DISTINCT ON (cluster_id) cluster_id, customer_id FROM home ORDER BY cluster_id, n DESC, customer_id
)
SELECT c.cluster_id, chosen.customer_id IS NULL AS is_new,
       coalesce(chosen.customer_id, nextval(pg_get_serial_sequence('customers_customer', 'id'))) AS customer_id
FROM (SELECT DISTINCT cluster_id FROM placed) c LEFT JOIN chosen USING (cluster_id)
"""
_NEW_CUSTOMERS = """
INSERT INTO customers_customer (id, office_id, kind, name, name_folded, email, phone, address, restricted)
SELECT t.customer_id, %s, mode() WITHIN GROUP (ORDER BY r.kind), '', '', '', '', '',
       coalesce(bool_or(c.restricted), false)
FROM target t JOIN placed p USING (cluster_id) JOIN customers_identityrecord r ON r.id = p.record_id
LEFT JOIN customers_customer c ON c.id = p.customer_id
WHERE t.is_new GROUP BY t.customer_id
"""
#: One change for each pair of customers between which records move. A customer none of whose clusters kept its number
#: goes into the one that holds most of it; a new customer is made by the one that gave most.
_PAIRS = """
CREATE TEMP TABLE pair ON COMMIT DROP AS
WITH moved AS (
    SELECT p.customer_id AS old, t.customer_id AS new, t.is_new, count(*) AS n
    FROM placed p JOIN target t USING (cluster_id)
    WHERE p.customer_id <> t.customer_id GROUP BY 1, 2, 3
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY new ORDER BY n DESC, old) AS giver,
           row_number() OVER (PARTITION BY old ORDER BY n DESC, new) AS taker,
           NOT EXISTS (SELECT FROM target k WHERE k.customer_id = old) AS retires
    FROM moved
)
SELECT nextval(pg_get_serial_sequence('customers_identitychange', 'id')) AS change_id, old, new, kind FROM (
    SELECT old, new, CASE WHEN is_new AND giver = 1 THEN 'split' WHEN retires AND taker = 1 THEN 'merge'
                          ELSE 'link' END AS kind
    FROM ranked ORDER BY 3 DESC, old, new  -- splits first: what builds on a new customer comes after it
) told
"""
_CHANGES = f"""
INSERT INTO customers_identitychange
    (id, office_id, kind, customer_id, other_id, run_id, in_force, reason, author, before)
SELECT p.change_id, %(office)s, p.kind, CASE p.kind WHEN 'split' THEN old ELSE new END,
       CASE p.kind WHEN 'split' THEN new ELSE old END, %(run)s, true, %(reason)s, %(author)s,
       jsonb_build_object(old.id::text, {kept_as_json("old")},
                          new.id::text, CASE p.kind WHEN 'split' THEN NULL ELSE {kept_as_json("new")} END)
FROM pair p JOIN customers_customer old ON old.id = p.old JOIN customers_customer new ON new.id = p.new
"""
_RECORDS = f"""
INSERT INTO {RECORDS} (change_id, old_customer, new_customer, record_id, old_link, score, reason, author)
SELECT pair.change_id, pair.old, pair.new, p.record_id, p.link_id, l.score, l.reason, %(author)s
FROM placed p JOIN target t USING (cluster_id) JOIN pair ON pair.old = p.customer_id AND pair.new = t.customer_id
JOIN customers_link l ON l.id = p.link_id
"""


def stage_changes(cursor: Any, run: MatchRun) -> tuple[int, int]:
    """Make the new customers and the changes, and stage what moves. Returns how many were joined, how many made."""
    cursor.execute("DROP TABLE IF EXISTS pg_temp.target; DROP TABLE IF EXISTS pg_temp.pair")
    cursor.execute(_TARGET)
    cursor.execute("ANALYZE target")
    cursor.execute(_NEW_CUSTOMERS, [run.office_id])
    cursor.execute(_PAIRS)
    author = f"model: {run.model}" if run.model else "model"
    told = {"office": run.office_id, "run": run.pk, "reason": f"matching {run.pk}", "author": author}
    cursor.execute(_CHANGES, told)
    following.stage_moves(cursor)
    cursor.execute(_RECORDS, told)
    cursor.execute(f"INSERT INTO {CUSTOMERS} SELECT change_id, old, new FROM pair WHERE kind = 'merge'")
    cursor.execute(
        """INSERT INTO customers_link (record_id, customer_id, score, reason, author, ended_reason)
           SELECT p.record_id, t.customer_id, 1.0, 'no customer had it', %s, ''
           FROM placed p JOIN target t USING (cluster_id) WHERE p.link_id IS NULL""",
        [author],
    )
    cursor.execute("SELECT count(*) FILTER (WHERE kind = 'merge'), count(*) FILTER (WHERE kind = 'split') FROM pair")
    joined, split = cursor.fetchone()
    return int(joined), int(split)


def settle(cursor: Any) -> None:
    """Let the numbers of joined customers lead on, and keep what is restricted restricted. Makes `touched_customer`."""
    cursor.execute(
        """UPDATE customers_customer c SET merged_into_id = pair.new FROM pair
           WHERE pair.kind = 'merge' AND c.id = pair.old"""
    )
    cursor.execute(
        """UPDATE customers_customer c SET restricted = true FROM pair JOIN customers_customer old ON old.id = pair.old
           WHERE c.id = pair.new AND old.restricted AND NOT c.restricted"""
    )
    stage(cursor, "touched_customer", "customer_id bigint")
    cursor.execute(
        """INSERT INTO touched_customer SELECT old FROM pair UNION SELECT new FROM pair
           UNION SELECT t.customer_id FROM placed p JOIN target t USING (cluster_id) WHERE p.link_id IS NULL"""
    )
    cursor.execute("ANALYZE touched_customer")
