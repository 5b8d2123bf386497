"""Importing a synthetic 311 export, beside the floor: the same rows by COPY into bare tables, indexed afterwards.

    python bench/import_bench.py [ROWS] [--keep]

Prints wall seconds, peak memory and three ratios of the same run: to COPY + CREATE INDEX of the rows the import
wrote, to DuckDB reading the same file and writing Parquet, and what a second import of the same file costs.
Everything happens in a temporary folder with its own PostgreSQL.
"""

import argparse
import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]
TABLES = ("customers_customer", "customers_identityrecord", "customers_link", "desk_case", "desk_event")


@contextmanager
def timed(what: str, seconds: dict[str, float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds[what] = time.perf_counter() - start
    print(f"{what:<46}{seconds[what]:8.1f} s", flush=True)


class Memory(threading.Thread):
    """The largest sum of this process and its database backends, sampled ten times a second (shared memory once)."""

    def __init__(self, backend: int) -> None:
        super().__init__(daemon=True)
        self.backend, self.peak, self.running = backend, 0, True

    def run(self) -> None:
        while self.running:
            self.peak = max(self.peak, _private(os.getpid()) + _private(self.backend))
            time.sleep(0.1)


def _private(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) // 1024


def office() -> object:
    from regard.office.actions import make_office
    from regard.records.actors import System

    return make_office(by=System("benchmark"), name="Benchmark", code="benchmark", time_zone="UTC")


def import_file(file: Path, unit: object) -> object:
    from synthetic_311 import MAPPING

    from regard.office.actions import ensure_silo
    from regard.records.actors import System
    from regard.sources import actions
    from regard.sources.mapping import Mapping
    from regard.sources.running import Importing

    by = System("benchmark")
    spec = Mapping.from_toml(MAPPING)
    silo = ensure_silo(by=by, unit=unit, code=spec.silo, name=spec.name)
    mapping = actions.save_mapping(by=by, silo=silo, spec=spec, fingerprint="benchmark")
    with file.open("rb") as content:
        upload = actions.receive_upload(by=by, name=file.name, content=content, silo=silo)
    run = actions.start_run(by=by, upload=upload, mapping=mapping, background=False)
    phases: list[tuple[float, str]] = []
    done = Importing(run, by, lambda r: phases.append((time.perf_counter(), r.phase))).go()
    _print_phases(phases)
    assert done.reconciles, done.error
    print(
        f"    {done.rows_in_file:,} rows = {done.loaded:,} loaded + {done.repeats:,} repeats + {done.updated:,} updated "
        f"+ {done.quarantined:,} quarantined"
    )
    return done


def _print_phases(phases: list[tuple[float, str]]) -> None:
    starts: dict[str, float] = {}
    for moment, words in phases:
        if words:
            starts.setdefault(words, moment)
    ends = [*list(starts.values())[1:], time.perf_counter()]
    for (words, start), end in zip(starts.items(), ends, strict=True):
        print(f"    {words:<42}{end - start:8.1f} s")


def floor(folder: Path, seconds: dict[str, float]) -> None:
    """COPY the rows the import wrote into tables without indexes, then make the indexes."""
    from django.db import connection

    copy = index = 0.0
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                """SELECT string_agg(quote_ident(attname), ',') FROM pg_attribute
                   WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''""",
                [table],
            )
            columns = cursor.fetchone()[0]
            path = folder / f"{table}.csv"
            with (
                path.open("wb") as out,
                cursor.copy(f"COPY (SELECT {columns} FROM {table}) TO STDOUT (FORMAT csv)") as rows,
            ):
                for block in rows:
                    out.write(block)
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING DEFAULTS INCLUDING GENERATED)")
            start = time.perf_counter()
            with (
                path.open("rb") as source,
                cursor.copy(f"COPY bare_{table} ({columns}) FROM STDIN (FORMAT csv)") as rows,
            ):
                while block := source.read(1 << 20):
                    rows.write(block)
            copy += time.perf_counter() - start
            path.unlink()
            cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s", [table])
            start = time.perf_counter()
            for name, definition in cursor.fetchall():
                made = definition.replace(f"INDEX {name} ", f"INDEX bare_{name} ").replace(
                    f"ON public.{table} ", f"ON bare_{table} "
                )
                cursor.execute(made)
            index += time.perf_counter() - start
            cursor.execute(f"DROP TABLE bare_{table}")
    seconds["floor"] = copy + index
    print(f"{'floor: COPY + CREATE INDEX':<46}{copy + index:8.1f} s  ({copy:.1f} + {index:.1f})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--keep", action="store_true", help="leave the folder and say where it is")
    asked = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="regard-bench-"))
    os.environ.update(REGARD_HOME=str(home), DJANGO_SETTINGS_MODULE="regard.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from regard.config import database

    with database.hold(home):
        call_command("migrate", verbosity=0)
        measure(home, asked.rows)
    if asked.keep:
        print(f"kept: {home}")
    else:
        import shutil

        shutil.rmtree(home, ignore_errors=True)


def measure(home: Path, rows: int) -> None:
    import duckdb
    from django.db import connection
    from synthetic_311 import write_311

    seconds: dict[str, float] = {}
    file = home / "requests.csv"
    write_311(file, rows)
    print(f"{rows:,} rows, {file.stat().st_size / 1e6:,.0f} MB of CSV")
    with timed("DuckDB: read the CSV, write Parquet", seconds):
        duckdb.sql(
            f"COPY (SELECT * FROM read_csv('{file}', all_varchar = true)) TO '{home / 'raw.parquet'}' (FORMAT parquet)"
        )
    unit = office()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        memory = Memory(cursor.fetchone()[0])
    memory.start()
    cpu = resource.getrusage(resource.RUSAGE_SELF)
    with timed("import", seconds):
        import_file(file, unit)
    used = resource.getrusage(resource.RUSAGE_SELF)
    memory.running = False
    floor(home, seconds)
    with timed("the same file again", seconds):
        import_file(file, unit)
    print(f"\nimport / floor                {seconds['import'] / seconds['floor']:.2f}   (limit 2.5)")
    print(f"import, seconds               {seconds['import']:.1f}   (limit 50 for 1,000,000 rows)")
    print(f"import / DuckDB to Parquet    {seconds['import'] / seconds['DuckDB: read the CSV, write Parquet']:.1f}")
    print(f"the same again / import       {seconds['the same file again'] / seconds['import']:.2f}")
    print(f"peak memory, import + backend {memory.peak:,} MB   (limit 1,500)")
    print(f"processor, import process     {used.ru_utime + used.ru_stime - cpu.ru_utime - cpu.ru_stime:.1f} s")


if __name__ == "__main__":
    main()
