"""Why a goal set cannot be activated yet, in plain words, and where each is mended."""

from dataclasses import dataclass

from regard.goals.models import Goal, GoalSet, Kind
from regard.goals.queries.sets import Trifecta, standing_guards, way_words
from regard.goals.targets import COUNTED, Form, problem_of
from regard.measures.definitions import In, find
from regard.measures.definitions import Kind as MeasureKind


@dataclass(frozen=True)
class Refusal:
    """One reason. mend: the address name of the page that mends it, with what it is about; button: its words."""

    words: str
    mend: str
    about: int
    button: str


def refusals(goal_set: GoalSet) -> list[Refusal]:
    """All that stands against activating a set; read it with `queries.sets.with_goals`."""
    found: list[Refusal] = []
    goals = Trifecta(goal_set).goals
    kinds = {goal.kind for goal in goals}
    if not goals:
        found.append(Refusal("There is no goal in this set.", "goals-questions", goal_set.pk, "Find goals"))
    if Kind.SERVICE in kinds and not kinds & {Kind.VALUE, Kind.ORIENTATION}:
        words = (
            "A service goal stands alone. It can be met by serving people worse: set a value goal (what customers "
            "gain) or an orientation goal (what they need in the long run) beside it."
        )
        found.append(Refusal(words, "goals-goal-new", goal_set.pk, "Add a value or orientation goal"))
    for goal in goals:
        found += [
            Refusal(f"“{goal.statement}”: {words}", "goals-goal-edit", goal.pk, "Complete the goal")
            for words in unmeasured(goal, goal_set)
        ]
        found += _unguarded(goal)
    return found


def unmeasured(goal: Goal, goal_set: GoalSet) -> list[str]:
    """What a goal lacks to be measurable: a measure, a number, a time frame."""
    found = []
    definition = find(goal.measure)
    if goal.measure and definition is None:
        found.append("its measure is no longer in the catalogue. Choose another.")
    if not goal.measure and not goal.counted_as:
        found.append("nothing measures it. Choose a measure, or say what is counted by hand.")
    if not goal.form or goal.number is None:
        found.append("it has no number to reach. Say how much.")
        return found
    due = goal.due or goal_set.last
    told = problem_of(
        Form(goal.form), goal.number, first=goal_set.first, due=due, baseline=goal.baseline, group=goal.group
    )
    return [*found, *filter(None, (told, mismatch(goal)))]


def mismatch(goal: Goal) -> str | None:
    """Why a target does not fit its measure; None when it does."""
    definition = find(goal.measure)
    if definition is None or goal.number is None:
        return None
    if goal.form in COUNTED and definition.kind is not MeasureKind.COUNT:
        return f"{definition.title} cannot be counted up. Choose a change by per cent, or a value to reach."
    if definition.told_in is not In.SHARE:
        return None
    over = goal.number if goal.form == Form.REACH else 0.0
    if goal.form == Form.INCREASE and goal.baseline is not None:
        over = goal.baseline * (1 + goal.number / 100)
    return "more than 100 % is asked of a share." if over > 1 else None


def _unguarded(goal: Goal) -> list[Refusal]:
    gamings = list(goal.gamings.all())
    found = []
    if goal.kind == Kind.SERVICE and not gamings:
        words = f"“{goal.statement}”: name a way in which it could be met while customers are worse off."
        found.append(Refusal(words, "goals-gaming-new", goal.pk, "Name a way"))
    for gaming in gamings:
        if not standing_guards(gaming):
            words = f"“{goal.statement}”: nothing guards against this way: {way_words(gaming)}"
            found.append(Refusal(words, "goals-guards", gaming.pk, "Choose guards"))
    return found
