"""Who may see goal sets, and who may write them."""

from django.db.models import QuerySet
from django.http import Http404

from regard.goals.models import Gaming, Goal, GoalSet
from regard.office.access import unit_ids_seen_by
from regard.office.models import Staff
from regard.office.roles import Role

#: Roles that write goals, activate them, and say what was found.
WRITE = (Role.SUPERVISOR, Role.GOAL_OWNER, Role.ADMINISTRATOR)


def sets_seen_by(staff: Staff) -> QuerySet[GoalSet]:
    """Goal sets of the units this person may see."""
    return GoalSet.objects.filter(unit__in=unit_ids_seen_by(staff))


def get_set_for(staff: Staff, pk: int) -> GoalSet:
    """One goal set, or Http404."""
    found = sets_seen_by(staff).filter(pk=pk).select_related("unit", "owner", "activated_by").first()
    if found is None:
        raise Http404("There is no such goal set.")
    return found


def get_goal_for(staff: Staff, pk: int) -> Goal:
    """One goal, or Http404."""
    related = ("goal_set__unit", "goal_set__owner", "owner", "service", "part")
    found = Goal.objects.filter(pk=pk, goal_set__in=sets_seen_by(staff)).select_related(*related).first()
    if found is None:
        raise Http404("There is no such goal.")
    return found


def get_gaming_for(staff: Staff, pk: int) -> Gaming:
    """One way to game a goal, or Http404."""
    related = ("goal__goal_set__unit", "goal__goal_set__owner", "goal__service", "goal__part")
    found = Gaming.objects.filter(pk=pk, goal__goal_set__in=sets_seen_by(staff)).select_related(*related).first()
    if found is None:
        raise Http404("There is no such way.")
    return found
