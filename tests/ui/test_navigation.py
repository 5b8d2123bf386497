"""The primary navigation shows each person their own links."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from regard.ui import navigation


@pytest.fixture(autouse=True)
def entries(monkeypatch: pytest.MonkeyPatch, settings) -> None:
    settings.ROOT_URLCONF = "tests.ui.urls"
    monkeypatch.setattr(navigation, "_entries", {})
    navigation.register("Two", "account_login", order=2)
    navigation.register("One", "ui-styleguide", order=1)
    navigation.register("Analysis", "customers-search", roles=["analyst"], order=3)
    navigation.register("Not built yet", "no-such-page", order=4)


def seen(path: str, *roles: str) -> dict:
    request = RequestFactory().get(path)
    request.user = SimpleNamespace(is_authenticated=True, roles=list(roles))
    return navigation.navigation(request)


def test_links_stand_in_order_and_only_those_of_ones_roles() -> None:
    assert [link["label"] for link in seen("/")["nav_links"]] == ["One", "Two"]
    assert [link["label"] for link in seen("/", "analyst")["nav_links"]] == ["One", "Two", "Analysis"]


def test_the_same_address_is_registered_once() -> None:
    navigation.register("Other words", "account_login", order=0)
    assert [link["label"] for link in seen("/")["nav_links"]] == ["Other words", "One"]


@pytest.mark.parametrize(
    ("path", "current"),
    [("/accounts/login/", ["Two"]), ("/accounts/login/further", ["Two"]), ("/accounts/", []), ("/", [])],
)
def test_the_page_one_is_on_is_marked(path: str, current: list[str]) -> None:
    assert [link["label"] for link in seen(path)["nav_links"] if link["current"]] == current


def test_the_longest_address_is_where_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_address", {"account_login": "/a/", "ui-styleguide": "/a/b/"}.get)
    assert [link["label"] for link in seen("/a/b/c")["nav_links"] if link["current"]] == ["One"]
    assert [link["label"] for link in seen("/a/x")["nav_links"] if link["current"]] == ["Two"]


def test_the_start_page_is_current_only_on_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_address", {"account_login": "/"}.get)
    assert [link["current"] for link in seen("/")["nav_links"]] == [True]
    assert [link["current"] for link in seen("/cases/")["nav_links"]] == [False]


def test_nobody_sees_links_before_signing_in() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    context = navigation.navigation(request)
    assert (context["nav_links"], context["search_url"], context["account_roles"]) == ([], None, [])


def test_roles_are_shown_in_words() -> None:
    assert seen("/", "front_line", "analyst")["account_roles"] == ["front line", "analyst"]
