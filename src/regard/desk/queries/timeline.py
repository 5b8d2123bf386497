"""What happened to one case, newest first, a page at a time, in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, Value

from regard.desk.lifecycle import ENDINGS, EventKind, Promise, fold
from regard.desk.models import Case, Contact, Direction, Event
from regard.desk.queries.keyset import Order, Place, take
from regard.office.models import Service, Staff, Unit

PAGE = 25
#: Contacts that silos tell of one case are shown between its events; more than this no case has.
MOST_CONTACTS = 500
PROMISE_KINDS = ("promised", "promise_moved", "promise_kept", "answered", "reopened", *(kind.value for kind in ENDINGS))


@dataclass(frozen=True)
class Entry:
    """One line of a case's history."""

    at: datetime
    kind: str
    title: str
    text: str = ""
    due_at: datetime | None = None
    by: str = ""
    source: str = ""
    is_customer: bool = False  # the customer saw it or said it
    is_gone: bool = False  # taken back, or replaced by a later telling
    contact: Contact | None = None
    details: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Timeline:
    """One page of a history, newest first, and the promises of the whole of it."""

    entries: list[Entry]
    promises: list[Promise]
    older: str = ""
    newer: bool = False


def timeline_of(case: Case, after: str | None = None) -> Timeline:
    """A page of the case's history, after a token of the page before. At most seven queries."""
    start = Place.of_token(after)
    events = Event.objects.filter(case=case)
    cut = take([events], Order("at", descending=True), PAGE, after=start)
    found = events.select_related("actor").in_bulk([place.id for place in cut.places])
    shown = [found[place.id] for place in cut.places]
    turns = _turns_of(case)
    contacts = _contacts_between(case, start, cut.places[-1] if cut.older else None)
    entries = [*_entries(case, shown, turns), *(_of_contact(contact) for contact in contacts)]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    older = cut.places[-1].token if cut.older else ""
    return Timeline(entries, _promises(turns), older=older, newer=start is not None)


def _contacts_between(case: Case, start: Place | None, end: Place | None) -> list[Contact]:
    """Contacts that silos told of this case, in the span of a page. Those logged here have events of their own."""
    wanted = Q(case=case, silo__is_own=False)
    if start is not None:
        wanted &= Q(started_at__lt=start.value)
    if end is not None:
        wanted &= Q(started_at__gte=end.value)
    return list(Contact.objects.filter(wanted).select_related("silo", "staff").order_by("-started_at")[:MOST_CONTACTS])


def promises_of(case: Case) -> list[Promise]:
    """The promises of a case and what became of them, newest first. One query."""
    return _promises(_turns_of(case))


def _turns_of(case: Case) -> list[Event]:
    """The events that settle promises or take back others."""
    return list(Event.objects.filter(Q(kind__in=PROMISE_KINDS) | Q(supersedes__isnull=False), case=case))


def _promises(turns: Iterable[Event]) -> list[Promise]:
    return list(reversed(fold(event.as_row() for event in turns).promises))


# --- events in words


class _Names:
    """Names of what events point at. Two queries at most, and none where nothing points."""

    def __init__(self, events: Sequence[Event]) -> None:
        data = [event.data or {} for event in events]
        wanted = {
            "staff": (Staff, _ids(data, "owner")),
            "units": (Unit, _ids(data, "unit")),
            "services": (Service, _ids(data, "service", "before")),
        }
        parts = [
            model._default_manager.filter(pk__in=ids).order_by().values_list(Value(what), "pk", "name")
            for what, (model, ids) in wanted.items()
            if ids
        ]
        found: dict[str, dict[int, str]] = {what: {} for what in wanted}
        for what, pk, name in parts[0].union(*parts[1:], all=True) if parts else ():
            found[what][pk] = name
        self.staff, self.units, self.services = found["staff"], found["units"], found["services"]
        contacts = _ids(data, "contact")
        self.contacts = Contact.objects.select_related("staff").in_bulk(contacts) if contacts else {}


def _ids(data: Iterable[Mapping[str, Any]], *keys: str) -> set[int]:
    return {found for d in data for key in keys if isinstance(found := d.get(key), int)}


