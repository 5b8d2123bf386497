"""A full survey in a real browser: built, drawn, invited over real SMTP, answered on a phone without scripts, read.

And one comment of it, on to an owner, an answer and a published change.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from regard.voice import tasks
from regard.voice.models import Feedback, Sample
from tests.desk.test_mail import Letterbox, letterbox  # noqa: F401 - a fixture
from tests.voice.test_browser import check, open_page  # noqa: F401 - a fixture
from tests.voice.test_samples import customer, served

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 375, "height": 700}


def build(page: Page) -> None:
    """A survey of the office's own wording, published."""
    page.get_by_role("link", name="New survey").click()
    page.get_by_label("Name", exact=True).fill("After a permit")
    page.get_by_text("A short survey: did you get what you came for?").click()
    page.get_by_role("button", name="Start").click()
    page.get_by_role("link", name="Add a question").click()
    page.get_by_label("How it is answered").select_option(label="A number on a scale")
    page.get_by_label("The question (English)").fill("How clear was our letter?")
    page.get_by_label("The question (Español)").fill("¿Qué tan clara fue la carta?")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="How clear was our letter?", exact=True)).to_be_visible()
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.get_by_text("Takes answers")).to_be_visible()


def draw(page: Page) -> None:
    page.get_by_role("link", name="Draw whom to ask").click()
    page.get_by_label("Ask how many of 100").fill("100")
    page.get_by_label("but at least so many customers").fill("0")
    page.get_by_role("button", name="Draw", exact=True).click()
    expect(page.get_by_text("A share is known to within").first).to_be_visible()
    page.get_by_role("button", name="Send the invitations").click()
    expect(page.get_by_text("The letters are on their way.")).to_be_visible()


def answer(browser: Browser, link: str, clear: str, comment: str) -> None:
    """On a phone, without scripts, as somebody without an account."""
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.goto(link)
    page.get_by_text("Yes", exact=True).click()
    group = page.get_by_role("group", name="How clear was our letter?")
    group.get_by_text(clear, exact=True).click()
    page.get_by_label("Anything else you want to say?").fill(comment)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert context.cookies() == []
    context.close()


def test_from_question_to_published_change(
    cast,
    browser: Browser,
    open_page: Callable[..., Page],  # noqa: F811
    letterbox: Letterbox,  # noqa: F811
    live_server,
) -> None:
    for n in range(8):
        served(cast, customer(cast, f"n{n}"))
    page = open_page("/voice/surveys", cast.bob)
    build(page)
    draw(page)
    tasks.send_invitations(Sample.objects.get().pk)
    texts = [letter.get_content() for _, letter in letterbox.letters]
    links = [re.search(r"http://\S+/s/\S+lang=en", text)[0] for text in texts]
    assert len(set(links)) == 8
    assert all(link.startswith(live_server.url) for link in links)
    for n, link in enumerate(links[:7]):
        answer(browser, link, "5" if n else "2", "" if n else "The letter had no phone number.")

    page = open_page("/voice/surveys", cast.bob)
    page.get_by_role("link", name="After a permit").click()
    page.get_by_role("link", name="Results").click()
    expect(
        page.get_by_text("86% chose 4 or 5, 6 of 7; the true share very likely lies between 49% and 97%.")
    ).to_be_visible()
    expect(page.get_by_text("88% of the letters")).to_be_visible()
    check(page, "survey-results", 1280)
    page.set_viewport_size(PHONE)
    check(page, "survey-results", 375)
    page.set_viewport_size({"width": 1280, "height": 900})

    comment = Feedback.objects.get(text="The letter had no phone number.")
    page = open_page(f"/voice/{comment.pk}", cast.bob)
    page.get_by_role("button", name="Take it up").click()
    page.get_by_role("link", name="Answer").click()
    page.get_by_label("Your answer").fill("You are right. Every letter has it now.")
    page.get_by_label("Their e-mail address").fill("n0@example.org")
    page.get_by_role("button", name="Send the answer").click()
    page.get_by_role("link", name="Write down what we changed because of it").click()
    page.get_by_label("You said").fill("Your letters have no phone number.")
    page.get_by_label("We did").fill("Every letter has one now.")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Publish").click()
    page = open_page("/you-said/birch", None)
    expect(page.get_by_text("Every letter has one now.")).to_be_visible()
