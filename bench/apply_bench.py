"""How long it takes to take a matching over into the database, against a bare COPY of its edges.

    python bench/apply_bench.py [RECORDS]

Makes RECORDS identity records (200,000 unless told otherwise), each its own customer with a case, and a matching that
joins every three of them and scores three pairs a record. Then takes it over, once more (nothing moves), and a small
one of new arrivals. In a database of its own.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]


def plant(cursor: Any, cast: Any, records: int) -> None:
    told = {"office": cast.office.pk, "silo": cast.silo.pk, "unit": cast.permits.pk, "n": records}
    cursor.execute(
        """INSERT INTO customers_customer (id, office_id, kind, name, name_folded, email, phone, address, restricted)
           SELECT n, %(office)s, 'person', 'Person ' || n, 'person ' || n, '', '', '', false FROM generate_series(1, %(n)s) n""",
        told,
    )
    cursor.execute(
        """INSERT INTO customers_identityrecord (id, silo_id, key, digest, kind, name, given, family, organisation,
               name_folded, name_key, email, phone, address, postcode, language, as_of)
           SELECT n, %(silo)s, 'id:' || n, gen_random_uuid(), 'person', 'Person ' || n, '', '', '', 'person ' || n,
                  n || ' person', 'p' || n || '@mail.example', '', n || ' Street', '55401', '', now()
           FROM generate_series(1, %(n)s) n""",
        told,
    )
    cursor.execute(
        """INSERT INTO customers_link (record_id, customer_id, score, reason, author, ended_reason)
           SELECT n, n, 1, 'first', 'rule: exact', '' FROM generate_series(1, %(n)s) n""",
        told,
    )
    cursor.execute(
        """INSERT INTO desk_case (silo_id, silo_key, kind, unit_id, channel, subject, description, language,
               customer_id, record_id, state, received_at, next_step, transfers, reopens, events_seen, address, area,
               postcode)
           SELECT %(silo)s, '', 'case', %(unit)s, 'web', 'A fence', '', '', n, n, 'closed', now(), '', 0, 0, 1, '', '', ''
           FROM generate_series(1, %(n)s) n""",
        told,
    )
    for table in ("customers_customer", "customers_identityrecord", "desk_case"):
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {records})")
    cursor.execute("ANALYZE")


def matching(first: int, last: int) -> Any:
    import numpy as np
    import pyarrow as pa

    from tests.customers.fake_matching import Matched, evidence

    records = np.arange(first, last + 1)
    cluster = first + (records - first) // 3 * 3
    left = np.repeat(records, 3)
    right = left + np.tile([1, 2, 5], len(records))
    inside = right <= last
    left, right = left[inside], right[inside]
    same = (left - first) // 3 == (right - first) // 3
    p = np.where(same, 0.97, 0.1)
    n = len(left)
    edges = pa.table(
        {
            "left_id": left, "right_id": right, "kind": ["person"] * n, "weight": np.log2(p / (1 - p)), "probability": p,
            "evidence": [evidence(name=4.0, email=-1.0)] * n, "model": ["bench"] * n,
        }
    )  # fmt: skip
    return Matched(edges, pa.table({"record_id": records, "cluster_id": cluster}), {"model": "bench"})


def timed(what: str, act: Any, plain: float | None = None) -> Any:
    started = time.perf_counter()
    done = act()
    seconds = time.perf_counter() - started
    print(f"{what:<34}{seconds:8.1f} s" + (f"   {seconds / plain:5.1f} x the bare COPY" if plain else ""), flush=True)
    return done, seconds


def bare_copy(found: Any) -> None:
    from django.db import connection, transaction

    from regard.customers.actions.matching import EDGE_COLUMNS, _to_copy
    from regard.lib.copying import copy_in, stage

    with transaction.atomic(), connection.cursor() as cursor, tempfile.TemporaryDirectory() as folder:
        columns = (
            "left_id bigint, right_id bigint, kind text, weight float, probability float, evidence text, model text"
        )
        stage(cursor, "bare", columns)
        copy_in(cursor, "bare", _to_copy(found.edges, EDGE_COLUMNS, Path(folder) / "edges.csv"))


def run(records: int) -> None:
    from django.db import connection, transaction

    from regard.customers import actions
    from regard.records.actors import System
    from tests.cast import make_cast
    from tests.customers import fake_matching

    fake_matching.install()
    with transaction.atomic(), connection.cursor() as cursor:
        cast = make_cast()
        plant(cursor, cast, records)
    found, some = matching(1, records), matching(records - 9_999, records)
    told = {"by": System("benchmark"), "office": cast.office}
    print(f"{records:,} records, {found.edges.num_rows:,} edges")
    _, plain = timed("bare COPY of the edges", lambda: bare_copy(found))
    applied, _ = timed("the whole office", lambda: actions.apply_match(matched=found, **told), plain)
    print(f"  {applied.joined:,} joined, {applied.moved:,} moved, {applied.to_review:,} to review")
    timed("the same again", lambda: actions.apply_match(matched=found, **told), plain)
    timed("10,000 arrivals", lambda: actions.apply_match(matched=some, is_whole=False, **told))


def main() -> int:
    home = Path(tempfile.mkdtemp(prefix="regard-bench-"))
    os.environ.update(REGARD_HOME=str(home), DJANGO_SETTINGS_MODULE="regard.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from regard.config import database

    with database.hold(home):
        call_command("migrate", verbosity=0)
        run(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
    shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
