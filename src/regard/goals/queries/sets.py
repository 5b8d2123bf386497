"""Goal sets with all that hangs on them, in a fixed number of queries."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Prefetch, QuerySet

from regard.goals.models import Gaming, Goal, GoalSet, Guard, Kind
from regard.goals.ways import OWN, WAYS


def with_goals(sets: QuerySet[GoalSet]) -> QuerySet[GoalSet]:
    """Goal sets with unit, owner, and goals with their gamings and guards: three more queries, however many goals."""
    guards = Prefetch("guards", Guard.objects.select_related("service", "part"))
    gamings = Prefetch("gamings", Gaming.objects.prefetch_related(guards))
    goals = Goal.objects.select_related("service", "part", "owner").prefetch_related(gamings)
    return sets.select_related("unit", "owner", "activated_by").prefetch_related(Prefetch("goals", goals))


@dataclass(frozen=True)
class Trifecta:
    """The goals of a set by kind, and what is missing in words."""

    goal_set: GoalSet

    @cached_property
    def goals(self) -> list[Goal]:
        return list(self.goal_set.goals.all())

    @cached_property
    def by_kind(self) -> list[tuple[str, str, list[Goal]]]:
        """Each kind, what is missing of it, and its goals."""
        return [
            (Kind(kind).label, self._missing(kind, found), found)
            for kind in Kind.values
            for found in [[goal for goal in self.goals if goal.kind == kind]]
        ]

    def _missing(self, kind: str, found: list[Goal]) -> str:
        if found:
            return ""
        others = {goal.kind for goal in self.goals}
        if Kind.SERVICE in others and others == {Kind.SERVICE}:
            return "Missing: a service goal never stands alone. Set a value or an orientation goal."
        return {
            Kind.SERVICE: "No goal about support before, during and after.",
            Kind.VALUE: "No goal about what customers gain.",
            Kind.ORIENTATION: "No goal about what customers need in the long run.",
        }[Kind(kind)]


def way_words(gaming: Gaming) -> str:
    """A way to game in words."""
    if gaming.way == OWN or gaming.way not in WAYS:
        return gaming.words
    return f"{WAYS[gaming.way].title}. {WAYS[gaming.way].says}" + (f" {gaming.words}" if gaming.words else "")


def standing_guards(gaming: Gaming) -> list[Guard]:
    """The guards of a gaming that hold, those taken away later left out."""
    return [guard for guard in gaming.guards.all() if guard.dropped_at is None]
