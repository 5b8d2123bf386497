"""The style guide and the sign-in in a real browser, wide and narrow."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.ui.conftest import WIDTHS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GUIDE = "/ui/styleguide"
OPEN_PAGES = ["/accounts/login/", "/accounts/password/reset/", "/no-such-page"]

SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, summary, select, input:not([type=hidden])')]
  .filter(e => e.checkVisibility() && !e.matches('.usa-skipnav, .usa-checkbox__input, .usa-radio__input'))
  .filter(e => !(e.matches('a') && getComputedStyle(e).display === 'inline'))  // links inside text are exempt
  .filter(e => { const b = e.getBoundingClientRect(); return b.width < 24 || b.height < 24; })
  .map(e => e.outerHTML.slice(0, 90))"""
WIDER = """() => [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1
  && !e.closest('.rg-table-box, .rg-chart__box') && !e.closest('.usa-sr-only')).map(e => e.outerHTML.slice(0, 90))"""


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {node['html'][:120]}" for v in found for node in v["nodes"]]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_style_guide_has_no_accessibility_violation(open_page: Callable[..., Page], width: int) -> None:
    page = open_page(GUIDE, width)
    assert violations(page) == []
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    if width < 600:
        page.click(".rg-menu-button")
        page.click(".rg-filter__button")
    assert violations(page) == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", OPEN_PAGES)
def test_signed_out_pages_have_no_accessibility_violation(
    open_page: Callable[..., Page], settings, path: str, width: int
) -> None:
    page = open_page(GUIDE, width, signed_in=False)
    settings.DEBUG = False  # else the address that does not exist shows Django's own page
    page.goto(page.url.removesuffix(GUIDE) + path)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_axe_would_notice(open_page: Callable[..., Page]) -> None:
    page = open_page(GUIDE)
    page.evaluate("document.querySelector('label[for=id_subject]').remove()")
    assert any(line.startswith("label") for line in violations(page))


def test_nothing_is_wider_than_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_page(GUIDE, 375)
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    assert page.evaluate(WIDER) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_what_one_clicks_is_large_enough(open_page: Callable[..., Page], width: int) -> None:
    assert open_page(GUIDE, width).evaluate(SMALL_TARGETS) == []


def test_the_policy_blocks_nothing_and_nothing_is_missing(open_page: Callable[..., Page]) -> None:
    page = open_page(GUIDE, signed_in=False)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("response", lambda answer: said.append(answer.url) if answer.status >= 400 else None)
    page.reload()
    page.click("text=Show as a table")
    assert said == []


def test_a_keyboard_reaches_the_content_and_the_search(open_page: Callable[..., Page]) -> None:
    page = open_page(GUIDE)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    expect(page.locator("#site-search")).to_be_focused()
    page.keyboard.type("a/b")  # in a field it is a letter like others
    expect(page.locator("#site-search")).to_have_value("a/b")
    page.evaluate("document.querySelector('.usa-skipnav').focus()")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_the_shortcut_can_be_turned_off(open_page: Callable[..., Page]) -> None:
    page = open_page(GUIDE)
    page.click(".rg-account summary")
    page.click("[data-shortcuts]")
    expect(page.locator("[data-shortcuts]")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Escape")
    expect(page.locator(".rg-account summary")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#site-search")).not_to_be_focused()
    page.reload()
    expect(page.locator("[data-shortcuts]")).to_have_attribute("aria-pressed", "false")


def test_the_menu_of_a_phone_by_keyboard(open_page: Callable[..., Page]) -> None:
    page = open_page(GUIDE, 375)
    button, nav = page.locator(".rg-menu-button"), page.locator(".rg-nav")
    expect(nav).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    expect(nav).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".rg-nav a[aria-current=page]")).to_have_text("Screens")
    page.keyboard.press("Escape")
    expect(nav).to_be_hidden()
    expect(button).to_be_focused()


def test_without_scripts_everything_is_there(open_page: Callable[..., Page], browser) -> None:
    address = open_page(GUIDE, 375).url
    cookies = open_page(GUIDE, 375).context.cookies()
    context = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 800})
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(address)
    expect(page.locator(".rg-nav")).to_be_visible()
    expect(page.locator(".rg-filter__form")).to_be_visible()
    expect(page.locator(".rg-menu-button")).to_be_hidden()
    context.close()


def test_after_an_error_the_focus_is_on_what_is_wrong(open_page: Callable[..., Page]) -> None:
    page = open_page(GUIDE)
    expect(page.locator(".rg-errors")).to_be_focused()
    page.click(".rg-errors a >> nth=0")
    expect(page.locator("#id_wrong-subject")).to_be_focused()


def test_a_part_that_cannot_be_fetched_says_so(open_page: Callable[..., Page]) -> None:
    page = open_page(GUIDE)
    page.evaluate("htmx.ajax('GET', '/no-such-part', {target: '#run-1', swap: 'innerHTML'})")
    expect(page.get_by_role("alert").filter(has_text="That did not work")).to_be_visible()
    assert violations(page) == []


def test_a_part_asked_for_after_the_session_ended_leads_to_the_sign_in(open_page: Callable[..., Page]) -> None:
    page = open_page("/accounts/password/change/")
    page.context.clear_cookies()
    page.evaluate("htmx.ajax('GET', location.pathname, {target: '#main', swap: 'innerHTML'})")
    page.wait_for_url("**/accounts/login/**")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_form_is_sent_once(open_page: Callable[..., Page]) -> None:
    form = open_page(GUIDE).locator("form[aria-label='A form']")
    send = "form => form.dispatchEvent(new SubmitEvent('submit', {bubbles: true, cancelable: true}))"
    assert [form.evaluate(send), form.evaluate(send)] == [True, False]  # False: it was held back


def test_paper_shows_the_figures_and_not_the_frame(open_page: Callable[..., Page]) -> None:
    page = open_page(GUIDE)
    page.emulate_media(media="print")
    expect(page.locator(".rg-figure-card").first).to_be_visible()
    expect(page.locator(".rg-chart svg").first).to_be_visible()
    for frame in (".rg-search", ".rg-nav", ".rg-footer", ".rg-filter"):
        expect(page.locator(frame)).to_be_hidden()
