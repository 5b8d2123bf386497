"""The list of goal sets, and the page of one."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from regard.goals.access import WRITE, get_set_for, sets_seen_by
from regard.goals.forms.setting import GoalSetForm
from regard.goals.models import Entry, Goal, GoalSet
from regard.goals.progress import Progress, baseline_words, goal_target_words, progress_of
from regard.goals.queries.figures import units_below
from regard.goals.queries.sets import Trifecta, with_goals
from regard.goals.refusals import refusals
from regard.goals.views.answering import answered, data_of
from regard.lib.keyset import page
from regard.office.access import may, open_to, open_to_staff, staff_of

PAGE = 20


@open_to_staff
@require_GET
def goalsets(request: HttpRequest) -> HttpResponse:
    """Goal sets of one's units, newest period first, each with its trifecta."""
    staff = staff_of(request)
    found = page(with_goals(sets_seen_by(staff)), ("-first", "-id"), request.GET.dict(), PAGE)
    rows = [(one, cards(one)) for one in found.rows]
    context = {"page": found, "rows": rows, "may_write": may(staff, *WRITE)}
    return render(request, "goals/goalsets.html", context)


def cards(goal_set: GoalSet) -> list[dict[str, Any]]:
    """The trifecta as cards: kind, what is missing, and each goal with where it stands and where it goes."""
    return [
        {"kind": kind, "missing": missing, "goals": [_line(goal) for goal in goals]}
        for kind, missing, goals in Trifecta(goal_set).by_kind
    ]


def _line(goal: Goal) -> dict[str, Any]:
    known = goal.baseline is not None
    return {
        "goal": goal,
        "target": goal_target_words(goal) or "No number yet",
        "baseline": baseline_words(goal, goal.counted_as) if known else "",
    }


@open_to(*WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def goalset_new(request: HttpRequest) -> HttpResponse:
    """Start a goal set."""
    form = GoalSetForm(data_of(request), staff=staff_of(request))
    context = {"title": "Start a goal set"}
    return answered(
        request, form, "goals/goalset_edit.html", context,
        done="The goal set is a draft. Now find its goals.", to=lambda made: reverse("goals-questions", args=[made.pk]),
    )  # fmt: skip


@open_to(*WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def goalset_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what a draft is about."""
    staff = staff_of(request)
    found = get_set_for(staff, pk)
    form = GoalSetForm(data_of(request), staff=staff, goal_set=found)
    context = {"title": "Change the goal set", "goal_set": found}
    there = reverse("goals-goalset", args=[pk])
    return answered(request, form, "goals/goalset_edit.html", context, done="Saved.", to=lambda _: there)


@open_to_staff
@require_GET
def goalset(request: HttpRequest, pk: int) -> HttpResponse:
    """One goal set: its goals side by side, how each stands, what is missing, what was found and changed."""
    staff = staff_of(request)
    found = get_object_or_404(with_goals(sets_seen_by(staff)), pk=pk)
    context = {
        "goal_set": found,
        "cards": progress_cards(found),
        "refusals": refusals(found) if found.is_draft else [],
        "findings": found.findings.select_related("found_by", "goal")[:PAGE],
        "changes": found.changes.select_related("changed_by", "goal")[:PAGE],
        "may_write": may(staff, *WRITE),
        "answers": [answer for answer in (found.benefit, found.problems, found.knowledge) if answer],
        "left": (found.last - timezone.localdate() + timedelta(days=1)).days if found.is_active else None,
    }
    return render(request, "goals/goalset.html", context)


def progress_cards(goal_set: GoalSet) -> list[dict[str, Any]]:
    """The trifecta with how each goal stands today. Four queries, however many goals."""
    units, entries = units_below(goal_set.unit), defaultdict(list)
    for entry in Entry.objects.filter(goal__goal_set=goal_set):
        entries[entry.goal_id].append(entry)
    today = timezone.localdate()

    def told(goal: Goal) -> Progress:
        return progress_of(goal, goal_set, units, entries[goal.pk], today)

    return [
        {"kind": kind, "missing": missing, "goals": [told(goal) for goal in goals]}
        for kind, missing, goals in Trifecta(goal_set).by_kind
    ]
