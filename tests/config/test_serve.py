"""`./run`: everything starts, everything ends, and whatever is killed comes back as it was."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest

from regard.config import database
from regard.config.home import ROOT

pytestmark = pytest.mark.slow

PATIENCE = 60.0  # seconds; a busy machine must not fail a test


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(home: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT / "src"), "REGARD_HOME": str(home)}


def eventually(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"not within {PATIENCE:g} s: {what}"
        time.sleep(0.05)


class Office:
    """A running `regard serve`, as a person at a terminal sees it."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.printed = home / "printed.txt"
        command = [sys.executable, "-m", "regard", "serve", "--empty", "--port", str(self.port)]
        started = time.monotonic()
        with self.printed.open("w") as out:
            self.process = subprocess.Popen(
                command, env=environment(home), stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
        eventually(lambda: self.process.poll() is not None or "Regard is open" in self.said(), "the office is open")
        assert self.process.poll() is None, self.said()
        self.seconds = time.monotonic() - started

    def said(self) -> str:
        return self.printed.read_text()

    def family(self) -> list[psutil.Process]:
        """All processes of this office, the database's included."""
        found = [self.postgres(), *self.postgres().children(recursive=True)]
        return [*found, psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]

    def postgres(self) -> psutil.Process:
        return psutil.Process(int((self.home / "pg" / "postmaster.pid").read_text().split()[0]))

    def child(self, word: str) -> psutil.Process | None:
        for process in psutil.Process(self.process.pid).children():
            try:
                if word in process.cmdline():
                    return process
            except psutil.NoSuchProcess:
                continue
        return None

    def answers(self, path: str = "/accounts/login/") -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE)


@pytest.fixture
def opened(home):
    offices = []

    def open_office() -> Office:
        offices.append(Office(home))
        return offices[-1]

    yield open_office
    for office in offices:
        if office.process.poll() is None:
            office.end(signal.SIGKILL)


@pytest.fixture(scope="class")
def office(home):
    """One office for the tests that leave it running."""
    office = Office(home)
    yield office
    office.end(signal.SIGINT)


def gone(processes: list[psutil.Process]) -> bool:
    return all(not process.is_running() or process.status() == psutil.STATUS_ZOMBIE for process in processes)


def query(home: Path, statement: str):
    with psycopg.connect(host=str(database.socket_folder(home)), user="regard", dbname="regard") as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else None


