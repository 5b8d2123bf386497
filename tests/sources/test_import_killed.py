"""kill -9 at ten random points of an import, then once more: the same as undisturbed."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from regard.sources.models import Run
from tests.sources.importing import as_csv, books
from tests.sources.test_import_cases import row

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROWS = 2_500


def messy_rows() -> list[dict[str, str]]:
    chance = random.Random(5)
    rows = []
    for n in range(ROWS):
        day = 1 + n % 28
        told = row(str(n), opened=f"2025-02-{day:02d} 09:00", type=f"Type {n % 30}", department=f"Unit {n % 7}")
        if chance.random() < 0.8:
            told["closed"] = f"2025-03-{day:02d} 12:00"
        if chance.random() < 0.3:
            told["promised"] = f"2025-02-{day:02d} 18:00"
        if chance.random() < 0.02:
            told["opened"] = "yesterday"
        if chance.random() < 0.02 and rows:
            told = dict(chance.choice(rows))
        person = chance.randrange(900)
        told |= {"name": f"Person {person}", "email": f"p{person}@mail.example" if person % 3 else ""}
        rows.append(told)
    return rows


CONTENT = {
    "cases": """SELECT silo_key, state, received_at, answered_at, closed_at, promise_due, next_step, next_step_due, events_seen,
                unit_id, service_id, digest FROM desk_case ORDER BY 1""",
    "events": """SELECT c.silo_key, e.kind, e.at, e.due_at, e.text, e.data FROM desk_event e JOIN desk_case c ON c.id = e.case_id
                 ORDER BY 1, 2, 3, 4""",
    "people": """SELECT r.key, r.name, r.email, c.name, min(r.key) OVER (PARTITION BY l.customer_id)
                 FROM customers_identityrecord r JOIN customers_link l ON l.record_id = r.id
                 JOIN customers_customer c ON c.id = l.customer_id ORDER BY 1""",
    "whose": """SELECT c.silo_key, r.key FROM desk_case c LEFT JOIN customers_identityrecord r ON r.id = c.record_id ORDER BY 1""",
    "quarantine": "SELECT line, reasons, raw FROM sources_quarantinedrow ORDER BY 1",
}


def content() -> dict[str, list]:
    found = {}
    with connection.cursor() as cursor:
        for name, query in CONTENT.items():
            cursor.execute(query)
            found[name] = cursor.fetchall()
    return found


def wipe() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """TRUNCATE desk_case, desk_event, customers_customer, customers_identityrecord, customers_link,
               customers_nameword, sources_quarantinedrow CASCADE"""
        )


def import_killed(run: Run, kills: int, seconds: float, home: Path) -> int:
    database = connection.settings_dict
    place = f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}&port={database['PORT']}"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": place,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    script = Path(__file__).with_name("killed_import.py")
    command = [sys.executable, str(script), str(run.pk), str(kills), "11", str(seconds), str(home)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[-1])


def test_killed_at_ten_points_the_result_is_that_of_an_undisturbed_run(importer, settings):
    rows = messy_rows()
    importer.chunk = 150
    started = time.monotonic()
    undisturbed_books = books(importer.rows(*rows))
    seconds = time.monotonic() - started
    undisturbed = content()
    wipe()
    run = importer.start(as_csv(*rows))
    killed = import_killed(run, 10, seconds, settings.HOME)
    assert killed >= 5, "the kills came too late to disturb anything"
    run.refresh_from_db()
    assert books(run) == undisturbed_books
    disturbed = content()
    for name in CONTENT:
        assert without_now(disturbed[name]) == without_now(undisturbed[name]), name


def without_now(rows: list) -> list:
    """Rows without the instants of the import itself, which differ between the two runs."""
    return [tuple("now" if getattr(value, "year", 0) >= 2026 else value for value in each) for each in rows]
