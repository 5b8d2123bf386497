"""A stranger's first import in a real browser: from the sign-in to a case, with the worker that an office runs."""

import asyncio
import os
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from django.urls import reverse
from playwright.sync_api import Page, expect

from regard.config import jobs
from regard.desk.models import Case
from regard.office.actions import set_password
from regard.sources.models import Run
from tests.sources import kit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
WIDTHS = (1280, 375)
BECOMES = {
    "SR Number": "Number of the case",
    "Date Received": "When it came in",
    "Date Closed": "When it was closed",
    "Request Type": "Service",
    "Method": "Channel",
    "Caller Name": "Name",
    "Ward": "Keep it as a detail",
}
PASSWORD = "a long pass phrase for a test"
#: Where to leave pictures of the pages, for a person to look at; none unless it is set.
PICTURES = os.environ.get("PICTURES")
SMALL_TARGETS = """() => [...document.querySelectorAll('main a, main button, main summary, main select, main input:not([type=hidden])')]
  .filter(e => e.checkVisibility() && !e.matches('.usa-checkbox__input, .usa-radio__input, [tabindex="-1"]'))
  .filter(e => !(e.matches('a') && getComputedStyle(e).display === 'inline'))
  .filter(e => { const b = e.getBoundingClientRect(); return b.width < 24 || b.height < 24; })
  .map(e => e.outerHTML.slice(0, 90))"""


def city_export(rows: int = 200, seed: int = 311) -> str:
    """A 311 export as messy as real ones: US dates, duplicates, an impossible date, words of its own, blanks."""
    pick = random.Random(seed)
    lines = ["SR Number;Date Received;Date Closed;Request Type;Method;Street Address;Caller Name;Caller Phone;Ward"]
    start = datetime(2025, 1, 6, 9)
    for n in range(rows):
        opened = start + timedelta(hours=7 * n)
        closed = opened + timedelta(hours=pick.randint(1, 400))
        shown = f"{closed:%m/%d/%Y %I:%M %p}" if pick.random() < 0.7 else ""
        kind = pick.choice(["Pothole", "Street light out", "Missed collection", "Tree limb down"])
        method = "Drone" if n == 50 else pick.choice(["Phone", "Web", "Walk-in", "E-Mail"])
        name = pick.choice(["Ann Ash", "Ben Birk", "ASH, ANN", "Cleo Cole", ""])
        phone = f"(202) 555-01{n % 90 + 10}" if name else "N/A"
        street = f"{n + 1} Elm St"
        lines.append(
            f"25-{n:05};{opened:%m/%d/%Y %I:%M %p};{shown};{kind};{method};{street};{name};{phone};{n % 9 + 1}"
        )
    lines[7] = lines[7].replace(lines[7].split(";")[1], "02/30/2025 08:00 AM")
    return "\n".join([*lines, lines[10], lines[11]]) + "\n"


def work() -> None:
    """Let a worker do what is queued. In a thread of its own: the browser's driver has this thread's event loop."""

    def run() -> None:
        asyncio.run(jobs.work(alone=False, until_empty=True))
        connections.close_all()

    with ThreadPoolExecutor(1) as other:
        other.submit(run).result(timeout=120)


def check(page: Page, name: str) -> None:
    """Nothing that axe minds, nothing wider than the screen, nothing too small to hit; wide and narrow."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"sources-{name}-{width}.png", full_page=True)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name} at {width}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is too wide at {width}"
        assert page.evaluate(SMALL_TARGETS) == [], f"{name} at {width}"
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.fixture
def said(page: Page) -> list[str]:
    """What the browser complains of: blocked by the policy, missing, broken."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def test_a_first_import_from_the_file_to_a_case(cast, live_server, page: Page, tmp_path, said):
    set_password(by=cast.administrator, staff=cast.analyst, password=PASSWORD)
    file = tmp_path / "city 311 january.csv"
    file.write_text(city_export(), encoding="cp1252")

    # Signing in leads to Sources, which leads to the first file.
    page.goto(live_server.url + reverse("account_login"))
    page.get_by_label("E-mail").or_(page.get_by_label("Email")).first.fill(cast.analyst.email)
    page.get_by_label("Password").first.fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("navigation").get_by_role("link", name="Sources").click()
    check(page, "empty")
    page.get_by_role("link", name="Import your first file").click()
    check(page, "upload")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload and look at it").click()

    # The wizard: who it is from, the question that only a person can answer, what would come of it.
    expect(page.get_by_role("heading", level=1)).to_have_text("What the columns become")
    expect(page.locator("main")).to_contain_text("separated by semicolons")
    check(page, "map")
    page.get_by_label("Name of the new source").fill("City 311")
    page.get_by_label("The month comes first").check(force=True)
    for column, word in BECOMES.items():
        page.get_by_role("combobox", name=column, exact=True).select_option(label=word)
    page.get_by_role("button", name="Show what comes of it").click()
    outcome = page.locator("#outcome")
    expect(outcome).to_contain_text("Tried on the whole file")
    expect(outcome).to_contain_text("25-00000")
    expect(outcome).to_contain_text("02/30/2025 08:00 AM")
    page.get_by_label("Anything else, here or in later files").select_option(label="Put the row into quarantine")
    page.get_by_label("Drone").select_option(label="other")
    page.get_by_role("button", name="Show what comes of it").click()
    check(page, "outcome")
    page.get_by_role("button", name="Import the file").click()

    # The import, done by the worker; then its books.
    expect(page.get_by_role("heading", level=1)).to_contain_text("Import ")
    expect(page.locator("main")).to_contain_text("Waiting for its turn")
    check(page, "waiting")
    work()
    expect(page.locator("main")).to_contain_text("Every row is accounted for", timeout=15_000)  # the page asked itself
    run = Run.objects.get()
    assert (run.rows_in_file, run.loaded, run.repeats, run.quarantined) == (202, 199, 2, 1)
    check(page, "books")

    # The one row that could not be read is corrected, and read again.
    page.get_by_role("link", name="Correct the rows").click()
    check(page, "quarantine")
    page.get_by_role("link", name="Row 8").click()
    check(page, "row")
    page.get_by_label("Date Received").fill("03/02/2025 08:00 AM")
    page.get_by_role("button", name="Save and load this row").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Import ")
    work()
    page.reload()
    expect(page.locator("main")).to_contain_text("1 = 1 loaded")
    assert Case.objects.count() == 200

    # From the import to the cases, and to one of them.
    page.get_by_role("link", name="The cases").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Cases")
    number = Case.objects.get(silo_key="25-00006").number
    page.goto(f"{live_server.url}{reverse('desk-cases')}?q={number}&state=any")
    page.get_by_role("link", name=number).first.click()
    expect(page.locator("main")).to_contain_text(number)
    expect(page.locator("main")).to_contain_text("City 311")
    assert said == []


