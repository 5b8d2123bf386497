"""The sources of the office: how fresh each is, its settings, its mappings and its imports."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from regard.lib.keyset import page
from regard.office.access import may, open_to, staff_of
from regard.office.actions import ensure_silo
from regard.sources.access import CHANGE, LOOK, get_mapping_for, get_silo_for, sources_seen_by
from regard.sources.forms import SiloForm, time_zones
from regard.sources.models import Mapping, Run
from regard.sources.queries import freshness, runs_seen_by, waiting_in

PAGE = 30
RECENT = 10


@open_to(*LOOK)
@require_GET
def sources(request: HttpRequest) -> HttpResponse:
    """Every source with its freshness, and the newest imports."""
    staff = staff_of(request)
    fresh = freshness(sources_seen_by(staff))
    context = {
        "fresh": fresh,
        "overdue": sum(one.is_overdue for one in fresh),
        "waiting": sum(one.waiting for one in fresh),
        "runs": _with_waiting(list(runs_seen_by(staff).order_by("-id")[:RECENT])) if fresh else [],
        "may_change": may(staff, *CHANGE),
    }
    return render(request, "sources/list.html", context)


def _with_waiting(runs: list[Run]) -> list[tuple[Run, int]]:
    waiting = waiting_in([run for run in runs if run.quarantined])
    return [(run, waiting.get(run.pk, 0)) for run in runs]


@open_to(*LOOK)
@require_GET
def silo(request: HttpRequest, code: str) -> HttpResponse:
    """One source."""
    staff = staff_of(request)
    found = get_silo_for(staff, code)
    fresh = freshness(sources_seen_by(staff).filter(pk=found.pk))
    runs = page(runs_seen_by(staff).filter(silo=found), ("-id",), request.GET, PAGE)
    context = {
        "silo": found,
        "fresh": fresh[0],
        "mappings": Mapping.objects.filter(silo=found).order_by("name", "-version"),
        "page": runs,
        "runs": _with_waiting(runs.rows),
        "may_change": may(staff, *CHANGE),
    }
    return render(request, "sources/silo.html", context)


@open_to(*CHANGE)
@require_http_methods(["GET", "POST"])
def silo_edit(request: HttpRequest, code: str) -> HttpResponse:
    """The settings of one source."""
    staff = staff_of(request)
    found = get_silo_for(staff, code)
    form = SiloForm(request.POST or None, initial=SiloForm.initial_of(found))
    if request.method == "POST" and form.is_valid():
        told: dict[str, Any] = form.cleaned_data
        ensure_silo(by=staff, unit=found.unit, code=found.code, **told)
        messages.success(request, f"{told['name']} is saved.")
        return redirect("sources-silo", found.code)
    context = {"form": form, "silo": found, "zones": time_zones()}
    return render(request, "sources/silo_edit.html", context, status=422 if form.errors else 200)


@open_to(*LOOK)
@require_GET
def mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """One version of a mapping, as text, and where it was used."""
    staff = staff_of(request)
    found = get_mapping_for(staff, pk)
    context = {
        "mapping": found,
        "versions": Mapping.objects.filter(silo=found.silo, name=found.name).order_by("-version")[:PAGE],
        "runs": _with_waiting(list(runs_seen_by(staff).filter(mapping=found).order_by("-id")[:RECENT])),
    }
    return render(request, "sources/mapping.html", context)


@open_to(*LOOK)
@require_GET
def mapping_download(request: HttpRequest, pk: int) -> HttpResponse:
    """The mapping as a file, fit for `regard import --mapping`."""
    found = get_mapping_for(staff_of(request), pk)
    response = HttpResponse(found.toml, content_type="application/toml; charset=utf-8")
    name = f"{found.silo.code}-version-{found.version}.toml"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
