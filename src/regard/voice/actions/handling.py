"""From word to answer: acknowledge, assess, answer, close - and what the customer writes back."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from regard.desk import actions as desk
from regard.desk.models import Contact
from regard.office.models import Staff
from regard.records.actors import Actor
from regard.voice.actions.changing import changing, checked_address, checked_owner, needed, write_to_customer
from regard.voice.handling import StampKind
from regard.voice.models import Feedback, Loop, Stamp

#: How much one private link may write in a day: enough for anybody, and no flood.
MOST_REPLIES = 10
LONGEST_REPLY = 20_000
#: Kinds that somebody waits for an answer to.
OWED = (Feedback.Kind.COMPLAINT, Feedback.Kind.QUESTION)


def _must_be_open(loop: Loop) -> None:
    if not loop.is_open:
        raise ValidationError("This is closed. Reopen it first.")


def acknowledge(*, by: Actor, loop: Loop, text: str, link: str = "", seen: int | None = None) -> Loop:
    """Tell the customer that we have it, and who has it. `link` is the private link, for the letter."""
    needed("text", text, "Write what you tell them.")
    with changing(by=by, loop=loop, action="acknowledge", seen=seen) as change:
        _must_be_open(change.loop)
        letter = write_to_customer(change, text, "We have what you told us", link)
        change.stamp(StampKind.ACKNOWLEDGED, text, contact=letter)
    return loop


def assess(*, by: Actor, loop: Loop, severity: str, cause: str, finding: str, seen: int | None = None) -> Loop:
    """Say how grave it is, what caused it and what was found out. How grave it is decides when the answer is due."""
    needed("severity", severity, "Say how grave it is.")
    needed("finding", finding, "Write what you found out.")
    with changing(by=by, loop=loop, action="assess", seen=seen) as change:
        _must_be_open(change.loop)
        change.loop.severity, change.loop.cause, change.loop.finding = severity, cause, finding.strip()
        change.stamp(StampKind.ASSESSED)
    return loop


def answer(
    *,
    by: Actor,
    loop: Loop,
    text: str,
    redress: str = "",
    answer_to: str | None = None,
    link: str = "",
    seen: int | None = None,
) -> Loop:
    """Answer the customer: by a letter where there is an address, and always on the page of their private link."""
    needed("text", text, "Write the answer first.")
    with changing(by=by, loop=loop, action="answer", seen=seen) as change:
        _must_be_open(change.loop)
        if answer_to is not None:
            change.loop.answer_to = checked_address(answer_to)
        change.loop.redress = redress.strip() or change.loop.redress
        letter = write_to_customer(change, text, "Our answer to what you told us", link)
        change.stamp(StampKind.ANSWERED, text, contact=letter)
    return loop


def close(*, by: Actor, loop: Loop, lesson: str = "", reason: str = "", seen: int | None = None) -> Loop:
    """End it, with what was learned. A complaint or a question that was never answered needs a reason."""
    with changing(by=by, loop=loop, action="close", seen=seen) as change:
        _must_be_open(change.loop)
        if change.loop.answered_at is None and change.feedback.kind in OWED and not reason.strip():
            raise ValidationError({"reason": "Nobody answered this yet. Answer first, or say why there is no answer."})
        change.loop.lesson = lesson.strip() or change.loop.lesson
        change.stamp(StampKind.CLOSED, reason)
    return loop


def reopen(*, by: Actor, loop: Loop, reason: str, seen: int | None = None) -> Loop:
    """Take it up again: an answer is owed."""
    needed("reason", reason, "Say why it is taken up again.")
    with changing(by=by, loop=loop, action="reopen", seen=seen) as change:
        if change.loop.state not in ("answered", "closed"):
            raise ValidationError("This is still open.")
        change.stamp(StampKind.REOPENED, reason)
    return loop


def assign(*, by: Actor, loop: Loop, owner: Staff, next_step: str, due_at: datetime, seen: int | None = None) -> Loop:
    """Another owner, another next step, or another time for it."""
    step = needed("next_step", next_step, "Say what is done next.")
    if due_at <= timezone.now():
        raise ValidationError({"due_at": "This time has passed. Enter a time that lies ahead."})
    with changing(by=by, loop=loop, action="assign", seen=seen) as change:
        _must_be_open(change.loop)
        change.loop.owner = checked_owner(owner, change.feedback)
        change.stamp(StampKind.ASSIGNED, f"{owner}: {step}")
        change.set_step(step, due_at)
    return loop


def note(*, by: Actor, loop: Loop, text: str, seen: int | None = None) -> Loop:
    """Write something down for colleagues. Two people may do so at the same time."""
    del seen
    needed("text", text, "Write the note first.")
    with changing(by=by, loop=loop, action="note") as change:
        change.stamp(StampKind.NOTED, text)
    return loop


def reply(*, by: Actor, loop: Loop, text: str) -> Loop:
    """What the customer writes back through their private link. It comes to the owner as the next step."""
    words = needed("text", text, "Write something first.")
    if len(words) > LONGEST_REPLY:
        raise ValidationError({"text": f"This is too long: at most {LONGEST_REPLY:,} letters can be sent at once."})
    with changing(by=by, loop=loop, action="reply") as change:
        day = change.now - timedelta(days=1)
        replies = [one for one in change.told if one.kind == StampKind.REPLIED and one.at > day]
        if any(one.text == words for one in replies):
            return loop  # sent twice
        if len(replies) >= MOST_REPLIES:
            raise ValidationError("You have written much today, and we have it all. Please give us a day to read it.")
        change.stamp(StampKind.REPLIED, words)
    return loop


@transaction.atomic
def send_again(*, by: Actor, stamp: Stamp) -> None:
    """Try again to send a letter that failed."""
    contact = Contact.objects.filter(pk=stamp.contact_id).first() if stamp.contact_id else None
    if contact is None:
        raise ValidationError("There is no letter to send.")
    desk.retry_reply(by=by, contact=contact)
