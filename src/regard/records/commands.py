"""Commands for the audit trail."""

import csv
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from regard.lib.commandline import RefusedError, examples

if TYPE_CHECKING:
    from regard.records.queries import Wanted

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def audit() -> None:
    """Read the audit trail, and prove that nobody changed it."""


@audit.command(
    epilog=examples("regard audit verify", "regard audit verify --kept 3f8a...", "regard audit verify --quiet")
)
@click.option("--kept", default="", help="The last hash of an earlier check, kept elsewhere.")
@click.option("--quiet", is_flag=True, help="Print only the last hash, to keep it elsewhere.")
def verify(*, kept: str, quiet: bool) -> None:
    """Recompute the whole chain of hashes.

    Changing, removing, adding or moving an entry breaks the chain, and the first entry that does not fit is named.
    A chain cut off at its end is sound in itself: keep the last hash somewhere else, on paper or with the auditor,
    and give it with --kept the next time. Exit code 2 when something is wrong.
    """
    from regard.records import queries  # needs Django, which the list of commands does not

    report = queries.verify(kept=kept)
    if report.broken_at is not None:
        raise RefusedError(
            f"The audit trail was tampered with at entry {report.broken_at}: {report.reason}. "
            f"The {report.entries:,} entries before it are sound. Secure a copy of the database before anything else."
        )
    if report.kept_found is False:
        raise RefusedError(
            f"The chain of {report.entries:,} entries is sound in itself, but the hash you kept is not in it: its end "
            "was cut off, or it was written anew. Compare it with a backup of that day."
        )
    click.echo(report.last_hash if quiet else f"{report.entries:,} entries, all sound. Last hash:\n{report.last_hash}")


def _filters(command: Any) -> Any:
    for option in (
        click.option("--to", "last_day", type=DAY, help="Last day, as 2026-01-31."),
        click.option("--from", "first_day", type=DAY, help="First day, as 2026-01-01."),
        click.option("--id", "object_id", default="", help="Number of the object."),
        click.option("--type", "object_type", default="", help="Kind of object, such as desk.case."),
        click.option("--action", default="", help="Such as office.set_roles; office. for all of a room."),
        click.option("--actor", default="", help="Part of the name of who did it."),
    ):
        command = option(command)
    return command


@audit.command(
    "list", epilog=examples("regard audit list --actor 'Ann Lee'", "regard audit list --type desk.case --id 12")
)
@_filters
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="How many, the newest first.")
def list_entries(*, limit: int, **told: Any) -> None:
    """List entries, the newest first."""
    from regard.records import queries

    for entry in queries.entries(_wanted(told), None, all_offices=True)[:limit]:
        what = f"{entry.object_type} {entry.object_id}".strip()
        count = f" ({entry.count:,})" if entry.count != 1 else ""
        click.echo(f"{entry.at:%Y-%m-%d %H:%M:%S}Z\t{entry.actor_name}\t{entry.action}{count}\t{what}")


@audit.command(
    epilog=examples("regard audit export > audit.csv", "regard audit export --from 2026-01-01 > january.csv")
)
@_filters
def export(**told: Any) -> None:
    """Write entries as CSV to standard output, the oldest first."""
    from regard.records import exporting, queries

    writer = csv.writer(sys.stdout)
    writer.writerow(exporting.HEADER)
    found = queries.entries(_wanted(told), None, all_offices=True).order_by("id")
    writer.writerows(exporting.rows(found))


def _wanted(told: dict[str, Any]) -> "Wanted":
    from regard.records.queries import Wanted

    days = {name: day.date() for name in ("first_day", "last_day") if isinstance(day := told.pop(name), datetime)}
    return Wanted(**(told | days))


COMMANDS = [audit]
