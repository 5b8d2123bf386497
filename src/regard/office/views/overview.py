"""The administrator's first page: what the office consists of, and what is left to do."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from regard.office.access import open_to, staff_of
from regard.office.queries.overview import Overview, overview_of
from regard.office.roles import Role

IMPORT_PAGES = ("sources-upload", "sources-import", "sources")


@dataclass(frozen=True)
class Step:
    """One thing that a new office does."""

    title: str
    text: str
    url: str
    is_done: bool


@open_to(Role.ADMINISTRATOR)
def overview(request: HttpRequest) -> HttpResponse:
    """Counts that open, and the steps of a new office until all are done."""
    found = overview_of(staff_of(request))
    steps = _steps(found)
    left = [step for step in steps if not step.is_done]
    context = {"overview": found, "steps": steps if left else [], "left": len(left)}
    return render(request, "office/overview.html", context)


def _steps(found: Overview) -> list[Step]:
    steps = [
        Step(
            "Check the opening hours",
            "Response times count only when you are open. Set the hours, the public holidays and your own closed days.",
            reverse("office-calendars"),
            found.hours_checked,
        ),
        Step(
            "Add your units",
            "Who handles what. People see the work of their own unit and of those below it.",
            reverse("office-unit-add"),
            found.units > 1,
        ),
        Step(
            "Add your colleagues",
            "Each with a unit and a role. They get a link to choose a password.",
            reverse("office-staff-add"),
            found.staff > 1,
        ),
        Step(
            "Say what customers may expect",
            "Name your services and how long each may take. Without a standard nothing is on time and nothing is late.",
            reverse("office-services"),
            found.services > 0 and found.without_standard < found.services,
        ),
    ]
    address = _import_page()
    if address:
        text = "A 311 export, a phone log, a spreadsheet. Regard proposes how to read it, and you see the first rows."
        steps.append(Step("Bring in your first file", text, address, found.silos > 0))
    return steps


def _import_page() -> str:
    for name in IMPORT_PAGES:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""
