"""Importing at the command line."""

import csv
import json
import sys
import time
from pathlib import Path
from typing import Any

import click

from regard.office.actions import ensure_silo
from regard.office.models import Silo, Unit
from regard.records.actors import System
from regard.sources import actions
from regard.sources.mapping import Mapping as Spec
from regard.sources.mapping import fingerprint_of
from regard.sources.models import Mapping, QuarantinedRow, Run, RunState
from regard.sources.queries import reasons_of, remembered_mapping
from regard.sources.readers import peek
from regard.sources.running import Importing

BY = System("command line")


@click.command(
    "import",
    epilog="""\b
Examples:
  regard import requests.csv --mapping examples/mappings/stlouis_csb.toml --unit county
  regard import requests-february.csv            # the mapping of January's file is remembered by its header
  regard import requests.csv --background        # let the worker do it""",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", "mapping_file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A mapping in TOML. Without it, the one remembered for this header is used.")  # fmt: skip
@click.option("--unit", "unit_code", help="Code of the unit the silo belongs to, when the silo is new.")
@click.option("--background", is_flag=True, help="Queue the import for the worker and return at once.")
@click.option("--quiet", is_flag=True, help="Print only the books at the end.")
def import_file(*, file: Path, mapping_file: Path | None, unit_code: str | None, background: bool, quiet: bool) -> None:
    """Import a file of a silo.

    Reads FILE by a mapping, loads what it can and quarantines the rest with reasons. Ends with the books:
    rows = loaded + repeats + updated + quarantined. Importing a file twice changes nothing.
    """
    mapping = _mapping_for(file, mapping_file, unit_code)
    with file.open("rb") as content:
        upload = actions.receive_upload(by=BY, name=file.name, content=content, silo=mapping.silo)
    run = actions.start_run(by=BY, upload=upload, mapping=mapping, background=background)
    if background:
        click.echo(f"Run {run.pk} is queued. Watch it with: regard runs {run.pk}")
        return
    run = Importing(run, BY, _quietly if quiet else _Progress()).go()
    _print_books(run)
    if run.state != RunState.DONE:
        raise click.ClickException(run.error or f"The import ended as {run.get_state_display().lower()}.")


def _mapping_for(file: Path, mapping_file: Path | None, unit_code: str | None) -> Mapping:
    spec = Spec.from_toml(mapping_file.read_text("utf-8")) if mapping_file else None
    fingerprint = fingerprint_of(peek(file, spec.read if spec else None).columns)
    if spec is None:
        known = remembered_mapping(None, fingerprint, Silo.objects.all())
        if known is None:
            raise click.UsageError(
                "No mapping is remembered for this header. Give one with --mapping, or open Sources in the browser, "
                "where a mapping is proposed and shown before anything is loaded."
            )
        return known
    silo = Silo.objects.filter(code=spec.silo).select_related("unit").first()
    if silo is None:
        silo = ensure_silo(by=BY, unit=_unit(unit_code), code=spec.silo, name=spec.name, time_zone=spec.time_zone)
    return actions.save_mapping(by=BY, silo=silo, spec=spec, fingerprint=fingerprint, reason=f"from {mapping_file}")


def _unit(code: str | None) -> Unit:
    if code:
        unit = Unit.objects.filter(code=code).first()
        if unit is None:
            known = ", ".join(Unit.objects.order_by("path").values_list("code", flat=True)[:20])
            raise click.UsageError(f"There is no unit {code}. Known: {known or 'none yet'}.")
        return unit
    offices = list(Unit.objects.filter(parent=None)[:2])
    if len(offices) != 1:
        raise click.UsageError("The silo is new: say with --unit which unit it belongs to.")
    return offices[0]


def _quietly(_run: Run) -> None:
    pass


class _Progress:
    """One line that is written over: phase, share, rows a second."""

    def __init__(self) -> None:
        self.started = time.monotonic()

    def __call__(self, run: Run) -> None:
        if not sys.stderr.isatty() or not run.phase:
            return
        share = f" {run.chunk}/{run.chunks}" if run.chunks else ""
        seconds = max(time.monotonic() - self.started, 0.001)
        rate = f", {run.loaded / seconds:,.0f} rows/s" if run.loaded else ""
        click.echo(f"\r\x1b[K{run.phase}{share}{rate}", nl=False, err=True)


def _print_books(run: Run) -> None:
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
    rows = run.rows_in_file or 0
    click.echo(f"Run {run.pk}, {run.silo.name}: {run.get_state_display().lower()}")
    click.echo(
        f"{rows:,} rows = {run.loaded:,} loaded + {run.repeats:,} repeats + {run.updated:,} updated "
        f"+ {run.quarantined:,} quarantined" + ("" if run.reconciles else "   DOES NOT RECONCILE")
    )
    for code, example, count in reasons_of(run, 5):
        click.echo(f"  quarantined {count:,} {code}: {example}")
    if run.quarantined:
        click.echo(f"  see them: regard runs {run.pk} --quarantine rows.csv")


@click.command(
    "runs",
    epilog="""\b
Examples:
  regard runs                           # the last twenty imports
  regard runs 12                        # one import and why rows of it wait
  regard runs 12 --quarantine rows.csv  # download its quarantined rows
  regard runs 12 --release              # read its quarantined rows again, with their corrections
  regard runs 12 --resume               # go on with a cancelled or failed import""",
)
@click.argument("number", type=int, required=False)
@click.option(
    "--quarantine", "target", type=click.Path(dir_okay=False, path_type=Path), help="Write its rows to a CSV."
)
@click.option("--release", is_flag=True, help="Read its quarantined rows again.")
@click.option("--resume", is_flag=True, help="Go on with it.")
def runs(*, number: int | None, target: Path | None, release: bool, resume: bool) -> None:
    """List imports, their books and what waits in quarantine."""
    if number is None:
        for run in Run.objects.select_related("silo", "upload").order_by("-id")[:20]:
            click.echo(
                f"{run.pk:>6}  {run.asked_at:%Y-%m-%d %H:%M}  {run.state:<9}  {run.silo.code:<20}  {run.upload.name}"
            )
        return
    run = Run.objects.filter(pk=number).select_related("silo__unit", "mapping", "upload").first()
    if run is None:
        raise click.UsageError(f"There is no run {number}. List them with: regard runs")
    if target is not None:
        click.echo(f"{write_quarantine(run, target)} rows written to {target}")
        return
    if release:
        run = actions.release_rows(by=BY, run=run, background=False)
        run = Importing(Run.objects.select_related("silo__unit", "mapping", "upload").get(pk=run.pk), BY).go()
    elif resume:
        actions.resume_run(by=BY, run=run, background=False)
        run = Importing(run, BY, _Progress()).go()
    _print_books(run)


def write_quarantine(run: Run, target: Path) -> int:
    """Write the waiting rows of a run as CSV: line, reasons, then the columns as told. Returns how many."""
    rows = QuarantinedRow.objects.filter(run=run, state=QuarantinedRow.State.WAITING).order_by("line")
    columns: dict[str, None] = {}
    for row in rows.iterator(chunk_size=2_000):
        columns |= dict.fromkeys(name for name in row.raw if name != "_line")
    with target.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["line", "reasons", *columns])
        for row in rows.iterator(chunk_size=2_000):
            writer.writerow([row.line, _in_words(row.reasons), *(_cell(row.raw.get(name)) for name in columns)])
    return rows.count()


def _in_words(reasons: list[dict[str, Any]]) -> str:
    return " ".join(str(reason.get("message", "")) for reason in reasons)


def _cell(value: Any) -> str:
    """A value as CSV text; one that a spreadsheet would run as a formula is made harmless with a quote."""
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


COMMANDS = [import_file, runs]
