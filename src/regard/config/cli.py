"""The `regard` command: lists the commands of all rooms at once, and loads a room only to run one of its commands."""

import functools
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import click

from regard.config.processes import follow_parent
from regard.lib.commandline import RefusedError, examples

FAILED = 2  # exit code of a command that could not do what was asked
INTERRUPTED = 130


@dataclass(frozen=True)
class Entry:
    """What the list of commands needs to know of a command without loading its room."""

    module: str
    about: str  # the first line of the command's help; a test compares them
    needs_database: bool = True


#: Every command, room by room. A room adds its commands here and to the list COMMANDS of its `commands` module.
REGISTRY = {
    "serve": Entry("regard.config.commands", "Open the office in a browser.", needs_database=False),
    "worker": Entry("regard.config.commands", "Work off background jobs."),
    "migrate": Entry("regard.config.commands", "Bring the tables of the database up to date."),
    "manage": Entry("regard.config.commands", "Run a management command of Django."),
    "stop": Entry(
        "regard.config.commands", "Stop the embedded database, should one be left running.", needs_database=False
    ),
    "audit": Entry("regard.records.commands", "Read the audit trail, and prove that nobody changed it."),
    "office": Entry("regard.office.commands", "Set up the office: its first administrator, or all of it from a file."),
    "staff": Entry("regard.office.commands", "Add people, give them roles, end their access."),
    "check": Entry("regard.desk.commands", "Fold every case anew from its events and report any drift."),
    "demo": Entry("regard.demo.commands", "Open a demo office: an invented county, brought in through the import."),
    "match": Entry("regard.customers.commands", "Find out which records of which sources are one customer."),
    "simulate": Entry(
        "regard.goals.commands",
        "Simulate an office for planning, and see what the checks would say.",
        needs_database=False,
    ),
    "import": Entry("regard.sources.commands", "Import a file of a silo."),
    "runs": Entry("regard.sources.commands", "List imports, their books and what waits in quarantine."),
    "facts": Entry(
        "regard.measures.commands", "Make the facts anew that measures are computed from, or see how fresh they are."
    ),
    "measure": Entry(
        "regard.measures.commands",
        "Answer one measure for all offices of this database, as its page would; without SLUG list them all.",
    ),
}


def exists(name: str) -> bool:
    """Whether there is a command of this name."""
    return name in REGISTRY and find_spec(REGISTRY[name].module) is not None


def load(name: str) -> click.Command:
    """The command itself, with Django and the database made ready when it needs them."""
    entry = REGISTRY[name]
    if entry.needs_database:
        import django  # a second to load: only commands that work with the office's data pay it

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.config.settings")
        django.setup()
    module = importlib.import_module(entry.module)
    command = _with_examples(next(command for command in module.COMMANDS if command.name == name))
    return _with_database(command) if entry.needs_database else command


def _with_examples(command: click.Command) -> click.Command:
    """Give a command that only holds others an example of each, unless it has its own."""
    if isinstance(command, click.Group) and not command.epilog:
        below = [_with_examples(each).epilog or "" for each in command.commands.values()]
        firsts = [line.strip() for epilog in below for line in epilog.partition("Examples:\n")[2].splitlines()[:1]]
        command.epilog = examples(*firsts)
    return command


def _with_database(command: click.Command) -> click.Command:
    """Have the database run while the command, or any command below it, runs - and not merely shows its help."""
    if isinstance(command, click.Group):
        for below in command.commands.values():
            _with_database(below)
    if command.callback is not None and not hasattr(command.callback, "__wrapped__"):
        command.callback = _holding(command.callback)
    return command


def _holding(callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def run(*args: Any, **kwargs: Any) -> Any:
        from regard.config import database
        from regard.config.home import data_home

        if not database.is_embedded():
            return callback(*args, **kwargs)
        with database.hold(data_home()):
            return callback(*args, **kwargs)

    return run


class Commands(click.Group):
    """The commands of the registry, loaded one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (the signature is click's)
        return sorted(REGISTRY)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        return load(cmd_name) if cmd_name in REGISTRY else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, REGISTRY[name].about) for name in sorted(REGISTRY)])


EPILOG = "Every command explains itself, with examples: regard COMMAND --help"


@click.group(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, epilog=EPILOG
)
@click.option("--debug", is_flag=True, help="Show where in the code an error arose.")
def regard(*, debug: bool) -> None:
    """Regard: the customer service of a public office."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0 done, 2 could not be done, 130 interrupted."""
    arguments = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in arguments[:1]
    signal.signal(signal.SIGTERM, _end)
    follow_parent()
    try:
        with regard.make_context("regard", arguments or ["--help"]) as context:
            regard.invoke(context)
    except click.exceptions.Exit as done:
        return done.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("Stopped.", err=True)
        return INTERRUPTED
    except click.UsageError as error:
        error.show()
        return FAILED
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 (the last place where an error can become a line a person understands)
        if debug:
            traceback.print_exc()
        click.echo(f"Error: {one_line(error)}", err=True)
        return FAILED
    return 0


def _end(_number: int, _frame: object) -> None:
    raise SystemExit(128 + signal.SIGTERM)


def one_line(error: Exception) -> str:
    """What to tell a person about an error, in one line."""
    if isinstance(error, click.ClickException):
        return error.format_message()
    text = " ".join(str(error).split())
    if isinstance(error, RefusedError):
        return text
    kind = type(error).__name__
    if kind in {"ValidationError", "PermissionDenied", "ObjectDoesNotExist", "CommandError"}:
        return " ".join(getattr(error, "messages", [text]))
    if type(error.__cause__).__name__ in {"UndefinedTable", "UndefinedColumn"}:
        return "The tables of the database are missing or out of date. Bring them up to date first: regard migrate"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    return f"{kind}: {text or 'no more is known'}. To see where it arose: regard --debug ..."
