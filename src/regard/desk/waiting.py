"""The registry through which rooms below add panels to the page Today.

The desk stands above feedback and what else may wait for somebody, so it cannot import them; each of those rooms
registers a provider in its AppConfig. A provider asks a fixed number of queries.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # apps register before any model is loaded
    from regard.office.models import Staff


@dataclass(frozen=True)
class Item:
    """One thing that waits for somebody, or that they should know."""

    title: str
    url: str
    text: str = ""
    due: datetime | None = None
    at: datetime | None = None
    late: bool = False


@dataclass(frozen=True)
class Panel:
    """A list of Today: its heading, its items, what it says when there are none, and where the rest is."""

    key: str
    title: str
    items: Sequence[Item]
    empty: str
    more_url: str = ""
    more_text: str = ""


Provider = Callable[["Staff", datetime], Sequence[Panel]]
_providers: dict[str, Provider] = {}


def register(room: str, provider: Provider) -> None:
    """Add a room's panels. Registering a room again replaces it (Django may load apps twice in tests)."""
    _providers[room] = provider


def panels(staff: "Staff", now: datetime) -> list[Panel]:
    """What the other rooms add to the Today of this person."""
    return [panel for provider in _providers.values() for panel in provider(staff, now)]
