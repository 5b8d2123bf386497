"""Matching at the command line."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from regard.lib.commandline import RefusedError, examples

BY = "operator at the command line"


@click.command(
    epilog=examples(
        "regard match",
        "regard match --office birch --dry-run",
        "regard match --new --card card.json",
        "regard match --explain K0000012 K0000345",
    )
)
@click.option("--office", "code", default="", help="Code of the office, when there are several.")
@click.option("--new", is_flag=True, help="Only what came since the last matching, and whoever it may belong to.")
@click.option("--dry-run", is_flag=True, help="Say what would come of it, and change nothing.")
@click.option(
    "--card", type=click.Path(dir_okay=False, path_type=Path), help="Write the whole model card here, as JSON."
)
@click.option("--explain", nargs=2, metavar="A B", help="Say why two customers are one or two, by their numbers.")
def match(*, code: str, new: bool, dry_run: bool, card: Path | None, explain: tuple[str, str] | None) -> None:
    """Find out which records of which sources are one customer.

    Joins and splits customers by what the model finds, keeps what people decided, and fills the review queue. Each
    change stands in the history of its customer and can be taken back there.
    """
    if explain:
        _explain(*explain)
        return
    from regard.customers.rematching import match_office
    from regard.records.actors import System

    office = _office(code)
    say = (lambda words: click.echo(words, err=True)) if sys.stderr.isatty() else None
    applied = match_office(by=System(BY, office_id=office.pk), office=office, whole=not new, dry_run=dry_run, say=say)
    if applied is None:
        click.echo(f"{office.name}: no new records.")
        return
    _tell(office.name, applied, dry_run=dry_run)
    if card is not None:
        card.write_text(json.dumps(applied.run.card, indent=2, ensure_ascii=False), encoding="utf-8")
        click.echo(f"The model card: {card}")


def _tell(office: str, applied: Any, *, dry_run: bool) -> None:
    run, would = applied.run, "would be " if dry_run else ""
    click.echo(f"{office}: {run.records:,} records, {run.edges:,} pairs compared.")
    click.echo(f"  customers {would}joined      {applied.joined:>8,}")
    click.echo(f"  customers {would}split off   {applied.split:>8,}")
    click.echo(f"  records {would}moved         {applied.moved:>8,}")
    click.echo(f"  pairs to review              {applied.to_review:>8,}")
    if applied.set_aside:
        click.echo(f"  set aside, because people had decided otherwise: {applied.set_aside:,} clusters")
    for title, told in _summary(run.card):
        click.echo(f"  {title}: {told}")
    if dry_run:
        click.echo("Nothing was changed. Without --dry-run it is.")


def _summary(card: dict[str, Any]) -> list[tuple[str, str]]:
    """What of a model card fits a terminal: versions, thresholds, and every alarm."""
    models = [f"{model.get('version', '?')} for {kind} records" for kind, model in card.get("models", {}).items()]
    thresholds = [f"{name} from {bits:+g} bits" for name, bits in card.get("thresholds", {}).items()]
    told = [("models", ", ".join(models)), ("thresholds", ", ".join(thresholds))]
    return [(title, words) for title, words in told if words] + [("alarm", alarm) for alarm in card.get("alarms", [])]


def _office(code: str) -> Any:
    from regard.office.models import Unit

    offices = list(Unit.objects.filter(parent=None, **({"code": code} if code else {})).order_by("code"))
    if not offices:
        raise RefusedError(f"There is no office {code}." if code else "There is no office yet. Make one: regard serve")
    if len(offices) > 1:
        raise RefusedError(f"There are several offices. Name one: --office {' or '.join(o.code for o in offices)}")
    return offices[0]


def _explain(one: str, other: str) -> None:
    from regard.customers.queries.why import why

    for line in why(_customer(one), _customer(other)):
        click.echo(line)


def _customer(number: str) -> Any:
    from regard.customers.models import Customer

    digits = number.strip().upper().removeprefix("K")
    found = Customer.objects.filter(pk=int(digits)).first() if digits.isdecimal() and len(digits) < 19 else None
    if found is None:
        raise RefusedError(f"There is no customer {number}. Numbers look like K0000012; the search finds them.")
    return found


COMMANDS = [match]
