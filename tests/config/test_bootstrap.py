"""./run, ./test and ./regard before anything is installed: one clear line for what a machine lacks."""

import shutil
import subprocess
from pathlib import Path

import pytest

from regard.config.home import ROOT

LOCKS = ["requirements.txt", "requirements-dev.txt", "package-lock.json"]


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "deps").mkdir()
    for name in ("run", "test", "regard", "deps/bootstrap.sh", *(f"deps/{lock}" for lock in LOCKS)):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def program(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
    path.chmod(0o755)
    return path


def start(checkout: Path, name: str, *arguments: str, cwd: Path | None = None, **environment: str):
    return subprocess.run(
        [checkout / name, *arguments],
        env={"PATH": "/usr/bin:/bin", **environment},
        cwd=cwd or checkout,
        capture_output=True,
        text=True,
        check=False,
    )


def locks(checkout: Path) -> str:
    command = "cat requirements.txt requirements-dev.txt package-lock.json | cksum"
    return subprocess.run(
        command, shell=True, cwd=checkout / "deps", capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.parametrize("name", ["run", "test", "regard"])
def test_a_python_that_is_too_old_is_told(checkout, name):
    old = program(checkout / "python", "exit 1")
    refused = start(checkout, name, PYTHON=str(old))
    assert refused.returncode == 2
    assert refused.stderr.splitlines()[-1].startswith("Error: Regard needs Python 3.11 or newer.")


@pytest.mark.parametrize("name", ["run", "test"])
def test_a_missing_venv_module_is_told(checkout, name):
    poor = program(checkout / "python", 'case "$2" in *ensurepip*) exit 1 ;; esac')
    refused = start(checkout, name, PYTHON=str(poor))
    assert refused.returncode == 2
    assert refused.stderr.splitlines()[-1] == (
        "Error: Python's venv module is missing. Install it (Debian, Ubuntu: apt install python3-venv) and start again."
    )


def test_packages_that_cannot_be_fetched_are_told(checkout):
    program(checkout / ".venv/bin/python", 'case "$3" in install) echo "no network" >&2; exit 1 ;; esac')
    refused = start(checkout, "run")
    assert refused.returncode == 2
    assert "no network" in refused.stderr
    assert "Some packages could not be installed." in refused.stderr.splitlines()[-1]
    assert not (checkout / ".venv/.ready").exists()


@pytest.mark.parametrize(
    ("name", "said"), [("run", "-m regard serve --port 9 a b"), ("regard", "-m regard --port 9 a b")]
)
@pytest.mark.parametrize("kind", ["run", "dev"])
def test_once_installed_it_starts_at_once_where_the_person_is(checkout, tmp_path, name, said, kind):
    program(checkout / ".venv/bin/python", 'echo "$@"', "pwd", 'echo "$PYTHONPATH"')
    (checkout / ".venv/.ready").write_text(f"{locks(checkout)} {kind}\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    started = start(checkout, name, "--port", "9", "a b", cwd=elsewhere)
    assert started.stdout.splitlines() == [said, str(elsewhere), f"{checkout}/src"]
    assert started.stderr == ""


def test_what_run_installed_does_not_do_for_test(checkout):
    program(checkout / ".venv/bin/python", 'echo "$@" >> asked', 'case "$3" in install) exit 1 ;; esac')
    (checkout / ".venv/.ready").write_text(f"{locks(checkout)} run\n")
    assert start(checkout, "test").returncode == 2
    assert "requirements-dev.txt" in (checkout / "asked").read_text()


@pytest.mark.parametrize(("kind", "lock"), [("run", "requirements.txt"), ("dev", "requirements-dev.txt")])
def test_a_changed_lock_installs_again_and_takes_no_tools_away(checkout, kind, lock):
    program(checkout / ".venv/bin/python", 'echo "$@" >> asked', 'case "$3" in install) exit 1 ;; esac')
    (checkout / ".venv/.ready").write_text(f"{locks(checkout)} {kind}\n")
    with (checkout / "deps/requirements.txt").open("a") as changed:
        changed.write("# changed\n")
    assert start(checkout, "run").returncode == 2
    assert f"-r {checkout}/deps/{lock}\n" in (checkout / "asked").read_text()
