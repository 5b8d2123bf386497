"""One goal: its page, and the form that writes it while it is a draft."""

import math
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regard.goals import actions
from regard.goals.access import WRITE, get_goal_for, get_set_for
from regard.goals.actions.guarding import guard_words
from regard.goals.drawing import Way, drawing
from regard.goals.forms.goal import GoalForm
from regard.goals.models import Gaming, Goal, Kind
from regard.goals.progress import Progress, guard_standing, progress_of
from regard.goals.queries.figures import units_below
from regard.goals.queries.sets import way_words
from regard.goals.sight import sight_of
from regard.goals.targets import Target
from regard.goals.views.answering import acted, answered, data_of
from regard.measures.charts import Picture
from regard.measures.definitions import Definition, In
from regard.measures.figures import add_months
from regard.measures.wording import month_words
from regard.office.access import may, open_to, open_to_staff, staff_of
from regard.ui.wording import day


@open_to_staff
@require_GET
def goal(request: HttpRequest, pk: int) -> HttpResponse:
    """How a goal stands, on which way it is, how it could be gamed and what guards it."""
    staff = staff_of(request)
    found = get_goal_for(staff, pk)
    entries = list(found.entries.select_related("entered_by"))
    units = units_below(found.goal_set.unit)
    told = progress_of(found, found.goal_set, units, entries, timezone.localdate())
    context = {
        "goal": found,
        "goal_set": found.goal_set,
        "told": told,
        "sight": sight_of(found, found.goal_set),
        "picture": picture_of(told),
        "gamings": _gamings(found, units),
        "entries": entries[::-1],
        "findings": found.goal_set.findings.filter(goal=found).select_related("found_by"),
        "changes": found.goal_set.changes.filter(goal=found).select_related("changed_by"),
        "may_write": may(staff, *WRITE),
    }
    return render(request, "goals/goal.html", context)


def _gamings(goal: Goal, units: list[Any]) -> list[dict[str, Any]]:
    found = Gaming.objects.filter(goal=goal).prefetch_related("guards__service")
    return [
        {
            "gaming": gaming,
            "words": way_words(gaming),
            "guards": [guard_standing(g, goal.goal_set, units, guard_words(g)) for g in gaming.guards.all()],
        }
        for gaming in found
    ]


def picture_of(told: Progress) -> Picture | None:
    """The way to the target as a chart with its table; None while there is nothing to draw."""
    target = told.target
    if target is None:
        return None
    way = Way(told.points, target.steps(), None if target.is_counted else told.goal.baseline, target.first,
              _unit(told), f"target: {told.target_value}")  # fmt: skip
    values = [value for _, value, _ in told.points if value is not None] + [value for _, value in target.steps()]
    svg = drawing(way, [(value, told.words(value)) for value in _marks(values, told.definition)])
    reached = {at: words for at, _, words in told.points}
    days = sorted({*reached, *(at for at, _ in target.steps())})
    rows = tuple((_when(at, told.definition), _reached(told, reached, at), _planned(told, target, at)) for at in days)
    caption = f"Dots: what was reached. Dashed: an even way to the target of {told.target_value} by {day(target.due)}."
    return Picture("The way to the target", caption, svg, ("When", "Reached", "Target"), rows)


def _reached(told: Progress, reached: dict[date, str], at: date) -> str:
    """What was reached by a day: between two entries, what stood since the one before."""
    if at in reached or told.definition or not reached or at > max(reached):
        return reached.get(at, "not yet")
    before = [day for day in reached if day < at]
    return reached[max(before)] if before else "nothing"


def _planned(told: Progress, target: Target, at: date) -> str:
    return told.words(target.at(at)) if at >= target.first else "before the period"


def _unit(told: Progress) -> str:
    return told.definition.title if told.definition else told.goal.counted_as.capitalize()


def _when(at: date, definition: Definition | None) -> str:
    return month_words(at) if definition and at == add_months(at, 0) else day(at)


def _marks(values: list[float], definition: Definition | None) -> list[float]:
    """Round values to mark on the axis, from zero, or from below the least where shares all lie far from it."""
    low, high = min(values), max(values)
    is_share = definition is not None and definition.told_in is In.SHARE
    start = low if is_share and low > 0.5 * high else 0.0
    per = next((per for per in _UNITS.get(definition.told_in, ()) if high >= 3 * per), 1.0) if definition else 1.0
    step = _round_step((high - start) / per / 3) * per
    first, last = math.floor(start / step), math.ceil(high / step + 0.05)
    marks = [step * n for n in range(first, last + 1)]
    return [mark for mark in marks if mark <= 1] if is_share and high <= 1 else marks


#: What lengths are marked in, in seconds, the longest first.
_UNITS = {In.ELAPSED: (86_400.0, 3600.0, 60.0), In.WORKING: (28_800.0, 3600.0, 60.0)}


def _round_step(least: float) -> float:
    """The least of 1, 2, 5, 10, 20, ... (and their parts) that is not below `least`."""
    if not least > 0:
        return 1.0
    size = 10.0 ** math.floor(math.log10(least))
    return next(part * size for part in (1, 2, 5, 10) if part * size >= least * 0.999)


@open_to(*WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def goal_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a goal into a draft; `?kind=` chooses its kind."""
    staff = staff_of(request)
    goal_set = get_set_for(staff, pk)
    if not goal_set.is_draft:
        raise Http404("This goal set is not a draft any more.")
    asked = request.GET.get("kind", "")
    form = GoalForm(data_of(request), staff=staff, goal_set=goal_set, initial={"kind": asked, "owner": goal_set.owner})
    context = {"title": "Add a goal", "goal_set": goal_set}
    return answered(request, form, "goals/goal_edit.html", context, done="The goal is in the draft.", to=_after)


@open_to(*WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def goal_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a goal of a draft."""
    staff = staff_of(request)
    found = get_goal_for(staff, pk)
    if not found.goal_set.is_draft:
        return redirect("goals-change", pk)
    form = GoalForm(data_of(request), staff=staff, goal_set=found.goal_set, goal=found)
    context = {"title": "Change the goal", "goal_set": found.goal_set, "goal": found}
    return answered(request, form, "goals/goal_edit.html", context, done="Saved.", to=_after)


def _after(made: Goal) -> str:
    """A service goal is asked at once how it could be gamed; any other goal is shown."""
    if made.kind == Kind.SERVICE and not made.gamings.exists():
        return reverse("goals-gaming-new", args=[made.pk])
    return reverse("goals-goal", args=[made.pk])


@open_to(*WRITE)
@require_POST
def goal_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a goal out of a draft."""
    staff = staff_of(request)
    found = get_goal_for(staff, pk)
    there = reverse("goals-goalset", args=[found.goal_set_id])
    return acted(request, lambda: actions.remove_goal(by=staff, goal=found), "The goal was taken out.", there)
