"""The pages of voice in a real browser: nothing that axe minds, and nothing wider than a phone."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from regard.office.models import Staff
from regard.voice import actions
from regard.voice.models import Loop
from regard.voice.sampling import Plan
from tests.voice.conftest import BACKEND, logged
from tests.voice.test_samples import customer, drawn, served

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = (1280, 375)
#: Where to leave pictures of the pages, for a person to look at; none unless it is set.
PICTURES = os.environ.get("PICTURES")
LONG = (
    "I came to the counter three times about the fence, and each time somebody else told me something else. "
    "In the end nobody called me back, although I was promised a call by Friday."
)


@pytest.fixture
def open_page(live_server, page: Page, client, settings) -> Callable[..., Page]:
    """Opens a path at a width, signed in as somebody or as nobody."""
    settings.DEBUG = True  # so that the live server finds the static files

    def go(path: str, person: Staff | None, width: int = 1280) -> Page:
        page.context.clear_cookies()
        if person is not None:
            client.force_login(person, backend=BACKEND)
            cookie = client.cookies["sessionid"]
            page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
        page.set_viewport_size({"width": width, "height": 900})
        answer = page.goto(live_server.url + path)
        assert answer is not None
        assert answer.status == 200, path  # else axe would praise the page that says sorry
        return page

    return go


def check(page: Page, name: str, width: int) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
    violations = Axe().run(page).response["violations"]
    assert [f"{v['id']}: {n['html'][:120]}" for v in violations for n in v["nodes"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture
def busy(cast) -> Loop:
    """A complaint that much has happened to, praise, an idea, and a change made because of it."""
    loop = logged(cast, text=LONG, answer_to="jane@example.org").loop
    actions.acknowledge(by=cast.alice, loop=loop, text="Thank you. Alice looks after it.")
    actions.assess(by=cast.alice, loop=loop, severity="medium", cause="delay", finding="The list of calls was lost.")
    actions.answer(by=cast.alice, loop=loop, text="We are sorry. It is on its way.", redress="Called the same day")
    actions.reply(by=cast.alice, loop=loop, text="Thank you, it came.")
    logged(cast, kind="compliment", text="Alice was patient and explained it twice.", praised=cast.alice)
    logged(cast, kind="suggestion", text="Open until six on Thursdays.", owner=cast.bob)
    change = actions.make_improvement(
        by=cast.alice, unit=cast.permits, service=cast.fence, said="Nobody calls back.",
        did="Every promised call is kept in one list now.", loops=[loop],
    )  # fmt: skip
    actions.publish_improvement(by=cast.bob, improvement=change)
    return loop


def test_pages_of_the_register(cast, busy, open_page):
    one = busy.feedback_id
    acts = {word: f"/voice/{one}/{word}" for word in ("answer", "assess", "assign", "close")}
    for width in WIDTHS:
        for name, path in {
            "register": "/voice", "feedback": f"/voice/{one}", "log": "/voice/log", "thanks": "/voice/thanks",
            "improvements": "/voice/improvements", "improvement": f"/voice/improvements/new?feedback={one}",
            "today": "/today", **acts,
        }.items():  # fmt: skip
            check(open_page(path, cast.bob, width), name, width)
        for name, path in {"said": f"/said/{busy.key}", "you-said": "/you-said/birch"}.items():
            check(open_page(path, None, width), name, width)


def test_pages_of_surveys(cast, open_page):
    survey = actions.make_survey(
        by=cast.bob, unit=cast.permits, service=cast.fence, name="At the counter", ready="counter"
    )
    actions.publish_survey(by=cast.bob, survey=survey)
    actions.start_draft(by=cast.bob, survey=survey)
    office = actions.make_survey(by=cast.bob, unit=cast.permits, name="Contractors", ready="contractor")
    actions.publish_survey(by=cast.bob, survey=office)
    steps = actions.make_survey(by=cast.bob, unit=cast.permits, name="Steps", ready="a11", layout="steps")
    actions.publish_survey(by=cast.bob, survey=steps)
    one = f"/voice/surveys/{survey.pk}"
    for width in WIDTHS:
        for name, path in {
            "surveys": "/voice/surveys", "survey-new": "/voice/surveys/new", "survey": one,
            "survey-question": f"{one}/question/done", "survey-texts": f"{one}/texts", "survey-edit": f"{one}/edit",
            "survey-preview": f"{one}/preview",
        }.items():  # fmt: skip
            check(open_page(path, cast.bob, width), name, width)
        for name, path in {
            "respond": f"/s/{survey.key}", "respond-es": f"/s/{survey.key}?lang=es",
            "respond-matrix": f"/s/{office.key}",
            "respond-steps": f"/s/{steps.key}", "respond-thanks": f"/s/{survey.key}/thanks",
        }.items():  # fmt: skip
            check(open_page(path, None, width), name, width)
        page = open_page(f"/s/{survey.key}", None, width)
        page.get_by_role("button", name="Send").click()
        check(page, "respond-faults", width)


def test_pages_of_samples(cast, open_page):
    survey = actions.make_survey(by=cast.goal_owner, unit=cast.office, name="Everybody served", ready="counter")
    actions.publish_survey(by=cast.goal_owner, survey=survey)
    for n in range(30):
        served(cast, customer(cast, f"n{n}", email="" if n % 7 == 0 else f"n{n}@example.org"))
    sample = drawn(survey, cast.goal_owner, plan=Plan(0.5), strata=["unit", "service"])
    invited = sample.invitations.first()
    for width in WIDTHS:
        for name, path in {
            "sample-new": f"/voice/surveys/{survey.pk}/sample", "sample": f"/voice/samples/{sample.pk}",
            "survey-asked": f"/voice/surveys/{survey.pk}",
        }.items():  # fmt: skip
            check(open_page(path, cast.goal_owner, width), name, width)
        for name, path in {"invited": f"/s/{invited.key}", "stop": f"/s/{invited.key}/stop"}.items():
            check(open_page(path, None, width), name, width)
