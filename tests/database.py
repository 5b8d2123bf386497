"""The tests' database: a server kept between runs, and a migrated template that each run copies."""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.apps import apps
from django.core.management import call_command
from django.db import OperationalError, connections
from psycopg import sql

from regard.config import database
from tests.settings import DATABASE_HOME, OWN_SERVER

TEMPLATES_KEPT = 3  # other runs may be copying an older one


@contextmanager
def server() -> Iterator[None]:
    """Have a server run; the last test run that uses it stops it."""
    DATABASE_HOME.mkdir(parents=True, exist_ok=True)
    if OWN_SERVER:
        yield
        return
    with database.hold(DATABASE_HOME):
        _trade_safety_for_speed()
        yield


def _trade_safety_for_speed() -> None:
    """Nothing in this server must survive a power cut."""
    place = {"host": str(database.socket_folder(DATABASE_HOME)), "user": "postgres", "dbname": "postgres"}
    with psycopg.connect(**place, autocommit=True) as connection:
        if connection.execute("SHOW fsync").fetchone() == ("on",):
            for name in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(f"ALTER SYSTEM SET {name} = off")
            connection.execute("SELECT pg_reload_conf()")


def migrated_template() -> str:
    """The name of a database in which every migration has run, made when it is not there yet."""
    digest = hashlib.sha256()
    for app in sorted(apps.get_app_configs(), key=lambda app: app.label):
        for file in sorted(Path(app.path).glob("migrations/*.py")):
            digest.update(file.read_bytes())
    name = f"template_{digest.hexdigest()[:12]}"
    with (DATABASE_HOME / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with connections["default"]._nodb_cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database ORDER BY oid DESC")
            found = [row[0] for row in cursor.fetchall()]
            if not OWN_SERVER:
                _drop_leftovers(cursor, found)
            if name not in found:
                draft = f"draft_{os.getpid()}"
                cursor.execute(f"CREATE DATABASE {draft} TEMPLATE template0")
                _migrate(draft)
                cursor.execute(f"ALTER DATABASE {draft} RENAME TO {name}")
    return name


def _migrate(name: str) -> None:
    connection = connections["default"]
    usual = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def _drop_leftovers(cursor, found: list[str]) -> None:
    """Drop what killed runs left behind, and templates of migrations long gone."""
    old = [name for name in found if name.startswith("template_")][TEMPLATES_KEPT:]
    for name in found:
        kind, _, number = name.partition("_")
        if kind in {"test", "draft"} and not Path(f"/proc/{number.partition('_')[0]}").exists():
            old.append(name)
    for name in old:
        with contextlib.suppress(OperationalError):  # somebody uses it: it goes another time
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
