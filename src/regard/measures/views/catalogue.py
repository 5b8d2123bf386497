"""The catalogue of measures, and the way to newer figures."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from regard.measures import engine
from regard.measures.access import scope_of
from regard.measures.definitions import CATALOGUE, GROUPS, Definition
from regard.measures.reading import Question, Reading, read
from regard.measures.views.asking import REFRESHERS, needs_facts
from regard.office.access import may, open_to_staff, staff_of


@open_to_staff
@require_safe
@needs_facts
def catalogue(request: HttpRequest) -> HttpResponseBase:
    """Every measure with what it counts and its figure for the units of whoever asks."""
    typed = request.GET.get("q", "").strip()[:100]
    question = Question(scope_of(staff_of(request)))
    found = [read(definition, question) for definition in CATALOGUE.values() if _fits(definition, typed)]
    context = {
        "typed": typed,
        "groups": _grouped(found),
        "count": len(found),
        "news": [reading for reading in found if reading.is_news],
        "as_of": engine.as_of(),
        "may_refresh": may(staff_of(request), *REFRESHERS),
    }
    return render(request, "measures/catalogue.html", context)


def _fits(definition: Definition, typed: str) -> bool:
    """Whether every word that was typed occurs in the measure's title, group or explanation."""
    text = f"{definition.title} {definition.group} {definition.says} {definition.noun}".casefold()
    return all(word in text for word in typed.casefold().split())


def _grouped(readings: list[Reading]) -> list[tuple[str, list[Reading]]]:
    names = [*GROUPS, *sorted({reading.definition.group for reading in readings} - set(GROUPS))]
    found = [(name, [reading for reading in readings if reading.definition.group == name]) for name in names]
    return [(name, members) for name, members in found if members]
