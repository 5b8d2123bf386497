"""What a person should look at after a matching: pairs the model cannot tell, and a random sample to judge it by."""

import json
from typing import Any

from regard.customers import following
from regard.customers.models import MatchPolicy, MatchRun
from regard.lib.copying import stage

#: Between these probabilities a person is asked; where the lower one lies, the model's card may say (in bits).
REVIEW = (0.05, 0.99)
#: At most this share of the records, and this many, may wait for a person after one matching.
MOST_SHARE, MOST, FEWEST = 0.05, 5_000, 100
#: Strata of the audit sample: rare kinds of pair get as many looks as frequent ones, and are weighed back.
CUTS = (0.01, 0.1, 0.5, 0.9, 0.99)

_RATED = """
CREATE TEMP TABLE rated ON COMMIT DROP AS
SELECT e.left_id, e.right_id, e.kind, e.weight, e.probability, a.cluster_id AS ca, b.cluster_id AS cb,
       ta.customer_id AS ka, tb.customer_id AS kb, a.cluster_id = b.cluster_id AS together,
       width_bucket(e.probability, %(cuts)s::float8[]) AS band
FROM customers_edge e JOIN placed a ON a.record_id = e.left_id JOIN placed b ON b.record_id = e.right_id
JOIN target ta ON ta.cluster_id = a.cluster_id JOIN target tb ON tb.cluster_id = b.cluster_id
WHERE e.office_id = %(office)s
"""
#: A pair within a customer is in question only when one of the two has no strong tie to the others; of two customers
#: only the strongest pair is asked about.
_BORDERLINE = """
CREATE TEMP TABLE borderline ON COMMIT DROP AS
WITH best AS (
    SELECT record_id, max(probability) AS strongest FROM (
        SELECT left_id AS record_id, probability FROM rated WHERE together
        UNION ALL SELECT right_id, probability FROM rated WHERE together) t GROUP BY record_id
), apart AS (
    SELECT DISTINCT ON (least(ca, cb), greatest(ca, cb)) * FROM rated
    WHERE NOT together AND probability >= %(low)s ORDER BY least(ca, cb), greatest(ca, cb), weight DESC, left_id
), weak AS (
    SELECT DISTINCT ON (ca) rated.* FROM rated
    JOIN best a ON a.record_id = left_id JOIN best b ON b.record_id = right_id
    WHERE together AND least(a.strongest, b.strongest) < %(high)s AND probability < %(high)s
    ORDER BY ca, abs(probability - 0.5), left_id
)
SELECT * FROM apart UNION ALL SELECT * FROM weak
"""
#: What was decided of a pair, or said by one of two people, is not asked again.
_DECIDED = """
LEFT JOIN LATERAL (
    SELECT coalesce(max(d.verdict) FILTER (WHERE d.counts), '') AS verdict, count(DISTINCT d.verdict) AS voices,
           max(d.made_at) FILTER (WHERE d.counts) AS settled_at
    FROM customers_decision d
    WHERE d.left_id = p.left_id AND d.right_id = p.right_id AND d.withdrawn_at IS NULL
) said ON true
"""
_STATE = """CASE WHEN said.verdict <> '' THEN 'settled' WHEN said.voices > 1 THEN 'contested'
                 WHEN said.voices = 1 THEN 'second' ELSE 'open' END"""
