"""From word to answer: the stamps, what they add up to, who owns it, and what the customer reads."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from regard.desk.models import Contact
from regard.records.actors import System
from regard.records.models import AuditEntry
from regard.voice import actions
from regard.voice.handling import STATES, StampKind, StampRow, fold, next_step
from regard.voice.models import Feedback, Loop, Stamp
from tests.voice.conftest import logged

CUSTOMER = System("the private link")
START = datetime(2026, 3, 2, 15, tzinfo=UTC)


def rows(*kinds: str) -> list[StampRow]:
    return [StampRow(n, kind, START + timedelta(hours=n)) for n, kind in enumerate(kinds)]


# --- the fold


def test_the_usual_way():
    done = fold(rows("received", "acknowledged", "noted", "assessed", "answered", "closed"))
    assert done.state == "closed"
    assert done.acknowledged_at == START + timedelta(hours=1)
    assert done.closed_at == START + timedelta(hours=5)


def test_an_answer_is_owed_again_when_the_customer_writes_back():
    done = fold(rows("received", "assessed", "answered", "closed", "replied"))
    assert done.state == "assessed"
    assert done.closed_at is None
    assert done.answered_at == START + timedelta(hours=2)  # the first answer stays the first


def test_a_second_answer_does_not_move_the_first():
    done = fold(rows("received", "answered", "reopened", "answered"))
    assert (done.state, done.answered_at) == ("answered", START + timedelta(hours=1))


def test_acknowledging_after_assessing_is_no_step_back():
    assert fold(rows("received", "assessed", "acknowledged")).state == "assessed"


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(st.sampled_from([kind.value for kind in StampKind])), st.randoms())
def test_the_order_of_reading_does_not_matter(kinds, random):
    told = rows("received", *kinds)
    mixed = list(told)
    random.shuffle(mixed)
    done = fold(told)
    assert fold(mixed) == done
    assert done.state in STATES
    assert (done.state == "closed") == (done.closed_at is not None)


@pytest.mark.parametrize("kind", ["complaint", "compliment", "suggestion", "question"])
def test_something_is_owed_until_it_is_closed(kind):
    for stamp in ("received", "acknowledged", "assessed", "answered", "replied", "reopened"):
        assert next_step(kind, stamp) is not None
    assert next_step(kind, "closed") is None


def test_how_grave_it_is_decides_by_when():
    days = [next_step("complaint", "assessed", severity)[1] for severity in ("critical", "high", "medium", "low")]
    assert days == sorted(days)


# --- taking in


@pytest.mark.django_db
def test_what_is_logged_has_an_owner_and_a_next_step(cast, complaint, loop):
    assert (loop.owner, loop.state, loop.next_step) == (cast.alice, "received", "Tell them that we have it")
    assert loop.due_at > timezone.now()
    assert complaint.silo == cast.silo
    assert not complaint.solicited
    assert [stamp.kind for stamp in loop.stamps.all()] == ["received"]
    entry = AuditEntry.objects.get(action="voice.log_feedback")
    assert entry.office_id == cast.office.pk
    assert "called me" not in str(entry.changes)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("text", {"text": "  "}),
        ("kind", {"kind": "response"}),
        ("answer_to", {"answer_to": "jane"}),
        ("at", {"at": datetime(2999, 1, 1, tzinfo=UTC)}),
        ("due_at", {"due_at": datetime(2020, 1, 1, tzinfo=UTC)}),
    ],
)
def test_feedback_that_makes_no_sense(cast, field, wrong):
    with pytest.raises(ValidationError) as error:
        logged(cast, **wrong)
    assert field in error.value.message_dict
    assert not Feedback.objects.exists()


@pytest.mark.django_db
def test_nobody_of_another_office_owns_it_or_is_praised(cast):
    with pytest.raises(ValidationError, match="cannot own"):
        logged(cast, owner=cast.charlie)
    with pytest.raises(ValidationError, match="does not work in this office"):
        logged(cast, kind="compliment", praised=cast.charlie)
    with pytest.raises(ValidationError, match="another office"):
        logged(cast, service=cast.other_service)


@pytest.mark.django_db
def test_regard_itself_gives_it_to_who_leads_the_unit(cast):
    assert logged(cast, by=System("a form")).loop.owner == cast.bob


@pytest.mark.django_db
def test_what_came_by_import_is_taken_up_once(cast):
    told = Feedback.objects.create(silo=cast.silo, unit=cast.permits, kind="complaint", at=timezone.now(), text="slow")
    assert actions.take_up(by=cast.bob, feedback=told).owner == cast.bob
    with pytest.raises(ValidationError, match="already"):
        actions.take_up(by=cast.alice, feedback=told)


# --- the way to the answer


@pytest.mark.django_db
def test_from_word_to_lesson(cast, loop):
    actions.acknowledge(by=cast.alice, loop=loop, text="We have it.")
    assert (loop.state, loop.next_step) == ("acknowledged", "Find out what happened")
    actions.assess(by=cast.alice, loop=loop, severity="high", cause="delay", finding="The list of calls was lost.")
    assert (loop.state, loop.next_step) == ("assessed", "Answer")
    actions.answer(by=cast.alice, loop=loop, text="We are sorry.", redress="Called the same day")
    assert loop.state == "answered"
    actions.close(by=cast.alice, loop=loop, lesson="Calls are kept in Regard.")
    fresh = Loop.objects.get(pk=loop.pk)
    assert (fresh.state, fresh.next_step, fresh.due_at) == ("closed", "", None)
    assert (fresh.severity, fresh.cause, fresh.redress) == ("high", "delay", "Called the same day")
    assert fresh.lesson == "Calls are kept in Regard."
    assert all([fresh.received_at, fresh.acknowledged_at, fresh.assessed_at, fresh.answered_at, fresh.closed_at])


@pytest.mark.django_db
def test_a_complaint_is_not_closed_unanswered_without_a_reason(cast, loop):
    with pytest.raises(ValidationError) as error:
        actions.close(by=cast.alice, loop=loop)
    assert "reason" in error.value.message_dict
    actions.close(by=cast.alice, loop=loop, reason="They withdrew it.")
    assert loop.state == "closed"
    with pytest.raises(ValidationError, match="Reopen it first"):
        actions.answer(by=cast.alice, loop=loop, text="Late")
    actions.reopen(by=cast.alice, loop=loop, reason="They called again.")
    assert (loop.state, loop.next_step) == ("received", "Answer")


@pytest.mark.django_db
def test_who_acts_on_an_old_page_is_told(cast, loop):
    seen = loop.stamps_seen
    actions.note(by=cast.bob, loop=loop, text="I know this person.")
    with pytest.raises(ValidationError, match="Bob Ochoa changed this meanwhile"):
        actions.answer(by=cast.alice, loop=loop, text="x", seen=seen)


@pytest.mark.django_db
def test_stamps_cannot_be_changed_or_removed(loop):
    for change in (lambda: Stamp.objects.update(text="x"), lambda: Stamp.objects.all()._raw_delete("default")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.django_db
def test_an_answer_by_letter_carries_the_private_link(cast):
    loop = logged(cast, answer_to="jane@example.org").loop
    actions.answer(by=cast.alice, loop=loop, text="We are sorry.", link="https://office.example/said/k")
    letter = Contact.objects.get()
    assert (letter.counterpart, letter.outcome, letter.direction) == ("jane@example.org", "queued", "out")
    assert letter.body == "We are sorry.\n\nRead this again, or write back, here:\nhttps://office.example/said/k"
    assert loop.stamps.get(kind="answered").contact_id == letter.pk
    assert ProcrastinateJob.objects.filter(task_name="desk.send_reply").count() == 1


@pytest.mark.django_db
def test_without_an_address_no_letter_leaves(cast, loop):
    actions.answer(by=cast.alice, loop=loop, text="We are sorry.")
    assert not Contact.objects.exists()


# --- what the customer writes back


@pytest.mark.django_db
def test_a_reply_comes_to_the_owner_as_the_next_step(cast, loop):
    actions.answer(by=cast.alice, loop=loop, text="Done.")
    actions.close(by=cast.alice, loop=loop)
    actions.reply(by=CUSTOMER, loop=loop, text="It is not done.")
    assert (loop.state, loop.next_step) == ("received", "Read what they wrote, and answer")
    assert loop.due_at is not None
    actions.reply(by=CUSTOMER, loop=loop, text="It is not done.")
    assert loop.stamps.filter(kind="replied").count() == 1  # sent twice, kept once


@pytest.mark.django_db
def test_a_flood_through_one_link_is_stopped(loop):
    for n in range(actions.handling.MOST_REPLIES):
        actions.reply(by=CUSTOMER, loop=loop, text=f"again {n}")
    with pytest.raises(ValidationError, match="much today"):
        actions.reply(by=CUSTOMER, loop=loop, text="once more")
    with pytest.raises(ValidationError, match="too long"):
        actions.reply(by=CUSTOMER, loop=loop, text="x" * 20_001)
