"""The demo county's cases and all that happened to them, for the silos to be written from."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from regard.demo.county import County, Service
from regard.demo.population import Address, Organisation, Person, Population


class Event(NamedTuple):
    kind: str  # a word of the design
    at: datetime
    who: str  # staff id; empty: the customer or nobody
    note: str


@dataclass(slots=True)
class Case:
    silo: str
    service: Service
    channel: str
    opened: datetime
    person: Person
    firm: Organisation | None
    place: Address
    number: str = ""  # in its silo, given when all are known
    first_unit: str = ""
    unit: str = ""  # the last one to hold it
    due: datetime | None = None
    events: list[Event] = field(default_factory=list)

    def add(self, kind: str, at: datetime, who: str = "", note: str = "") -> None:
        self.events.append(Event(kind, at, who, note))

    def first(self, kind: str) -> Event | None:
        for event in self.events:
            if event.kind == kind:
                return event
        return None

    def last(self, kind: str) -> Event | None:
        return next((event for event in reversed(self.events) if event.kind == kind), None)

    def state(self) -> str:
        return state_after(event.kind for event in self.events)


_BECOMES = {
    "paused": "paused",
    "resumed": "open",
    "resolved": "resolved",
    "closed": "closed",
    "reopened": "open",
    "withdrawn": "withdrawn",
}


def state_after(kinds: Iterable[str]) -> str:
    """The fold of events in order of time: open, paused, resolved, closed or withdrawn."""
    now = "open"
    for kind in kinds:
        now = _BECOMES.get(kind, now)
    return now


@dataclass(slots=True)
class World:
    """All that happened: what silos are written from."""

    seed: int
    county: County
    population: Population
    cases: dict[str, list[Case]]  # by silo, in order of arrival
