"""Saying how a goal could be met while customers are worse off, and what guards against it."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from regard.goals.actions.baselines import set_baseline
from regard.goals.actions.changing import Changing, changing, needed, reason_of
from regard.goals.models import Gaming, Goal, Guard, State
from regard.goals.queries.sets import way_words
from regard.goals.ways import OWN, SIDES, WAYS, guard_choices, guard_key
from regard.measures.definitions import CATALOGUE
from regard.measures.engine import fingerprint
from regard.records.actors import Actor

_OPEN = (State.DRAFT, State.ACTIVE)


@transaction.atomic
def add_gaming(*, by: Actor, goal: Goal, way: str, words: str = "", reason: str = "") -> Gaming:
    """Name a way in which a goal could be met badly. After activation it needs a reason."""
    if way not in (*WAYS, OWN):
        raise ValidationError({"way": "Choose a way of the list, or say it in your own words."})
    if way == OWN:
        needed("words", words, "Say in your own words how the goal could be met while customers are worse off.")
    with changing(by=by, goal_set=goal.goal_set, action="add_gaming", states=_OPEN) as change:
        why = reason_of(change.goal_set, reason)
        if goal.gamings.filter(way=way).exclude(way=OWN).exists():
            raise ValidationError({"way": "This way is named already."})
        made = Gaming.objects.create(goal=goal, way=way, words=words.strip())
        if why:
            change.log("way", "", way_words(made), why, goal)
        change.obj, change.after = made, {"way": way, "goal": goal.pk}
    return made


@transaction.atomic
def remove_gaming(*, by: Actor, gaming: Gaming) -> None:
    """Take a way and its guards out of a draft. After activation it stays."""
    with changing(by=by, goal_set=gaming.goal.goal_set, action="remove_gaming") as change:
        change.note = {"gaming": gaming.pk, "goal": gaming.goal_id, "way": gaming.way}
        gaming.delete()


@transaction.atomic
def set_guards(*, by: Actor, gaming: Gaming, guards: Iterable[str], reason: str = "") -> list[Guard]:
    """What guards against a way, told as `measure:side`. After activation a change needs a reason, and what is taken
    away stays to be seen."""
    wanted = list(dict.fromkeys(guards))
    if unknown := set(wanted) - {key for key, _ in guard_choices()}:
        raise ValidationError({"guards": f"There is no such guard: {', '.join(sorted(unknown))}."})
    if not wanted:
        raise ValidationError({"guards": "Choose at least one measure that would show it."})
    with changing(by=by, goal_set=gaming.goal.goal_set, action="set_guards", states=_OPEN) as change:
        standing = {guard_key(g.measure, g.worse): g for g in gaming.guards.filter(dropped_at__isnull=True)}
        added, gone = [k for k in wanted if k not in standing], [k for k in standing if k not in wanted]
        why = reason_of(change.goal_set, reason) if added or gone else ""
        for key in added:
            _add(gaming, key, change, why)
        for key in gone:
            _drop(gaming, standing[key], change, why)
        change.obj, change.note = gaming, {"added": added, "dropped": gone}
    return list(gaming.guards.filter(dropped_at__isnull=True))


def _add(gaming: Gaming, key: str, change: Changing, why: str) -> None:
    slug, _, worse = key.partition(":")
    goal = gaming.goal
    told = {"part": goal.part, "service": goal.service, "channel": goal.channel}
    guard = Guard(gaming=gaming, measure=slug, worse=worse, **told)
    set_baseline(guard, change.goal_set)
    if why:
        guard.fingerprint = fingerprint(slug)
        change.log("guard", "", guard_words(guard), why, goal)
    guard.save()


def _drop(gaming: Gaming, guard: Guard, change: Changing, why: str) -> None:
    if not why:
        guard.delete()
        return
    guard.dropped_at = timezone.now()
    guard.save(update_fields=["dropped_at"])
    change.log("guard", guard_words(guard), "", why, gaming.goal)


def guard_words(guard: Guard) -> str:
    """`Reopened must not rise`."""
    definition = CATALOGUE.get(guard.measure)
    return f"{definition.title if definition else guard.measure} {SIDES[guard.worse]}"
