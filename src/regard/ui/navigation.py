"""The primary navigation: rooms register their entries, a context processor shows each person theirs.

class DeskConfig(AppConfig):
    def ready(self):
        navigation.register("Cases", "desk-cases", roles=("front_line", "supervisor"), order=30)
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Entry:
    """One link of the primary navigation; `roles` empty means everyone who is signed in."""

    label: str
    url_name: str
    roles: frozenset[str]
    order: int


_entries: dict[str, Entry] = {}


def register(label: str, url_name: str, roles: Collection[str] = (), order: int = 100) -> None:
    """Add a link to the primary navigation, or replace the one with the same `url_name`."""
    _entries[url_name] = Entry(label, url_name, frozenset(roles), order)


def entries_for(roles: Collection[str]) -> list[Entry]:
    """The entries somebody with these roles sees, in order."""
    seen = (e for e in _entries.values() if not e.roles or e.roles & set(roles))
    return sorted(seen, key=lambda e: (e.order, e.label))


def _address(url_name: str) -> str | None:
    # A room may be registered before its pages are routed; the link then waits for them.
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return None


def _roles_of(user: Any) -> Collection[str]:
    # `ui` stands above the rooms: it asks the object, not the model.
    return getattr(user, "roles", None) or ()


def _links(request: HttpRequest) -> list[dict[str, Any]]:
    links: list[dict[str, Any]] = [
        {"label": entry.label, "url": address, "current": False}
        for entry in entries_for(_roles_of(request.user))
        if (address := _address(entry.url_name)) is not None
    ]
    # The longest address that the page's path starts with is where we are: /cases/saved/ is inside /cases/.
    inside = [link for link in links if _is_inside(request.path, link["url"])]
    if inside:
        max(inside, key=lambda link: len(link["url"]))["current"] = True
    return links


def _is_inside(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the office's name, whom to ask for help, and the links of whoever is signed in.

    The office's name is the setting OFFICE_NAME, else the `office_name` of the person signed in, else Regard.
    """
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    return {
        "office_name": getattr(settings, "OFFICE_NAME", "") or getattr(user, "office_name", "") or "Regard",
        "office_help": getattr(settings, "OFFICE_HELP", ""),
        "nav_links": _links(request) if signed_in else [],
        "search_url": _address("customers-search") if signed_in else None,
        "account_roles": [role.replace("_", " ") for role in _roles_of(user)] if signed_in else [],
    }
