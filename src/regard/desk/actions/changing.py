"""One change of one case: lock it, append events, fold them all again, write the columns, leave an audit entry."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from regard.desk.lifecycle import CaseState, EventKind, EventRow, columns, fold
from regard.desk.models import Case, Event
from regard.office.models import Staff
from regard.records.actors import Actor
from regard.records.audit import record
from regard.ui.wording import ago

#: Clocks of two machines may differ by as much; events of one case still follow each other.
CLOCK_SKEW = timedelta(minutes=5)


class ChangedMeanwhileError(ValidationError):
    """Somebody else changed the case since the page was read. The message says who, when and what."""


def staff_of(by: Actor) -> Staff | None:
    """The actor as a member of staff; None for Regard itself."""
    return by if isinstance(by, Staff) else None


class Change:
    """A locked case that an action is working on. `state` is what the events told so far add up to."""

    def __init__(self, case: Case, by: Actor, told: list[Event]) -> None:
        self.case, self.by = case, by
        self.told = told
        self.rows = [event.as_row() for event in told]
        self.state: CaseState = fold(self.rows)
        self.now = _after(self.rows)
        self.new: list[Event] = []
        self.facts: dict[str, tuple[object, object]] = {}

    def tell(
        self,
        kind: EventKind,
        *,
        text: str = "",
        due_at: datetime | None = None,
        at: datetime | None = None,
        supersedes: int | None = None,
        **data: object,
    ) -> None:
        """Append an event, now unless `at` says otherwise. `data` keeps only what is not None."""
        kept = {name: value for name, value in data.items() if value is not None}
        self.new.append(
            Event(
                case=self.case,
                kind=kind.value,
                at=at or self.now,
                actor=staff_of(self.by),
                actor_name="" if staff_of(self.by) else self.by.audit_name,
                text=text.strip(),
                due_at=due_at,
                data=kept or None,
                supersedes=supersedes,
            )
        )

    def next_step(self, text: str, *, owner: Staff | int, due: datetime) -> None:
        """What a named person does next, by when."""
        self.tell(EventKind.NEXT_STEP, text=text, due_at=due, owner=owner.pk if isinstance(owner, Staff) else owner)

    def set(self, **facts: object) -> None:
        """Change columns that are not the fold of events."""
        for name, value in facts.items():
            old = getattr(self.case, name)
            if old != value:
                self.facts[name] = (old, value)
                setattr(self.case, name, value)

    def must_be_open(self) -> None:
        if not self.state.is_open:
            raise ValidationError(f"Case {self.case.number} is {self.state.state}. Reopen it first.")

    def finish(self, action: str, note: dict[str, object] | None = None) -> None:
        """Write what was told. Nothing is written when nothing was."""
        if not self.new and not self.facts:
            return
        Event.objects.bulk_create(self.new)
        self.state = fold([*self.rows, *(event.as_row() for event in self.new)])
        before, after = {}, {}
        folded = columns(self.state, unit_id=self.case.unit_id, received_at=self.case.received_at)
        for attribute, value in folded.items():
            name = _field_name(attribute)
            before[name], after[name] = getattr(self.case, attribute), value
            setattr(self.case, attribute, value)
        insist_on_a_person(self.case)
        for attribute, (old, value) in self.facts.items():
            before[_field_name(attribute)], after[_field_name(attribute)] = old, value
        self.case.save(update_fields=[*folded, *self.facts])
        self.case.__dict__.pop("due_at", None)  # the database generates it: read it again when asked
        self.told += self.new
        told = [event.kind for event in self.new]
        record(by=self.by, action=f"desk.{action}", obj=self.case, before=before, after=after,
               note={"events": told, **(note or {})})  # fmt: skip


def _field_name(attribute: str) -> str:
    return attribute.removesuffix("_id")


def _after(rows: list[EventRow]) -> datetime:
    """Now; or just after the last event, when another machine's clock is a little ahead."""
    now = timezone.now()
    last = max((row.at for row in rows if row.at < now + CLOCK_SKEW), default=now)
    return max(now, last + timedelta(microseconds=1))


def insist_on_a_person(case: Case) -> None:
    """No open case that was born here is without a named owner and a next step with a due time.

    Imported cases may come without; whoever touches them gives them both.
    """
    if not case.is_open or case.run_id is not None:
        return
    if case.owner_id is None or case.next_step_owner_id is None or not case.next_step or case.next_step_due is None:
        raise ValidationError("An open case needs a named owner and a next step with a due time. Name them.")


@contextmanager
def changing(
    *, case: Case, by: Actor, action: str, seen: int | None = None, note: dict[str, object] | None = None
) -> Iterator[Change]:
    """Work on a case under its lock, then write, fold and audit what the block told.

    `seen` is how many events the actor's page showed: when there are more by now, ChangedMeanwhileError.
    The `case` given is brought up to date as well.
    """
    with transaction.atomic():
        locked = Case.objects.select_for_update().get(pk=case.pk)
        told = list(Event.objects.filter(case=locked).order_by("at", "id"))
        if seen is not None and len(told) > seen:
            raise changed_meanwhile(locked, told, by)
        change = Change(locked, by, told)
        yield change
        change.finish(action, note)
    mirror(locked, case)


def mirror(source: Case, target: Case) -> None:
    """Give `target` the columns of `source`, keeping related objects that still fit."""
    if source is target:
        return
    for field in Case._meta.concrete_fields:
        if not isinstance(field, models.GeneratedField):
            setattr(target, field.attname, getattr(source, field.attname))
    target.__dict__.pop("due_at", None)


def changed_meanwhile(case: Case, told: list[Event], by: Actor) -> ChangedMeanwhileError:
    """Who changed the case last, when and how - in words for the person whose change was stopped."""
    last = max(told, key=lambda event: event.pk)
    actor = Staff.objects.filter(pk=last.actor_id).first() if last.actor_id else None
    who = "You" if actor is not None and actor == by else (actor.name if actor else last.actor_name or "An import")
    what = last.get_kind_display().lower()
    return ChangedMeanwhileError(
        f"{who} changed this case {ago(last.recorded_at, timezone.now())}: {what}. Nothing of yours was saved. "
        f"Look at case {case.number} again; if your change still holds, send it once more.",
        code="changed",
    )