def _entries(case: Case, events: Sequence[Event], turns: Iterable[Event]) -> list[Entry]:
    names = _Names(events)
    gone = {event.supersedes for event in turns}
    return [_entry(event, case, names, is_gone=event.pk in gone) for event in events]


def _entry(event: Event, case: Case, names: _Names, *, is_gone: bool) -> Entry:
    data = event.data or {}
    told_of = event.kind in (EventKind.NOTED, EventKind.ANSWERED)
    contact = names.contacts.get(data.get("contact", 0)) if told_of else None
    return Entry(
        at=event.at,
        kind=contact.channel if contact else event.kind,
        title=_title(event, data, names, contact),
        text=event.text,
        due_at=event.due_at,
        by=event.actor.name if event.actor else event.actor_name,
        source=case.silo.name if event.run_id else "",
        is_customer=contact is not None,
        is_gone=is_gone,
        contact=contact,
        details=_details(event, data, names),
    )


def _title(event: Event, data: Mapping[str, Any], names: _Names, contact: Contact | None) -> str:
    owner = names.staff.get(data.get("owner", 0), "")
    unit = names.units.get(data.get("unit", 0), "")
    if contact is not None:
        return contact_title(contact)
    if event.kind == EventKind.RECATEGORISED:
        return f"Now about {names.services.get(data.get('service', 0), 'another service')}"
    into = f"C{data['into']:07d}" if isinstance(data.get("into"), int) else "another case"
    return {
        EventKind.RECEIVED: f"Received by {unit}" if unit else "Received",
        EventKind.ASSIGNED: f"Assigned to {owner}" if owner else "Assigned to nobody",
        EventKind.TRANSFERRED: f"Handed over to {unit}" if unit else "Handed over",
        EventKind.ACCEPTED: "Accepted",
        EventKind.PROMISED: "Promised",
        EventKind.PROMISE_MOVED: "Promise moved",
        EventKind.PROMISE_KEPT: "Promise kept",
        EventKind.NEXT_STEP: f"Next step for {owner}" if owner else "Next step",
        EventKind.PAUSED: "Paused: the customer was asked",
        EventKind.RESUMED: "Resumed",
        EventKind.ANSWERED: "Answered",
        EventKind.NOTED: "Note",
        EventKind.MERGED: f"Merged into {into}",
        EventKind.AMENDED: "Corrected",
        EventKind.RETRACTED: "Taken back",
    }.get(EventKind(event.kind), event.get_kind_display())


def _details(event: Event, data: Mapping[str, Any], names: _Names) -> list[tuple[str, str]]:
    found = []
    if event.kind == EventKind.TRANSFERRED and data.get("owner") in names.staff:
        found.append(("Waits for", names.staff[data["owner"]]))
    if data.get("reason"):
        found.append(("Reason", str(data["reason"])))
    if "agreed" in data:
        found.append(("The customer", "agreed" if data["agreed"] else "did not agree"))
    if event.kind == EventKind.AMENDED:
        before, after = data.get("before") or {}, data.get("after") or {}
        found += [
            (_fact(name), f"{before.get(name) or 'nothing'} → {value or 'nothing'}") for name, value in after.items()
        ]
    return found


def _fact(name: str) -> str:
    return name.removesuffix("_id").replace("_", " ").capitalize()


def contact_title(contact: Contact) -> str:
    """An exchange in a few words: its channel, its way, what came of it."""
    way = "to the customer" if contact.direction == Direction.OUT else "from the customer"
    outcome = contact.get_outcome_display().lower() if contact.outcome else ""
    return f"{contact.get_channel_display()} {way}" + (f": {outcome}" if outcome else "")


def _of_contact(contact: Contact) -> Entry:
    return Entry(
        at=contact.started_at,
        kind=contact.channel,
        title=contact_title(contact),
        text=contact.body or contact.subject,
        by=contact.staff.name if contact.staff else contact.staff_name,
        source=contact.silo.name,
        is_customer=True,
        contact=contact,
    )
