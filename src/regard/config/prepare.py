"""Bringing an installation up to date before it serves: tables, static files, the demo office.

Each step that was done is remembered with what it was done for, so that a second start has nothing to do.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from regard.config import database
from regard.config.home import ROOT
from regard.config.processes import SUPERVISED
from regard.lib.commandline import RefusedError

SOURCE = Path(__file__).resolve().parents[1]
NOT_SERVED = ["material-icons", "material-icons-deprecated", "favicons"]  # 2,000 pictures that no page shows
LOCKS = [ROOT / "deps" / "requirements.txt", ROOT / "deps" / "package-lock.json"]


class Done:
    """Which steps were done, and for what, in a file that is replaced whole."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self._steps: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self._steps = {}  # unreadable is as good as nothing: the steps may be repeated

    def __contains__(self, step: tuple[str, str]) -> bool:
        return self._steps.get(step[0]) == step[1]

    def add(self, name: str, what_for: str) -> None:
        self._steps[name] = what_for
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        draft.write_text(json.dumps(self._steps), encoding="utf-8")
        draft.replace(self._file)


def prepare(home: Path, *, demo: bool, say: Callable[[str], None]) -> None:
    """Run the steps whose grounds have changed since they last ran.

    Raises RefusedError when a step fails; running again picks up there.
    """
    # What was done to a database is remembered inside it, so that both are kept, moved or lost together.
    # A server of your own may be put back to an older state behind our back: there we always look.
    in_database = Done(home / "pg" / "regard.done") if database.is_embedded() else None
    steps = [Step("tables", "Bringing the tables up to date", ["migrate"], _digest_of_migrations(), in_database)]
    in_static = Done(home / "static" / "regard.done")
    collect = ["manage", "collectstatic", "--noinput", "-v0", *(f"--ignore={name}" for name in NOT_SERVED)]
    steps.append(Step("static", "Collecting static files", collect, _digest_of_static_files(), in_static))
    if demo:
        steps.append(Step("demo", "Opening the demo office", ["demo", "--if-empty"], "office", in_database))
    for step in steps:
        step.run(say)


@dataclass(frozen=True)
class Step:
    name: str
    title: str
    command: list[str]
    what_for: str  # the step runs again when this changes
    done: Done | None  # None: run it every time

    def run(self, say: Callable[[str], None]) -> None:
        if self.done is not None and (self.name, self.what_for) in self.done:
            return
        started = time.monotonic()
        say(f"{self.title} ...")
        command = [sys.executable, "-m", "regard", *self.command]
        if subprocess.run(command, env={**os.environ, SUPERVISED: "1"}, check=False).returncode:
            raise RefusedError(f"{self.title} did not succeed; the reason stands above. Then start again.")
        if self.done is not None:
            self.done.add(self.name, self.what_for)
        say(f"{self.title}: done in {time.monotonic() - started:.1f} s.")


def _digest_of_migrations() -> str:
    return _digest([*LOCKS, *sorted(SOURCE.glob("*/migrations/*.py"))])


def _digest_of_static_files() -> str:
    return _digest([*LOCKS, Path(__file__), *_files(sorted(SOURCE.glob("*/static")))])


def _files(folders: list[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(path for path in folder.rglob("*") if path.is_file())


def _digest(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(os.fsencode(file.relative_to(ROOT)) + b"\0")
        digest.update(file.read_bytes())
    return digest.hexdigest()
