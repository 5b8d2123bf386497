"""Commands of the desk."""

import sys

import click

from regard.desk.actions.repairing import repair_cases
from regard.desk.queries import checking
from regard.lib.commandline import examples
from regard.records.actors import System

DRIFTED = 1


@click.command(epilog=examples("regard check", "regard check --repair"))
@click.option("--repair", is_flag=True, help="Rewrite the columns of drifted cases from their events.")
def check(*, repair: bool) -> None:
    """Fold every case anew from its events and report any drift.

    Also reports references that point nowhere, and open cases without an owner or a dated next step. People may go
    on working meanwhile. Ends with exit code 1 when something is wrong.
    """
    report = checking.check(_progress if sys.stderr.isatty() else None)
    _tell(report)
    if report.ids and repair:
        repaired = repair_cases(by=System("regard check"), case_ids=report.ids)
        click.echo(f"Repaired: {repaired:,} cases, each from its events. The audit trail has an entry.")
        return
    if report.ids:
        click.echo("To rewrite them from their events: regard check --repair")
    if not report.is_sound:
        raise click.exceptions.Exit(DRIFTED)


def _progress(cases: int, seconds: float) -> None:
    click.echo(f"\r{cases:,} cases, {cases / max(seconds, 0.001):,.0f} a second", err=True, nl=False)


def _tell(report: checking.Report) -> None:
    rate = report.cases / max(report.seconds, 0.001)
    read = f"{report.cases:,} cases and {report.events:,} events"
    click.echo(f"Checked {read} in {report.seconds:.1f} s ({rate:,.0f} cases a second).")
    for name, number in sorted(report.columns.items()):
        click.echo(f"Drift: {name} differs in {number:,} cases.")
    for drift in report.drifts:
        click.echo(f"  C{drift.case_id:07d} {drift.column}: stored {drift.stored}, events say {drift.folded}")
    if report.eventless:
        click.echo(f"Without events: {report.eventless:,} cases.")
    for name, number in report.orphans.items():
        click.echo(f"Points nowhere: {name} in {number:,} rows.")
    if report.unowned:
        click.echo(f"Open without an owner or a dated next step: {report.unowned:,} cases. Assign them.")
    if report.imported_unowned:
        click.echo(f"Imported and still to be given to somebody: {report.imported_unowned:,} open cases.")
    if report.is_sound:
        click.echo("Every case is the fold of its events.")


COMMANDS = [check]
