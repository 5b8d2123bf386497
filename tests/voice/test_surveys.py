"""Building a survey: drafts, versions that never change, and who may ask."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from regard.voice import actions
from regard.voice.models import Survey, SurveyVersion
from regard.voice.questionnaire import Kind

pytestmark = pytest.mark.django_db


def started(cast, ready: str = "counter", **told) -> Survey:
    usual = {"by": cast.bob, "unit": cast.permits, "service": cast.fence, "name": "Counter", "ready": ready}
    return actions.make_survey(**{**usual, **told})


@pytest.fixture
def survey(cast) -> Survey:
    made = started(cast)
    actions.publish_survey(by=cast.bob, survey=made)
    return made


def test_what_is_published_never_changes(cast, survey):
    with pytest.raises(ValidationError, match="next version first"):
        actions.remove_question(by=cast.bob, survey=survey, code="easy")
    for change in (
        lambda: SurveyVersion.objects.update(definition={}),
        lambda: SurveyVersion.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_change_makes_the_next_version(cast, survey):
    draft = actions.start_draft(by=cast.bob, survey=survey)
    assert draft.number == 2
    with pytest.raises(ValidationError, match="draft already"):
        actions.start_draft(by=cast.bob, survey=survey)
    actions.remove_question(by=cast.bob, survey=survey, code="more")
    actions.publish_survey(by=cast.bob, survey=survey)
    first, second = SurveyVersion.objects.filter(survey=survey).order_by("number")
    assert first.questionnaire.question("more") is not None
    assert second.questionnaire.question("more") is None


def test_a_draft_with_faults_is_not_published(cast):
    made = started(cast, "blank")
    with pytest.raises(ValidationError, match="at least one question"):
        actions.publish_survey(by=cast.bob, survey=made)


def test_moving_questions(cast):
    made = started(cast)
    actions.move_question(by=cast.bob, survey=made, code="easy", up=False)
    actions.move_question(by=cast.bob, survey=made, code="done", up=True)  # it is the first already
    assert [one.code for one in actions.draft_of(made).questionnaire.questions] == ["done", "missing", "more", "easy"]


# --- by the pages


def test_build_one_by_the_pages(cast, signed_in):
    client = signed_in(cast.bob)
    told = {"name": "Own", "ready": "blank", "unit": cast.permits.pk, "layout": "one_page"}
    where = client.post("/voice/surveys/new", told)["Location"]
    texts = {"languages": ["en", "es"], "title_en": "How was it?", "thanks_en": "Thanks"}
    assert client.post(f"{where}/texts", texts).status_code == 302
    scale = {"lowest": 1, "highest": 5}
    rating = {"kind": "rating", "text_en": "Easy?", "text_es": "¿Fácil?", **scale}
    assert client.post(f"{where}/question", {**rating, "text_es": ""}).status_code == 422
    assert client.post(f"{where}/question", rating).status_code == 302
    choice = {
        "kind": "choice", "text_en": "Why?", "text_es": "¿Por qué?", "choices_en": "Slow\nRude",
        "choices_es": "Lento\nGrosero", "show_when": ["q1=1", "q1=2"], **scale,
    }  # fmt: skip
    assert client.post(f"{where}/question", choice).status_code == 302
    refused = client.get(where).content.decode()
    assert "The title lacks es" in refused
    client.post(f"{where}/publish")
    assert not SurveyVersion.objects.filter(published_at__isnull=False).exists()
    client.post(f"{where}/texts", {**texts, "title_es": "¿Cómo fue?"})
    client.post(f"{where}/publish")
    made = SurveyVersion.objects.get(published_at__isnull=False).questionnaire
    assert [(one.code, one.kind) for one in made.questions] == [("q1", Kind.RATING), ("q2", Kind.CHOICE)]
    assert made.questions[1].show_when.values == ("1", "2")
    assert made.questions[1].choices[1].text == {"en": "Rude", "es": "Grosero"}


def test_editing_a_ready_made_question_keeps_its_codes(cast, signed_in):
    made = started(cast, "a11")
    client = signed_in(cast.bob)
    page = client.get(f"/voice/surveys/{made.pk}/question/positive")
    form = page.context["form"]
    told = {name: form.get_initial_for_field(field, name) or "" for name, field in form.fields.items()}
    told |= {"text_en": "What helped?", "required": ""}
    assert client.post(f"/voice/surveys/{made.pk}/question/positive", told).status_code == 302
    asked = actions.draft_of(made).questionnaire.question("positive")
    assert asked.text["en"] == "What helped?"
    assert [choice.code for choice in asked.choices][:2] == ["effectiveness", "ease"]
    assert asked.show_when.values == ("4", "5")


def test_every_page_of_a_survey_opens(cast, signed_in, survey):
    client = signed_in(cast.bob)
    for path in ("", "/edit", "/preview", "/qr"):
        assert client.get(f"/voice/surveys/{survey.pk}{path}").status_code == 200
    assert client.get(f"/voice/surveys/{survey.pk}/question").status_code == 404  # there is no draft
    assert client.get(f"/voice/surveys/{survey.pk}/qr")["Content-Type"] == "image/svg+xml"
    assert client.post(f"/voice/surveys/{survey.pk}/draft").status_code == 302
    assert client.get(f"/voice/surveys/{survey.pk}/question").status_code == 200


@pytest.mark.parametrize("word", ["", "/edit", "/texts", "/question", "/preview", "/qr", "/question/done"])
def test_charlie_finds_no_survey(cast, signed_in, word):
    made = started(cast)
    assert signed_in(cast.charlie).get(f"/voice/surveys/{made.pk}{word}").status_code == 404


@pytest.mark.parametrize("word", ["publish", "draft", "close", "open", "question/done/move", "question/done/remove"])
def test_charlie_and_a_front_line_officer_change_no_survey(cast, signed_in, word):
    made = started(cast)
    before = SurveyVersion.objects.values().get()
    assert signed_in(cast.charlie).post(f"/voice/surveys/{made.pk}/{word}").status_code == 404
    assert signed_in(cast.alice).post(f"/voice/surveys/{made.pk}/{word}").status_code == 403
    assert SurveyVersion.objects.values().get() == before


def test_the_list_costs_the_same_for_one_and_for_thirty(cast, signed_in):
    client = signed_in(cast.bob)

    def queries() -> int:
        with CaptureQueriesContext(connection) as told:
            assert client.get("/voice/surveys").status_code == 200
        return len(told)

    started(cast)
    one = queries()
    for _ in range(29):
        started(cast)
    assert queries() == one
