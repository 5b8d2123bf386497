"""Commands for the office: its people, and setting it up without a browser."""

from pathlib import Path
from typing import Any

import click

from regard.lib.commandline import RefusedError, examples
from regard.office.roles import Role

BY = "operator at the command line"
ADDRESS = "http://localhost:8000/"
address_option = click.option("--address", default=ADDRESS, show_default=True, help="Where Regard is reached.")


@click.group()
def office() -> None:
    """Set up the office: its first administrator, or all of it from a file."""


@office.command(epilog=examples("regard office welcome", "regard office welcome --address https://regard.example.org/"))
@address_option
@click.option("--if-empty", is_flag=True, help="Say nothing when somebody is on the staff.")
def welcome(*, address: str, if_empty: bool) -> None:
    """Print the link that opens an empty installation.

    It makes the office and its first administrator, and works until somebody is on the staff.
    """
    from regard.office import firstrun  # needs Django, which the list of commands does not

    link = address.rstrip("/") + firstrun.first_run_path()
    if if_empty:
        if firstrun.is_first_run():
            click.echo(f"Nobody works here yet. Name your office and yourself at:\n  {link}")
        return
    if not firstrun.is_first_run():
        raise RefusedError("Somebody is on the staff already. Add others with: regard staff add --help")
    click.echo(link)


@office.command(epilog=examples('regard office add "Elm Town"', 'regard office add "Elm Town" --country US --state MN'))
@click.argument("name")
@click.option("--time-zone", default="", help="Such as America/Chicago. [default: REGARD_TIME_ZONE]")
@click.option("--country", default="", help="Two letters: whose public holidays it keeps.")
@click.option("--state", default="", help="State or province, such as MN.")
def add(*, name: str, time_zone: str, country: str, state: str) -> None:
    """Make an office, open Monday to Friday from nine to five.

    The page of an empty installation does the same. Two offices in one installation see nothing of each other.
    """
    from regard.office import actions
    from regard.office.models import Unit
    from regard.records.actors import System

    if Unit.objects.filter(parent=None, name=name).exists():
        raise RefusedError(f"There is an office called {name} already.")
    made = actions.make_office(by=System(BY), name=name, time_zone=time_zone, country=country, subdivision=state)
    click.echo(f"{made.name} is there. Give it an administrator:")
    click.echo(f"  regard staff add --role administrator --unit {made.code} --name NAME E-MAIL")


@office.command(epilog=examples("regard office load office.toml"))
@click.argument("file", type=click.Path(path_type=Path))
def load(*, file: Path) -> None:
    """Set up an office from a file, or bring it up to date.

    Calendars, units, services with their standards, and people. docs/office-file.md says what the file holds.
    """
    from regard.office import actions
    from regard.records.actors import System

    loaded = actions.load_office(by=System(BY), told=actions.read_office(file))
    click.echo(f"{loaded.office.name}: {len(loaded.units)} units, {len(loaded.services)} services,")
    click.echo(f"{len(loaded.calendars)} calendars and {len(loaded.staff)} people are as the file says.")


@click.group()
def staff() -> None:
    """Add people, give them roles, end their access."""


ROLES = click.Choice(Role.values)


@staff.command(
    "add",
    epilog=examples(
        "regard staff add --role administrator --name 'Ann Lee' ann@example.org",
        "regard staff add --role front_line --role supervisor --unit permits --name 'Bo Fox' bo@example.org",
    ),
)
@click.argument("email")
@click.option("--name", default="", help="Their name. [default: the first part of the address]")
@click.option("--role", "roles", type=ROLES, multiple=True, required=True, help="What they may do; give several if so.")
@click.option("--unit", "unit_code", default="", help="Code of their unit. [default: the office, when there is one]")
@address_option
def staff_add(*, email: str, name: str, roles: tuple[str, ...], unit_code: str, address: str) -> None:
    """Add somebody and print the link by which they choose a password."""
    from regard.office import actions
    from regard.records.actors import System

    by: Any = System(BY)
    unit = _unit(unit_code)
    made = actions.make_staff(by=by, email=email, name=name or email.partition("@")[0], unit=unit, roles=roles)
    invitation = actions.send_password_link(by=by, staff=made, address=address)
    click.echo(f"{made.name} works in {unit.name} as {', '.join(made.role_names)}.")
    if invitation.is_sent:
        click.echo(f"A letter to {made.email} has a link to choose a password.")
    else:
        click.echo(f"They choose a password here, within three days:\n{invitation.link}")


@staff.command("link", epilog=examples("regard staff link ann@example.org"))
@click.argument("email")
@address_option
def staff_link(*, email: str, address: str) -> None:
    """Print a link by which somebody chooses a new password."""
    from regard.office import actions
    from regard.records.actors import System

    invitation = actions.send_password_link(by=System(BY), staff=_person(email), address=address)
    click.echo(f"A letter to {email} has the link." if invitation.is_sent else invitation.link)


@staff.command("roles", epilog=examples("regard staff roles ann@example.org front_line supervisor"))
@click.argument("email")
@click.argument("roles", type=ROLES, nargs=-1)
def staff_roles(*, email: str, roles: tuple[str, ...]) -> None:
    """Replace somebody's roles; none at all leaves them without any."""
    from regard.office import actions
    from regard.records.actors import System

    changed = actions.set_roles(by=System(BY), staff=_person(email), roles=roles)
    click.echo(f"{changed.name}: {', '.join(changed.role_names) or 'no role'}.")


@staff.command("end", epilog=examples("regard staff end ann@example.org --reason 'moved to the state'"))
@click.argument("email")
@click.option("--reason", default="", help="Kept in the audit trail.")
def staff_end(*, email: str, reason: str) -> None:
    """End somebody's access at once. What they did stays on record."""
    from regard.office import actions
    from regard.records.actors import System

    changed = actions.deactivate_staff(by=System(BY), staff=_person(email), reason=reason)
    click.echo(f"{changed.name} can no longer sign in.")


@staff.command("list", epilog=examples("regard staff list", "regard staff list --all"))
@click.option("--all", "everybody", is_flag=True, help="Also those who have left.")
def staff_list(*, everybody: bool) -> None:
    """List the people who work here."""
    from regard.office.models import Staff

    people = Staff.objects.select_related("unit").order_by("unit__path", "name")
    for one in people if everybody else people.filter(is_active=True):
        left = "" if one.is_active else " (has left)"
        click.echo(f"{one.email}\t{one.name}{left}\t{one.unit or 'no unit'}\t{', '.join(one.role_names) or 'no role'}")


def _unit(code: str) -> Any:
    from regard.office.models import Unit

    found = Unit.objects.filter(code=code) if code else Unit.objects.filter(parent=None)
    units = list(found[:2])
    if len(units) == 1:
        return units[0]
    if code:
        raise RefusedError(f"There is no unit with the code {code}. The office's pages list all units.")
    if units:
        raise RefusedError("There are several offices here. Name the unit with --unit CODE.")
    raise RefusedError('There is no office yet. Make one first: regard office add "NAME"')


def _person(email: str) -> Any:
    from regard.office.models import Staff

    found = Staff.objects.filter(email__iexact=email.strip()).select_related("unit").first()
    if found is None:
        raise RefusedError(f"Nobody here has the address {email}. See them all with: regard staff list --all")
    return found


COMMANDS = [office, staff]
