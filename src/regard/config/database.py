"""Which PostgreSQL to talk to: a server of your own, or the one that Regard starts for itself."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from regard.config import env
from regard.config.sockets import DATABASE, LONGEST_SOCKET, PORT, ROLE, socket_folder

__all__ = [
    "DATABASE",
    "LONGEST_SOCKET",
    "PORT",
    "ROLE",
    "database_settings",
    "ensure_running",
    "hold",
    "is_embedded",
    "is_running",
    "socket_folder",
    "stop",
]


def is_embedded() -> bool:
    """Whether Regard starts its own server, because no `DATABASE_URL` names another."""
    return env.secret("DATABASE_URL") is None


def database_settings(home: Path) -> dict[str, Any]:
    """Django's settings of the database: the server of `DATABASE_URL`, else the embedded one of `home`.

    Cheap on purpose: it starts nothing. Raises SettingsError for a `DATABASE_URL` that cannot be used.
    """
    common: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql", "CONN_HEALTH_CHECKS": True}
    options: dict[str, Any] = {"connect_timeout": 10}
    pool = env.number("REGARD_DATABASE_POOL", 0, most=200)
    if pool:
        options["pool"] = {"min_size": 1, "max_size": pool}
    url = env.secret("DATABASE_URL")
    if url is None:
        place = {"NAME": DATABASE, "USER": ROLE, "HOST": str(socket_folder(home)), "PORT": str(PORT)}
        return common | place | {"OPTIONS": options}
    server = env.address("DATABASE_URL", url, {"postgres", "postgresql"})
    if not server.path:
        raise env.SettingsError("DATABASE_URL names no database. Write postgresql://user:password@host:5432/name.")
    return common | {
        "NAME": server.path,
        "USER": server.user,
        "PASSWORD": server.password,
        "HOST": server.options.pop("host", server.host),  # a socket's folder comes as ?host=/run/postgresql
        "PORT": str(server.port or server.options.pop("port", "")),
        "OPTIONS": options | server.options,
    }


# --- the embedded server of a home ------------------------------------------------------------------


@contextmanager
def _locked(file: Path) -> Iterator[int]:
    """Hold `file` alone among all processes while the block runs. A killed process lets go by itself."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def is_running(home: Path) -> bool:
    """Whether the embedded server of `home` is ready for work."""
    from regard.config import postgres  # settings need nothing of it

    return postgres.is_ready(home / "pg", socket_folder(home))


def ensure_running(home: Path) -> None:
    """Start the embedded server of `home` unless it runs; make it first when there is none.

    Safe to call from several processes at once, and after any of them was killed.
    Raises PostgresError or AccountError with one line that says what to do.
    """
    from regard.config import postgres

    with _locked(home / "pg.lock"):
        if not is_running(home):
            postgres.start(postgres.cluster_of(home))


def stop(home: Path) -> bool:
    """Stop the embedded server of `home`, whoever uses it. False when it was not running."""
    from regard.config import postgres

    with _locked(home / "pg.lock"):
        return (home / "pg").exists() and postgres.stop(postgres.cluster_of(home))


@contextmanager
def hold(home: Path) -> Iterator[None]:
    """Have the embedded server of `home` run during the block. Its last user on this machine stops it.

    Users are counted by a shared lock, which the kernel takes back from a process that is killed.
    """
    users = os.open(home / "pg.users", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with _locked(home / "pg.lock"):
            fcntl.flock(users, fcntl.LOCK_SH)
        ensure_running(home)
        yield
    finally:
        _release(home, users)


def _release(home: Path, users: int) -> None:
    from regard.config import postgres

    try:
        with _locked(home / "pg.lock"):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if (home / "pg").exists():
                postgres.stop(postgres.cluster_of(home))
    except BlockingIOError:
        pass  # somebody else still uses it
    finally:
        os.close(users)
