"""The registry through which rooms below add to the picture of a customer.

Customers stand above cases, contacts and feedback, so they cannot import them; each of those rooms registers a
provider in its AppConfig. A provider answers for one customer at a time, newest first, and only with what the
given member of staff may see.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import merge
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # apps register before any model is loaded
    from regard.office.models import Staff

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    """One thing in a customer's history. `source` names the silo that told it, `text` is empty when the viewer
    may know that it exists but not what it says."""

    at: datetime
    kind: str  # case, order, contact, feedback ...: picks the icon
    title: str
    text: str = ""
    url: str = ""
    source: str = ""
    by: str = ""
    recorded_at: datetime | None = None


@dataclass(frozen=True)
class OpenItem:
    """Something the office still owes the customer: an open case, a promise."""

    number: str
    title: str
    url: str = ""
    state: str = ""
    unit: str = ""
    owner: str = ""
    received_at: datetime | None = None
    promise_due: datetime | None = None
    next_step: str = ""
    next_step_due: datetime | None = None


@dataclass(frozen=True)
class Hit:
    """Something a typed number leads to."""

    number: str
    title: str
    url: str
    customer_id: int | None = None


class Provider(Protocol):
    """What a room offers to the picture of a customer."""

    def entries(self, *, customer_id: int, staff: "Staff", before: datetime | None, limit: int) -> Sequence[Entry]:
        """At most `limit` entries older than `before` (None: the newest), newest first."""
        ...

    def open_items(self, *, customer_id: int, staff: "Staff") -> Sequence[OpenItem]:
        """What is still open for the customer."""
        ...

    def last_spoken(self, *, customer_id: int, staff: "Staff") -> Entry | None:
        """The last exchange in which somebody of the office and the customer reached each other."""
        ...

    def find_number(self, *, text: str, staff: "Staff") -> Sequence[Hit]:
        """What a typed number (of a case, an order, a source's own) leads to; empty when it is none of ours."""
        ...


@dataclass
class _Registry:
    providers: dict[str, Provider] = field(default_factory=dict)


_registry = _Registry()


def register(room: str, provider: Provider) -> None:
    """Add a room's provider. Registering a room again replaces it (Django may load apps twice in tests)."""
    _registry.providers[room] = provider


def entries(*, customer_id: int, staff: "Staff", before: datetime | None = None, limit: int = 30) -> list[Entry]:
    """The newest `limit` entries over all rooms, older than `before`."""
    parts: Iterable[Sequence[Entry]] = (
        provider.entries(customer_id=customer_id, staff=staff, before=before, limit=limit)
        for provider in _registry.providers.values()
    )
    merged = merge(*parts, key=lambda entry: entry.at, reverse=True)
    return [entry for entry, _ in zip(merged, range(limit), strict=False)]


def open_items(*, customer_id: int, staff: "Staff") -> list[OpenItem]:
    """Everything the office still owes the customer, the most urgent first."""
    items = [
        item
        for provider in _registry.providers.values()
        for item in provider.open_items(customer_id=customer_id, staff=staff)
    ]
    return sorted(items, key=lambda item: item.promise_due or item.next_step_due or _NEVER)


def last_spoken(*, customer_id: int, staff: "Staff") -> Entry | None:
    """The last exchange over all rooms; None when there was none that the person may know of."""
    found = [provider.last_spoken(customer_id=customer_id, staff=staff) for provider in _registry.providers.values()]
    return max((entry for entry in found if entry is not None), key=lambda entry: entry.at, default=None)


def find_number(*, text: str, staff: "Staff") -> list[Hit]:
    """What a typed number leads to, over all rooms."""
    return [hit for provider in _registry.providers.values() for hit in provider.find_number(text=text, staff=staff)]
