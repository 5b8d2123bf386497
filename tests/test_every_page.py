"""Every page in a real browser: nothing that axe minds, and nothing wider than the screen, wide and narrow."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page

from tests.addresses import NAMED, addresses
from tests.planted import Planted

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
WIDTHS = (1280, 375)
#: Where to leave pictures of the pages, for a person to look at; none unless it is set.
PICTURES = os.environ.get("PICTURES")
#: Pages that only developers see.
NOT_OURS = {"ui-styleguide"}


def faults(page: Page, width: int) -> list[str]:
    """What is wrong with the page, everything on it folded out."""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    violations = Axe().run(page).response["violations"]
    found = [f"{violation['id']}: {node['html'][:100]}" for violation in violations for node in violation["nodes"]]
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [*found, f"{wide} px wide"] if wide > width else found


def pages(client: Client, planted: Planted) -> dict[str, str]:
    """The address of each page that answers with HTML."""
    found = {}
    for name in sorted(set(NAMED) - NOT_OURS):
        address = addresses(name, planted)[0]
        answer = client.get(address)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html") and b"<html" in answer.content:
            found[name] = address
    return found


def test_every_page_is_fit_for_everybody(live_server, settings, client, page: Page, planted: Planted) -> None:
    settings.DEBUG = True  # so that the live server finds the static files
    client.force_login(planted.insider, backend=BACKEND)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    found, told = pages(client, planted), []
    assert len(found) > 20
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for name, address in found.items():
            page.goto(live_server.url + address)
            if PICTURES:
                page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
            told += [f"{name} ({address}) at {width} px: {fault}" for fault in faults(page, width)]
    assert not told, "\n".join(told)
