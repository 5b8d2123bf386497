"""Which PostgreSQL to talk to: a server of your own, or the one that Regard starts for itself."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

from regard.config import env

ROLE = DATABASE = "regard"
PORT = 5432  # only part of the socket's name: the embedded server does not listen on the network
LONGEST_SOCKET = 100  # a socket's path may have 107 bytes on Linux, 103 on macOS


def is_embedded() -> bool:
    """Whether Regard starts its own server, because no `DATABASE_URL` names another."""
    return env.secret("DATABASE_URL") is None


def socket_folder(home: Path) -> Path:
    """Where the socket of the embedded server of `home` is."""
    folder = home / "run"
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET:
        return folder
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"regard-{digest}"


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
        raise env.SettingsError(
            "DATABASE_URL names no database. Write postgresql://user:password@host:5432/name."
        )
    return common | {
        "NAME": server.path,
        "USER": server.user,
        "PASSWORD": server.password,
        "HOST": server.options.pop("host", server.host),  # a socket's folder comes as ?host=/run/postgresql
        "PORT": str(server.port or server.options.pop("port", "")),
        "OPTIONS": options | server.options,
    }
