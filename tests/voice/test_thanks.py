"""Praise reaches the person praised and who leads them, the same day."""

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from regard.office.models import Unit
from regard.voice import actions, tasks
from regard.voice.queries import panels_of
from tests.voice.conftest import logged

pytestmark = pytest.mark.django_db


@pytest.fixture
def praise(cast):
    return logged(cast, kind="compliment", text="Alice was patient.", praised=cast.alice, by=cast.bob)


def test_a_letter_leaves_for_both(cast, praise):
    assert ProcrastinateJob.objects.filter(task_name="voice.tell_of_thanks").count() == 1
    tasks.tell_of_thanks(praise.loop.pk)
    [letter] = mail.outbox
    assert (letter.to, letter.cc) == ([cast.alice.email], [cast.bob.email])
    assert "> Alice was patient." in letter.body
    tasks.tell_of_thanks(praise.loop.pk)
    assert len(mail.outbox) == 1  # told once


def test_a_demo_office_writes_to_nobody(cast, praise):
    Unit.objects.filter(pk=cast.permits.pk).update(is_demo=True)
    tasks.tell_of_thanks(praise.loop.pk)
    assert mail.outbox == []


def test_a_complaint_about_somebody_is_not_sent_to_them_as_praise(cast):
    logged(cast, praised=cast.alice)
    assert not ProcrastinateJob.objects.filter(task_name="voice.tell_of_thanks").exists()


def test_it_stands_on_today_of_both_and_of_nobody_else(cast, praise):
    def shown(person) -> list[str]:
        return [
            item.title for panel in panels_of(person, timezone.now()) if panel.key == "thanks" for item in panel.items
        ]

    assert shown(cast.alice) == ["You were praised"]
    assert shown(cast.bob) == ["Alice Alder was praised"]
    assert shown(cast.dora) == shown(cast.charlie) == shown(cast.nobody) == []


def test_somebody_of_another_unit_reads_praise_of_themselves(cast, signed_in):
    praise = logged(cast, kind="compliment", text="Dora helped.", praised=cast.dora)
    assert b"Dora helped." in signed_in(cast.dora).get(f"/voice/{praise.pk}").content
    complaint = logged(cast)
    assert signed_in(cast.dora).get(f"/voice/{complaint.pk}").status_code == 404


def test_feedback_to_answer_waits_on_today(cast, signed_in, complaint):
    html = signed_in(cast.alice).get(reverse("desk-today")).content.decode()
    assert "Complaint: Tell them that we have it" in html
    assert "Complaint" not in signed_in(cast.dora).get(reverse("desk-today")).content.decode()
    actions.close(by=cast.alice, loop=complaint.loop, reason="r")
    assert "Tell them that we have it" not in signed_in(cast.alice).get(reverse("desk-today")).content.decode()


def test_what_is_overdue_waits_for_the_supervisor_too(cast, complaint):
    loop = complaint.loop
    loop.due_at = timezone.now() - timezone.timedelta(days=1)
    loop.save()
    [panel, _] = panels_of(cast.bob, timezone.now())
    assert [(item.late, item.text) for item in panel.items] == [(True, "With Alice Alder. Nobody called me back.")]


def test_today_costs_the_same_for_one_and_for_many(cast):
    def queries() -> int:
        with CaptureQueriesContext(connection) as told:
            panels_of(cast.bob, timezone.now())
        return len(told)

    logged(cast, kind="compliment", praised=cast.alice, by=cast.bob)
    queries()  # the units of a person are read once a request
    one = queries()
    for _ in range(12):
        logged(cast, kind="compliment", praised=cast.alice, by=cast.bob)
    assert queries() == one


def test_the_wall(cast, signed_in, praise):
    html = signed_in(cast.bob).get("/voice/thanks").content.decode()
    assert "Alice was patient." in html
    assert "Alice was patient." not in signed_in(cast.bob).get("/voice/thanks?mine=on").content.decode()
    assert "Alice was patient." in signed_in(cast.alice).get("/voice/thanks?mine=on").content.decode()
    assert "Alice was patient." not in signed_in(cast.charlie).get("/voice/thanks").content.decode()