@pytest.fixture
def open_page(live_server, page: Page, client) -> Callable[..., Page]:
    def go(path: str, person) -> Page:
        client.force_login(person, backend=BACKEND)
        cookie = client.cookies["sessionid"]
        page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(live_server.url + path)
        return page

    return go


def test_axe_finds_nothing_on_the_other_pages_of_sources(cast, open_page):
    silo = kit.make_silo(cast.office, rhythm_days=7, steward="Joe", description="Calls to 311")
    run = kit.import_text(silo, kit.messy(bad=3, unknown=3))
    uncut = kit.import_text(silo, kit.csv_text(kit.GOOD) + '5,"never closed, and so on\n6,x\n')
    upload = kit.make_upload("id,opened\n1,3/4/2018\n2,5/6/2018\n", received_by=cast.analyst.email)
    done = kit.waiting(run)[0]
    pages = {
        "list": reverse("sources-list"),
        "silo": reverse("sources-silo", args=["csb"]),
        "silo-edit": reverse("sources-silo-edit", args=["csb"]),
        "mapping": reverse("sources-mapping", args=[run.mapping_id]),
        "remembered": reverse("sources-map", args=[run.upload_id]),
        "question": reverse("sources-map", args=[upload.pk]),
        "quarantine-filtered": reverse("sources-quarantine", args=[run.pk]) + "?reason=bad_date",
        "quarantine-none": reverse("sources-quarantine", args=[run.pk]) + "?state=set_aside",
        "row-alike": reverse("sources-row", args=[done.pk]),
        "row-uncut": reverse("sources-row", args=[kit.waiting(uncut)[0].pk]),
    }
    for name, path in pages.items():
        page = open_page(path, cast.analyst)
        page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
        check(page, name)


def test_the_text_of_a_mapping_and_its_errors(cast, open_page):
    run = kit.import_text(kit.make_silo(cast.office), kit.messy())
    page = open_page(reverse("sources-map", args=[run.upload_id]), cast.analyst)
    page.get_by_role("button", name="Edit as text").click()
    text = page.get_by_label("Mapping (TOML)")
    text.fill(text.input_value().replace("received_at", "recieved_at"))
    page.get_by_role("button", name="Show what comes of it").click()
    expect(page.get_by_role("alert")).to_contain_text("Did you mean 'received_at'")
    expect(page.get_by_role("alert")).to_be_focused()
    check(page, "text")


def test_a_row_is_corrected_by_keyboard_alone(cast, open_page):
    run = kit.import_text(kit.make_silo(cast.office), kit.messy(bad=1, unknown=0))
    row = kit.waiting(run)[0]
    page = open_page(reverse("sources-row", args=[row.pk]), cast.analyst)
    field = page.get_by_label("opened")
    expect(field).to_have_accessible_description("When it came in '2018-13-45 08:00' is not a date we can read "
                                                 "(column opened). Correct the date or add its format to the mapping.")  # fmt: skip
    for _ in range(60):
        page.keyboard.press("Tab")
        if field.evaluate("e => e === document.activeElement"):
            break
    expect(field).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("2018-01-09 08:00")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Import ")
    row.refresh_from_db()
    assert row.fixed == {"opened": "2018-01-09 08:00"}


def test_without_scripts_an_import_can_be_made(cast, live_server, browser, client, tmp_path):
    kit.make_mapping(kit.make_silo(cast.office))
    file = tmp_path / "january.csv"
    file.write_text(kit.messy())
    client.force_login(cast.analyst, backend=BACKEND)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 800})
    cookie = client.cookies["sessionid"]
    context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + reverse("sources-upload"))
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload and look at it").click()
    page.get_by_role("button", name="Import the file").click()
    expect(page.locator("main")).to_contain_text("load the page again to see how far it is")
    kit.do(Run.objects.get())
    page.reload()
    expect(page.locator("main")).to_contain_text("Every row is accounted for")
    context.close()
