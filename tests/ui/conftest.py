"""A page of the style guide in a real browser, as somebody who is signed in."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from regard.office.models import Staff
from regard.ui import navigation

WIDTHS = (1280, 375)


@pytest.fixture
def links(monkeypatch: pytest.MonkeyPatch) -> None:
    """Navigation entries that lead somewhere, whatever rooms are there."""
    monkeypatch.setattr(navigation, "_entries", {})
    navigation.register("Screens", "ui-styleguide", order=1)
    navigation.register("Your password", "account_change_password", order=2)
    navigation.register("For analysts", "account_login", roles=("analyst",), order=3)


@pytest.fixture
def open_page(live_server, settings, links, page: Page, client) -> Callable[..., Page]:
    """Opens a path at a width, signed in as a supervisor unless told otherwise."""
    settings.DEBUG = True
    settings.ROOT_URLCONF = "tests.ui.urls"

    def go(path: str, width: int = 1280, *, signed_in: bool = True) -> Page:
        if signed_in:
            alice, _ = Staff.objects.get_or_create(
                email="alice@example.org", defaults={"name": "Alice Supervisor", "roles": ["supervisor"]}
            )
            client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
            cookie = client.cookies["sessionid"]
            page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(live_server.url + path)
        return page

    return go
