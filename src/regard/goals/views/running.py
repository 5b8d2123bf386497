"""From activation to the end: refusals, changes in the open, entries, findings."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from regard.goals import actions
from regard.goals.access import WRITE, get_goal_for, get_set_for, sets_seen_by
from regard.goals.actions.guarding import guard_words
from regard.goals.forms.goal import ChangeForm, EntryForm, FindingForm
from regard.goals.models import Goal, Guard
from regard.goals.queries.sets import with_goals
from regard.goals.refusals import refusals
from regard.goals.views.answering import acted, answered, data_of
from regard.goals.views.goalsets import cards
from regard.office.access import open_to, staff_of


@open_to(*WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def activate(request: HttpRequest, pk: int) -> HttpResponse:
    """What stands against activating, each with a way to mend it; or the button that does it."""
    staff = staff_of(request)
    found = get_object_or_404(with_goals(sets_seen_by(staff)), pk=pk)
    refused = False
    if request.method == "POST":
        try:
            actions.activate(by=staff, goal_set=found)
        except ValidationError as error:
            refused = True
            if not found.is_draft:
                messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, "The goal set is active. Its definitions, baselines and guards are frozen.")
            return redirect("goals-goalset", pk)
    context = {"goal_set": found, "refusals": refusals(found), "cards": cards(found), "refused": refused}
    return render(request, "goals/activate.html", context, status=422 if refused else 200)


@open_to(*WRITE)
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an active goal set."""
    staff = staff_of(request)
    found = get_set_for(staff, pk)
    there = reverse("goals-goalset", args=[pk])
    words = request.POST.get("reason", "")
    return acted(request, lambda: actions.end(by=staff, goal_set=found, words=words), "The goal set has ended.", there)


@open_to(*WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an active goal, in the open."""
    staff = staff_of(request)
    found = get_goal_for(staff, pk)
    form = ChangeForm(data_of(request), staff=staff, goal=found)
    return _of_goal(request, form, found, "change", "Changed. The change and its reason stay visible.")


@open_to(*WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter what was counted by hand."""
    staff = staff_of(request)
    found = get_goal_for(staff, pk)
    return _of_goal(request, EntryForm(data_of(request), staff=staff, goal=found), found, "enter", "Entered.")


@open_to(*WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def found(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what was found when somebody looked; `?guard=` names the guard."""
    staff = staff_of(request)
    goal = get_goal_for(staff, pk)
    told = request.GET.get("guard", "")
    of_goal = Guard.objects.filter(gaming__goal=goal)
    guard = of_goal.filter(pk=int(told)).first() if told.isdecimal() and len(told) < 18 else None
    about = guard_words(guard) if guard else request.GET.get("about", "")[:200]
    form = FindingForm(data_of(request), staff=staff, goal=goal, guard=guard, about=about)
    return _of_goal(request, form, goal, "found", "Kept, where everybody of the office can read it.")


def _of_goal(request: HttpRequest, form: object, goal: Goal, page: str, done: str) -> HttpResponse:
    context = {"goal": goal, "goal_set": goal.goal_set}
    there = reverse("goals-goal", args=[goal.pk])
    return answered(request, form, f"goals/{page}.html", context, done=done, to=lambda _: there)
