"""How a goal could be gamed, and what guards it."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from regard.goals import actions
from regard.goals.access import WRITE, get_gaming_for, get_goal_for
from regard.goals.forms.guarding import GamingForm, GuardsForm
from regard.goals.queries.sets import way_words
from regard.goals.views.answering import acted, answered, data_of
from regard.office.access import open_to, staff_of


@open_to(*WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def gaming_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Name a way in which a goal could be met while customers are worse off."""
    staff = staff_of(request)
    goal = get_goal_for(staff, pk)
    form = GamingForm(data_of(request), staff=staff, goal=goal)
    context = {"goal": goal, "goal_set": goal.goal_set}
    done = "Named. Now choose what would show it."
    return answered(
        request,
        form,
        "goals/gaming_new.html",
        context,
        done=done,
        to=lambda made: reverse("goals-guards", args=[made.pk]),
    )


@open_to(*WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def guards(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the measures that must not worsen."""
    staff = staff_of(request)
    gaming = get_gaming_for(staff, pk)
    form = GuardsForm(data_of(request), staff=staff, gaming=gaming)
    context = {"gaming": gaming, "goal": gaming.goal, "goal_set": gaming.goal.goal_set, "way": way_words(gaming)}
    there = reverse("goals-goal", args=[gaming.goal_id])
    return answered(request, form, "goals/guards.html", context, done="The guards stand.", to=lambda _: there)


@open_to(*WRITE)
@require_POST
def gaming_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a way and its guards out of a draft."""
    staff = staff_of(request)
    found = get_gaming_for(staff, pk)
    there = reverse("goals-goal", args=[found.goal_id])
    return acted(request, lambda: actions.remove_gaming(by=staff, gaming=found), "The way was taken out.", there)
