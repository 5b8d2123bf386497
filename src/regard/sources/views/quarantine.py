"""Rows that could not be taken in: the list, one row, correcting, setting aside, reading again, downloading."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from regard.lib.keyset import page
from regard.lib.tabular import csv_response
from regard.office.access import may, open_to, staff_of
from regard.records import audit
from regard.sources import actions
from regard.sources.access import CHANGE, LOOK, get_row_for, get_run_for
from regard.sources.forms import QuarantineFilter
from regard.sources.labels import label_of, plain_reason, reason_name
from regard.sources.mapping import Mapping as Spec
from regard.sources.models import QuarantinedRow, Run
from regard.sources.queries import reasons_of, rows_alike, rows_with_reason, waiting_rows
from regard.sources.uses import source_columns, sources_of, uses_of

PAGE = 30
MOST_REASONS = 100


@open_to(*LOOK)
@require_GET
def quarantine(request: HttpRequest, pk: int) -> HttpResponse:
    """The quarantined rows of one import, with the reasons of each."""
    staff = staff_of(request)
    run = get_run_for(staff, pk)
    reasons = reasons_of(run, MOST_REASONS)
    form = QuarantineFilter(request.GET, reasons=reasons)
    told = form.cleaned_data if form.is_valid() else {}
    shown = page(_filtered(run, told), ("line", "id"), request.GET, PAGE)
    reason = told.get("reason", "")
    context = {
        "run": run,
        "form": form,
        "page": shown,
        "rows": [(row, _reasons(row)) for row in shown.rows],
        "active": bool(reason) + bool(told.get("state")),
        "reason": reason,
        "reason_name": reason_name(reason),
        "waiting": waiting_rows(run).count(),
        "alike": next((count for code, _, count in reasons if code == reason), 0),
        "may_change": may(staff, *CHANGE),
    }
    return render(request, "sources/quarantine.html", context)


def _filtered(run: Run, told: dict[str, Any]) -> QuerySet[QuarantinedRow]:
    state = told.get("state") or QuarantinedRow.State.WAITING
    rows = QuarantinedRow.objects.filter(run=run)
    if state != QuarantineFilter.ALL:
        rows = rows.filter(state=state)
    return rows_with_reason(rows, told["reason"]) if told.get("reason") else rows


def _reasons(row: QuarantinedRow) -> list[str]:
    return [plain_reason(row.target, reason) for reason in row.reasons]


def _chosen(request: HttpRequest, run: Run) -> QuerySet[QuarantinedRow]:
    """The waiting rows of a run, or those of them with the posted reason."""
    code = request.POST.get("code", "")
    return rows_with_reason(waiting_rows(run), code) if code else waiting_rows(run)


@open_to(*CHANGE)
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Read all waiting rows of an import again, or those with one reason."""
    run = get_run_for(staff_of(request), pk)
    return _release(request, run, _chosen(request, run), reverse("sources-quarantine", args=[pk]))


def _release(request: HttpRequest, run: Run, rows: QuerySet[QuarantinedRow], back: str) -> HttpResponse:
    try:
        again = actions.release_rows(by=staff_of(request), run=run, rows=rows)
    except actions.ImportRefusedError as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    messages.success(request, "The rows are being read again, with their corrections. This is their import.")
    return redirect("sources-run", again.pk)


