"""A big made-up office, straight into its tables by SQL: for benchmarks that do not measure the import."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

UNITS, SERVICES, MONTHS = 20, 40, 18
NOW = "timestamptz '2025-11-01 12:00+00'"

CASES = f"""
CREATE TEMP TABLE made AS
SELECT i, timestamptz '2024-05-01' + i * (interval '{MONTHS} months' / %(cases)s) + random() * interval '3 days' AS at,
       -ln(1 - random()) * interval '6 days' AS took, random() AS a, random() AS b, random() AS c, random() AS d,
       1 + i %% {SERVICES} AS service
FROM generate_series(1, %(cases)s) i;
ALTER TABLE made ADD ended boolean, ADD answered boolean;
UPDATE made SET ended = at + took < {NOW}, answered = at + took * a < {NOW};
INSERT INTO desk_case (id, silo_id, silo_key, kind, unit_id, service_id, channel, subject, description, language, state,
    received_at, answered_at, resolved_at, closed_at, paused_at, next_step, transfers, reopens, events_seen, address,
    area, postcode)
SELECT i, %(silo)s, 'k' || i, 'case', %(unit)s + service %% {UNITS}, %(service)s + service,
       (array['counter', 'phone', 'email', 'web', 'letter'])[1 + floor(b * 5)::int], 'Pothole ' || i, '', '',
       CASE WHEN ended THEN 'closed' ELSE 'open' END, at, CASE WHEN answered THEN at + took * a END,
       CASE WHEN ended THEN at + took END, CASE WHEN ended THEN at + took END, NULL, '', 0, 0, 3, '', '', ''
FROM made;
INSERT INTO desk_event (case_id, kind, at, actor_name, text) SELECT i, 'received', at, '', '' FROM made;
INSERT INTO desk_event (case_id, kind, at, actor_name, text, due_at)
SELECT i, 'promised', at, '', '', at + interval '7 days' FROM made WHERE c < 0.3;
INSERT INTO desk_event (case_id, kind, at, actor_name, text)
SELECT i, 'paused', at + took * 0.2, '', '' FROM made WHERE d < 0.1 AND ended
UNION ALL SELECT i, 'resumed', at + took * 0.4, '', '' FROM made WHERE d < 0.1 AND ended
UNION ALL SELECT i, 'answered', at + took * a, '', '' FROM made WHERE answered AND b < 0.6
UNION ALL SELECT i, 'closed', at + took, '', '' FROM made WHERE ended;
INSERT INTO desk_contact (silo_id, silo_key, unit_id, service_id, channel, direction, started_at, wait_seconds,
    handle_seconds, outcome, staff_name, counterpart, subject, body)
SELECT %(silo)s, 'c' || i, %(unit)s + service %% {UNITS}, %(service)s + service, 'phone', 'in', at,
       -ln(1 - a) * 90, 200, CASE WHEN b < 0.15 THEN 'abandoned' ELSE 'answered' END, '', '', '', ''
FROM made WHERE i %% 5 = 0;
INSERT INTO voice_feedback (silo_id, silo_key, unit_id, service_id, case_id, kind, channel, at, question, score,
    scale_min, scale_max, text, solicited, language)
SELECT %(silo)s, 'f' || i, %(unit)s + service %% {UNITS}, %(service)s + service, i, 'response', 'web', at + took,
       'How satisfied are you?', 1 + floor(a * 5), 1, 5, '', true, ''
FROM made WHERE i %% 50 = 0 AND ended;
DROP TABLE made;
ANALYZE desk_case; ANALYZE desk_event; ANALYZE desk_contact; ANALYZE voice_feedback;
SELECT setval(pg_get_serial_sequence('desk_case', 'id'), %(cases)s);
"""


@contextmanager
def own_database(keep: str = "") -> Iterator[Path]:
    """A REGARD_HOME with a server of its own and all tables; removed afterwards unless `keep` names a folder."""
    home = Path(keep or tempfile.mkdtemp(prefix="regard-bench-"))
    home.mkdir(parents=True, exist_ok=True)
    os.environ |= {"REGARD_HOME": str(home), "DJANGO_SETTINGS_MODULE": "regard.config.settings"}
    os.environ.pop("DATABASE_URL", None)
    import django
    from django.core.management import call_command

    from regard.config import database

    with database.hold(home):
        django.setup()
        call_command("migrate", verbosity=0)
        try:
            yield home
        finally:
            from django.db import connections

            connections.close_all()
    if not keep:
        shutil.rmtree(home, ignore_errors=True)


def make_office(cases: int) -> dict[str, Any]:
    """One office with units, services, standards and a calendar, and `cases` cases with about three events each."""
    from django.db import connection, transaction

    from regard.office.actions import make_calendar
    from regard.office.models import Service, Silo, Standard, Unit

    if Unit.objects.exists():
        return {}
    from regard.records.actors import System

    started = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        office = Unit.objects.create(code="bench", name="Bench county", path="/0/")
        Unit.objects.filter(pk=office.pk).update(path=f"/{office.pk}/")
        office.refresh_from_db()
        week = {str(day): [["08:00", "12:00"], ["13:00", "17:00"]] for day in range(5)}
        calendar = make_calendar(
            by=System("bench"),
            office=office,
            code="bench",
            name="Bench",
            time_zone="America/Chicago",
            weekly=week,
            country="US",
            subdivision="MO",
        )
        Unit.objects.filter(pk=office.pk).update(calendar=calendar)
        units = [Unit.objects.create(code=f"u{n}", name=f"Unit {n}", parent=office, path="") for n in range(UNITS)]
        for unit in units:
            Unit.objects.filter(pk=unit.pk).update(path=f"{office.path}{unit.pk}/")
        services = [
            Service.objects.create(code=f"s{n}", name=f"Service {n}", unit=units[(n + 1) % UNITS])
            for n in range(SERVICES)
        ]
        for service in services[:30]:
            Standard.objects.create(service=service, stage="resolve", amount=5, measured_in="working_days")
        for service in services[:20]:
            Standard.objects.create(service=service, stage="first_answer", amount=24, measured_in="hours")
        silo = Silo.objects.create(code="bench-silo", name="Bench", unit=office)
        cursor.execute("SELECT setseed(0.42)")
        place = {"cases": cases, "silo": silo.pk, "unit": units[0].pk, "service": services[0].pk - 1}
        for statement in CASES.split(";\n"):
            if statement.strip():
                cursor.execute(statement, place)
    return {"seconds": time.perf_counter() - started, "office": office, "units": units}
