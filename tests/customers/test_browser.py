"""Who is who in a real browser: a pair reviewed by keyboard alone, a wrong merge found and taken back."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from regard.customers import actions
from regard.customers.models import Customer, IdentityChange, Link, ReviewPair
from regard.desk.models import Case
from regard.office.models import Silo, Staff
from regard.records.actors import System
from tests.customers.fake_matching import _fake_match, evidence, matched  # noqa: F401 - a fixture
from tests.customers.kit import make_person, make_rows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
WIDTHS = (1280, 375)
#: Where to leave pictures of the pages, for a person to look at; none unless it is set.
PICTURES = os.environ.get("PICTURES")


@pytest.fixture
def office(cast) -> dict[str, object]:
    """Two registers that tell of one family, a matching that joined too much, and pairs it could not tell."""
    permits = Silo.objects.create(code="permit-register", name="Permit register", unit=cast.office)
    calls = Silo.objects.create(code="calls", name="Phone log", unit=cast.office)
    told = {"email": "perez@mail.example", "postcode": "55401", "language": "es"}
    ana, (a1,) = make_person(cast, "Ana Perez", silo=permits, phone="+16125550142", address="12 Elm Street", **told)
    anna, (a2,) = make_person(cast, "Anna Pérez-Lopez", silo=calls, phone="+16125550143", address="12 Elm St", **told)
    bo, (b1,) = make_person(cast, "Bo Chen", silo=permits, phone="+16125550150", address="3 Oak Avenue")
    bea, (b2,) = make_person(cast, "Bea Chen", silo=calls, phone="+16125550150", address="3 Oak Avenue")
    for customer, record in ((ana, a1), (anna, a2), (bo, b1), (bea, b2)):
        make_rows(cast, customer, record)
    make_rows(cast, bea)
    why = evidence(name=-2.5, email=9.2, address=6.1, phone=-1.2, postcode=2.0)
    actions.apply_match(
        by=System("matching"), office=cast.office,
        matched=matched({(a1.pk, a2.pk): 0.7, (b1.pk, b2.pk): 0.97}, [[a1.pk], [a2.pk], [b1.pk, b2.pk]], told=why),
    )  # fmt: skip
    return {"ana": ana, "anna": anna, "bo": bo, "bea": bea, "records": (a1, a2, b1, b2)}


@pytest.fixture
def open_page(live_server, page: Page, client, settings) -> Callable[..., Page]:
    """Opens a path at a width, signed in as somebody."""
    settings.DEBUG = True  # so that the live server finds the static files

    def go(path: str, person: Staff, width: int = 1280) -> Page:
        client.force_login(person, backend=BACKEND)
        cookie = client.cookies["sessionid"]
        page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
        page.set_viewport_size({"width": width, "height": 900})
        answer = page.goto(live_server.url + path)
        assert answer is not None
        assert answer.status == 200, path
        return page

    return go


def check(page: Page, name: str, width: int) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"customers-{name}-{width}.png", full_page=True)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name} at {width}: {found.generate_report()}"
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} is {wide} px too wide at {width}"


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_the_pages_of_who_is_who(cast, office, open_page, width):
    bo, ana = office["bo"].number, office["ana"].number
    change, record = IdentityChange.objects.get(), office["records"][0]
    pages = {
        "review": "/customers/review",
        "picture": f"/customers/{bo}",
        "sources": f"/customers/{bo}/sources",
        "history": f"/customers/{bo}/history",
        "undo": f"/customers/{bo}/history/{change.pk}/undo",
        "split": f"/customers/{bo}/split",
        "unlink": f"/customers/{ana}/records/{record.pk}/unlink",
        "merge-search": f"/customers/{ana}/merge",
        "merge": f"/customers/{ana}/merge?with={office['anna'].number}",
    }
    for name, path in pages.items():
        check(open_page(path, cast.bob, width), name, width)


def test_a_borderline_pair_is_reviewed_by_keyboard_alone(cast, office, open_page):
    page = open_page("/customers/review", cast.bob)
    assert page.get_by_text("2 pairs are left for you").is_visible()
    first = ReviewPair.objects.order_by("place").first()
    page.keyboard.press("s")
    page.wait_for_selector(".usa-alert--success")
    first.refresh_from_db()
    assert (first.state, first.verdict) == ("settled", "same")
    holders = Link.objects.filter(record__in=(first.left_id, first.right_id), ended_at=None)
    assert holders.values("customer").distinct().count() == 1
    page.keyboard.press("u")
    page.wait_for_selector("text=Taken back")
    first.refresh_from_db()
    assert first.state == "open"
    page.get_by_label("Reason (optional)").focus()
    page.keyboard.type("s and d are letters here")
    first.refresh_from_db()
    assert first.state == "open"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the second button
    page.wait_for_selector("text=1 pair is left for you")
    first.refresh_from_db()
    assert first.verdict == "different"
    assert first.decisions.latest("id").reason == "s and d are letters here"


def test_a_wrong_merge_is_found_and_taken_back_and_the_cases_are_back(cast, office, open_page):
    bo, bea = office["bo"], office["bea"]
    assert Case.objects.filter(customer=bo).count() == 3
    page = open_page("/customers?q=Bea", cast.bob)
    page.get_by_role("link", name="Bo Chen").or_(page.get_by_role("link", name="Bea Chen")).first.click()
    page.get_by_role("link", name="Who is who").click()
    page.get_by_role("link", name="Take back").click()
    assert page.get_by_text(f"{bea.number} went into {bo.number}").is_visible()
    page.get_by_label("Reason").fill("They are sisters")
    page.get_by_role("button", name="Take back").click()
    page.wait_for_selector(".usa-alert--success")
    assert (Case.objects.filter(customer=bo).count(), Case.objects.filter(customer=bea).count()) == (1, 2)
    page = open_page(f"/customers/{bea.number}", cast.bob)
    assert page.get_by_role("heading", name="Bea Chen").is_visible()
    assert Customer.objects.get(pk=bea.pk).merged_into is None


def test_it_works_without_scripts(cast, office, live_server, browser, client, settings):
    settings.DEBUG = True
    client.force_login(cast.bob, backend=BACKEND)
    context = browser.new_context(java_script_enabled=False)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(f"{live_server.url}/customers/review")
    page.get_by_role("button", name="Different").click()
    assert page.get_by_text("1 pair is left for you").is_visible()
    context.close()
