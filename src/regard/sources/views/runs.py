"""One import: how far it is, its books, and stopping or going on."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from regard.office.access import may, open_to, staff_of
from regard.sources import actions
from regard.sources.access import CHANGE, LOOK, get_run_for
from regard.sources.models import Run, RunState
from regard.sources.progress import Progress, Stand, progress_of
from regard.sources.queries import ACTIVE, reasons_of, runs_seen_by, waiting_rows
from regard.ui.wording import plural


@open_to(*LOOK)
@require_GET
@never_cache
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: progress while it works, the books when it has ended."""
    staff = staff_of(request)
    found = get_run_for(staff, pk)
    is_active = found.state in ACTIVE
    context: dict[str, Any] = {
        "run": found,
        "is_active": is_active,
        "can_resume": found.state in (RunState.CANCELLED, RunState.FAILED),
        "counts": [(target, numbers) for target, numbers in found.counts.items() if target != "rows"],
        "took": found.ended_at - found.started_at if found.ended_at and found.started_at else None,
        "can_take_back": found.released_from_id is not None and not found.counts and not found.quarantined,
        "released": list(runs_seen_by(staff).filter(released_from=found).order_by("-id")[:20]),
        "may_change": may(staff, *CHANGE),
    }
    if is_active:
        context["progress"] = _progress(found)
    if found.quarantined:
        context["reasons"] = reasons_of(found)
        context["waiting"] = waiting_rows(found).count()
        context["can_remap"] = context["waiting"] and found.released_from_id is None
    return render(request, "sources/run.html", context)


def _progress(found: Run) -> Progress:
    told = [numbers for target, numbers in found.counts.items() if target != "rows"]
    stand = Stand(
        phase=found.phase,
        done=found.chunk,
        steps=found.chunks,
        phase_since=found.phase_at,
        rows=found.rows_in_file,
        loaded=sum(numbers.get("loaded", 0) + numbers.get("updated", 0) for numbers in told),
        planned=sum(numbers.get("planned", 0) + numbers.get("to_update", 0) for numbers in told) if told else None,
        since=found.started_at if found.state == RunState.RUNNING else None,
    )
    return progress_of(stand, timezone.now())


@open_to(*LOOK)
@require_GET
@never_cache
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress bar alone, for polling. When the import has ended the whole page is asked for anew."""
    found = get_run_for(staff_of(request), pk)
    context = {"run": found, "progress": _progress(found)}
    response = render(request, "sources/_progress.html", context)
    if found.state not in ACTIVE:
        response["HX-Refresh"] = "true"
    return response


@open_to(*CHANGE)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop an import after the step it is doing."""
    found = get_run_for(staff_of(request), pk)
    try:
        actions.cancel_run(by=staff_of(request), run=found)
    except actions.ImportRefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The import stops after its present step. What was loaded stays.")
    return redirect("sources-run", pk)


@open_to(*CHANGE)
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with an import that was stopped."""
    found = get_run_for(staff_of(request), pk)
    try:
        actions.resume_run(by=staff_of(request), run=found)
    except actions.ImportRefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The import goes on where it stopped.")
    return redirect("sources-run", pk)


@open_to(*CHANGE)
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the rows of a failed second reading back into the quarantine that they came from."""
    found = get_run_for(staff_of(request), pk)
    try:
        count = actions.take_back_rows(by=staff_of(request), run=found)
    except actions.ImportRefusedError as refusal:
        messages.error(request, str(refusal))
        return redirect("sources-run", pk)
    messages.success(request, f"{plural(count, 'row')} wait again.")
    return redirect("sources-quarantine", found.released_from_id)
