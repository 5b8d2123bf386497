"""Where the embedded PostgreSQL listens: a private socket, and never the network."""

import hashlib
import os
import tempfile
from pathlib import Path

ROLE = DATABASE = "regard"
PORT = 5432  # only part of the socket's name: the embedded server does not listen on the network
LONGEST_SOCKET = 100  # a socket's path may have 107 bytes on Linux, 103 on macOS


def socket_folder(home: Path) -> Path:
    """Where the socket of the embedded server of `home` is."""
    folder = home / "run"
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET:
        return folder
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"regard-{digest}"
