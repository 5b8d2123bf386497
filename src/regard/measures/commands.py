"""Facts and measures at the command line."""

import json
import sys
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any

import click

from regard.desk.models import Channel
from regard.lib.commandline import RefusedError, examples
from regard.measures import actions, engine
from regard.measures.access import Scope
from regard.measures.definitions import CATALOGUE, DIMENSIONS, GROUPS, Definition, find
from regard.measures.facts.refresh import freshness
from regard.measures.figures import Cell, Figure, Filters, Period
from regard.measures.statistics import TooFew
from regard.measures.wording import answer_words, interval_words
from regard.office.models import Service, Unit
from regard.records.actors import System
from regard.ui.wording import duration

BY = System("command line")


@click.group()
def facts() -> None:
    """Make the facts anew that measures are computed from, or see how fresh they are."""


@facts.command(epilog=examples("regard facts refresh", "regard facts refresh --full"))
@click.option("--full", is_flag=True, help="Compute everything anew, not only what changed.")
def refresh(*, full: bool) -> None:
    """Bring the facts up to date with the office's records.

    The worker does this every minute by itself. Safe to interrupt and to run beside it: what counts is always one
    whole set of facts.
    """
    done = actions.refresh_facts(by=BY, full=full, report=_progress if sys.stderr.isatty() else lambda _: None)
    told = ", ".join(f"{n:,} {table} facts" for table, n in done.rows.items())
    which = f"Everything anew ({done.why})" if done.full else "What changed"
    click.echo(f"{which}: {told} in {done.seconds:.1f} s. As of {done.manifest.as_of:%Y-%m-%d %H:%M} UTC.")


def _progress(words: str) -> None:
    click.echo(f"\r\x1b[K{words}", nl=False, err=True)


@facts.command(epilog=examples("regard facts status"))
def status() -> None:
    """Say how old the facts are, how many there are, and how much was told since."""
    found = freshness(count_behind=True)
    if found is None:
        raise engine.NoFactsError
    click.echo(f"As of {found.as_of:%Y-%m-%d %H:%M} UTC, {duration(found.age.total_seconds())} ago.")
    click.echo(f"All computed anew at {found.full_at:%Y-%m-%d %H:%M} UTC.")
    for table, rows in found.rows.items():
        click.echo(f"{rows:>12,} {table} facts")
    click.echo(f"{found.bytes / 2**20:>12,.1f} MB")
    click.echo(f"{found.behind:>12,} events, contacts and pieces of feedback told since")


@click.command(
    epilog=examples(
        "regard measure",
        "regard measure time-to-resolve --by unit",
        "regard measure resolved-within-standard --by month --from 2025-01 --to 2025-06",
        "regard measure backlog --unit roads --json",
    )
)
@click.argument("slug", required=False)
@click.option("--by", "by", type=click.Choice(DIMENSIONS), multiple=True, help="Tell it for each; may be given twice.")
@click.option("--unit", help="Code of a unit: only its cases and those of the units below it.")
@click.option("--service", help="Code of a service.")
@click.option("--channel", type=click.Choice(Channel.values), help="Only what came by this channel.")
@click.option("--from", "first", metavar="YYYY-MM", help="The first month.")
@click.option("--to", "last", metavar="YYYY-MM", help="The last month.")
@click.option("--sql", "show_sql", is_flag=True, help="Show the SQL that ran as well.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON, with full precision.")
def measure(*, slug: str | None, by: tuple[str, ...], show_sql: bool, as_json: bool, **narrowing: str | None) -> None:
    """Answer one measure for all offices of this database, as its page would; without SLUG list them all."""
    if slug is None:
        _list(as_json=as_json)
        return
    definition = find(slug)
    if definition is None:
        raise RefusedError(f"There is no measure {slug}. List them with: regard measure")
    filters, period = _filters(narrowing), _period(definition, narrowing["first"], narrowing["last"])
    found = engine.figure(definition, scope=Scope.everything(), by=by, filters=filters, period=period)
    left_out = engine.left_out(definition, scope=Scope.everything(), filters=filters, period=period)
    if as_json:
        click.echo(json.dumps(as_data(definition, found, left_out), indent=2, default=str))
    else:
        _tell(definition, found, left_out)
    if show_sql:
        click.echo(found.sql)


def _list(*, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({slug: {"title": d.title, "says": d.says} for slug, d in CATALOGUE.items()}, indent=2))
        return
    for group in GROUPS:
        click.echo(f"{group}:")
        for definition in (d for d in CATALOGUE.values() if d.group == group):
            click.echo(f"  {definition.slug:<32} {definition.title}")


