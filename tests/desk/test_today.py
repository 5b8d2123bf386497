"""Today: each list holds what needs this person, and nobody else's."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from regard.desk import actions
from regard.desk.models import Case, Contact
from regard.desk.queries import today as days
from regard.desk.queries.today import today_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def opened(cast, subject: str, by=None, unit=None, **columns) -> Case:
    case = actions.open_case(by=by or cast.alice, unit=unit or cast.permits, subject=subject)
    Case.objects.filter(pk=case.pk).update(**columns)
    return case


def names(cases) -> list[str]:
    return [case.subject for case in cases]


def test_next_steps_come_in_the_order_they_fall_due(cast, now):
    opened(cast, "later", next_step_due=now + timedelta(days=5))
    opened(cast, "late", next_step_due=now - timedelta(days=1))
    opened(cast, "bob's", by=cast.bob)
    opened(cast, "ended", state="closed")
    today = today_of(cast.alice)
    assert names(today.steps) == ["late", "later"]
    assert today.counts["steps_due"].value == 1


def test_promises_due(cast, now):
    opened(cast, "late", promise_due=now - timedelta(days=1))
    opened(cast, "next week", promise_due=now + timedelta(days=7))
    opened(cast, "bob's", by=cast.bob, promise_due=now - timedelta(hours=1))
    opened(cast, "roads'", by=cast.dora, unit=cast.roads, promise_due=now - timedelta(hours=1))
    assert names(today_of(cast.alice).promises) == ["late"]
    assert names(today_of(cast.bob).promises) == ["late", "bob's"]


def test_what_waits_for_the_unit(cast, now):
    opened(cast, "old", owner=None, run_id=1, received_at=now - timedelta(days=9))
    opened(cast, "new", owner=None, run_id=1)
    handed = opened(cast, "handed", by=cast.dora, unit=cast.roads)
    actions.transfer(by=cast.dora, case=handed, unit=cast.permits, reason="r", context="c")
    today = today_of(cast.alice)
    assert names(today.unassigned) == ["new", "old"]
    assert names(today.handed_over) == ["handed"]
    assert names(today_of(cast.dora).handed_over) == []


def test_messages_and_failed_replies(cast, case, now):
    log = {"by": cast.alice, "channel": "phone", "outcome": "message"}
    waiting = actions.log_contact(unit=cast.permits, body="Call me", **log)
    actions.log_contact(unit=cast.roads, body="Elsewhere", **log)
    actions.log_contact(unit=cast.permits, body="With a case", case=case, **log)
    old = actions.log_contact(unit=cast.permits, body="Old", **log)
    Contact.objects.filter(pk=old.pk).update(started_at=now - timedelta(days=31))
    failed = actions.reply(by=cast.alice, case=case, to="a@example.org", subject="s", body="b")
    actions.mail_failed(by=cast.alice, contact=failed, why="no")
    assert today_of(cast.alice).messages == [waiting]
    assert today_of(cast.alice).failed == [failed]
    assert today_of(cast.bob).failed == [failed]  # a supervisor sees the unit's
    assert today_of(cast.dora).failed == []


def test_a_supervisor_sees_the_team(cast, now):
    opened(cast, "a", standard_due=now - timedelta(days=1), next_step_due=now - timedelta(days=1))
    opened(cast, "b")
    opened(cast, "c", state="closed")
    team = {member.staff.name: member for member in today_of(cast.bob).team}
    assert set(team) == {"Alice Alder", "Bob Ochoa"}
    alice = team["Alice Alder"]
    assert (alice.open.value, alice.overdue.value, alice.steps_due.value) == (2, 1, 1)
    assert today_of(cast.alice).team == []


def test_counts_lead_to_lists_of_that_length(cast, now, signed_in):
    opened(cast, "mine")
    opened(cast, "late", standard_due=now - timedelta(days=1))
    opened(cast, "nobody's", owner=None, run_id=1)
    opened(cast, "bob's", by=cast.bob)
    counts = today_of(cast.alice).counts
    client = signed_in(cast.alice)
    for name, query in {
        "my_open": "owner=me",
        "my_overdue": "owner=me&overdue=on",
        "unit_open": "state=open",
        "unit_overdue": "overdue=on",
        "unassigned": "owner=nobody",
    }.items():
        assert len(client.get(f"/cases?{query}").context["page"].cases) == counts[name].value > 0, name


def test_numbers_are_capped(cast, monkeypatch):
    monkeypatch.setattr(days, "MOST_COUNTED", 2)
    for n in range(4):
        opened(cast, str(n))
    assert str(today_of(cast.alice).counts["my_open"]) == "over 2"


def test_who_holds_no_unit_has_an_empty_day(cast):
    today = today_of(cast.nobody)
    assert not any((today.steps, today.promises, today.handed_over, today.unassigned, today.messages, today.team))


def test_the_same_queries_for_one_row_and_for_ten(cast, signed_in, now):
    client = signed_in(cast.bob)
    counts = []
    for more in (1, 9):
        for n in range(more):
            opened(cast, f"{n}", by=cast.bob, promise_due=now - timedelta(days=1))
            opened(cast, f"{n}", owner=None, run_id=1)
            actions.log_contact(by=cast.bob, unit=cast.permits, channel="phone", outcome="message", body="x")
            handed = opened(cast, "handed", by=cast.dora, unit=cast.roads)
            actions.transfer(by=cast.dora, case=handed, unit=cast.permits, reason="r", context="c")
        with CaptureQueriesContext(connection) as queries:
            client.get("/today")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15
