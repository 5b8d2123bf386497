"""Whether the change that a goal asks for could be seen at the office's volume, said at once and in words."""

from dataclasses import dataclass

from regard.goals.models import Goal, GoalSet
from regard.goals.seeing import Seen, count_seen, error_of, median_seen, sample_margin, share_seen
from regard.goals.targets import Form, Target
from regard.goals.telling import number_words
from regard.measures.definitions import Definition, Kind, find
from regard.measures.wording import count_words
from regard.ui.wording import percent

_FEWEST_ANSWERS = 100
_COUNTED_WORDS = "Every one of these is counted, so nothing is left to chance. The evidence must show them."


@dataclass(frozen=True)
class Sight:
    """kind: ok, warn or info."""

    kind: str
    words: str


def target_of(goal: Goal, goal_set: GoalSet) -> Target | None:
    """The target of a goal; None while it is incomplete or makes no sense."""
    if not goal.form or goal.number is None:
        return None
    due = goal.due or goal_set.last
    try:
        return Target(Form(goal.form), goal.number, goal_set.first, due, goal.baseline, goal.group)
    except ValueError:
        return None


def sight_of(goal: Goal, goal_set: GoalSet) -> Sight | None:
    """What can be seen of this goal; None while there is no target to judge."""
    target = target_of(goal, goal_set)
    if target is None:
        return None
    if target.form is Form.SHARE and goal.group:
        return _of_sample(goal.group, target)
    definition = find(goal.measure)
    if definition is None or target.is_counted:
        return Sight("info", _COUNTED_WORDS)
    if goal.baseline is None or target.value == goal.baseline:
        return Sight("info", "There is no baseline yet, so nobody can say what change could be seen.")
    seen = _seen(goal, definition, target)
    if seen is None:
        return Sight("info", "How things stand on one day has no sample behind it. Judge it by its course over months.")
    return _words(seen, goal, definition, rises=target.value > goal.baseline)


def a_quarter(goal: Goal) -> float:
    """How many rows a quarter had before the period."""
    if not (goal.baseline_n and goal.baseline_first and goal.baseline_last):
        return 0.0
    first, last = goal.baseline_first, goal.baseline_last
    return goal.baseline_n * 3 / ((last.year - first.year) * 12 + last.month - first.month + 1)


def _seen(goal: Goal, definition: Definition, target: Target) -> Seen | None:
    """A quarter of the period against a quarter before it."""
    base, n = float(goal.baseline or 0), a_quarter(goal)
    if definition.kind is Kind.COUNT and base > 0:
        return count_seen(n, max(target.value / base - 1, -1.0), dispersion=goal.dispersion or 1.0)
    if definition.kind in (Kind.SHARE, Kind.WITHIN):
        return share_seen(n, base, min(max(target.value, 0.0), 1.0))
    if definition.kind is Kind.LENGTH and base > 0 and target.value >= 0:
        error = error_of(goal.baseline_low or 0, goal.baseline_high or 0, goal.baseline_n or 0)
        return median_seen(n, target.value / base - 1, error=error) if error else None
    return None


def _words(seen: Seen, goal: Goal, definition: Definition, *, rises: bool) -> Sight:
    volume = f"At about {count_words(round(a_quarter(goal)), definition.noun)} a quarter"
    shown = min(round(100 * seen.power), 99)
    if seen.enough:
        return Sight(
            "ok", f"{volume} this change can be seen: if it comes true, a quarter shows it {shown} times in 100."
        )
    return Sight(
        "warn",
        f"{volume} this change can hardly be seen: if it comes true, a quarter shows it only {shown} times in 100. "
        f"{_instead(seen, definition, rises=rises)}",
    )


def _instead(seen: Seen, definition: Definition, *, rises: bool) -> str:
    if seen.smallest is None:
        return "No change in this direction could be seen in a quarter: put several quarters together."
    way = "more" if rises else "less"
    if definition.kind in (Kind.SHARE, Kind.WITHIN):
        least = f"{number_words(100 * seen.smallest)} percentage points {way}"
    else:
        least = f"{percent(seen.smallest)} {way}"
    return f"What could be seen: {least}. Or put several quarters together."


def _of_sample(group: int, target: Target) -> Sight:
    asked = round(target.value)
    share = target.number / 100
    all_of, some = (100 * sample_margin(group, share, response=part) for part in (1.0, 0.3))
    words = (
        f"{number_words(target.number)}% of {group:,} are {asked:,}. What they say is told to within "
        f"{number_words(all_of)} points if all answer, {number_words(some)} points if 30% do."
    )
    if asked < _FEWEST_ANSWERS:
        return Sight("warn", f"{words} That is little: ask for a number of answers, not only for a share.")
    return Sight("ok", words)
