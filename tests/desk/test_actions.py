"""Each action: what it tells, what it refuses, and that a person owns every next step."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from regard.customers.models import Customer
from regard.desk import actions
from regard.desk.models import Case, Contact, Event, SavedFilter
from regard.office.actions import change_unit, deactivate_staff
from regard.records.actors import System
from regard.records.models import AuditEntry
from tests.desk.conftest import kinds, refolded, stored

pytestmark = pytest.mark.django_db


def refused(error: pytest.ExceptionInfo, field: str) -> str:
    return " ".join(error.value.message_dict[field])


def last_audit() -> AuditEntry:
    return AuditEntry.objects.order_by("-id").first()


# --- opening


def test_a_new_case_has_an_owner_and_a_next_step(cast, case):
    assert case.owner == case.next_step_owner == cast.alice
    assert case.next_step == "First answer"
    assert case.next_step_due > timezone.now()
    assert (case.state, case.number, case.silo) == ("open", f"C{case.pk:07d}", cast.silo)
    assert kinds(case) == ["received", "next_step"]
    assert last_audit().action == "desk.open_case"


def test_the_standard_says_when_it_is_due(cast, case):
    assert case.standard_due - case.received_at > timedelta(days=11)  # ten working days
    assert case.due_at == case.standard_due
    free = actions.open_case(by=cast.alice, unit=cast.permits, service=cast.advice, subject="A question")
    assert free.standard_due is None
    assert free.due_at is None


def test_the_first_answer_is_due_by_its_standard_else_next_working_day(cast, case):
    free = actions.open_case(by=cast.alice, unit=cast.permits, subject="A question")
    assert free.next_step_due < case.next_step_due  # one working day, not two
    old = actions.open_case(
        by=cast.alice,
        unit=cast.permits,
        service=cast.fence,
        subject="A letter found late",
        received_at=timezone.now() - timedelta(days=90),
    )
    assert old.next_step_due > timezone.now()


def test_regard_itself_opens_cases_for_the_unit_s_lead(cast):
    case = actions.open_case(by=System("web form"), unit=cast.roads, service=cast.pothole, subject="Pothole")
    assert case.owner == cast.dora
    assert Event.objects.get(case=case, kind="received").actor_name == "system: web form"


def test_without_a_lead_a_supervisor_of_a_unit_above_gets_it(cast):
    change_unit(
        by=cast.bob, unit=cast.permits, name="Permits", parent=cast.office, calendar=None, lead=None, active=True
    )
    assert actions.open_case(by=System("x"), unit=cast.permits, subject="A").owner == cast.bob
    deactivate_staff(by=cast.administrator, staff=cast.bob)
    with pytest.raises(ValidationError) as error:
        actions.open_case(by=System("x"), unit=cast.permits, subject="A")
    assert "Name a person" in refused(error, "owner")


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("subject", {"subject": "  "}),
        ("received_at", {"received_at": timezone.now() + timedelta(days=1)}),
        ("next_step_due", {"next_step_due": timezone.now() - timedelta(days=1)}),
    ],
)
def test_a_case_that_makes_no_sense_is_refused(cast, field, wrong):
    with pytest.raises(ValidationError) as error:
        actions.open_case(**({"by": cast.alice, "unit": cast.permits, "subject": "A"} | wrong))
    assert refused(error, field)
    assert not Case.objects.exists()


def test_other_offices_cannot_be_dragged_in(cast):
    with pytest.raises(ValidationError) as error:
        actions.open_case(by=cast.alice, unit=cast.permits, subject="A", owner=cast.charlie)
    assert "active colleague" in refused(error, "owner")
    with pytest.raises(ValidationError) as error:
        actions.open_case(by=cast.alice, unit=cast.permits, subject="A", service=cast.other_service)
    assert "another office" in refused(error, "service")


def test_an_order_has_lines(cast):
    lines = [{"item_code": "P-1", "item": "Paper", "quantity": 4.0, "unit_price": 3.5}, {"item": "Pens"}]
    order = actions.open_case(by=cast.alice, unit=cast.permits, subject="Order", kind="order", lines=lines)
    assert [(line.line_no, line.item) for line in order.lines.all()] == [(1, "Paper"), (2, "Pens")]


# --- contacts


def test_a_contact_alone(cast):
    contact = actions.log_contact(by=cast.alice, unit=cast.permits, channel="phone", body="Asked for the hours.")
    assert (contact.case, contact.staff, contact.silo) == (None, cast.alice, cast.silo)
    assert not Case.objects.exists()
    assert last_audit().action == "desk.log_contact"


def test_a_follow_up_opens_a_case(cast, tomorrow):
    contact = actions.log_contact(
        by=cast.alice,
        unit=cast.permits,
        channel="phone",
        body="Wants to be called back.\nAbout the fence.",
        next_step="Call back",
        next_step_due=tomorrow,
        next_step_owner=cast.bob,
    )
    case = contact.case
    assert case.subject == "Wants to be called back."
    assert (case.next_step, case.next_step_due, case.next_step_owner) == ("Call back", tomorrow, cast.bob)
    assert kinds(case) == ["received", "next_step", "noted"]
    assert stored(case) == refolded(case)


def test_a_contact_that_answers_is_the_case_s_answer(cast, case):
    at = timezone.now()
    actions.log_contact(
        by=cast.alice, unit=cast.permits, channel="phone", direction="out", outcome="answered", case=case, body="Done"
    )
    case.refresh_from_db()
    assert case.answered_at >= at
    actions.log_contact(by=cast.alice, unit=cast.permits, channel="phone", outcome="message", case=case, body="Hm")
    assert kinds(case)[-2:] == ["answered", "noted"]


def test_a_contact_with_a_next_step_on_a_case(cast, case, tomorrow):
    actions.log_contact(
        by=cast.alice, unit=cast.permits, channel="phone", case=case, body="Will send plans", next_step="Look at plans"
    )
    case.refresh_from_db()
    assert (case.next_step, case.next_step_owner) == ("Look at plans", cast.alice)


def test_returning_a_message(cast):
    left = actions.log_contact(by=cast.alice, unit=cast.permits, channel="phone", outcome="message", body="Call me")
    actions.log_contact(
        by=cast.bob, unit=cast.permits, channel="phone", direction="out", outcome="answered", returns=left
    )
    left.refresh_from_db()
    assert left.handled_at is not None
    other = actions.log_contact(by=cast.alice, unit=cast.permits, channel="phone", outcome="message", body="Call me")
    actions.handle_message(by=cast.alice, contact=other, how="They came to the counter.")
    other.refresh_from_db()
    assert other.handled_at is not None
    assert other.details == {"handled": "They came to the counter."}
    with pytest.raises(ValidationError):
        actions.handle_message(by=cast.alice, contact=other, how=" ")


# --- who has it


def test_assign_takes_the_next_step_along(cast, case):
    due = case.next_step_due
    actions.assign(by=cast.bob, case=case, owner=cast.bob, reason="Alice is away")
    assert (case.owner, case.next_step_owner, case.next_step_due) == (cast.bob, cast.bob, due)
    with pytest.raises(ValidationError):
        actions.assign(by=cast.bob, case=case, owner=cast.bob)
    with pytest.raises(ValidationError):
        actions.assign(by=cast.bob, case=case, owner=cast.charlie)


def test_assign_leaves_a_step_that_somebody_else_has(cast, case, tomorrow):
    actions.set_next_step(by=cast.alice, case=case, text="Measure", due=tomorrow, owner=cast.dora)
    actions.assign(by=cast.bob, case=case, owner=cast.bob)
    assert (case.owner, case.next_step_owner, case.next_step) == (cast.bob, cast.dora, "Measure")


def test_transfer_waits_to_be_accepted_and_is_never_nobody_s(cast, case):
    actions.transfer(by=cast.alice, case=case, unit=cast.roads, reason="It is a road", context="Fence on the kerb")
    assert (case.unit, case.owner, case.next_step_owner) == (cast.roads, cast.dora, cast.dora)
    assert case.handed_over_at is not None
    assert case.transfers == 1
    told = Event.objects.get(case=case, kind="transferred")
    assert (told.text, told.data["reason"]) == ("Fence on the kerb", "It is a road")
    actions.accept(by=cast.dora, case=case)
    assert case.handed_over_at is None
    assert (case.owner, case.next_step_owner) == (cast.dora, cast.dora)
    with pytest.raises(ValidationError, match="accepted it already"):
        actions.accept(by=cast.dora, case=case)


def test_transfer_to_a_person(cast, case):
    actions.transfer(
        by=cast.alice, case=case, unit=cast.office, person=cast.contract_manager, reason="Contract", context="See plan"
    )
    assert (case.owner, case.unit) == (cast.contract_manager, cast.office)


@pytest.mark.parametrize(
    ("field", "wrong"), [("reason", {"reason": " "}), ("context", {"context": ""}), ("unit", {"unit": "permits"})]
)
def test_transfer_wants_a_reason_a_context_and_another_unit(cast, case, field, wrong):
    given = {"unit": "roads", "reason": "r", "context": "c"} | wrong
    given["unit"] = getattr(cast, given["unit"])
    with pytest.raises(ValidationError) as error:
        actions.transfer(by=cast.alice, case=case, **given)
    assert refused(error, field)
    with pytest.raises(ValidationError) as error:
        actions.transfer(by=cast.alice, case=case, unit=cast.other_office, reason="r", context="c")
    assert "another office" in refused(error, "unit")


def test_a_step_that_is_overdue_gets_a_new_due_time_when_it_is_passed_on(cast, case):
    Event.objects.bulk_create(
        [
            Event(
                case=case,
                kind="next_step",
                at=timezone.now(),
                text="Old",
                due_at=timezone.now(),
                data={"owner": cast.alice.pk},
            )
        ]
    )
    actions.note(by=cast.alice, case=case, text="refold")
    actions.assign(by=cast.bob, case=case, owner=cast.bob)
    assert case.next_step_due > timezone.now()


# --- promises, steps, pauses


def test_promises(cast, case, tomorrow):
    actions.promise(by=cast.alice, case=case, text="We will visit", due=tomorrow)
    assert case.promise_due == tomorrow
    assert case.due_at == tomorrow
    later = tomorrow + timedelta(days=2)
    actions.move_promise(by=cast.alice, case=case, due=later, agreed=True, reason="Storm")
    assert case.promise_due == later
    assert Event.objects.get(case=case, kind="promise_moved").data["agreed"] is True
    actions.keep_promise(by=cast.alice, case=case)
    assert case.promise_due is None
    with pytest.raises(ValidationError, match="not open any more"):
        actions.keep_promise(by=cast.alice, case=case)


@pytest.mark.parametrize(
    ("field", "wrong"), [("text", {"text": ""}), ("due", {"due": "past"}), ("stage", {"stage": "x"})]
)
def test_a_promise_that_makes_no_sense(cast, case, tomorrow, field, wrong):
    given = {"text": "We will", "due": tomorrow} | wrong
    given["due"] = timezone.now() if given["due"] == "past" else given["due"]
    with pytest.raises(ValidationError) as error:
        actions.promise(by=cast.alice, case=case, **given)
    assert refused(error, field)


def test_pause_needs_the_question(cast, case):
    for field, given in (("question", {"question": " ", "reason": "r"}), ("reason", {"question": "q", "reason": ""})):
        with pytest.raises(ValidationError) as error:
            actions.pause(by=cast.alice, case=case, **given)
        assert refused(error, field)


def test_pause_and_resume_move_the_standard_s_limit(cast, case, monkeypatch):
    before = case.standard_due
    actions.pause(by=cast.alice, case=case, question="How high is it?", reason="The limit depends on it")
    assert (case.state, case.next_step) == ("paused", "Ask again if no answer has come")
    with pytest.raises(ValidationError, match="cannot be paused"):
        actions.pause(by=cast.alice, case=case, question="q", reason="r")
    back = timezone.now() + timedelta(days=14)
    monkeypatch.setattr("regard.desk.actions.changing.timezone.now", lambda: back)
    actions.resume(by=cast.alice, case=case, text="2 m")
    assert case.state == "open"
    assert timedelta(days=13) < case.standard_due - before < timedelta(days=15)  # two weeks of working time
    with pytest.raises(ValidationError, match="not paused"):
        actions.resume(by=cast.alice, case=case)


def test_a_next_step_of_a_colleague(cast, case, tomorrow):
    actions.set_next_step(by=cast.alice, case=case, text="Measure", due=tomorrow, owner=cast.bob)
    assert (case.next_step, case.next_step_owner, case.owner) == ("Measure", cast.bob, cast.alice)
    with pytest.raises(ValidationError) as error:
        actions.set_next_step(by=cast.alice, case=case, text="Measure", due=timezone.now() - timedelta(seconds=1))
    assert refused(error, "due")


# --- ending and coming back


def test_resolve_close_reopen(cast, case):
    with pytest.raises(ValidationError) as error:
        actions.resolve(by=cast.alice, case=case, outcome="")
    assert refused(error, "outcome")
    actions.resolve(by=cast.alice, case=case, outcome="Permit issued")
    assert (case.state, case.next_step, case.next_step_due) == ("resolved", "", None)
    with pytest.raises(ValidationError, match="Reopen it first"):
        actions.assign(by=cast.bob, case=case, owner=cast.bob)
    actions.close(by=cast.alice, case=case)
    assert case.state == "closed"
    with pytest.raises(ValidationError, match="closed already"):
        actions.close(by=cast.alice, case=case)
    actions.reopen(by=cast.bob, case=case, reason="The customer disagrees")
    assert (case.state, case.owner, case.next_step_owner, case.reopens) == ("open", cast.alice, cast.alice, 1)
    assert case.next_step_due > timezone.now()


def test_an_open_case_is_closed_only_with_a_word_for_the_customer(cast, case):
    with pytest.raises(ValidationError) as error:
        actions.close(by=cast.alice, case=case)
    assert refused(error, "text")
    actions.close(by=cast.alice, case=case, text="Permit issued")
    assert case.resolved_at == case.closed_at


def test_reopen_goes_to_somebody_who_still_works_here(cast, case):
    actions.resolve(by=cast.alice, case=case, outcome="Done")
    deactivate_staff(by=cast.administrator, staff=cast.alice)
    actions.reopen(by=cast.bob, case=case, reason="Not done")
    assert case.owner == cast.bob


def test_withdraw(cast, case):
    with pytest.raises(ValidationError):
        actions.withdraw(by=cast.alice, case=case, reason="")
    actions.withdraw(by=cast.alice, case=case, reason="Moved away")
    assert (case.state, case.resolved_at) == ("withdrawn", None)


def test_merge(cast, case):
    other = actions.open_case(by=cast.bob, unit=cast.permits, subject="The same fence")
    actions.merge(by=cast.alice, case=other, into=case, reason="Sent twice")
    assert (other.state, other.merged_into_id) == ("merged", case.pk)
    assert f"Case {other.number} was merged" in Event.objects.get(case=case, kind="noted").text
    third = actions.open_case(by=cast.bob, unit=cast.permits, subject="Again")
    for into, words in ((other, "itself merged"), (third, "into itself")):
        with pytest.raises(ValidationError) as error:
            actions.merge(by=cast.alice, case=third, into=into)
        assert words in refused(error, "into")
    foreign = actions.open_case(by=cast.charlie, unit=cast.other_office, subject="Tree")
    with pytest.raises(ValidationError) as error:
        actions.merge(by=cast.alice, case=third, into=foreign)
    assert "another office" in refused(error, "into")


def test_undo_one_s_own_last_change(cast, case):
    before = stored(case) | {"events_seen": None}
    actions.resolve(by=cast.alice, case=case, outcome="Oops")
    with pytest.raises(ValidationError, match="your own last change"):
        actions.undo(by=cast.bob, case=case)
    actions.undo(by=cast.alice, case=case)
    assert stored(case) | {"events_seen": None} == before
    assert kinds(case)[-2:] == ["resolved", "retracted"]
    with pytest.raises(ValidationError, match="your own last change"):
        actions.undo(by=cast.alice, case=case)


def test_undo_takes_back_all_that_one_action_told(cast, case):
    before = stored(case) | {"events_seen": None}
    actions.transfer(by=cast.alice, case=case, unit=cast.roads, reason="r", context="c")
    actions.undo(by=cast.alice, case=case)
    assert stored(case) | {"events_seen": None} == before


def test_undo_is_for_moments(cast, case, monkeypatch):
    actions.resolve(by=cast.alice, case=case, outcome="Oops")
    late = timezone.now() + timedelta(minutes=16)
    monkeypatch.setattr("regard.desk.actions.ending.timezone.now", lambda: late)
    with pytest.raises(ValidationError, match="within 15 minutes"):
        actions.undo(by=cast.alice, case=case)


# --- what it is about


def test_recategorise_moves_the_limit(cast, case):
    actions.recategorise(by=cast.alice, case=case, service=cast.pothole, reason="It is about the road")
    assert case.service == cast.pothole
    assert case.standard_due == case.received_at + timedelta(days=3)
    for service, words in ((cast.pothole, "already"), (cast.other_service, "another office")):
        with pytest.raises(ValidationError) as error:
            actions.recategorise(by=cast.alice, case=case, service=service, reason="r")
        assert words in refused(error, "service")


def test_amend_keeps_what_was(cast, case):
    actions.amend(by=cast.alice, case=case, subject="Fence on Oak Street", address="Oak Street 4")
    assert case.subject == "Fence on Oak Street"
    told = Event.objects.get(case=case, kind="amended")
    assert told.data["before"] == {"subject": "Fence on Elm Street", "address": ""}
    count = AuditEntry.objects.count()
    actions.amend(by=cast.alice, case=case, subject="Fence on Oak Street")
    assert AuditEntry.objects.count() == count
    with pytest.raises(ValueError, match="state"):
        actions.amend(by=cast.alice, case=case, state="closed")


def test_the_audit_trail_has_no_words_of_the_customer(cast, case):
    actions.amend(by=cast.alice, case=case, subject="Jane Roe's fence")
    actions.note(by=cast.alice, case=case, text="Jane Roe called")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(changes::text, ' ') FROM records_auditentry")
        assert "Jane" not in cursor.fetchone()[0]


# --- saved filters


def test_saved_filters_are_one_s_own(cast):
    saved = actions.save_filter(by=cast.alice, name=" My  fences ", query="service=1")
    assert saved.name == "My fences"
    again = actions.save_filter(by=cast.alice, name="My fences", query="service=2")
    assert (again.pk, again.query) == (saved.pk, "service=2")
    actions.set_default_filter(by=cast.alice, saved=saved)
    other = actions.save_filter(by=cast.alice, name="Others", query="")
    actions.set_default_filter(by=cast.alice, saved=other)
    assert list(SavedFilter.objects.filter(is_default=True)) == [other]
    actions.delete_filter(by=cast.alice, saved=other)
    assert list(SavedFilter.objects.all()) == [saved]
    with pytest.raises(ValidationError):
        actions.save_filter(by=cast.alice, name=" ", query="")


# --- two at once


def test_two_people_do_not_overwrite_each_other(cast, case):
    seen = case.events_seen
    actions.assign(by=cast.bob, case=case, owner=cast.bob, seen=seen)
    with pytest.raises(actions.ChangedMeanwhileError) as error:
        actions.resolve(by=cast.alice, case=case, outcome="Done", seen=seen)
    message = error.value.messages[0]
    assert message.startswith("Bob Ochoa changed this case just now: ")
    assert case.number in message
    assert "resolved" not in kinds(case)
    actions.note(by=cast.alice, case=case, text="A note never clashes")
    actions.resolve(by=cast.alice, case=case, outcome="Done", seen=Case.objects.get(pk=case.pk).events_seen)


def test_an_action_that_fails_leaves_nothing(cast, case):
    count, audits = Event.objects.count(), AuditEntry.objects.count()
    with pytest.raises(ValidationError):
        actions.log_contact(
            by=cast.alice, unit=cast.permits, channel="phone", case=case, next_step="x",
            next_step_due=timezone.now() - timedelta(days=1),
        )  # fmt: skip
    assert (Event.objects.count(), AuditEntry.objects.count(), Contact.objects.count()) == (count, audits, 0)


def test_a_customer_on_the_case_is_a_customer_of_its_contacts(cast):
    customer = Customer.objects.create(office=cast.office, name="Jane Roe")
    case = actions.open_case(by=cast.alice, unit=cast.permits, subject="A", customer=customer)
    contact = actions.log_contact(by=cast.alice, unit=cast.permits, channel="phone", case=case)
    assert contact.customer == customer
