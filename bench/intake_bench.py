"""Survey answers through the web server and its processes, and whether any that was acknowledged is lost.

    python bench/intake_bench.py [ANSWERS]

Starts an embedded PostgreSQL and `granian` with two processes in a temporary folder, sends ANSWERS forms (1,000 unless
told otherwise) over eight connections, each from an address of its own, kills a server process half way, and counts what
the database holds. Prints answers a second and, in the same run, how many a second a page that writes nothing gives.
"""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]
SENDERS = 8
TARGET = 100.0  # answers a second


def form() -> str:
    told = {
        "submission": str(uuid.uuid4()),
        "version": "1",
        "lang": "en",
        "q_done": "no",
        "q_easy": "2",
        "q_more": "x" * 200,
    }
    return urlencode(told)  # fmt: skip


def send(port: int, method: str, path: str, many: int, done: list[int], number: int) -> None:
    """Ask `many` times over one connection, and note how many the server acknowledged."""
    connection, ok = http.client.HTTPConnection("127.0.0.1", port, timeout=30), 0
    for n in range(many):
        headers = {"X-Forwarded-For": f"10.{number}.{n // 250}.{n % 250}", "Host": "localhost"}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, form() if method == "POST" else None, headers)
            answer = connection.getresponse()
            answer.read()
            ok += answer.status in (200, 302)
        except (OSError, http.client.HTTPException):
            connection.close()
    done[number] = ok


def rush(port: int, method: str, path: str, answers: int, half_way: object = None) -> tuple[int, float]:
    done = [0] * SENDERS
    threads = [
        threading.Thread(target=send, args=(port, method, path, answers // SENDERS, done, n)) for n in range(SENDERS)
    ]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    if callable(half_way):
        half_way()
    for thread in threads:
        thread.join()
    return sum(done), time.perf_counter() - start


def measure(answers: int) -> None:
    from import_bench import office

    from regard.office import actions as office_actions
    from regard.records.actors import System
    from regard.voice import actions
    from regard.voice.models import Feedback, Response

    top = office()
    who = office_actions.make_staff(
        by=System("benchmark"), email="b@bench.example", name="B", unit=top, roles=["supervisor"]
    )
    survey = actions.make_survey(by=who, unit=top, name="Bench", ready="counter")
    actions.publish_survey(by=who, survey=survey)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("granian"), "--interface", "wsgi", "--workers", "2", "--respawn-failed-workers",
               "--port", str(port), "regard.config.wsgi:application"]  # fmt: skip
    server = subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        path = f"/s/{survey.key}"
        read, took = rush(port, "GET", f"{path}/thanks?lang=en", answers)
        pages = read / took
        print(f"a page that writes nothing: {pages:.0f} a second, ratio 1.00")
        sent, took = rush(port, "POST", path, answers)
        rate = sent / took
        print(
            f"answers: {rate:.0f} a second, ratio {rate / pages:.2f} (target {TARGET:g}: {'kept' if rate >= TARGET else 'MISSED'})"
        )
        held = Response.objects.count()
        print(f"acknowledged {sent:,}, held {held:,}, lost {max(sent - held, 0)}")
        more, _ = rush(port, "POST", path, answers, lambda: kill_one(server.pid))
        held_more = Response.objects.count() - held
        print(
            f"with a process killed: acknowledged {more:,} of {answers:,}, held {held_more:,}, lost {max(more - held_more, 0)}"
        )
        assert Feedback.objects.count() == Response.objects.count()
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError("The server did not start.")


def kill_one(parent: int) -> None:
    """Kill one of the server's processes, without a word, while answers come in."""
    import psutil

    time.sleep(0.5)
    os.kill(psutil.Process(parent).children()[0].pid, signal.SIGKILL)


def main() -> None:
    answers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    home = Path(tempfile.mkdtemp(prefix="regard-bench-"))
    os.environ.update(REGARD_HOME=str(home), DJANGO_SETTINGS_MODULE="regard.config.settings", REGARD_PROXIES="1")
    import django

    django.setup()
    from django.core.management import call_command

    from regard.config import database

    try:
        with database.hold(home):
            call_command("migrate", verbosity=0)
            call_command("collectstatic", verbosity=0, interactive=False)
            measure(answers)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
