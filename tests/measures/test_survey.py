"""The results of a survey: intervals, series, what is too few to tell, and who may see them."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from regard.measures.statistics import wilson
from regard.measures.surveyed import _hidden, results_of
from regard.records.actors import System
from regard.voice import actions
from regard.voice.models import Invitation, Response, Survey
from regard.voice.questionnaire import read
from tests.voice.test_surveys import started

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SOMEBODY = System("a survey")


@pytest.fixture
def survey(cast) -> Survey:
    made = started(cast)
    actions.publish_survey(by=cast.bob, survey=made)
    return made


def answer(survey: Survey, many: int = 1, language: str = "en", invitation=None, **told: str) -> None:
    version = survey.versions.filter(published_at__isnull=False).first()
    version.survey = survey
    for _ in range(many):
        posted = {f"q_{name}": [value] for name, value in told.items()}
        given = read(version.questionnaire, posted, language).given
        from uuid import uuid4  # a new form each time

        actions.take_response(by=SOMEBODY, version=version, given=given, language=language, submission=uuid4(),
                              invitation=invitation)  # fmt: skip


def series(results, question: str):
    return [one for one in results.series if one.question == question]


def page(cast, survey: Survey, person=None, query: str = ""):
    client = Client()
    client.force_login(person or cast.bob, backend=BACKEND)
    return client.get(f"/measures/surveys/{survey.pk}{query}")


def test_shares_have_the_interval_of_wilson(cast, survey):
    for score, many in ((1, 4), (3, 6), (4, 7), (5, 3)):
        answer(survey, many, easy=str(score), done="yes")
    [easy] = series(results_of(survey, staff=cast.bob), "easy")
    assert (easy.n, [bar.count for bar in easy.bars]) == (20, [4, 0, 6, 7, 3])
    expected = wilson(7, 20)
    assert (easy.bars[3].low, easy.bars[3].high) == (expected.low, expected.high)
    assert easy.words == "50% chose 4 or 5, 10 of 20; the true share very likely lies between 30% and 70%."
    assert easy.mean.startswith("No average below 30 answers")


def test_an_average_from_thirty_on(cast, survey):
    answer(survey, 15, easy="5")
    answer(survey, 15, easy="3")
    [easy] = series(results_of(survey, staff=cast.bob), "easy")
    assert easy.mean.startswith("Average 4.00, between 3.6")


def test_choices_are_told_by_their_names(cast, survey):
    answer(survey, 8, done="no")
    answer(survey, 2, done="yes")
    [done] = series(results_of(survey, staff=cast.bob), "done")
    assert [(bar.label, bar.count) for bar in done.bars] == [("Yes", 2), ("Partly", 0), ("No", 8)]
    assert done.words.startswith("Most often: No. 80% chose it, 8 of 10")


def test_too_few_are_not_shown(cast, survey):
    answer(survey, 4, easy="1", done="yes")
    results = results_of(survey, staff=cast.bob)
    assert [(one.is_shown, one.bars, one.words) for one in series(results, "easy")] == [(False, [], "")]
    html = page(cast, survey).content.decode()
    assert "Fewer than 5 answers" in html
    assert "true share" not in html


def test_another_wording_is_another_series(cast, survey):
    answer(survey, 6, easy="5")
    answer(survey, 6, easy="1", language="es")
    found = series(results_of(survey, staff=cast.bob), "easy")
    assert sorted((one.wording, one.n) for one in found) == [("How easy was it?", 6), ("¿Qué tan fácil fue?", 6)]


def test_what_is_set_aside_is_counted_apart(cast, survey):
    answer(survey, 6, easy="5")
    Response.objects.filter(pk=Response.objects.first().pk).update(set_aside="a trap for programs")
    results = results_of(survey, staff=cast.bob)
    assert (results.n, results.set_aside, series(results, "easy")[0].n) == (5, 1, 5)


def test_those_who_were_drawn_come_first(cast, survey):
    from tests.voice.test_samples import customer, drawn, served  # its fixtures are its own

    for n in range(6):
        served(cast, customer(cast, f"n{n}"))
    sample = drawn(survey, cast.bob)
    actions.send_invitations(by=cast.bob, sample=sample, address="https://o.example")
    Invitation.objects.update(state="sent", sent_at=timezone.now())
    for invitation in Invitation.objects.all()[:5]:
        answer(survey, easy="5", invitation=invitation)
    answer(survey, 7, easy="1")
    results = results_of(survey, staff=cast.bob)
    assert (results.whose, results.n) == ("drawn", 5)
    assert results_of(survey, whose="open", staff=cast.bob).n == 7
    assert results_of(survey, whose="all", staff=cast.bob).n == 12
    reach = results.reach
    assert (reach.served, reach.eligible, reach.written, reach.answered) == (6, 6, 6, 5)
    assert "No fair sample" not in page(cast, survey).content.decode()
    assert "No fair sample" in page(cast, survey, query="?whose=all").content.decode()


def test_told_apart_by_channel_and_small_groups_hidden(cast, survey):
    answer(survey, 20, easy="5")
    Response.objects.filter(pk__in=list(Response.objects.values_list("pk", flat=True)[:3])).update(channel="counter")
    Response.objects.filter(pk__in=list(Response.objects.values_list("pk", flat=True)[3:9])).update(channel="email")
    groups = results_of(survey, by="channel", staff=cast.bob).groups
    # three at the counter are too few, and six by e-mail are hidden so that the three cannot be worked out
    assert [(group.name, group.n, group.share is None) for group in groups] == [
        ("web", 11, False), ("email", 6, True), ("counter", 3, True)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [([9, 8], set()), ([9, 8, 4], {1, 2}), ([9, 4, 3], {1, 2}), ([4], {0}), ([5, 4], {0, 1}), ([], set())],
)
def test_a_single_hidden_group_cannot_be_worked_out(sizes, hidden):
    assert _hidden(sizes) == hidden


def test_who_may_see_results(cast, survey):
    answer(survey, 6, easy="5")
    assert page(cast, survey).status_code == 200
    assert page(cast, survey, cast.administrator).status_code == 200
    for person in (cast.dora, cast.charlie):
        assert page(cast, survey, person).status_code == 404
        assert results_of(survey, staff=person).n == 0


def test_results_cost_the_same_for_few_and_for_many(cast, survey):
    def queries() -> int:
        with CaptureQueriesContext(connection) as told:
            assert page(cast, survey).status_code == 200
        return len(told)

    answer(survey, 6, easy="5", done="no", missing="x")
    few = queries()
    answer(survey, 30, easy="2", done="no", missing="x")
    assert queries() == few
