"""The quarterly review of a goal set, on paper."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from regard.goals.access import sets_seen_by
from regard.goals.actions.guarding import guard_words
from regard.goals.models import Goal, GoalSet
from regard.goals.progress import GuardStanding, guard_standing
from regard.goals.queries.figures import units_below
from regard.goals.queries.sets import with_goals
from regard.goals.views.goalsets import progress_cards
from regard.office.access import open_to_staff, staff_of


@open_to_staff
@require_GET
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Goals, guards, findings and changes of a set, to read together and to print."""
    found = get_object_or_404(with_goals(sets_seen_by(staff_of(request))), pk=pk)
    context = {
        "goal_set": found,
        "cards": progress_cards(found),
        "guards": _guards(found),
        "findings": found.findings.select_related("found_by", "goal"),
        "changes": found.changes.select_related("changed_by", "goal"),
        "today": timezone.localdate(),
    }
    return render(request, "goals/review.html", context)


def _guards(goal_set: GoalSet) -> list[tuple[Goal, list[GuardStanding]]]:
    """Each goal that has guards, with how they stand."""
    units = units_below(goal_set.unit)
    found = []
    for goal in goal_set.goals.all():
        guards = [guard for gaming in goal.gamings.all() for guard in gaming.guards.all()]
        if guards:
            found.append((goal, [guard_standing(guard, goal_set, units, guard_words(guard)) for guard in guards]))
    return found
