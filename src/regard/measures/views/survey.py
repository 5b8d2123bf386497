"""The results of a survey, with their intervals."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from regard.measures.surveyed import ALL, DIMENSIONS, DRAWN, OPEN, results_of
from regard.office.access import open_to_staff, staff_of
from regard.voice.access import get_survey_for

WHOSE = {DRAWN: "Those who were drawn", OPEN: "By the open link", ALL: "All"}


@open_to_staff
@require_safe
def survey(request: HttpRequest, pk: int) -> HttpResponse:
    """How people answered, question by question, and how sure that is."""
    staff = staff_of(request)
    found = get_survey_for(staff, pk)
    by = request.GET.get("by", "unit")
    by = by if by in DIMENSIONS else "unit"
    results = results_of(found, whose=request.GET.get("whose", ""), by=by, staff=staff)
    context = {"survey": found, "results": results, "by": by, "whose": WHOSE, "dimensions": list(DIMENSIONS)}
    return render(request, "measures/survey.html", context)
