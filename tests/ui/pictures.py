"""Takes the pictures of docs/pictures anew, from a demo office that is being served.

    ./run --port 8123 &
    PYTHONPATH=src .venv/bin/python -m tests.ui.pictures http://localhost:8123

Each picture is what one of the demo's roles sees in a window of 1280 by 860.
"""

import os
import re
import sys

from playwright.sync_api import Page, sync_playwright

from regard.config.home import ROOT
from tests import chromium

FOLDER = ROOT / "docs" / "pictures"
#: Name of the picture: the role that looks, and the address, or a step from the page before.
PICTURES = {
    "today": ("Front-line officer", "/today"),
    "cases": ("Supervisor", "/cases"),
    "customer": ("Front-line officer", "/today"),
    "case": ("Front-line officer", "/today"),
    "dashboard": ("Supervisor", "/dashboard"),
    "measure": ("Analyst", "/measures/time-to-resolve"),
    "sources": ("Analyst", "/sources"),
}
#: What to click before the picture is taken.
STEPS = {
    "case": ["main a[href^='/cases/C']"],
    "customer": ["main a[href^='/cases/C']", "main a[href^='/customers/K']"],
}


def enter(page: Page, address: str, role: str) -> None:
    """Sign in with one click, as the demo office allows."""
    page.context.clear_cookies()
    page.goto(f"{address}/accounts/login/")
    page.get_by_role("button", name=re.compile(role)).first.click()
    page.wait_for_load_state()


def main(address: str) -> None:
    found = chromium.find()
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(chromium.node()))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.program, env={**os.environ, **found.environment}, args=chromium.ARGUMENTS
        )
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        for name, (role, path) in PICTURES.items():
            enter(page, address, role)
            page.goto(address + path)
            for link in STEPS.get(name, ()):
                page.locator(link).first.click()
                page.wait_for_load_state()
            page.screenshot(path=FOLDER / f"{name}.png")
            print(f"{name}.png: {page.title()}")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
