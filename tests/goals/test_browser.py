"""A goal set in a real browser, from the three questions to activation; and the pages wide and narrow."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from regard.goals import actions
from regard.goals.models import Goal, GoalSet
from regard.office.models import Staff
from tests.goals.conftest import BACKEND, complete, drafted, service_goal

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = (1280, 375)
#: Where to leave pictures of the pages, for a person to look at; none unless it is set.
PICTURES = os.environ.get("PICTURES")


@pytest.fixture
def open_page(live_server, page: Page, client, settings) -> Callable[..., Page]:
    """Opens a path at a width, signed in as somebody."""
    settings.DEBUG = True  # so that the live server finds the static files

    def go(path: str, person: Staff, width: int = 1280) -> Page:
        page.context.clear_cookies()
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


def test_from_the_three_questions_to_an_active_set(worked, open_page):
    page = open_page("/goals", worked.bob)
    page.get_by_role("link", name="Start a goal set").first.click()
    page.get_by_role("textbox", name="Name").fill("Permits 2025")
    page.get_by_label("First day").fill("2025-01-01")
    page.get_by_label("Last day").fill("2025-12-31")
    page.get_by_role("button", name="Save and find goals").click()

    expect(page.get_by_role("heading", name="1. What is the benefit of working with us")).to_be_visible()
    page.get_by_text("Fence permit: customers wait less long.").click()
    page.get_by_role("button", name="Keep answers and add goals").click()
    expect(page.get_by_text("1 goal added to the draft.")).to_be_visible()

    page.get_by_role("link", name="Activate", exact=True).click()
    page.get_by_role("button", name="Activate the goal set").click()
    expect(page.get_by_text("Not activated")).to_be_visible()
    expect(page.get_by_text("A service goal stands alone. It can be met by serving people worse")).to_be_visible()
    expect(page.get_by_text("name a way in which it could be met while customers are worse off")).to_be_visible()

    page.get_by_role("link", name="Name a way").click()
    page.get_by_text("Closed and opened again: Cases are closed").click()
    page.get_by_role("button", name="Save and choose guards").click()
    expect(page.get_by_label("Reopened must not rise")).to_be_checked()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The guards stand.")).to_be_visible()

    goal_set = GoalSet.objects.get()
    page = open_page(f"/goals/{goal_set.pk}/activate", worked.bob)
    page.get_by_role("link", name="Add a value or orientation goal").click()
    page.get_by_text("Value: what customers gain").click()
    page.get_by_label("The goal in one plain sentence").fill("We publish job aids.")
    page.get_by_label("Or counted by hand: what").fill("job aids")
    page.get_by_label("Target").select_option("add")
    page.get_by_label("How much").fill("5")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="We publish job aids.")).to_be_visible()

    page = open_page(f"/goals/{goal_set.pk}/activate", worked.bob)
    expect(page.get_by_text("Nothing stands against it")).to_be_visible()
    page.get_by_role("button", name="Activate the goal set").click()
    expect(page.get_by_text("The goal set is active.")).to_be_visible()
    goal_set.refresh_from_db()
    assert goal_set.state == "active"
    assert goal_set.goals.get(kind="service").fingerprint


def test_pages_are_fit_for_everybody(worked, open_page):
    draft = drafted(worked, title="Permits to come")
    idea = service_goal(worked, draft, statement="We answer sooner.", measure="time-to-first-answer", number=3)
    aids = {"kind": "orientation", "statement": "We check in with builders.", "counted_as": "builders asked"}
    actions.write_goal(by=worked.bob, goal_set=drafted(worked), form="share", number=3, group=5000, **aids)
    active = drafted(worked, title="Permits 2025")
    goal = complete(worked, active)
    more = {"measure": "promises-kept", "service": None, "form": "reach", "number": 0.95}
    service_goal(worked, draft, statement="We keep what we promise.", **more)
    actions.activate(by=worked.bob, goal_set=active)
    by_hand = Goal.objects.get(goal_set=active, kind="value")
    for month, value in ((2, 4), (4, 5), (6, 3)):
        told = {"on": date(2025, month, 10), "value": value, "evidence": "The list of published aids."}
        actions.enter_value(by=worked.bob, goal=by_hand, **told)
    said = {"statement": goal.statement, "due": None, "owner": worked.alice, "number": 10.0}
    actions.change_active(by=worked.bob, goal=goal, reason="The new law adds an inspection.", **said)
    actions.record_finding(by=worked.bob, goal_set=active, goal=goal, about="Reopened", found="Nothing unusual.")
    gaming = goal.gamings.get()
    paths = {
        "goalsets": "/goals", "goalset-new": "/goals/new", "goalset": f"/goals/{active.pk}",
        "goalset-draft": f"/goals/{draft.pk}", "questions": f"/goals/{draft.pk}/questions",
        "activate": f"/goals/{draft.pk}/activate", "review": f"/goals/{active.pk}/review",
        "goal": f"/goals/goal/{goal.pk}", "goal-hand": f"/goals/goal/{by_hand.pk}",
        "goal-draft": f"/goals/goal/{idea.pk}",
        "goal-edit": f"/goals/goal/{idea.pk}/edit", "gaming-new": f"/goals/goal/{idea.pk}/gaming",
        "guards": f"/goals/gaming/{gaming.pk}/guards", "change": f"/goals/goal/{goal.pk}/change",
        "enter": f"/goals/goal/{by_hand.pk}/enter", "found": f"/goals/goal/{goal.pk}/found",
    }  # fmt: skip
    for width in WIDTHS:
        for name, path in paths.items():
            check(open_page(path, worked.bob, width), name, width)
