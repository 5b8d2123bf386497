"""Drawing customers who were served, writing to them over real SMTP, reminding them, and what they answer."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from regard.customers.models import Customer
from regard.desk.models import Case, Contact
from regard.records.models import AuditEntry
from regard.voice import actions, drawing, tasks
from regard.voice.models import Feedback, Invitation, Response, Sample, Silence, Survey
from regard.voice.sampling import Plan
from tests.desk.test_mail import Letterbox, letterbox  # noqa: F401 - a fixture
from tests.voice.test_surveys import started

pytestmark = pytest.mark.django_db
DAY = timezone.timedelta(days=1)


@pytest.fixture
def survey(cast) -> Survey:
    made = started(cast, service=None, unit=cast.office, by=cast.goal_owner)
    actions.publish_survey(by=cast.goal_owner, survey=made)
    return made


def customer(cast, name: str, **told) -> Customer:
    return Customer.objects.create(**{"office": cast.office, "name": name, "email": f"{name}@example.org", **told})


def served(cast, one: Customer, **told) -> Case:
    usual = {"silo": cast.silo, "unit": cast.permits, "service": cast.fence, "received_at": timezone.now() - 9 * DAY}
    return Case.objects.create(
        **{**usual, "customer": one, "closed_at": timezone.now() - DAY, "state": "closed", **told}
    )


def drawn(survey, by, **told) -> Sample:
    now = timezone.now()
    usual = {"served_from": now - 30 * DAY, "served_to": now, "plan": Plan(1.0)}
    return actions.draw_sample(by=by, survey=survey, **{**usual, **told})


def names(sample: Sample) -> list[str]:
    return sorted(Invitation.objects.filter(sample=sample).values_list("customer__name", flat=True))


# --- who is in the frame


def test_who_was_served_can_be_asked_however_it_ended(cast, survey):
    served(cast, customer(cast, "closed"))
    served(cast, customer(cast, "withdrawn"), closed_at=None, withdrawn_at=timezone.now() - DAY, state="withdrawn")
    served(cast, customer(cast, "open"), closed_at=None, state="open")
    served(cast, customer(cast, "before"), closed_at=timezone.now() - 60 * DAY)
    Contact.objects.create(silo=cast.silo, unit=cast.roads, channel="phone", direction="in",
                           started_at=timezone.now() - DAY, customer=customer(cast, "caller"))  # fmt: skip
    Contact.objects.create(silo=cast.silo, unit=cast.roads, channel="email", direction="out",
                           started_at=timezone.now() - DAY, customer=customer(cast, "written-to"))  # fmt: skip
    customer(cast, "never")
    sample = drawn(survey, cast.goal_owner)
    assert names(sample) == ["caller", "closed", "withdrawn"]
    assert (sample.frame, sample.eligible, sample.drawn) == (3, 3, 3)
    assert Invitation.objects.get(customer__name="caller").unit == cast.roads


def test_another_office_and_another_unit_are_not_in_it(cast, survey):
    other = Customer.objects.create(office=cast.other_office, name="theirs", email="t@example.org")
    served(cast, other, silo=cast.other_silo, unit=cast.other_office, service=cast.other_service)
    served(cast, customer(cast, "roads"), unit=cast.roads, service=cast.pothole)
    assert names(drawn(survey, cast.goal_owner)) == ["roads"]
    of_permits = started(cast, service=None)
    actions.publish_survey(by=cast.bob, survey=of_permits)
    assert names(drawn(of_permits, cast.bob, fatigue_days=0)) == []


@pytest.mark.parametrize("few", [20_000, 0], ids=["looked up", "read in one go"])
def test_why_somebody_is_not_asked_is_counted(cast, survey, monkeypatch, few):
    monkeypatch.setattr(drawing, "_FEW", few)
    for name, told in {
        "asked": {}, "restricted": {"restricted": True}, "silent": {}, "nowhere": {"email": ""},
        "broken": {"email": "not an address"}, "double-1": {"email": "D@example.org"},
        "double-2": {"email": "d@example.org "},
    }.items():  # fmt: skip
        one = customer(cast, name, **told)
        served(cast, one)
        served(cast, one)
        if name == "silent":
            Silence.objects.create(customer=one)
    sample = drawn(survey, cast.goal_owner)
    assert names(sample) == ["asked", "double-1"]
    assert sample.exclusions == {"restricted": 1, "silent": 1, "no_address": 2, "same_address": 1}
    assert sample.frame == sample.eligible + sum(sample.exclusions.values())


def test_a_merged_customer_is_one(cast, survey):
    one = customer(cast, "stays")
    served(cast, one)
    served(cast, customer(cast, "gone", merged_into=one))
    assert names(drawn(survey, cast.goal_owner)) == ["stays"]


def test_nobody_is_asked_twice_within_the_days(cast, survey):
    for n in range(10):
        served(cast, customer(cast, f"n{n}"))
    first = drawn(survey, cast.goal_owner, plan=Plan(0.4))
    second = drawn(survey, cast.goal_owner, plan=Plan(1.0))
    assert (first.drawn, second.drawn) == (4, 6)
    assert second.exclusions == {"asked_lately": 4}
    assert not set(names(first)) & set(names(second))
    actions.discard_sample(by=cast.goal_owner, sample=second)
    assert drawn(survey, cast.goal_owner).drawn == 6  # who was never written to was not asked
    assert drawn(survey, cast.goal_owner, fatigue_days=0).drawn == 10


def test_strata_a_minimum_and_the_same_seed(cast, survey):
    for n in range(40):
        served(cast, customer(cast, f"p{n}"))
    for n in range(4):
        served(cast, customer(cast, f"r{n}"), unit=cast.roads, service=cast.pothole)
    plan = Plan(0.1, minimum=11, least=2)
    sample = drawn(survey, cast.goal_owner, plan=plan, strata=["unit"], seed=5)
    told = {one["stratum"]: (one["eligible"], one["drawn"]) for one in sample.sizes}
    assert told == {"Permits": (40, 10), "Roads": (4, 2)}
    again = drawn(survey, cast.goal_owner, plan=plan, strata=["unit"], seed=5, fatigue_days=0)
    assert (again.drawn_digest, again.frame_digest) == (sample.drawn_digest, sample.frame_digest)
    other = drawn(survey, cast.goal_owner, plan=plan, strata=["unit"], seed=6, fatigue_days=0)
    assert other.drawn_digest != sample.drawn_digest
    entry = AuditEntry.objects.filter(action="voice.draw_sample").earliest("id")
    assert (entry.count, entry.changes["note"]["seed"]) == (12, 5)


def test_the_seed_is_the_systems_own(cast, survey):
    served(cast, customer(cast, "one"))
    assert drawn(survey, cast.goal_owner).seed != drawn(survey, cast.goal_owner).seed


def test_nobody_is_asked_with_a_draft_or_in_no_time(cast, survey):
    with pytest.raises(ValidationError, match="Publish the survey first"):
        drawn(started(cast), cast.bob)
    with pytest.raises(ValidationError, match="before the start"):
        drawn(survey, cast.goal_owner, served_to=timezone.now() - 90 * DAY)


def test_an_empty_frame_is_said(cast, survey):
    sample = drawn(survey, cast.goal_owner)
    assert (sample.frame, sample.drawn) == (0, 0)
    with pytest.raises(ValidationError, match="Nobody was drawn"):
        actions.send_invitations(by=cast.goal_owner, sample=sample, address="https://o.example")


# --- letters


@pytest.fixture
def sample(cast, survey) -> Sample:
    for name in ("ana", "ben"):
        served(cast, customer(cast, name))
    made = drawn(survey, cast.goal_owner)
    return actions.send_invitations(by=cast.goal_owner, sample=made, address="https://office.example/")


def links(letter) -> list[str]:
    return re.findall(r"https://office\.example(/s/\S+)", letter.get_content())


def test_everybody_drawn_gets_one_letter(cast, sample, letterbox: Letterbox):  # noqa: F811
    assert ProcrastinateJob.objects.filter(task_name="voice.send_invitations").count() == 1
    tasks.send_invitations(sample.pk)
    tasks.send_invitations(sample.pk)
    assert sorted(to for to, _ in letterbox.letters) == [["ana@example.org"], ["ben@example.org"]]
    letter = letterbox.letters[0][1]
    assert letter["Subject"] == "How did we do?"
    assert letter["From"] == "Birch County <office@birch.example>"
    assert letter["List-Unsubscribe"].endswith("/stop>")
    assert "Fence permit" in letter.get_content()
    assert "¿Cómo le fue?" in letter.get_content()
    assert set(Invitation.objects.values_list("state", flat=True)) == {"sent"}
    assert AuditEntry.objects.filter(action="voice.letters_done").get().count == 2


def test_a_refusal_is_final_and_seen(cast, sample, letterbox, signed_in):  # noqa: F811
    letterbox.answers["RCPT"] = "550 no such user"
    tasks.send_invitations(sample.pk)
    assert set(Invitation.objects.values_list("state", "error")) == {
        ("failed", "the mail server does not accept this address.")
    }


def test_a_server_that_is_away_is_tried_again_where_it_stopped(sample, letterbox, settings):  # noqa: F811
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    with pytest.raises(OSError):
        tasks.send_invitations(sample.pk)
    assert set(Invitation.objects.values_list("state", flat=True)) == {"drawn"}
    settings.EMAIL_PORT = port
    tasks.send_invitations(sample.pk)
    assert len(letterbox.letters) == 2


def test_a_reminder_once_and_only_to_the_silent(cast, sample, letterbox):  # noqa: F811
    tasks.send_invitations(sample.pk)
    ana = Invitation.objects.get(customer__name="ana")
    Client().post(f"/s/{ana.key}", {"q_done": "yes"})
    tasks.remind_due(0)
    assert len(letterbox.letters) == 2  # too early
    Sample.objects.update(sent_at=timezone.now() - 8 * DAY)
    for _ in range(2):
        tasks.remind_due(0)
        tasks.send_invitations(sample.pk)
    assert [to for to, _ in letterbox.letters[2:]] == [["ben@example.org"]]
    assert "You can still tell us" in letterbox.letters[2][1].get_content()


def test_whoever_does_not_want_to_be_asked_is_left_alone(cast, survey, sample, letterbox):  # noqa: F811
    tasks.send_invitations(sample.pk)
    ben = Invitation.objects.get(customer__name="ben")
    visitor = Client(enforce_csrf_checks=True)
    assert "Do not ask me again" in visitor.get(f"/s/{ben.key}/stop").content.decode()
    assert not Silence.objects.exists()  # mail programs open links by themselves
    for _ in range(2):
        assert visitor.post(f"/s/{ben.key}/stop").status_code == 200
    assert Silence.objects.get().customer == ben.customer
    actions.remind(by=cast.goal_owner, sample=sample)
    tasks.send_invitations(sample.pk)
    assert [to for to, _ in letterbox.letters[2:]] == [["ana@example.org"]]
    assert drawn(survey, cast.goal_owner, fatigue_days=0).exclusions == {"silent": 1}


def test_a_demo_office_writes_to_nobody(cast, sample, letterbox):  # noqa: F811
    cast.office.is_demo = True
    cast.office.save()
    tasks.send_invitations(sample.pk)
    assert letterbox.letters == []


# --- answers


def test_an_answer_by_a_personal_link(cast, sample, letterbox):  # noqa: F811
    tasks.send_invitations(sample.pk)
    ana = Invitation.objects.select_related("customer").get(customer__name="ana")
    visitor = Client(enforce_csrf_checks=True)
    page = visitor.get(f"/s/{ana.key}?lang=en")
    assert "the office sees that the answer is yours" in page.content.decode()
    assert "ana" not in page.content.decode().replace("language", "")
    assert visitor.post(f"/s/{ana.key}?by=email", {"q_done": "no", "q_easy": "1"}).status_code == 302
    for other in ({"q_done": "yes"}, {"q_done": "yes", "submission": "x"}):
        visitor.post(f"/s/{ana.key}", other)
    response = Response.objects.get()
    assert (response.invitation, response.unit, response.service) == (ana, cast.permits, cast.fence)
    assert (response.channel, response.sender) == ("email", "")
    assert Feedback.objects.get().customer == ana.customer
    ana.refresh_from_db()
    assert (ana.state, ana.answered_at) == ("answered", response.at)
    assert "We have your answer already" in visitor.get(f"/s/{ana.key}").content.decode()


# --- pages


def test_draw_and_send_by_the_pages(cast, survey, signed_in):
    for n in range(6):
        served(cast, customer(cast, f"n{n}"))
    client = signed_in(cast.goal_owner)
    today = timezone.localdate()
    told = {
        "served_from": today - 30 * DAY, "served_to": today, "share": 50, "minimum": 0, "least": 0,
        "fatigue_days": 90, "remind_after": 0, "strata": ["unit", "service"],
    }  # fmt: skip
    where = client.post(f"/voice/surveys/{survey.pk}/sample", told)["Location"]
    html = client.get(where).content.decode()
    assert "Permits, Fence permit" in html
    assert "a share is known to within" in html.lower()
    client.post(f"{where}/send")
    assert Sample.objects.get().address == "http://testserver"
    client.post(f"{where}/discard")
    assert Sample.objects.get().discarded_at is None
    client.post(f"{where}/remind")
    assert Sample.objects.get().reminded_at is not None


def test_there_is_no_way_to_pick_somebody(cast, survey, signed_in):
    one = customer(cast, "friend")
    told = {"served_from": "2026-01-01", "served_to": "2026-02-01", "share": 100, "minimum": 0, "least": 0,
            "fatigue_days": 0, "remind_after": 0, "customer": one.pk, "seed": 5}  # fmt: skip
    signed_in(cast.goal_owner).post(f"/voice/surveys/{survey.pk}/sample", told)
    sample = Sample.objects.get()
    assert (sample.drawn, sample.seed == 5) == (0, False)


@pytest.mark.parametrize("word", ["", "/send", "/discard", "/remind"])
def test_charlie_finds_no_sample(cast, sample, signed_in, word):
    client = signed_in(cast.charlie)
    for answer in (client.get(f"/voice/samples/{sample.pk}{word}"), client.post(f"/voice/samples/{sample.pk}{word}")):
        assert answer.status_code in (404, 405)
    assert client.get(f"/voice/surveys/{sample.survey_id}/sample").status_code == 404


def test_small_groups_are_not_told(cast, sample, letterbox, signed_in):  # noqa: F811
    tasks.send_invitations(sample.pk)
    Client().post(f"/s/{Invitation.objects.first().key}", {"q_done": "yes"})
    assert "fewer than 5" in signed_in(cast.goal_owner).get(f"/voice/samples/{sample.pk}").content.decode()


def test_a_sample_costs_the_same_for_few_and_for_many(cast, survey, signed_in):
    client = signed_in(cast.goal_owner)

    def queries(many: int) -> int:
        for n in range(many):
            served(cast, customer(cast, f"m{many}-{n}"))
        made = drawn(survey, cast.goal_owner)
        with CaptureQueriesContext(connection) as told:
            assert client.get(f"/voice/samples/{made.pk}").status_code == 200
        return len(told)

    assert queries(1) == queries(30)
