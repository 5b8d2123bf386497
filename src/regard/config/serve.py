"""The supervisor behind `./run`: database, web server and worker together, and nothing left when it ends."""

import fcntl
import http.client
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from regard.config import database
from regard.config.prepare import prepare
from regard.config.processes import Child
from regard.lib.commandline import RefusedError

BLOCKING_THREADS = 8  # pages answered at the same time; each holds at most one connection to the database
GRACE = 10.0  # seconds that children have to finish what they do
HOPELESS = 3  # deaths of one child before the first page, after which we give up
BEAT = 0.25  # seconds between looks at the children
DATABASE_BEATS = 8  # the database is looked at less often


def serve(home: Path, *, host: str, port: int, demo: bool) -> None:
    """Open the office at `host`:`port` until Ctrl-C, SIGTERM or the closing of the terminal.

    Raises RefusedError when the port or the data folder is in use, before anything is started.
    """
    importlib.import_module("regard.config.settings")  # refuses a wrong setting now, not in every child again and again
    with _alone(home, host, port), _stopping_by_signal() as stopping:
        _require_free(host, port)
        with database.hold(home):
            prepare(home, demo=demo, say=click.echo)
            if not demo:
                _tell_the_first_link(host, port)
            children = _children(host, port)
            try:
                for child in children:
                    child.start()
                _watch(home, children, stopping, host, port)
            finally:
                click.echo("Stopping ...")
                for child in children:
                    child.ask_to_end()
                deadline = time.monotonic() + GRACE
                for child in children:
                    child.end(deadline)
    click.echo("Stopped.")


def _tell_the_first_link(host: str, port: int) -> None:
    """Print the link that opens an empty office; nothing when somebody works there already."""
    command = [sys.executable, "-m", "regard", "office", "welcome", "--if-empty", "--address", _address(host, port)]
    subprocess.run(command, check=False)


@contextmanager
def _alone(home: Path, host: str, port: int) -> Iterator[None]:
    """Refuse to open the same office twice; a killed supervisor does not count."""
    file = os.open(home / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            try:
                other = json.loads(os.read(file, 1000))
            except ValueError:
                other = {"pid": "unknown", "address": "unknown"}
            raise RefusedError(
                f"Regard already serves {home} at {other['address']} (process {other['pid']}). "
                "Open that address, or stop it with Ctrl-C where it runs."
            ) from None
        os.ftruncate(file, 0)
        os.write(file, json.dumps({"pid": os.getpid(), "address": _address(host, port)}).encode())
        yield
    finally:
        os.close(file)


def _require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise RefusedError(
                f"Cannot listen at {host}, port {port}: {getattr(error, 'strerror', None) or error}. "
                f"Stop the program that does, or choose another port, as in: ./run --port {port + 1}"
            ) from None


def _children(host: str, port: int) -> list[Child]:
    python = [sys.executable, "-m"]
    web = [*python, "regard.config.web", "--host", host, "--port", str(port), "--threads", str(BLOCKING_THREADS)]
    pool = os.environ.get("REGARD_DATABASE_POOL", str(BLOCKING_THREADS))
    worker = [*python, "regard", "worker"]
    if database.is_embedded():
        worker.append("--alone")
    return [
        Child("web server", web, {"REGARD_DATABASE_POOL": pool}),
        Child("worker", worker, {}),
    ]


class _Stopped(BaseException):
    """A signal asked us to stop while something else was going on."""


class _Stopping:
    asked = False


@contextmanager
def _stopping_by_signal() -> Iterator[_Stopping]:
    """Turn the signals that end a program into an orderly end; the same signal again ends it at once."""
    state = _Stopping()

    def stop(number: int, _frame: FrameType | None) -> None:
        if state.asked:
            signal.signal(number, signal.SIG_DFL)
            return
        state.asked = True
        raise _Stopped

    usual = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield state
    except _Stopped:
        pass
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)


def _watch(home: Path, children: list[Child], stopping: _Stopping, host: str, port: int) -> None:
    """Keep children and database running until a signal comes; say once when the first page is there."""
    started, told, beats = time.monotonic(), False, 0
    while not stopping.asked:
        for child in children:
            if line := child.watch():
                click.echo(line, err=True)
                if not told and child.deaths >= HOPELESS:
                    raise RefusedError(f"The {child.name} does not start; the reason stands above.")
        if beats % DATABASE_BEATS == 0 and database.is_embedded() and not database.is_running(home):
            click.echo("The database stopped. Starting it again.", err=True)
            database.ensure_running(home)
        if not told and _answers(host, port):
            told = True
            click.echo(
                f"Regard is open at {_address(host, port)} (first page after {time.monotonic() - started:.1f} s)."
            )
            click.echo("Stop it with Ctrl-C.")
        beats += 1
        time.sleep(BEAT if told else BEAT / 5)


def _answers(host: str, port: int) -> bool:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (compares, does not listen)
    connection = http.client.HTTPConnection(reachable, port, timeout=BEAT)
    try:
        connection.request("GET", "/accounts/login/", headers={"Host": "localhost"})
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _address(host: str, port: int) -> str:
    shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else host  # noqa: S104 (compares)
    return f"http://{shown}:{port}/"
