"""The command that opens the demo office."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from regard.lib.commandline import RefusedError, examples

if TYPE_CHECKING:
    from regard.office.models import Unit

CASES = 20_000
FEWEST = 300  # fewer do not fill every column of every file


@click.command(
    epilog=examples(
        "regard demo",
        "regard demo --cases 2000 --seed 7    # a smaller county, or another one",
        "regard demo --keep county-files      # only write the files: for trying the import by hand",
    )
)
@click.option(
    "--cases", type=click.IntRange(min=FEWEST), default=CASES, show_default=True, help="How many cases to make up."
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same county.")
@click.option("--beside", is_flag=True, help="Open it although an office of your own has data here.")
@click.option("--if-empty", is_flag=True, help="Do nothing when there is an office already.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Only write the county's files into this folder, and import nothing.",
)
def demo(*, cases: int, seed: int, beside: bool, if_empty: bool, keep: Path | None) -> None:
    """Open a demo office: an invented county, brought in through the import.

    Makes up eighteen months of a county's work, writes it as the files of eight systems, and imports them. Stopped at
    any point and started again, it goes on.
    """
    if keep is not None:
        _write(keep, cases, seed)
        return
    from django.conf import settings  # needs Django, which writing files does not

    from regard.demo import office as the_office

    office = the_office.demo_office()
    if office is not None and the_office.is_open(office):
        if not if_empty:
            click.echo(f"{office.name} is open already.")
            _tell_entries()
        return
    others = list(the_office.real_offices())
    if if_empty and others:
        return
    if office is None:
        _refuse_beside([other for other in others if the_office.holds_data(other)], beside=beside)
    started = time.monotonic()
    folder = Path(settings.HOME) / "demo"
    _write(folder, cases, seed, as_is=office is not None)
    the_office.open_office(folder, say=click.echo)
    _refresh_facts()
    click.echo(f"The demo office is open ({time.monotonic() - started:.0f} s).")
    _tell_entries()


def _write(folder: Path, cases: int, seed: int, *, as_is: bool = False) -> None:
    """Write the files, unless they are there. `as_is`: those of an attempt that was stopped are taken as they are."""
    from regard.demo import office as the_office

    if as_is and (folder / "office.toml").exists():
        return
    started = time.monotonic()
    the_office.write_files(folder, cases=cases, seed=seed)
    click.echo(f"Files of a county with {cases:,} cases: {folder} ({time.monotonic() - started:.1f} s)")


def _refuse_beside(in_use: list["Unit"], *, beside: bool) -> None:
    if in_use and not beside:
        names = ", ".join(office.name for office in in_use)
        raise RefusedError(
            f"{names} has data in this installation. To open the demo office beside it all the same: "
            "regard demo --beside"
        )


def _refresh_facts() -> None:
    """Work out the facts that measures stand on, so that the first visitor need not wait for the worker."""
    from regard.demo.office import BY
    from regard.measures.actions import refresh_facts

    done = refresh_facts(by=BY, full=True)
    click.echo(f"Facts for measures: {sum(done.rows.values()):,} in {done.seconds:.1f} s.")


def _tell_entries() -> None:
    from regard.demo import office as the_office

    click.echo("The sign-in page lets you in with one click as:")
    for staff in the_office.entries():
        click.echo(f"  {', '.join(staff.role_names):<20} {staff.name}, {staff.unit}")


COMMANDS = [demo]
