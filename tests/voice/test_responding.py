"""Answering a survey: without JavaScript, in one's own language, once a form, whatever is sent."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from regard.records.models import AuditEntry
from regard.voice import actions
from regard.voice.actions import responding
from regard.voice.models import Answer, Feedback, Response, Survey
from tests.voice.test_surveys import started

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey(cast) -> Survey:
    made = started(cast)
    actions.publish_survey(by=cast.bob, survey=made)
    return made


@pytest.fixture
def visitor() -> Client:
    """Somebody without a cookie whose forms are checked for forgery like everybody's."""
    return Client(enforce_csrf_checks=True)


def hidden(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))


def opened(visitor, survey, query: str = "") -> dict[str, str]:
    answer = visitor.get(f"/s/{survey.key}{query}")
    assert answer.status_code == 200
    return hidden(answer.content.decode())


def test_an_answer_is_kept_with_its_wording(cast, survey, visitor):
    told = {**opened(visitor, survey), "q_done": "no", "q_missing": "The form", "q_easy": "2", "q_more": "مرحبا 🙂"}
    answer = visitor.post(f"/s/{survey.key}?by=counter", told)
    assert answer.status_code == 302
    assert "Thank you. A person reads" in visitor.get(answer["Location"]).content.decode()
    response = Response.objects.get()
    assert (response.unit, response.service, response.channel) == (cast.permits, cast.fence, "counter")
    kept = {one.question: one for one in Answer.objects.all()}
    assert kept["done"].chosen == ["no"]
    assert (kept["easy"].score, kept["easy"].lowest, kept["easy"].highest) == (2.0, 1.0, 5.0)
    assert kept["easy"].wording == "How easy was it?"
    assert len({one.series for one in kept.values()}) == 4
    feedback = Feedback.objects.get()
    assert (feedback.kind, feedback.score, feedback.scale_max, feedback.solicited) == ("response", 2.0, 5.0, True)
    assert (feedback.question, feedback.text) == ("How easy was it?", "The form\n\nمرحبا 🙂")  # noqa: RUF001
    entry = AuditEntry.objects.get(action="voice.take_response")
    assert entry.office_id == cast.office.pk
    assert "The form" not in str(entry.changes)


def test_sent_twice_is_one_answer(survey, visitor):
    told = {**opened(visitor, survey), "q_done": "yes"}
    codes = [visitor.post(f"/s/{survey.key}", told).status_code for _ in range(3)]
    assert codes == [302, 302, 302]
    assert Response.objects.count() == Feedback.objects.count() == 1