@open_to(*CHANGE)
@require_POST
def set_aside(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide that the waiting rows, or those with one reason, need not be loaded."""
    run = get_run_for(staff_of(request), pk)
    return _set_aside(request, _chosen(request, run), reverse("sources-quarantine", args=[pk]))


def _set_aside(request: HttpRequest, rows: QuerySet[QuarantinedRow], back: str) -> HttpResponse:
    try:
        count = actions.set_aside(by=staff_of(request), rows=rows, reason=request.POST.get("reason", ""))
    except actions.ImportRefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        words = "1 row is" if count == 1 else f"{count:,} rows are"
        messages.success(request, f"{words} set aside. Nothing is deleted: find them under the state Set aside.")
    return redirect(back)


@open_to(*LOOK)
@require_GET
def download(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Quarantined rows as CSV: line, state, reasons, then every column as it stands now, corrections included."""
    run = get_run_for(staff_of(request), pk)
    form = QuarantineFilter(request.GET, reasons=reasons_of(run, MOST_REASONS))
    rows = _filtered(run, form.cleaned_data if form.is_valid() else {}).order_by("line", "id")
    columns = _columns(run, rows)
    audit.viewed(by=staff_of(request), obj=run)
    name = f"quarantine-{run.silo.code}-import-{run.pk}.csv"
    return csv_response(name, ["line", "state", "reasons", *columns], _cells(rows, columns))


def _columns(run: Run, rows: QuerySet[QuarantinedRow]) -> list[str]:
    """Names of the file's columns: those the mapping reads in its order, then the others."""
    found: dict[str, None] = {}
    for raw in rows.values_list("raw", flat=True)[:50]:  # every row that was cut has every column
        found |= dict.fromkeys(name for name in raw if name != "_line")
    return _in_order(run, list(found))


def _in_order(run: Run, names: list[str]) -> list[str]:
    places = {_folded(name): place for place, name in enumerate(source_columns(Spec.from_toml(run.mapping.toml)))}
    return sorted(names, key=lambda name: (places.get(_folded(name), len(places)), name))


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _cells(rows: QuerySet[QuarantinedRow], columns: list[str]) -> Iterator[list[Any]]:
    for row in rows.iterator(chunk_size=2_000):
        now = row.raw | (row.fixed or {})
        yield [row.line, row.get_state_display(), " ".join(_reasons(row)), *(now.get(name) for name in columns)]


# --- one row -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """One column of a quarantined row: as told, as it stands now, what it becomes and what is wrong with it."""

    number: int
    name: str
    told: str
    now: str
    becomes: str
    reasons: list[str]
    alike: int = 0  # other waiting rows of the run with the same value

    @property
    def is_long(self) -> bool:
        return len(self.now) > 60 or "\n" in self.now or "\r" in self.now


@open_to(*LOOK)
@require_GET
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """One quarantined row: each column to correct, with the reason beside it."""
    staff = staff_of(request)
    found = get_row_for(staff, pk)
    cells = _row_cells(found)
    audit.viewed(by=staff, obj=found)
    context = {
        "row": found,
        "run": found.run,
        "cells": cells,
        "reasons": _reasons(found),
        "is_uncut": actions.is_uncut(found),
        "text": found.raw.get("row", ""),
        "may_change": may(staff, *CHANGE) and found.state == QuarantinedRow.State.WAITING,
        "next": waiting_rows(found.run).filter(line__gt=found.line).order_by("line", "id").first(),
    }
    return render(request, "sources/row.html", context)


def _row_cells(found: QuarantinedRow) -> list[Cell]:
    spec = Spec.from_toml(found.run.mapping.toml)
    uncut = actions.is_uncut(found)
    names = source_columns(spec) if uncut else _in_order(found.run, [name for name in found.raw if name != "_line"])
    wrong: dict[str, list[str]] = {}
    for reason in found.reasons:
        for source in sources_of(spec, str(reason.get("source") or reason.get("column") or "")):
            wrong.setdefault(_folded(source), []).append(plain_reason(found.target, reason))
    uses = {_folded(name): told for name, told in uses_of(spec).items()}
    alike = rows_alike(found, [name for name in names if _folded(name) in wrong]) if not uncut else {}
    cells = []
    for number, name in enumerate(names):
        told = "" if uncut else str(found.raw.get(name) or "")
        becomes = [use.name if use.is_detail else label_of(use.target, use.name) for use in uses.get(_folded(name), [])]
        cells.append(
            Cell(
                number,
                name,
                told,
                str((found.fixed or {}).get(name, told) or ""),
                ", ".join(dict.fromkeys(becomes)),
                wrong.get(_folded(name), []),
                alike.get(name, 0),
            )
        )
    return cells


@open_to(*CHANGE)
@require_POST
def row_fix(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what was typed; for ticked columns in every waiting row that says the same; then read it if asked to."""
    staff = staff_of(request)
    found = get_row_for(staff, pk)
    cells = _row_cells(found)
    typed = {cell.name: _typed(request, cell) for cell in cells}
    alike = [cell for cell in cells if request.POST.get(f"all-{cell.number}") and typed[cell.name] != cell.now]
    try:
        actions.fix_row(by=staff, row=found, values=typed)
        others = sum(
            actions.replace_value(by=staff, run=found.run, column=cell.name, value=cell.now, instead=typed[cell.name])
            for cell in alike
        )
    except actions.ImportRefusedError as refusal:
        messages.error(request, str(refusal))
        return redirect("sources-row", found.pk)
    if request.POST.get("do") == "release":
        rows = QuarantinedRow.objects.filter(pk=found.pk)
        return _release(request, found.run, rows, reverse("sources-row", args=[found.pk]))
    also = f" The same was corrected in {others:,} other places." if others else ""
    messages.success(request, f"The corrections are kept. Load the row when it is right.{also}")
    return redirect("sources-row", found.pk)


def _typed(request: HttpRequest, cell: Cell) -> str:
    """What stands in a field; browsers send every line break as two characters, which is no correction."""
    typed = request.POST.get(f"cell-{cell.number}", cell.now)
    return cell.now if _plain_breaks(typed) == _plain_breaks(cell.now) else _plain_breaks(typed)


def _plain_breaks(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@open_to(*CHANGE)
@require_POST
def row_set_aside(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide that one row need not be loaded."""
    found = get_row_for(staff_of(request), pk)
    return _set_aside(request, QuarantinedRow.objects.filter(pk=pk), reverse("sources-quarantine", args=[found.run_id]))
