"""Processes that live and die together: children that are restarted, and that never outlive their parent."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence

SUPERVISED = "REGARD_SUPERVISED"
PR_SET_PDEATHSIG = 1
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a child that died is started again
STEADY = 60.0  # seconds after which a child counts as running well


def follow_parent() -> None:
    """Have this process end when its parent does, whatever ended the parent. Does nothing when not supervised."""
    if os.environ.get(SUPERVISED) != "1":
        return
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os.kill(os.getpid(), signal.SIGKILL)
        return
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGKILL)


class Child:
    """A process that is started again when it dies, at growing intervals.

    It gets a session of its own: Ctrl-C at the terminal reaches the parent only, which then ends it in order.
    """

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = name
        self._command = list(command)
        self._environment = {**os.environ, **environment, SUPERVISED: "1"}
        self._process: subprocess.Popen[bytes] | None = None
        self._started = self._start_at = 0.0
        self._pause = FIRST_PAUSE
        self.deaths = 0

    def start(self) -> None:
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            self._command, env=self._environment, stdin=subprocess.DEVNULL, start_new_session=True
        )

    def watch(self) -> str | None:
        """Start it again if it died and its pause is over. Returns a line to tell when it just died."""
        if self._process is None:
            if time.monotonic() >= self._start_at:
                self.start()
            return None
        code = self._process.poll()
        if code is None:
            return None
        now = time.monotonic()
        self.deaths += 1
        if now - self._started > STEADY:
            self._pause = FIRST_PAUSE
        self._start_at, self._process = now + self._pause, None
        told = f"The {self.name} stopped ({_reason(code)}). Starting it again in {self._pause:g} s."
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        return told

    def ask_to_end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def end(self, deadline: float) -> None:
        """Wait until `deadline` (monotonic seconds) for it to end, then end it and all it started by force."""
        if self._process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, deadline - time.monotonic()))
        with contextlib.suppress(ProcessLookupError):  # raised when nothing of it is left
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None


def _reason(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
