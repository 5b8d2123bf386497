"""The commands that run the installation itself."""

import click

from regard.config import database
from regard.config.home import data_home
from regard.lib.commandline import examples


@click.command(epilog=examples("regard serve", "regard serve --port 8080", "regard serve --empty"))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    envvar="PORT",
    show_default=True,
    show_envvar=True,
    help="Port to listen at.",
)
@click.option("--empty", is_flag=True, help="Open an office without the demo data.")
def serve(*, host: str, port: int, empty: bool) -> None:
    """Open the office in a browser.

    Starts the database, brings it up to date, and runs the web server and the worker until Ctrl-C.
    """
    from regard.config import cli  # supervisor code is of no use to other commands
    from regard.config import serve as supervisor

    supervisor.serve(data_home(), host=host, port=port, demo=not empty and cli.exists("demo"))


@click.command(epilog=examples("regard worker", "regard worker --until-empty"))
@click.option("--alone", is_flag=True, help="No other worker uses this database: take over all unfinished jobs.")
@click.option("--until-empty", is_flag=True, help="Stop when no job is left.")
def worker(*, alone: bool, until_empty: bool) -> None:
    """Work off background jobs.

    `regard serve` starts one worker; start more on other machines that share the database.
    """
    import asyncio

    from regard.config import jobs  # needs Django

    asyncio.run(jobs.work(alone=alone, until_empty=until_empty))


@click.command(epilog=examples("regard migrate"))
def migrate() -> None:
    """Bring the tables of the database up to date."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog=examples("regard manage check --deploy", "regard manage shell", "regard manage --help"),
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def manage(ctx: click.Context, *, arguments: tuple[str, ...]) -> None:
    """Run a management command of Django.

    For what Regard has no command of its own for.
    """
    from django.core.management import execute_from_command_line

    if not arguments:
        click.echo(ctx.get_help())
        return
    # Regard's own --debug shows traces; here we only leave Django's messages as they are.
    execute_from_command_line(["regard manage", *arguments])


@click.command(epilog=examples("regard stop"))
def stop() -> None:
    """Stop the embedded database, should one be left running."""
    if not database.is_embedded():
        click.echo("DATABASE_URL names a server of your own; Regard leaves it alone.")
    elif database.stop(data_home()):
        click.echo("The database is stopped.")
    else:
        click.echo("The database was not running.")


COMMANDS: list[click.Command] = [serve, worker, migrate, manage, stop]
