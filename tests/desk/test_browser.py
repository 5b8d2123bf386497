"""The desk in a real browser: nothing that axe minds, nothing wider than a phone, a case worked by keyboard alone."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page

from regard.customers.models import Customer
from regard.desk import actions
from regard.desk.models import Case
from regard.office.models import Staff
from tests.desk.conftest import BACKEND

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = (1280, 375)
#: Where to leave pictures of the pages, for a person to look at; none unless it is set.
PICTURES = os.environ.get("PICTURES")
WORDS = (
    "note", "reply", "assign", "transfer", "promise", "move-promise", "keep-promise", "next-step", "pause", "resolve",
    "close", "withdraw", "merge", "recategorise", "amend", "undo",
)  # fmt: skip


@pytest.fixture
def busy(cast) -> Case:
    """A day in an office: a case that much has happened to, and one of everything that waits."""
    now = timezone.now()
    jane = Customer.objects.create(office=cast.office, name="Jane Roe", email="jane@example.org", phone="+12025550143")
    case = actions.open_case(
        by=cast.alice, unit=cast.permits, service=cast.fence, subject="Fence on Elm Street", customer=jane,
        description="Wants to put up a fence of six feet along Elm Street.\n\nAsked twice already.", channel="phone",
        address="Elm Street 12",
    )  # fmt: skip
    actions.promise(by=cast.alice, case=case, text="We visit the site", due=now + timedelta(hours=2))
    actions.pause(by=cast.alice, case=case, question="How high will it be?", reason="The limit depends on it")
    actions.resume(by=cast.alice, case=case, text="Six feet")
    actions.note(by=cast.bob, case=case, text="The neighbour has written too.")
    reply = actions.reply(by=cast.alice, case=case, to="jane@example.org", subject="Your fence", body="We will visit.")
    actions.mail_failed(by=cast.alice, contact=reply, why="the mail server cannot be reached.")
    handed = actions.open_case(by=cast.dora, unit=cast.roads, service=cast.pothole, subject="Sign behind a hedge")
    actions.transfer(
        by=cast.dora,
        case=handed,
        unit=cast.permits,
        person=cast.alice,
        reason="A hedge needs a permit",
        context="See it",
    )
    for n in range(12):
        actions.open_case(by=cast.bob, unit=cast.permits, service=cast.advice, subject=f"Question number {n}")
    Case.objects.filter(subject__endswith="3").update(owner=None, run_id=1)
    Case.objects.filter(subject__endswith="4").update(
        standard_due=now - timedelta(days=3), next_step_due=now - timedelta(days=2)
    )
    actions.log_contact(
        by=cast.bob,
        unit=cast.permits,
        channel="phone",
        outcome="message",
        counterpart="+1 202 555 0177",
        body="Call me",
    )
    actions.save_filter(by=cast.bob, name="My overdue", query="owner=me&overdue=on")
    return case


@pytest.fixture
def open_page(live_server, page: Page, client) -> Callable[..., Page]:
    """Opens a path at a width, signed in as somebody."""

    def go(path: str, person: Staff, width: int = 1280) -> Page:
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
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"desk-{name}-{width}.png", full_page=True)
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name} at {width}: {found.generate_report()}"
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} is {wide} px too wide at {width}"


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_the_pages_of_the_desk(cast, busy, open_page, width):
    pages = {
        "today": "/today",
        "cases": "/cases",
        "cases-none": "/cases?q=nothing&state=closed",
        "case": f"/cases/{busy.number}",
        "new": "/cases/new",
        "log": "/contacts/new?customer=K" + str(busy.customer_id),
    }
    for name, path in pages.items():
        check(open_page(path, cast.bob, width), name, width)


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_the_forms_of_a_case(cast, busy, open_page, width):
    for word in WORDS:
        check(open_page(f"/cases/{busy.number}/{word}", cast.bob, width), word, width)


def test_a_form_with_errors_is_accessible_and_has_the_focus(cast, busy, open_page):
    page = open_page(f"/cases/{busy.number}/resolve", cast.bob)
    page.get_by_role("button", name="Resolve").click()
    page.wait_for_selector(".rg-errors")
    assert "Please check" in page.evaluate("document.activeElement.textContent")
    check(page, "resolve-errors", 1280)


def test_a_case_is_worked_by_keyboard_alone(cast, busy, open_page):
    page = open_page(f"/cases/{busy.number}", cast.alice)
    page.get_by_role("link", name="Resolve", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#act-panel textarea")
    page.wait_for_function("document.activeElement.name === 'outcome'")
    page.keyboard.type("The permit is issued.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".usa-alert--success")
    busy.refresh_from_db()
    assert busy.state == "resolved"
    page.get_by_role("link", name="Take it back").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Take back").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=is taken back")
    busy.refresh_from_db()
    assert busy.state == "open"


def test_it_works_without_scripts(cast, busy, live_server, browser, client):
    client.force_login(cast.alice, backend=BACKEND)
    context = browser.new_context(java_script_enabled=False)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(f"{live_server.url}/cases/{busy.number}")
    page.get_by_role("link", name="Assign", exact=True).click()
    page.get_by_label("New owner").select_option(label=cast.bob.name)
    page.get_by_role("button", name="Assign").click()
    assert page.get_by_text("The case has a new owner.").is_visible()
    context.close()
