"""One change of one goal set: lock it, see that its state allows the change, leave an audit entry."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from regard.goals.models import Change, Goal, GoalSet, State
from regard.office.models import Staff
from regard.records.actors import Actor
from regard.records.audit import record

WORDS = {
    State.DRAFT: "This goal set is not a draft any more. Change an active goal on its page, with a reason.",
    State.ACTIVE: "This goal set is not active.",
}


@dataclass
class Changing:
    """A locked goal set that an action is working on, and what its audit entry will say."""

    goal_set: GoalSet
    by: Actor
    obj: models.Model
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    note: dict[str, Any] = field(default_factory=dict)

    @property
    def staff(self) -> Staff | None:
        return self.by if isinstance(self.by, Staff) else None

    def log(self, what: str, before: object, after: object, reason: str, goal: Goal | None = None) -> None:
        """Keep for ever what was changed after activation."""
        told = {"before": str(before), "after": str(after), "reason": reason.strip(), "changed_by": self.staff}
        Change.objects.create(goal_set=self.goal_set, goal=goal, what=what, **told)


@contextmanager
def changing(
    *, by: Actor, goal_set: GoalSet, action: str, states: tuple[State, ...] = (State.DRAFT,)
) -> Iterator[Changing]:
    """Lock a goal set and audit what the caller does. Raises ValidationError when its state does not allow it."""
    with transaction.atomic():
        locked = GoalSet.objects.select_for_update(of=("self",)).select_related("unit", "owner").get(pk=goal_set.pk)
        if locked.state not in states:
            raise ValidationError(WORDS[states[0]])
        change = Changing(locked, by, locked)
        yield change
        told = {"before": change.before, "after": change.after, "note": change.note}
        record(by=by, action=f"goals.{action}", obj=change.obj, office_id=locked.unit.office_id, **told)
    goal_set.__dict__.update({k: v for k, v in locked.__dict__.items() if k != "_state"})


def needed(name: str, text: str, words: str) -> str:
    """Text that must be there. Raises ValidationError with `words` when it is not."""
    if not text.strip():
        raise ValidationError({name: words})
    return text.strip()


def reason_of(goal_set: GoalSet, reason: str) -> str:
    """A reason, which a change after activation needs."""
    if goal_set.state == State.ACTIVE:
        return needed("reason", reason, "Say why: changes after activation stay visible with their reason.")
    return ""
