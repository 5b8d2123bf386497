"""Exact linking: which newly told people are customers we know, and which of them are one and the same.

Pure SQL text over a DuckDB connection that `sources` opens. Two records are joined only when a strong key
agrees *and* nothing speaks against it: the source's own number; an e-mail with the same name; a phone number
with the same name. A record without any name joins only if exactly one customer holds its e-mail or phone.
Statistical matching comes on top of this; wrongly joining two people is worse than missing a join.

Tables read: `person(pid, key, own_key, kind, name_key, email, phone, as_of)`, one row per distinct
telling, and `known(pid, customer_id, record_id, rank)`, what the database already holds for them.
Table made: `linked(pid, component, customer_id, record_id, rank)`; customer_id is NULL for a new customer.
"""

from typing import Any

#: How a link was found, by rank: the reason shown to staff and its score.
REASONS: dict[int, tuple[str, float]] = {
    0: ("first record of this customer", 1.0),
    1: ("same number in the same source", 1.0),
    2: ("same e-mail and same name", 0.99),
    3: ("same phone and same name", 0.98),
    4: ("only customer with this e-mail or phone; no name told", 0.90),
}

_KEYS = """
CREATE OR REPLACE TEMP TABLE person_key AS
SELECT pid, hash('own', key) AS k, 1 AS rank FROM person WHERE own_key
UNION ALL SELECT pid, hash('email', kind, email, name_key), 2 FROM person WHERE email <> ''
UNION ALL SELECT pid, hash('phone', kind, phone, name_key), 3 FROM person WHERE phone <> ''
"""
_SHARED = """
CREATE OR REPLACE TEMP TABLE shared_key AS
SELECT pid, k, rank FROM person_key SEMI JOIN (SELECT k FROM person_key GROUP BY k HAVING count(*) > 1) USING (k)
"""
_SPREAD = """
CREATE OR REPLACE TEMP TABLE spread AS
WITH lowest AS (SELECT k, min(component) AS low FROM shared_key JOIN component USING (pid) GROUP BY k)
SELECT pid, min(low) AS component FROM shared_key JOIN lowest USING (k) GROUP BY pid
"""


def components(con: Any) -> int:
    """Make table `component(pid, component)`: people joined by shared keys, named by their lowest pid.

    Label propagation to the fixed point; returns the number of rounds. Keys that one person alone holds are
    left out first, so a round costs what is shared, not what was told.
    """
    con.execute(_KEYS)
    con.execute(_SHARED)
    con.execute("CREATE OR REPLACE TEMP TABLE component AS SELECT pid, pid AS component FROM person")
    rounds = 0
    while True:
        rounds += 1
        con.execute(_SPREAD)
        ((changed,),) = con.execute(
            """UPDATE component SET component = spread.component FROM spread
               WHERE component.pid = spread.pid AND spread.component < component.component"""
        ).fetchall()
        if not changed:
            return rounds


_NAMELESS = """
CREATE OR REPLACE TEMP TABLE nameless AS
WITH holder AS (
    SELECT 'e' || email AS address, component FROM person JOIN component USING (pid)
    WHERE email <> '' AND name_key <> ''
    UNION SELECT 'p' || phone, component FROM person JOIN component USING (pid)
    WHERE phone <> '' AND name_key <> ''
), asked AS (
    SELECT pid, 'e' || email AS address FROM person WHERE name_key = '' AND email <> ''
    UNION ALL SELECT pid, 'p' || phone FROM person WHERE name_key = '' AND phone <> ''
)
SELECT pid, min(holder.component) AS component FROM asked JOIN holder USING (address)
GROUP BY pid HAVING count(DISTINCT holder.component) = 1
"""
_ADOPT = """
UPDATE component SET component = nameless.component FROM nameless
WHERE component.pid = nameless.pid AND NOT EXISTS (SELECT 1 FROM known WHERE known.pid = nameless.pid)
"""
_LINKED = """
CREATE OR REPLACE TEMP TABLE linked AS
WITH best AS (
    SELECT component, arg_min(customer_id, (rank, customer_id)) AS customer_id
    FROM known JOIN component USING (pid) GROUP BY component
), own AS (
    SELECT pid, arg_min(customer_id, (rank, customer_id)) AS customer_id, min(rank) AS rank, max(record_id) AS record_id
    FROM known GROUP BY pid
), found AS (SELECT pid, min(rank) AS rank FROM shared_key GROUP BY pid)
SELECT component.pid, component.component,
       coalesce(own.customer_id, best.customer_id) AS customer_id,
       own.record_id,
       CASE WHEN own.rank IS NOT NULL THEN own.rank
            WHEN nameless.pid IS NOT NULL THEN 4
            WHEN component.pid = component.component AND best.customer_id IS NULL THEN 0
            ELSE coalesce(found.rank, 0) END AS rank
FROM component LEFT JOIN best USING (component) LEFT JOIN own USING (pid)
     LEFT JOIN found USING (pid) LEFT JOIN nameless USING (pid)
"""


def link(con: Any) -> None:
    """Make table `linked` from `person` and `known` (see the module's docstring)."""
    components(con)
    con.execute(_NAMELESS)
    con.execute(_ADOPT)
    con.execute(_LINKED)


#: What the database knows of the people in temp table `told_person(pid, key, digest, own_key, kind, email, phone,
#: name_key)`, as (pid, customer_id, record_id, rank). Each branch is one index probe per person.
KNOWN_IN_DATABASE = """
WITH live AS NOT MATERIALIZED (
    SELECT r.id AS record_id, r.silo_id, r.key, r.digest, r.email, r.phone, r.name_key, r.kind,
           l.customer_id, c.office_id
    FROM customers_identityrecord r
    JOIN customers_link l ON l.record_id = r.id AND l.ended_at IS NULL
    JOIN customers_customer c ON c.id = l.customer_id
)
SELECT t.pid, live.customer_id, CASE WHEN live.digest = t.digest THEN live.record_id END AS record_id, 1 AS rank
FROM told_person t JOIN live ON live.silo_id = {silo_id} AND live.key = t.key
UNION ALL
SELECT t.pid, live.customer_id, NULL, 2
FROM told_person t JOIN live ON live.email = t.email AND live.email <> '' AND live.name_key = t.name_key
WHERE t.email <> '' AND live.office_id = {office_id} AND live.kind = t.kind
UNION ALL
SELECT t.pid, live.customer_id, NULL, 3
FROM told_person t JOIN live ON live.phone = t.phone AND live.phone <> '' AND live.name_key = t.name_key
WHERE t.phone <> '' AND live.office_id = {office_id} AND live.kind = t.kind
UNION ALL
SELECT pid, min(customer_id), NULL, 4 FROM (
    SELECT t.pid, h.customer_id FROM told_person t CROSS JOIN LATERAL (
        SELECT DISTINCT live.customer_id FROM live
        WHERE live.email = t.email AND live.email <> '' AND live.office_id = {office_id} LIMIT 2
    ) h WHERE t.name_key = '' AND t.email <> ''
    UNION
    SELECT t.pid, h.customer_id FROM told_person t CROSS JOIN LATERAL (
        SELECT DISTINCT live.customer_id FROM live
        WHERE live.phone = t.phone AND live.phone <> '' AND live.office_id = {office_id} LIMIT 2
    ) h WHERE t.name_key = '' AND t.phone <> ''
) holder GROUP BY pid HAVING count(DISTINCT customer_id) = 1
"""
