"""Children come back, in growing intervals, and never outlive their parent."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from regard.config.home import ROOT
from regard.config.processes import FIRST_PAUSE, LONGEST_PAUSE, Child


def ended(process: psutil.Process) -> bool:
    deadline = time.monotonic() + 5
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.02)
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def until_it_tells(child: Child) -> str:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if told := child.watch():
            return told
        time.sleep(0.02)
    raise AssertionError("the child told nothing")


def test_a_child_that_fails_is_started_again_ever_more_slowly():
    child = Child("sleeper", [sys.executable, "-c", "raise SystemExit(3)"], {})
    child.start()
    assert until_it_tells(child) == f"The sleeper stopped (exit code 3). Starting it again in {FIRST_PAUSE:g} s."
    assert until_it_tells(child) == f"The sleeper stopped (exit code 3). Starting it again in {FIRST_PAUSE * 2:g} s."
    assert child.deaths == 2
    assert LONGEST_PAUSE >= FIRST_PAUSE


def test_a_child_that_will_not_end_is_ended_with_all_that_it_started():
    stubborn = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True); time.sleep(60)"
    )
    read, write = os.pipe()
    child = Child("stubborn one", [sys.executable, "-c", stubborn], {})
    kept = os.dup(1)
    os.dup2(write, 1)
    child.start()
    os.dup2(kept, 1)
    below = psutil.Process(int(os.read(read, 20)))
    child.ask_to_end()
    started = time.monotonic()
    child.end(started + 0.3)
    assert 0.2 < time.monotonic() - started < 5
    assert ended(below)
    for descriptor in (read, write, kept):
        os.close(descriptor)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it takes up to a second")
def test_a_process_ends_with_its_parent():
    below = (
        "import time; from regard.config.processes import follow_parent; follow_parent();"
        "print('ready', flush=True); time.sleep(60)"
    )
    above = (
        f"import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', {below!r}]);"
        "print(p.pid, flush=True); time.sleep(60)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "REGARD_SUPERVISED": "1"}
    parent = subprocess.Popen([sys.executable, "-c", above], env=environment, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    told = {parent.stdout.readline().strip(), parent.stdout.readline().strip()}
    (pid,) = told - {"ready"}
    child = psutil.Process(int(pid))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert ended(child)
