"""Imports a file while being killed again and again; run as a script by test_import_killed.

    python killed_import.py RUN_ID KILLS SEED SECONDS HOME

A child process does the run. The parent lets it live for a random part of SECONDS and then kills it with SIGKILL,
KILLS times; the last child is left alone. Prints how many children were killed while they worked.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402 - only after Django is set up
from django.db import connection  # noqa: E402

from regard.records.actors import System  # noqa: E402
from regard.sources.models import Run  # noqa: E402
from regard.sources.running import BusyError, Importing  # noqa: E402


def child(run_id: int) -> None:
    for _ in range(200):  # the server needs a moment to notice that the one before is gone, and to free its lock
        try:
            run = Run.objects.select_related("silo__unit", "mapping", "upload").get(pk=run_id)
            Importing(run, System("test import"), chunk=150).go()
        except BusyError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the lock was never freed")


def main(run_id: int, kills: int, seed: int, seconds: float, home: Path) -> None:
    settings.HOME, settings.MEDIA_ROOT = home, home / "uploads"
    chance, killed = random.Random(seed), 0
    connection.close()
    for attempt in range(kills + 1):
        pid = os.fork()
        if pid == 0:
            child(run_id)
            os._exit(0)
        if attempt < kills:
            time.sleep(chance.uniform(0.05, 1.0) * seconds)
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        killed += os.WIFSIGNALED(status)
    print(killed)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), Path(sys.argv[5]))