_GROUPS = """
coalesce(nullif(l.language, ''), r.language), left(coalesce(nullif(l.postcode, ''), r.postcode), 3),
CASE WHEN coalesce(l.birth_date, r.birth_date) IS NULL THEN ''
     WHEN coalesce(l.birth_date, r.birth_date) > current_date - interval '25 years' THEN 'under 25'
     WHEN coalesce(l.birth_date, r.birth_date) > current_date - interval '45 years' THEN '25 to 44'
     WHEN coalesce(l.birth_date, r.birth_date) > current_date - interval '65 years' THEN '45 to 64'
     ELSE '65 and over' END
"""
_INTO = """
INSERT INTO customers_reviewpair
    (office_id, run_id, left_id, right_id, kind, weight, probability, impact, place, sample, stratum, state, verdict,
     settled_at, language, area, age)
"""
_JOINED_RECORDS = """
JOIN customers_identityrecord l ON l.id = p.left_id JOIN customers_identityrecord r ON r.id = p.right_id
"""
_QUEUE = f"""
{_INTO}
SELECT %(office)s, %(run)s, p.left_id, p.right_id, p.kind, p.weight, p.probability, p.impact,
       row_number() OVER (ORDER BY p.priority DESC, p.left_id, p.right_id), false, '', {_STATE}, '', NULL, {_GROUPS}
FROM (
    SELECT b.*, ln(1 + least(coalesce(fa.facts, 0), coalesce(fb.facts, 0))) AS impact,
           4 * probability * (1 - probability)
               * (1 + ln(1 + least(coalesce(fa.facts, 0), coalesce(fb.facts, 0)))) AS priority
    FROM borderline b LEFT JOIN weighed fa ON fa.customer_id = b.ka LEFT JOIN weighed fb ON fb.customer_id = b.kb
    ORDER BY priority DESC, left_id, right_id LIMIT %(most)s
) p {_DECIDED} {_JOINED_RECORDS} WHERE said.verdict = ''
"""
#: The same seed gives each pair the same place in the draw, so that a later matching draws mostly the same pairs.
_SAMPLE = f"""
{_INTO}
SELECT %(office)s, %(run)s, p.left_id, p.right_id, p.kind, p.weight, p.probability, 0,
       3 * row_number() OVER (ORDER BY p.draw) - 0.5, true, p.stratum, {_STATE}, said.verdict, said.settled_at,
       {_GROUPS}
FROM (
    SELECT *, CASE WHEN together THEN 'joined' ELSE 'apart' END || ' ' || band AS stratum,
           row_number() OVER (PARTITION BY together, band ORDER BY draw) AS n
    FROM (SELECT *, md5(%(seed)s || ':' || left_id || ':' || right_id) AS draw FROM rated) drawn
) p {_DECIDED} {_JOINED_RECORDS} WHERE p.n <= %(each)s
ON CONFLICT (run_id, left_id, right_id) DO UPDATE SET sample = true, stratum = excluded.stratum
"""
_STRATA = """
SELECT jsonb_agg(jsonb_build_object('stratum', stratum, 'together', together, 'pairs', pairs) ORDER BY stratum)
FROM (SELECT CASE WHEN together THEN 'joined' ELSE 'apart' END || ' ' || band AS stratum, together, count(*) AS pairs
      FROM rated GROUP BY 1, 2) s
"""


def fill(cursor: Any, run: MatchRun) -> int:
    """Fill the review queue from the edges of a run just placed. Returns how many pairs wait now.

    What waited from earlier matchings and nobody has looked at is dropped when the whole office was matched.
    """
    low, high = REVIEW
    bits = run.card.get("thresholds", {}).get("review")
    if bits is not None:
        low = 1 / (1 + 2.0**-bits)
    most = max(FEWEST, min(MOST, round(MOST_SHARE * run.records)))
    told = {"office": run.office_id, "run": run.pk, "low": low, "high": high, "most": most, "cuts": list(CUTS)}
    cursor.execute("DROP TABLE IF EXISTS pg_temp.rated; DROP TABLE IF EXISTS pg_temp.borderline")
    cursor.execute(_RATED, told)
    cursor.execute(_BORDERLINE, told)
    _weigh(cursor)
    _drop_what_waited(cursor, run)
    cursor.execute(_QUEUE, told)
    if run.is_whole:
        _draw(cursor, run, told)
    cursor.execute(
        "SELECT count(*) FROM customers_reviewpair WHERE run_id = %s AND state IN ('open', 'second', 'contested')",
        [run.pk],
    )
    return int(cursor.fetchone()[0])


def _weigh(cursor: Any) -> None:
    """How much hangs on each customer in question: its records, cases, contacts, feedback."""
    stage(cursor, "in_question", "customer_id bigint")
    stage(cursor, "weight", "customer_id bigint, facts bigint")
    stage(cursor, "weighed", "customer_id bigint, facts bigint")
    cursor.execute("INSERT INTO in_question SELECT ka FROM borderline UNION SELECT kb FROM borderline")
    cursor.execute("ANALYZE in_question")
    cursor.execute(
        """INSERT INTO weight SELECT customer_id, count(*) FROM customers_link JOIN in_question USING (customer_id)
           WHERE ended_at IS NULL GROUP BY customer_id"""
    )
    following.weigh_all(cursor, "in_question", "weight")
    cursor.execute("INSERT INTO weighed SELECT customer_id, sum(facts) FROM weight GROUP BY customer_id")


def _drop_what_waited(cursor: Any, run: MatchRun) -> None:
    again = "EXISTS (SELECT FROM borderline b WHERE b.left_id = q.left_id AND b.right_id = q.right_id)"
    which = "true" if run.is_whole else again
    cursor.execute(
        f"""UPDATE customers_reviewpair q SET state = 'dropped'
            WHERE office_id = %s AND run_id <> %s AND state IN ('open', 'second', 'contested') AND {which}""",
        [run.office_id, run.pk],
    )


def _draw(cursor: Any, run: MatchRun, told: dict[str, Any]) -> None:
    """Draw the audit sample, the same number from each stratum, and keep how many pairs there were to draw from."""
    policy = MatchPolicy.objects.filter(office_id=run.office_id).first() or MatchPolicy()
    cursor.execute(_STRATA)
    strata = cursor.fetchone()[0] or "[]"
    run.sample = json.loads(strata) if isinstance(strata, str) else strata
    if run.sample:
        each = max(1, policy.audit_size // len(run.sample))
        cursor.execute(_SAMPLE, {**told, "seed": str(run.seed), "each": each})