def test_what_is_missing_is_said_and_what_was_written_stays(survey, visitor):
    answer = visitor.post(f"/s/{survey.key}", {**opened(visitor, survey), "q_easy": "4", "q_more": "kept"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Please answer this." in html
    assert ">kept</textarea>" in html
    assert 'value="4" checked' in html
    assert not Response.objects.exists()


def test_nothing_at_all_is_no_answer(cast, visitor):
    made = started(cast, "a11_before_2024")
    actions.publish_survey(by=cast.bob, survey=made)
    assert visitor.post(f"/s/{made.key}", opened(visitor, made)).status_code == 422
    assert not Response.objects.exists()


def test_in_another_language(survey, visitor):
    html = visitor.get(f"/s/{survey.key}?lang=es").content.decode()
    assert '<html lang="es">' in html
    assert "¿Obtuvo lo que buscaba?" in html
    assert "Solo si respondió" in html
    by_browser = visitor.get(f"/s/{survey.key}", headers={"accept-language": "es-MX,es;q=0.9"}).content.decode()
    assert "¿Obtuvo lo que buscaba?" in by_browser
    visitor.post(f"/s/{survey.key}", {**opened(visitor, survey, "?lang=es"), "q_done": "yes"})
    assert Answer.objects.get().wording == "¿Obtuvo lo que buscaba?"
    assert Response.objects.get().language == "es"


def test_step_by_step_and_back_and_around_a_branch(cast, survey, visitor):
    actions.change_survey(by=cast.bob, survey=survey, name="Steps", layout="steps")
    told = opened(visitor, survey)
    assert told["at"] == "done"

    def go(told: dict, **more: str) -> dict:
        answer = visitor.post(f"/s/{survey.key}", {**told, **more})
        assert answer.status_code in (200, 302), answer.content.decode()[-2000:]
        return hidden(answer.content.decode())

    assert visitor.post(f"/s/{survey.key}", {**told, "go": "next"}).status_code == 422
    second = go(told, q_done="no", go="next")
    assert (second["at"], second["q_done"]) == ("missing", "no")
    back = go(second, q_missing="Papers", go="back")
    assert back["at"] == "done"
    other = go(back, q_done="yes", go="next")
    assert other["at"] == "easy"  # nothing was missing now
    last = go(other, q_easy="5", go="next")
    assert last["at"] == "more"
    go(last, q_more="", go="next")
    assert {one.question for one in Answer.objects.all()} == {"done", "easy"}


def test_a_survey_that_changed_meanwhile_takes_what_was_opened(cast, survey, visitor):
    told = {**opened(visitor, survey), "q_done": "yes", "q_more": "old question"}
    actions.start_draft(by=cast.bob, survey=survey)
    actions.remove_question(by=cast.bob, survey=survey, code="more")
    actions.publish_survey(by=cast.bob, survey=survey)
    assert visitor.post(f"/s/{survey.key}", told).status_code == 302
    assert Response.objects.get().version.number == 1
    assert Answer.objects.filter(question="more").exists()
    assert opened(visitor, survey)["version"] == "2"


def test_a_draft_is_not_asked(cast, survey, visitor):
    actions.start_draft(by=cast.bob, survey=survey)
    told = {**opened(visitor, survey), "version": "2", "q_done": "yes"}
    visitor.post(f"/s/{survey.key}", told)
    assert Response.objects.get().version.number == 1


@pytest.mark.parametrize("end", ["closed", "expired", "unpublished"])
def test_an_end_is_told_kindly(cast, survey, visitor, end):
    if end == "closed":
        actions.close_survey(by=cast.bob, survey=survey)
    elif end == "expired":
        past = timezone.now() - timezone.timedelta(days=1)
        actions.change_survey(by=cast.bob, survey=survey, name="x", layout="one_page", open_until=past)
    else:
        survey = started(cast)
    answer = visitor.get(f"/s/{survey.key}")
    assert answer.status_code == 410
    assert "Thank you for wanting to answer" in answer.content.decode()
    assert visitor.post(f"/s/{survey.key}", {"q_done": "yes"}).status_code == 410
    assert not Response.objects.exists()


def test_a_program_that_fills_in_everything_is_set_aside(survey, visitor):
    visitor.post(f"/s/{survey.key}", {**opened(visitor, survey), "q_done": "yes", "website": "http://spam.example"})
    response = Response.objects.get()
    assert response.set_aside
    assert response.feedback is None
    assert not Feedback.objects.exists()


def test_a_flood_is_held_back_and_nothing_written_is_lost(survey, visitor):
    for _ in range(responding.MOST_FROM_ONE):
        assert visitor.post(f"/s/{survey.key}", {"submission": uuid4(), "q_done": "yes"}).status_code == 302
    answer = visitor.post(f"/s/{survey.key}", {"submission": uuid4(), "q_done": "yes", "q_more": "kept"})
    assert answer.status_code == 429
    assert "ten minutes" in answer.content.decode()
    assert ">kept</textarea>" in answer.content.decode()
    elsewhere = visitor.post(f"/s/{survey.key}", {"submission": uuid4(), "q_done": "yes"}, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 302


def test_a_comment_of_a_megabyte_is_refused_in_words(survey, visitor):
    answer = visitor.post(f"/s/{survey.key}", {**opened(visitor, survey), "q_done": "yes", "q_more": "x" * 1_000_000})
    assert answer.status_code == 422
    assert "too long" in answer.content.decode()


@pytest.mark.parametrize("nonsense", [
    {"submission": "x"}, {"version": "999999999999"}, {"version": "-1"}, {"lang": "xx"}, {"by": "<script>"},
    {"q_done": ["yes", "no"]}, {"q_easy": "NaN"}, {"q_unknown": "x"}, {"at": "nowhere", "go": "next"},
])  # fmt: skip
def test_nonsense_breaks_nothing(survey, visitor, nonsense):
    answer = visitor.post(f"/s/{survey.key}", {**opened(visitor, survey), "q_done": "yes", **nonsense})
    assert answer.status_code in (302, 422)


def test_scripts_come_back_as_words(survey, visitor):
    told = {**opened(visitor, survey), "q_more": "</textarea><script>alert(1)</script>"}
    html = visitor.post(f"/s/{survey.key}", told).content.decode()
    assert "<script>alert" not in html


def test_only_the_embedded_form_may_stand_in_another_page(survey, visitor):
    plain, embedded = visitor.get(f"/s/{survey.key}"), visitor.get(f"/s/{survey.key}/embed")
    assert plain["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in plain["Content-Security-Policy"]
    assert "X-Frame-Options" not in embedded
    assert "frame-ancestors *" in embedded["Content-Security-Policy"]
    assert (
        "script-src" not in embedded["Content-Security-Policy"] or "'unsafe" not in embedded["Content-Security-Policy"]
    )


def test_no_cookie_is_set(survey, visitor):
    visitor.get(f"/s/{survey.key}")
    visitor.post(f"/s/{survey.key}", {"submission": uuid4(), "q_done": "yes"})
    assert dict(visitor.cookies) == {}


@pytest.mark.parametrize("key", ["x", "%00", "..", "A" * 65])
def test_a_wrong_key_opens_nothing(survey, visitor, key):
    for path in (f"/s/{key}", f"/s/{key}/embed", f"/s/{key}/thanks"):
        assert visitor.get(path).status_code == 404
