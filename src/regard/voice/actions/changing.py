"""One change of one loop: lock it, append stamps, fold them all again, set the next step, leave an audit entry."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from regard.desk import actions as desk
from regard.desk.queries.due import in_working_days
from regard.desk.queries.people import may_own
from regard.office.models import Staff
from regard.records.actors import Actor
from regard.records.audit import record
from regard.voice.handling import StampKind, fold, next_step
from regard.voice.models import Feedback, Loop, Stamp

COLUMNS = ("state", "received_at", "acknowledged_at", "assessed_at", "answered_at", "closed_at")


class Change:
    """A locked loop that an action is working on."""

    def __init__(self, loop: Loop, by: Actor, told: list[Stamp]) -> None:
        self.loop, self.by, self.told = loop, by, told
        self.feedback: Feedback = loop.feedback
        # Clocks of two machines may differ: a stamp never stands before the one it follows.
        self.now = max([timezone.now(), *(stamp.at for stamp in told)])
        self.before = {name: getattr(loop, name) for name in (*COLUMNS, "owner_id", "due_at")}

    def stamp(self, kind: StampKind, text: str = "", *, at: datetime | None = None, contact: int | None = None) -> None:
        """Append a stamp; the usual next step after it takes the place of the one that stands."""
        actor = self.by if isinstance(self.by, Staff) else None
        one = Stamp(loop=self.loop, kind=kind, at=at or self.now, actor=actor, text=text.strip(), contact_id=contact)
        one.save(force_insert=True)
        self.told.append(one)
        if kind not in (StampKind.NOTED, StampKind.ASSIGNED):
            self._usual_step(kind)

    def _usual_step(self, kind: StampKind) -> None:
        usual = next_step(self.feedback.kind, kind, self.loop.severity)
        if usual is not None and kind is not StampKind.CLOSED:
            text, days = usual
            self.set_step(text, in_working_days(self.feedback.unit, self.now, days))

    def set_step(self, text: str, due: datetime) -> None:
        """What is done next, and by when."""
        self.loop.next_step, self.loop.due_at = text, due

    def finish(self, action: str, note: dict[str, object] | None = None) -> None:
        """Fold, save and audit."""
        done = fold(stamp.as_row() for stamp in self.told)
        for name in COLUMNS:
            setattr(self.loop, name, getattr(done, name))
        if not self.loop.is_open:
            self.loop.next_step, self.loop.due_at = "", None
        self.loop.stamps_seen = len(self.told)
        self.loop.save()
        after = {name: getattr(self.loop, name) for name in self.before}
        obj, office = self.feedback, self.feedback.unit.office_id
        words = {key: value for key, value in after.items() if value != self.before[key]}
        record(by=self.by, action=f"voice.{action}", obj=obj, note={**words, **(note or {})}, office_id=office)


@contextmanager
def changing(*, by: Actor, loop: Loop, action: str, seen: int | None = None) -> Iterator[Change]:
    """Lock a loop, let the caller change it, fold and audit it. The caller's `loop` shows the result.

    Raises ValidationError when somebody changed it since the page that showed `seen` stamps.
    """
    with transaction.atomic():
        locked = Loop.objects.select_for_update(of=("self",)).select_related("feedback__unit", "owner").get(pk=loop.pk)
        told = list(Stamp.objects.filter(loop=locked).select_related("actor"))
        if seen is not None and seen != len(told):
            last = told[-1]
            who = last.actor.name if last.actor else "The customer"
            raise ValidationError(
                f"{who} changed this meanwhile ({last.kind}). Read what is new, then send yours again."
            )
        change = Change(locked, by, told)
        yield change
        change.finish(action)
    loop.__dict__.update({k: v for k, v in locked.__dict__.items() if k != "_state"})


def checked_owner(owner: Staff, feedback: Feedback) -> Staff:
    """Somebody who may own it. Raises ValidationError otherwise."""
    if not may_own(owner, feedback.unit):
        raise ValidationError({"owner": f"{owner} cannot own this. Choose an active colleague of the office."})
    return owner


def checked_address(told: str) -> str:
    """An e-mail address, or nothing. Raises ValidationError for anything else."""
    address = told.strip()
    if address:
        try:
            validate_email(address)
        except ValidationError:
            words = "This is not an e-mail address. Write it as name@example.org, or leave it empty."
            raise ValidationError({"answer_to": words}) from None
    return address


def needed(name: str, text: str, words: str) -> str:
    """Text that must be there. Raises ValidationError with `words` when it is not."""
    if not text.strip():
        raise ValidationError({name: words})
    return text.strip()


def write_to_customer(change: Change, text: str, subject: str, link: str) -> int | None:
    """Send a letter when there is an address; returns its contact. Anonymous people read it by their private link."""
    loop, feedback = change.loop, change.feedback
    if not loop.answer_to:
        return None
    body = f"{text.strip()}\n\nRead this again, or write back, here:\n{link}" if link else text
    letter = desk.send_letter(
        by=change.by, unit=feedback.unit, service=feedback.service, customer=feedback.customer, to=loop.answer_to,
        subject=subject, body=body,
    )  # fmt: skip
    return letter.pk