def _filters(told: dict[str, str | None]) -> Filters:
    units: tuple[int, ...] = ()
    services: tuple[int, ...] = ()
    if told["unit"]:
        top = Unit.objects.filter(code=told["unit"]).first()
        if top is None:
            known = ", ".join(Unit.objects.order_by("path").values_list("code", flat=True)[:20])
            raise RefusedError(f"There is no unit {told['unit']}. Known: {known or 'none yet'}.")
        units = tuple(Unit.objects.filter(path__startswith=top.path).values_list("id", flat=True))
    if told["service"]:
        services = tuple(Service.objects.filter(code=told["service"]).values_list("id", flat=True))
        if not services:
            raise RefusedError(f"There is no service {told['service']}. Services are named by their code.")
    return Filters(units, services, (told["channel"],) if told["channel"] else ())


def _period(definition: Definition, first: str | None, last: str | None) -> Period | None:
    if not first and not last:
        return None
    known = engine.months(definition, scope=Scope.everything())
    begin = _month(first) if first else (known.first if known else None)
    end = _month(last) if last else (known.last if known else None)
    begin, end = begin or end, end or begin
    if begin is None or end is None or begin > end:
        raise RefusedError("The first month lies after the last. Write months as 2025-03.")
    return Period(begin, end)


def _month(told: str) -> date:
    try:
        return date.fromisoformat(f"{told}-01")
    except ValueError:
        raise RefusedError(f"{told} is no month. Write it as 2025-03.") from None


def _tell(definition: Definition, found: Figure, left_out: list[tuple[str, int]]) -> None:
    names = _names(found)
    click.echo(f"{definition.title}, as of {found.as_of:%Y-%m-%d %H:%M} UTC")
    rows = [("all", found.total), *((", ".join(names(cell.key)), cell) for cell in found.cells)]
    width = max(len(name) for name, _ in rows)
    for name, cell in rows:
        click.echo(f"  {name:<{width}}  {_words(definition, cell)}")
    for reason, n in left_out:
        click.echo(f"Not counted: {n:,} {reason}.")


def _words(definition: Definition, cell: Cell) -> str:
    told = answer_words(cell.answer, definition.told_in)
    interval = interval_words(cell.answer, definition.told_in)
    said = [told, f"95 % sure: {interval}" if interval else "", f"n = {cell.n:,}"]
    if "p90" in cell.more:
        said.insert(2, f"nine in ten: {answer_words(cell.more['p90'], definition.told_in)}")
    if cell.still_open:
        said.append(f"still open {cell.still_open:,}")
    return "; ".join(part for part in said if part)


def _names(found: Figure) -> Any:
    units = dict(Unit.objects.values_list("id", "name")) if "unit" in found.by else {}
    services = dict(Service.objects.values_list("id", "name")) if "service" in found.by else {}

    def told(dimension: str, value: Any) -> str:
        if value is None:
            return "not known"
        if dimension == "month":
            return f"{value:%Y-%m}"
        return str({"unit": units, "service": services}.get(dimension, {}).get(value, value))

    return lambda key: [told(dimension, value) for dimension, value in zip(found.by, key, strict=True)]


def as_data(definition: Definition, found: Figure, left_out: list[tuple[str, int]]) -> dict[str, Any]:
    """A figure as plain data: values in the measure's unit (seconds, shares from 0 to 1, numbers)."""
    return {
        "measure": definition.slug,
        "title": definition.title,
        "says": definition.says,
        "unit": definition.told_in.value,
        "as_of": found.as_of.isoformat(),
        "exact": found.exact,
        "all": _cell(found, found.total),
        "by": list(found.by),
        "groups": [_cell(found, cell) for cell in found.cells],
        "not_counted": [{"reason": reason, "n": n} for reason, n in left_out],
    }


def _cell(found: Figure, cell: Cell) -> dict[str, Any]:
    key = dict(zip(found.by, (_plain(value) for value in cell.key), strict=True)) if cell.key else {}
    more = {name: _plain(value) for name, value in cell.more.items()}
    return key | {"n": cell.n, "still_open": cell.still_open} | _plain(cell.answer) | more


def _plain(value: Any) -> Any:
    if isinstance(value, TooFew):
        return {"value": None, "too_few": True, "needed": value.needed}
    if is_dataclass(value) and not isinstance(value, type):
        return {name: told for name, told in asdict(value).items() if told is not None or name == "value"}
    return value.isoformat() if isinstance(value, date | datetime) else value


COMMANDS = [facts, measure]
