"""From activation to the end: what is frozen, what is entered and found, and what was changed on the way."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from regard.goals.actions.changing import Changing, changing, needed
from regard.goals.models import Entry, Finding, Goal, GoalSet, Guard, State
from regard.goals.queries.sets import with_goals
from regard.goals.refusals import refusals, unmeasured
from regard.measures.definitions import find
from regard.measures.engine import fingerprint
from regard.office.models import Staff
from regard.records.actors import Actor


@transaction.atomic
def activate(*, by: Actor, goal_set: GoalSet) -> GoalSet:
    """Let a goal set hold: definitions, baselines and guards are frozen from here on.

    Raises ValidationError with every reason that stands against it (`refusals`).
    """
    with changing(by=by, goal_set=goal_set, action="activate") as change:
        whole = with_goals(GoalSet.objects.filter(pk=goal_set.pk)).get()
        if found := refusals(whole):
            raise ValidationError([refusal.words for refusal in found])
        goals = list(whole.goals.all())
        guards = [guard for goal in goals for gaming in goal.gamings.all() for guard in gaming.guards.all()]
        for measured in (*goals, *guards):
            measured.fingerprint = fingerprint(measured.measure) if find(measured.measure) else ""
        Goal.objects.bulk_update(goals, ["fingerprint"])
        Guard.objects.bulk_update(guards, ["fingerprint"])
        locked = change.goal_set
        locked.state, locked.activated_at, locked.activated_by = State.ACTIVE, timezone.now(), change.staff
        locked.save()
        change.after = {"state": State.ACTIVE.value}
        change.note = {"goals": len(goals), "guards": len(guards)}
    return goal_set


@transaction.atomic
def end(*, by: Actor, goal_set: GoalSet, words: str) -> GoalSet:
    """Close an active goal set, and say what came of it."""
    needed("reason", words, "Say in a sentence or two what came of it.")
    with changing(by=by, goal_set=goal_set, action="end", states=(State.ACTIVE,)) as change:
        locked = change.goal_set
        locked.state, locked.ended_at, locked.ended_words = State.ENDED, timezone.now(), words.strip()
        locked.save()
        change.after = {"state": State.ENDED.value}
    return goal_set


_LABELS = {"statement": "words", "number": "number", "due": "last day", "owner": "owner"}


@transaction.atomic
def change_active(
    *,
    by: Actor,
    goal: Goal,
    reason: str,
    statement: str,
    number: float,
    due: date | None,
    owner: Staff | None,
) -> Goal:
    """Change an active goal, with a reason that stays visible. What it measures, and its baseline, never change."""
    needed("reason", reason, "Say why: changes after activation stay visible with their reason.")
    needed("statement", statement, "Say the goal in one plain sentence.")
    told: dict[str, Any] = {"statement": statement.strip(), "number": number, "due": due, "owner": owner}
    with changing(by=by, goal_set=goal.goal_set, action="change_active", states=(State.ACTIVE,)) as change:
        locked = Goal.objects.select_related("owner").get(pk=goal.pk)
        if owner is not None and owner.office_id != change.goal_set.unit.office_id:
            raise ValidationError({"owner": "Choose a colleague of this office."})
        _apply(locked, told, change, reason)
        if problems := unmeasured(locked, change.goal_set):
            raise ValidationError({"number": problems})
        locked.save()
    goal.__dict__.update({k: v for k, v in locked.__dict__.items() if k != "_state"})
    return goal


def _apply(goal: Goal, told: dict[str, Any], change: Changing, reason: str) -> None:
    differing = [name for name, value in told.items() if getattr(goal, name) != value]
    if not differing:
        raise ValidationError("Nothing was changed.")
    change.obj = goal
    for name in differing:
        before, after = getattr(goal, name), told[name]
        change.before[name], change.after[name] = before, after
        setattr(goal, name, after)
        shown = ["" if value is None else value for value in (before, after)]
        change.log(_LABELS[name], *(f"{v:g}" if isinstance(v, float) else v for v in shown), reason, goal)


@transaction.atomic
def enter_value(*, by: Actor, goal: Goal, on: date, value: float, evidence: str, link: str = "") -> Entry:
    """Enter what was counted by hand, with what shows it."""
    needed("evidence", evidence, "Say what shows this: a list, a sheet, a count. A number alone cannot be looked at.")
    with changing(by=by, goal_set=goal.goal_set, action="enter_value", states=(State.ACTIVE,)) as change:
        if goal.measure:
            raise ValidationError("This goal is measured by Regard. Nothing is entered by hand.")
        if not change.goal_set.first <= on <= timezone.localdate():
            raise ValidationError({"on": f"Choose a day from {change.goal_set.first} to today."})
        told = {"on": on, "value": value, "evidence": evidence.strip(), "link": link.strip()}
        made = Entry.objects.create(goal=goal, entered_by=change.staff, **told)
        change.obj, change.after = made, {"on": on, "value": value}
        change.note = {"goal": goal.pk}
    return made


@transaction.atomic
def record_finding(
    *, by: Actor, goal_set: GoalSet, found: str, about: str, goal: Goal | None = None, guard: Guard | None = None
) -> Finding:
    """Keep what the office found when it looked at a guard or a check."""
    needed("found", found, "Say what you found, also when it was nothing.")
    needed("about", about, "Say what you looked at.")
    states = (State.ACTIVE, State.ENDED)
    with changing(by=by, goal_set=goal_set, action="record_finding", states=states) as change:
        told = {"found": found.strip(), "about": about.strip()[:200], "goal": goal, "guard": guard}
        made = Finding.objects.create(goal_set=change.goal_set, found_by=change.staff, **told)
        change.obj, change.note = made, {"goal_set": goal_set.pk, "guard": guard.pk if guard else None}
    return made
