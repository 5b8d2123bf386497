"""Drawing whom to ask among a million customers served, with strata and the fatigue rule, beside a bare count.

    python bench/sampling_bench.py [CUSTOMERS]

Fills an embedded PostgreSQL in a temporary folder with CUSTOMERS customers (1,000,000 unless told otherwise), a closed
case each in one of 20 units, and 50,000 invitations of the month before. Then draws: 3 of 100 spread over unit and kind,
the same again from its seed, and everybody. Prints seconds, and the ratio to counting who was served in the same run.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]
UNITS, LATELY = 20, 50_000
TARGET = 5.0  # seconds

CUSTOMERS = """
INSERT INTO customers_customer (office_id, kind, name, name_folded, email, phone, address, restricted)
SELECT %s, CASE WHEN n %% 9 = 0 THEN 'organisation' ELSE 'person' END, 'Customer ' || n, 'customer ' || n,
       CASE WHEN n %% 5 = 0 THEN '' ELSE 'c' || n || '@example.org' END, '', '', n %% 1000 = 0
FROM generate_series(1, %s) n
"""
CASES = """
INSERT INTO desk_case (silo_id, silo_key, kind, unit_id, channel, subject, description, language, customer_id, state,
    received_at, closed_at, next_step, transfers, reopens, events_seen, address, area, postcode)
SELECT %s, '', 'case', (%s::bigint[])[1 + c.id %% %s], 'web', 's', '', '', c.id, 'closed',
    now() - interval '40 days', now() - (c.id %% 30) * interval '1 day', '', 0, 0, 1, '', '', ''
FROM customers_customer c
"""
INVITED = """
INSERT INTO voice_invitation (sample_id, customer_id, unit_id, stratum, key, state, error)
SELECT %s, c.id, %s, 0, replace(gen_random_uuid()::text, '-', ''), 'sent', '' FROM customers_customer c LIMIT %s
"""


def fill(customers: int):
    from datetime import timedelta

    from django.db import connection
    from django.utils import timezone
    from import_bench import office

    from regard.office import actions as office_actions
    from regard.office.queries import own_silo
    from regard.records.actors import System
    from regard.voice import actions
    from regard.voice.models import Sample

    by = System("benchmark")
    top = office()
    units = [office_actions.make_unit(by=by, name=f"Unit {n}", code=f"u{n}", parent=top) for n in range(UNITS)]
    who = office_actions.make_staff(by=by, email="b@bench.example", name="B", unit=top, roles=["supervisor"])
    survey = actions.make_survey(by=who, unit=top, name="Bench", ready="counter")
    version = actions.publish_survey(by=who, survey=survey)
    earlier = Sample.objects.create(
        survey=survey, version=version, drawn_by=who, seed=1, share=1, served_from=timezone.now(),
        served_to=timezone.now(), frame=0, eligible=0, exclusions={}, sizes=[], drawn=0,
        drawn_at=timezone.now() - timedelta(days=20),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(CUSTOMERS, [top.pk, customers])
        cursor.execute(CASES, [own_silo(top).pk, [unit.pk for unit in units], UNITS])
        cursor.execute(INVITED, [earlier.pk, units[0].pk, LATELY])
        cursor.execute("VACUUM ANALYZE")
    return survey, who


def measure(customers: int) -> None:
    from datetime import timedelta

    from django.db import connection
    from django.utils import timezone

    from regard.voice import actions
    from regard.voice.models import Invitation
    from regard.voice.sampling import Plan

    survey, who = fill(customers)
    now = timezone.now()

    def drawn(plan: Plan, seed: int | None = None):
        start = time.perf_counter()
        made = actions.draw_sample(
            by=who, survey=survey, served_from=now - timedelta(days=60), served_to=now + timedelta(days=1), plan=plan,
            strata=["unit", "kind"], seed=seed, fatigue_days=90,
        )  # fmt: skip
        took = time.perf_counter() - start
        assert Invitation.objects.filter(sample=made).count() == made.drawn
        actions.discard_sample(by=who, sample=made)
        return made, took

    with connection.cursor() as cursor:
        start = time.perf_counter()
        cursor.execute("SELECT count(DISTINCT customer_id) FROM desk_case WHERE closed_at > now() - interval '60 days'")
        counted, bare = cursor.fetchone()[0], time.perf_counter() - start
    print(f"counting {counted:,} customers served: {bare:.2f} s, ratio 1.0")
    first, took = drawn(Plan(0.03, minimum=1_000, least=20), seed=42)
    print(f"3 of 100 of {first.eligible:,} in {len(first.sizes)} strata, {first.drawn:,} drawn: {took:.2f} s, ratio {took / bare:.1f}"
          f" (target {TARGET:g} s: {'kept' if took <= TARGET else 'MISSED'})")  # fmt: skip
    again, took = drawn(Plan(0.03, minimum=1_000, least=20), seed=42)
    same = again.drawn_digest == first.drawn_digest and again.frame_digest == first.frame_digest
    print(f"the same again from its seed: {took:.2f} s, {'the same people' if same else 'OTHER PEOPLE'}")
    all_of_them, took = drawn(Plan(1.0))
    print(f"everybody, {all_of_them.drawn:,} invitations written: {took:.2f} s, ratio {took / bare:.1f}")


def main() -> None:
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    home = Path(tempfile.mkdtemp(prefix="regard-bench-"))
    os.environ.update(REGARD_HOME=str(home), DJANGO_SETTINGS_MODULE="regard.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from regard.config import database

    try:
        with database.hold(home):
            call_command("migrate", verbosity=0)
            measure(customers)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
