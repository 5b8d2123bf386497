"""Writing a goal set and its goals while it is a draft."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from regard.goals.actions.baselines import set_baseline
from regard.goals.actions.changing import Changing, changing, needed
from regard.goals.models import Goal, GoalSet, Guard, Kind
from regard.goals.refusals import mismatch
from regard.goals.targets import Form, problem_of
from regard.goals.telling import NO_GOAL
from regard.measures.definitions import find
from regard.office.models import Service, Staff, Unit
from regard.records.actors import Actor
from regard.records.audit import record

_OF_SET = ("unit", "title", "first", "last", "owner")
_MOST_GOALS = 60


@transaction.atomic
def make_set(*, by: Actor, unit: Unit, title: str, first: date, last: date, owner: Staff) -> GoalSet:
    """Start a goal set. It is a draft until it is activated."""
    _checked_set(unit, title, first, last, owner)
    made_by = by if isinstance(by, Staff) else None
    told = {"unit": unit, "title": title.strip(), "first": first, "last": last, "owner": owner}
    made = GoalSet.objects.create(**told, made_by=made_by)
    record(by=by, action="goals.make_set", obj=made, after=told, office_id=unit.office_id)
    return made


@transaction.atomic
def change_set(
    *, by: Actor, goal_set: GoalSet, unit: Unit, title: str, first: date, last: date, owner: Staff
) -> GoalSet:
    """Change what a draft is about. Baselines are computed anew: they are of the year before the period."""
    _checked_set(unit, title, first, last, owner)
    told: dict[str, Any] = {"unit": unit, "title": title.strip(), "first": first, "last": last, "owner": owner}
    with changing(by=by, goal_set=goal_set, action="change_set") as change:
        locked = change.goal_set
        change.before = {name: getattr(locked, name) for name in _OF_SET}
        for name, value in told.items():
            setattr(locked, name, value)
        locked.save()
        change.after = told
        for measured in (*locked.goals.all(), *Guard.objects.filter(gaming__goal__goal_set=locked)):
            set_baseline(measured, locked)
            measured.save()
    return goal_set


def _checked_set(unit: Unit, title: str, first: date, last: date, owner: Staff) -> None:
    needed("title", title, "Give the goal set a name.")
    if last <= first:
        raise ValidationError({"last": "The last day must come after the first one."})
    if owner.office_id != unit.office_id or not owner.is_active:
        raise ValidationError({"owner": f"{owner} cannot own this. Choose an active colleague of the office."})


@transaction.atomic
def keep_answers(*, by: Actor, goal_set: GoalSet, benefit: str, problems: str, knowledge: str) -> GoalSet:
    """Keep what was answered to the three questions."""
    with changing(by=by, goal_set=goal_set, action="keep_answers") as change:
        told = {"benefit": benefit.strip(), "problems": problems.strip(), "knowledge": knowledge.strip()}
        change.before = {name: getattr(change.goal_set, name) for name in told}
        for name, value in told.items():
            setattr(change.goal_set, name, value)
        change.goal_set.save(update_fields=list(told))
        change.after = dict(told)
    return goal_set


@transaction.atomic
def write_goal(
    *,
    by: Actor,
    goal_set: GoalSet,
    kind: str,
    statement: str,
    goal: Goal | None = None,
    measure: str = "",
    part: Unit | None = None,
    service: Service | None = None,
    channel: str = "",
    counted_as: str = "",
    baseline: float | None = None,
    form: str = "",
    number: float | None = None,
    group: int | None = None,
    group_words: str = "",
    due: date | None = None,
    owner: Staff | None = None,
) -> Goal:
    """Write a goal into a draft, or change it there. A draft may be incomplete: activation asks for the rest.

    baseline: only of what is counted by hand; that of a measure is computed here.
    """
    told = {"kind": kind, "statement": statement.strip(), "measure": measure, "part": part, "service": service,
            "channel": channel, "counted_as": counted_as.strip(), "form": form, "number": number, "group": group,
            "group_words": group_words.strip(), "due": due, "owner": owner}  # fmt: skip
    with changing(by=by, goal_set=goal_set, action="change_goal" if goal else "write_goal") as change:
        made = goal or Goal(goal_set=change.goal_set)
        change.before = {name: getattr(made, name) for name in told} if goal else {}
        for name, value in told.items():
            setattr(made, name, value)
        _checked_goal(made, change.goal_set)
        if made.measure:
            made.counted_as = ""
            set_baseline(made, change.goal_set)
        else:
            made.baseline, made.baseline_low, made.baseline_high, made.baseline_n = baseline, None, None, None
        _checked_target(made, change.goal_set)
        made.save()
        _narrow_guards(made, change)
        change.obj, change.after = made, {name: getattr(made, name) for name in told}
    return made


def _checked_goal(goal: Goal, goal_set: GoalSet) -> None:
    needed("statement", goal.statement, "Say the goal in one plain sentence.")
    if goal.kind not in Kind.values:
        raise ValidationError({"kind": "Choose service, value or orientation."})
    if goal.measure and (find(goal.measure) is None or goal.measure in NO_GOAL):
        raise ValidationError({"measure": "There is no such measure. Choose one of the catalogue."})
    if goal.part is not None and not goal.part.path.startswith(goal_set.unit.path):
        raise ValidationError({"part": f"Choose {goal_set.unit} or a unit below it."})
    if goal.service is not None and goal.service.unit.office_id != goal_set.unit.office_id:
        raise ValidationError({"service": "Choose a service of this office."})
    if goal.form and goal.form not in set(Form):
        raise ValidationError({"form": "There is no such target. Choose one of the list."})
    if goal.owner is not None and goal.owner.office_id != goal_set.unit.office_id:
        raise ValidationError({"owner": "Choose a colleague of this office."})
    if goal.pk is None and goal_set.goals.count() >= _MOST_GOALS:
        raise ValidationError(f"{_MOST_GOALS} goals are more than anybody can see to. Start another set.")


def _checked_target(goal: Goal, goal_set: GoalSet) -> None:
    """A target that is told must make sense; one without a baseline may wait for data."""
    if not goal.form or goal.number is None:
        return
    due, baseline = goal.due or goal_set.last, goal.baseline
    if baseline is None and goal.form in (Form.INCREASE, Form.REDUCE, Form.QUARTERLY):
        baseline = 1.0  # activation asks for one
    problem = problem_of(
        Form(goal.form), goal.number, first=goal_set.first, due=due, baseline=baseline, group=goal.group
    )
    if problem:
        name = "due" if due <= goal_set.first else "group" if "group has" in problem else "number"
        raise ValidationError({name: problem})
    if problem := mismatch(goal):
        raise ValidationError({"form": problem[0].upper() + problem[1:]})


def _narrow_guards(goal: Goal, change: Changing) -> None:
    """Guards look where their goal looks."""
    for guard in Guard.objects.filter(gaming__goal=goal):
        if (guard.part_id, guard.service_id, guard.channel) != (goal.part_id, goal.service_id, goal.channel):
            guard.part, guard.service, guard.channel = goal.part, goal.service, goal.channel
            set_baseline(guard, change.goal_set)
            guard.save()


@transaction.atomic
def remove_goal(*, by: Actor, goal: Goal) -> None:
    """Take a goal out of a draft."""
    with changing(by=by, goal_set=goal.goal_set, action="remove_goal") as change:
        change.note = {"goal": goal.pk, "kind": goal.kind}
        goal.delete()
