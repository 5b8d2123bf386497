"""How long a merge, a split and their undoing take for a customer with many facts, against one plain UPDATE.

    python bench/merge_bench.py [FACTS]

A quarter of the facts each are identity records, cases, contacts and pieces of feedback, in a database of its own. The plain UPDATE moves the same rows and writes no history: the least it can cost.
Must: each act in at most 1 s at 10,000 facts.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

TABLES = ("desk_case", "desk_contact", "voice_feedback")


def plant(cursor: Any, cast: Any, customer: Any, count: int, name: str) -> None:
    """`count` records, cases, contacts and pieces of feedback of one customer."""
    place = {"silo": cast.silo.pk, "unit": cast.permits.pk, "customer": customer.pk, "n": count, "name": name}
    cursor.execute(
        """INSERT INTO customers_identityrecord (silo_id, key, digest, kind, name, given, family, organisation,
               name_folded, name_key, email, phone, address, postcode, language, as_of)
           SELECT %(silo)s, %(name)s || n, gen_random_uuid(), 'person', %(name)s, '', '', '', lower(%(name)s), '',
                  %(name)s || n || '@mail.example', '', 'Street ' || n, '', '', now() - n * interval '1 hour'
           FROM generate_series(1, %(n)s) n""",
        place,
    )
    cursor.execute(
        """INSERT INTO customers_link (record_id, customer_id, score, reason, author, ended_reason)
           SELECT id, %(customer)s, 1, 'first record', 'rule: exact', '' FROM customers_identityrecord
           WHERE key LIKE %(name)s || '%%'""",
        place,
    )
    cursor.execute(
        """INSERT INTO desk_case (silo_id, silo_key, kind, unit_id, channel, subject, description, language,
               customer_id, record_id, state, received_at, next_step, transfers, reopens, events_seen, address, area,
               postcode)
           SELECT %(silo)s, '', 'case', %(unit)s, 'web', 'A fence on lot ' || id, '', '', %(customer)s,
                  CASE WHEN id %% 3 > 0 THEN id END, 'open', as_of, '', 0, 0, 1, '', '', ''
           FROM customers_identityrecord WHERE key LIKE %(name)s || '%%'""",
        place,
    )
    cursor.execute(
        """INSERT INTO desk_contact (silo_id, silo_key, unit_id, channel, direction, started_at, outcome, customer_id,
               record_id, staff_name, counterpart, subject, body)
           SELECT %(silo)s, '', %(unit)s, 'phone', 'in', as_of, '', %(customer)s, id, '', '', 'called', ''
           FROM customers_identityrecord WHERE key LIKE %(name)s || '%%'""",
        place,
    )
    cursor.execute(
        """INSERT INTO voice_feedback (silo_id, silo_key, unit_id, kind, channel, at, question, text, solicited, language,
               customer_id, record_id)
           SELECT %(silo)s, '', %(unit)s, 'complaint', 'web', as_of, '', 'slow', false, '', %(customer)s, id
           FROM customers_identityrecord WHERE key LIKE %(name)s || '%%'""",
        place,
    )


def timed(what: str, act: Callable[[], Any], plain: float | None = None) -> tuple[Any, float]:
    from django.db import connection

    started = time.perf_counter()
    done = act()
    with connection.cursor() as cursor:  # triggers and checks that wait for the commit
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    seconds = time.perf_counter() - started
    ratio = f"  {seconds / plain:5.1f} x a plain UPDATE" if plain else ""
    print(f"{what:<28}{seconds * 1000:8.0f} ms{ratio}")
    return done, seconds


def plain_update(one: int, other: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for table in ("customers_link", *TABLES):
            cursor.execute(f"UPDATE {table} SET customer_id = %s WHERE customer_id = %s", [other, one])


def run(facts: int) -> int:
    from django.db import connection, transaction

    from regard.customers import actions
    from regard.customers.models import Customer, Link
    from tests.cast import make_cast

    slowest = 0.0
    with transaction.atomic():
        cast = make_cast()
        keep, merge, spare = (Customer.objects.create(office=cast.office, name=n) for n in ("Ana", "Bo", "Cleo"))
        with connection.cursor() as cursor:
            plant(cursor, cast, keep, 100, f"ana{uuid4().hex[:6]}")
            plant(cursor, cast, merge, facts // 4, f"bo{uuid4().hex[:6]}")
            cursor.execute("ANALYZE customers_identityrecord; ANALYZE customers_link; ANALYZE desk_case; "
                           "ANALYZE desk_contact; ANALYZE voice_feedback")  # fmt: skip
        plain_update(merge.pk, spare.pk)  # warm
        plain_update(spare.pk, merge.pk)
        _, plain = timed("plain UPDATE", lambda: plain_update(merge.pk, spare.pk))
        plain_update(spare.pk, merge.pk)
        told = {"by": cast.bob, "reason": "A benchmark"}
        change, took = timed("merge", lambda: actions.merge_customers(keep=keep, merge=merge, **told), plain)
        slowest = max(slowest, took)
        _, took = timed("undo of the merge", lambda: actions.undo_change(change=change, **told), plain)
        slowest = max(slowest, took)
        live = Link.objects.filter(customer=merge, ended_at=None).order_by("record")
        half = list(live.values_list("record_id", flat=True))[: facts // 8]
        change, took = timed(
            "split into halves", lambda: actions.split_customer(customer=merge, records=half, **told), plain
        )
        slowest = max(slowest, took)
        _, took = timed("undo of the split", lambda: actions.undo_change(change=change, **told), plain)
        slowest = max(slowest, took)
        transaction.set_rollback(True)
    print(f"slowest {slowest * 1000:.0f} ms of 1000 ms allowed, {facts:,} facts")
    return int(slowest > 1.0)


def main() -> int:
    home = Path(tempfile.mkdtemp(prefix="regard-bench-"))
    os.environ.update(REGARD_HOME=str(home), DJANGO_SETTINGS_MODULE="regard.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from regard.config import database

    with database.hold(home):
        call_command("migrate", verbosity=0)
        failed = run(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    shutil.rmtree(home, ignore_errors=True)
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
