"""Server time and queries of the pages a clerk lives on, in a small and in a large office.

    python bench/pages_bench.py [SMALL] [LARGE]

Imports two synthetic 311 exports (10,000 and 1,000,000 rows unless told otherwise) into two offices of one database
each, then asks for every page RUNS times as a member of staff. Prints median and 95th percentile in milliseconds,
queries, and the ratio large to small of the same run.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]
RUNS = 41
LIMIT = 60.0  # ms, median
QUERIES = 15


def addresses(chance: random.Random) -> dict[str, list[str]]:
    """What is asked for, per page: another customer, case or word each time, so that nothing is merely remembered."""
    from django.urls import reverse

    from regard.customers.models import Customer, IdentityRecord
    from regard.desk.models import Case
    from regard.office.models import Service, Unit

    def some(model: type, n: int = RUNS) -> list:
        low, high = model.objects.order_by("id").first().pk, model.objects.order_by("-id").first().pk
        found = {}
        while len(found) < min(n, high - low + 1):
            one = model.objects.filter(pk__gte=chance.randint(low, high)).order_by("pk").first()
            found[one.pk] = one
        return list(found.values())

    cases, customers, records = some(Case), some(Customer), some(IdentityRecord)
    units, services = list(Unit.objects.exclude(parent=None)), list(Service.objects.all())
    return {
        "case list": ["/cases"],
        "case list, one unit, all states": [f"/cases?unit={chance.choice(units).pk}&state=any" for _ in range(RUNS)],
        "case list, one service, closed": [
            f"/cases?service={chance.choice(services).pk}&state=closed" for _ in range(RUNS)
        ],
        "case list, overdue by due": ["/cases?overdue=on&sort=due"],
        "case page": [f"/cases/{case.number}" for case in cases],
        "today": [reverse("desk-today")],
        "search, a full name": [f"/customers?q={record.name}" for record in records if record.name],
        "search, four letters": [f"/customers?q={record.name[:4]}" for record in records if record.name],
        "search, phone": [f"/customers?q={record.phone.replace('+', '%2B')}" for record in records if record.phone],
        "search, e-mail": [f"/customers?q={record.email}" for record in records if record.email],
        "search, a typo": [f"/customers?q={record.name[0]}x{record.name[1:]}" for record in records if record.name],
        "customer page": [f"/customers/{customer.number}" for customer in customers],
    }


def measure(rows: int) -> dict[str, tuple[float, float, int]]:
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from import_bench import import_file, office
    from synthetic_311 import write_311

    from regard.office.actions import make_staff
    from regard.records.actors import System

    file = Path(settings.HOME) / f"{rows}.csv"
    write_311(file, rows)
    unit = office()
    import_file(file, unit)
    file.unlink()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    roles = ("front_line", "supervisor", "analyst")
    clerk = make_staff(by=System("benchmark"), email="clerk@bench.example", name="Clerk", unit=unit, roles=roles)
    client = Client(HTTP_HOST="localhost")
    client.force_login(clerk, backend="allauth.account.auth_backends.AuthenticationBackend")
    found = {}
    for page, paths in addresses(random.Random(4)).items():
        client.get(paths[0])
        queries: list[str] = []
        with connection.execute_wrapper(lambda run, sql, *rest, asked=queries: (asked.append(sql), run(sql, *rest))[1]):
            answer = client.get(paths[-1])
        assert answer.status_code in (200, 302), (page, answer.status_code)
        times = []
        for n in range(RUNS):
            start = time.perf_counter()
            client.get(paths[n % len(paths)])
            times.append((time.perf_counter() - start) * 1000)
        found[page] = (statistics.median(times), sorted(times)[int(RUNS * 0.95)], len(queries))
    return found


def in_an_office_of(rows: int) -> dict[str, tuple[float, float, int]]:
    """Measure in a process of its own: Django talks to one database for life."""
    import json
    import subprocess

    command = [sys.executable, __file__, "--one", str(rows)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def one(rows: int) -> None:
    import json
    import shutil

    home = Path(tempfile.mkdtemp(prefix="regard-bench-"))
    os.environ.update(REGARD_HOME=str(home), DJANGO_SETTINGS_MODULE="regard.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from regard.config import database

    with database.hold(home):
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        found = measure(rows)
    shutil.rmtree(home, ignore_errors=True)
    print(json.dumps(found))


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        one(int(sys.argv[2]))
        return
    small_rows, large_rows = (
        (int(n) for n in [*sys.argv[1:3], "10000", "1000000"][:2]) if len(sys.argv) > 2 else (10_000, 1_000_000)
    )
    small, large = in_an_office_of(small_rows), in_an_office_of(large_rows)
    print(f"median (95th percentile) of {RUNS}, ms; limit {LIMIT:g} ms and {QUERIES} queries")
    print(f"{'page':<34}{f'{small_rows:,} cases':>20}{f'{large_rows:,} cases':>20}{'ratio':>8}{'queries':>10}")
    for page, (median, p95, queries) in large.items():
        before = small[page]
        print(
            f"{page:<34}{f'{before[0]:.1f} ({before[1]:.1f})':>20}{f'{median:.1f} ({p95:.1f})':>20}"
            f"{median / before[0]:>8.2f}{f'{before[2]}/{queries}':>10}"
        )


if __name__ == "__main__":
    main()
