"""The `regard` command: a list that costs nothing, help that ends with examples, errors of one line."""

import importlib
import os
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from django.db import ProgrammingError
from psycopg.errors import UndefinedTable

from regard.config import cli
from regard.config.home import ROOT
from regard.lib.commandline import RefusedError

ROOMS = sorted(file.parent.name for file in (ROOT / "src" / "regard").glob("*/commands.py"))


def run(*arguments, home: Path, **environment):
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "src"),
        "REGARD_HOME": str(home),
        "DATABASE_URL": "postgresql://nobody@/none?host=/nonexistent",
        **environment,
    }
    command = [sys.executable, "-m", "regard", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def every_command(command: click.Command, path: str):
    yield path, command
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from every_command(below, f"{path} {name}")


def commands_of_rooms():
    for room in ROOMS:
        for command in importlib.import_module(f"regard.{room}.commands").COMMANDS:
            yield f"regard.{room}.commands", command


def test_the_registry_knows_every_command_of_every_room():
    told = {name: (entry.module, entry.about) for name, entry in cli.REGISTRY.items()}
    found = {command.name: (module, command.get_short_help_str(limit=200)) for module, command in commands_of_rooms()}
    assert told == found


@pytest.mark.parametrize("name", sorted(cli.REGISTRY))
def test_help_says_what_for_and_ends_with_examples(name):
    for path, command in every_command(cli.load(name), name):
        with click.Context(command, info_name=path) as context:
            body, _, examples = command.get_help(context).rpartition("Examples:\n")
        assert command.help
        assert body, f"regard {path} --help has no examples: give it epilog=examples(...)"
        lines = [line.strip() for line in examples.strip().splitlines()]
        assert lines
        assert all(line.startswith(f"regard {name}") for line in lines), lines


def test_the_list_is_shown_at_once_and_loads_no_room(tmp_path):
    started = time.monotonic()
    shown = run("--help", home=tmp_path)
    assert time.monotonic() - started < 1
    assert shown.returncode == 0
    for name, entry in cli.REGISTRY.items():
        assert f"  {name} " in shown.stdout
        assert entry.about[:40] in shown.stdout
    code = "import sys; from regard.config.cli import main; main(['--help']); sys.exit('django' in sys.modules)"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), "REGARD_HOME": str(tmp_path)}
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0


def test_without_arguments_the_list_is_shown(tmp_path):
    assert run(home=tmp_path).stdout == run("--help", home=tmp_path).stdout


def test_an_unknown_command_is_refused(tmp_path):
    refused = run("florp", home=tmp_path)
    assert refused.returncode == 2
    assert "No such command 'florp'" in refused.stderr


def test_an_error_is_one_line_and_debug_shows_the_trace(tmp_path):
    refused = run("migrate", home=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.startswith("Error: ")
    assert refused.stderr.count("\n") == 1
    assert "Traceback" in run("--debug", "migrate", home=tmp_path).stderr


def test_a_management_command_that_is_unknown_is_refused(tmp_path):
    refused = run("manage", "florp", home=tmp_path)
    assert refused.returncode != 0
    assert "florp" in refused.stderr


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (RefusedError("No such mapping.\nUse another."), "No such mapping. Use another."),
        (FileNotFoundError(2, "No such file or directory", "a.csv"), "a.csv: No such file or directory."),
        (click.ClickException("not so"), "not so"),
        (KeyError("x"), "KeyError: 'x'. To see where it arose: regard --debug ..."),
    ],
)
def test_one_line(error, line):
    assert cli.one_line(error) == line


def test_missing_tables_are_told_as_what_to_do():
    error = ProgrammingError('relation "office_unit" does not exist')
    error.__cause__ = UndefinedTable()
    assert cli.one_line(error).endswith("Bring them up to date first: regard migrate")


def test_the_reader_of_the_output_may_leave_early(tmp_path):
    shown = subprocess.run(
        f"{sys.executable} -m regard --help | head -n 1",
        shell=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), "REGARD_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.stdout.startswith("Usage:")
    assert shown.stderr == ""