def test_kill_9_while_it_prepares_leaves_nothing_in_the_way(home):
    command = [sys.executable, "-m", "regard", "serve", "--empty", "--port", str(free_port())]
    unbuffered = environment(home) | {"PYTHONUNBUFFERED": "1"}
    started = subprocess.Popen(command, env=unbuffered, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "Bringing the tables up to date ...\n"
    below = psutil.Process(started.pid).children(recursive=True)
    time.sleep(1)  # into the middle of it
    started.kill()
    started.wait()
    eventually(lambda: gone(below), "what it had started has ended")
    office = Office(home)
    assert "Bringing the tables up to date: done" in office.said()
    assert office.answers()
    assert office.end(signal.SIGINT) == 0


class TestWhileItRuns:
    def test_static_files_are_served_compressed_and_for_ever(self, office):
        page = urllib.request.urlopen(f"http://127.0.0.1:{office.port}/static/staticfiles.json").read().decode()
        name = re.search(r'"uswds/css/uswds.min.css": "([^"]+)"', page)
        assert name is not None
        asked = urllib.request.Request(
            f"http://127.0.0.1:{office.port}/static/{name[1]}", headers={"Accept-Encoding": "gzip"}
        )
        with urllib.request.urlopen(asked) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert "immutable" in answer.headers["Cache-Control"]

    def test_every_page_forbids_what_it_does_not_bring(self, office):
        with urllib.request.urlopen(f"http://127.0.0.1:{office.port}/accounts/login/") as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'self'" in policy
            assert "unsafe" not in policy
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert answer.headers["Referrer-Policy"] == "same-origin"

    def test_the_same_office_is_not_opened_twice(self, office):
        refused = serve_and_wait(office.home, "--port", str(free_port()))
        assert refused.returncode == 2
        assert f"at http://localhost:{office.port}/ (process {office.process.pid})" in refused.stderr
        assert refused.stderr.count("\n") == 1
        assert office.answers()

    @pytest.mark.parametrize("word", ["regard.config.web", "worker"])
    def test_a_killed_child_comes_back(self, office, word):
        eventually(lambda: office.child(word), f"{word} runs")
        killed = office.child(word)
        assert killed is not None
        below = killed.children(recursive=True)
        killed.kill()
        eventually(lambda: (now := office.child(word)) and now.pid != killed.pid, f"{word} runs again")
        eventually(lambda: gone(below), "what the killed one had started has ended")
        eventually(office.answers, "pages are answered")
        assert "Starting it again" in office.said()

    def test_a_killed_page_process_comes_back(self, office):
        web = office.child("regard.config.web")
        assert web is not None
        pages = web.children()
        assert pages
        for process in pages:
            process.kill()
        eventually(lambda: gone(pages), "the process is killed")
        eventually(office.answers, "pages are answered")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_opens_and_leaves_nothing_behind(opened, number):
    office = opened()
    assert f"http://localhost:{office.port}/" in office.said()
    assert office.answers()
    family = office.family()
    assert len(family) >= 7
    assert office.end(number) == 0
    assert office.said().endswith("Stopped.\n")
    eventually(lambda: gone(family), "all processes have ended")


def test_a_second_start_has_nothing_to_prepare_and_is_quick(opened):
    opened().end(signal.SIGINT)
    office = opened()
    assert "Bringing" not in office.said()
    assert "Collecting" not in office.said()
    assert office.seconds < 15  # 5 on a quiet machine; the benchmark says how long


def test_after_kill_9_of_the_supervisor_nothing_lingers_and_all_is_as_it_was(opened, home):
    office = opened()
    query(home, "CREATE TABLE told (word text)")
    query(home, "INSERT INTO told VALUES ('kept')")
    children = psutil.Process(office.process.pid).children(recursive=True)
    assert len(children) >= 3
    office.end(signal.SIGKILL)
    eventually(lambda: gone(children), "the children of a killed supervisor have ended")
    again = opened()
    assert query(home, "SELECT word FROM told") == [("kept",)]
    family = again.family()
    again.end(signal.SIGINT)
    eventually(lambda: gone(family), "all processes have ended")


def test_a_killed_database_comes_back(opened):
    office = opened()
    killed = office.postgres()
    killed.kill()
    eventually(lambda: "The database stopped" in office.said(), "the supervisor noticed")
    eventually(lambda: database.is_running(office.home), "the database runs")
    eventually(office.answers, "pages are answered")
    family = office.family()
    assert office.end(signal.SIGINT) == 0
    eventually(lambda: gone(family), "all processes have ended")


def test_a_job_of_a_killed_worker_is_taken_back(opened, home):
    office = opened()
    eventually(lambda: query(home, "SELECT 1 FROM procrastinate_workers"), "a worker has said that it is there")
    office.end(signal.SIGKILL)
    with database.hold(home):
        # As a worker leaves it that was killed at work. The task does nothing but look for such jobs.
        query(
            home,
            "INSERT INTO procrastinate_jobs (task_name, queue_name, status, args, worker_id) "
            "SELECT 'config.take_back_stalled_jobs', 'default', 'doing', '{\"timestamp\": 0}', max(id) "
            "FROM procrastinate_workers",
        )
    opened()
    eventually(lambda: not query(home, "SELECT 1 FROM procrastinate_jobs WHERE status = 'doing'"), "it was done")


# --- refusals: one line, and nothing was started -----------------------------------------------------


def serve_and_wait(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "regard", "serve", "--empty", *arguments]
    return subprocess.run(
        command, env=environment(home) | more, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_a_taken_port_is_one_clear_line_before_anything_starts(fresh_home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = serve_and_wait(fresh_home, "--port", str(port))
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"Error: Cannot listen at 127.0.0.1, port {port}: Address already in use.")
    assert f"./run --port {port + 1}" in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert not (fresh_home / "pg").exists()


def test_a_wrong_setting_is_one_line_and_starts_nothing(fresh_home):
    refused = serve_and_wait(fresh_home, "--port", str(free_port()), REGARD_TIME_ZONE="Nowhere")
    assert refused.returncode == 2
    assert refused.stderr.startswith("Error: REGARD_TIME_ZONE")
    assert refused.stderr.count("\n") == 1
    assert not (fresh_home / "pg").exists()
