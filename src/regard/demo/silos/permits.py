"""The permit system's event log: ``permits.xes.gz``, XES 1.0 (gzip), one trace a permit, UTF-8.

Stamps carry their zone (-05:00 or -06:00). A row, for counting, is an event. Trace attributes:

- ``concept:name`` (BPyy-nnnn) - key of the case; ``permit:type`` - see TYPES (service by type); ``channel`` - CHANNELS
- ``applicant``, ``applicant:id`` (account in the permit system), ``applicant:email``, ``applicant:phone``,
  ``applicant:organisation`` - missing where not known; ``site:address``, ``site:city``; ``description``
- ``deadline`` (date) - promised at the start; ``deadline:extended`` (date) - where it was moved
- ``responsible`` (login), ``group`` (unit code)

Event attributes: ``identity:id`` (key of the event), ``concept:name`` - see EVENTS (event kind by name),
``time:timestamp``, ``org:resource`` (login; missing when the applicant acted), ``org:group``, ``lifecycle:transition``
(complete), and ``note`` (the question asked, the reason for an extension or a refusal).
"""

import gzip
import io
import random
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from xml.sax.saxutils import quoteattr
from zoneinfo import ZoneInfo

from regard.demo import spelling, telling
from regard.demo.cases import Case, Event, state_after
from regard.demo.mess import Fault, Laid, Row, enter, lay
from regard.demo.silos.writing import Desk
from regard.demo.speech import pick

FILE, FORMAT, ENCODING = "permits.xes.gz", "xes", "utf-8"
ZONE = ZoneInfo("America/Chicago")
TYPES = {
    "BLD-RES": "Residential building",
    "BLD-COM": "Commercial building",
    "DECK": "Deck, shed or fence",
    "SEPTIC": "Septic system",
    "EVENT": "Special event",
    "ZONING": "Zoning",
}
CHANNELS = {"web": "Portal", "counter": "Counter", "email": "E-mail", "letter": "Mail"}
EVENTS = {
    "received": "Application received",
    "assigned": "Assigned to examiner",
    "answered": "Completeness check",
    "paused": "Question to applicant",
    "resumed": "Applicant answered",
    "transferred": "Referred to other unit",
    "promise_moved": "Deadline extended",
    "resolved": "Decision",
    "closed": "File closed",
    "withdrawn": "Withdrawn by applicant",
    "reopened": "Objection received",
}
KINDS = {name: kind for kind, name in EVENTS.items()}
EventCells = dict[str, str]  # attributes of an event; "trace" is the index of its trace
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<global scope="trace"><string key="concept:name" value="UNKNOWN"/></global>
<global scope="event"><string key="concept:name" value="UNKNOWN"/></global>
<classifier name="Activity" keys="concept:name lifecycle:transition"/>
<string key="source" value="Alder County permit system"/>
"""
_SPECIAL = re.compile(r"[&<>\"\n\t]")
NO_TRACE_NAME = 0.002  # traces without a number: all their events are quarantined
OUT_OF_ORDER = 0.03  # traces whose events stand in any order


def write(desk: Desk) -> None:
    rows: list[Row[EventCells]] = []
    traces: list[str] = []
    accounts: dict[str, str] = {}
    for index, case in enumerate(desk.world.cases["permits"]):
        nameless = desk.rng.random() < NO_TRACE_NAME
        traces.append(_trace(desk, case, accounts, nameless=nameless))
        rows.extend(_events(desk, case, index, nameless=nameless))
    laid = _by_trace(
        desk, lay(rows, desk.account, rng=desk.rng, rates=desk.rates, faults=_faults(desk), differ=_differ)
    )
    text = io.StringIO()
    text.write(_HEAD)
    for index, head in enumerate(traces):
        own = laid.get(str(index), [])
        events = enter(desk.account, own)
        desk.account.facts.update(_state(own))
        text.write(f"<trace>\n{head}")
        text.writelines(_event(cells) for cells in events)
        text.write("</trace>\n")
    text.write("</log>\n")
    with desk.path().open("wb") as raw, gzip.GzipFile("", "wb", 5, raw, mtime=0) as packed:
        packed.write(text.getvalue().encode())


def _by_trace(desk: Desk, laid: list[Laid[EventCells]]) -> dict[str, list[Laid[EventCells]]]:
    """Rows by the index of their trace; some traces list their events out of order, their stamps are right."""
    found: dict[str, list[Laid[EventCells]]] = {}
    for one in laid:
        found.setdefault(one.cells["trace"], []).append(one)
    for events in found.values():
        whole = all(one.fate == "loaded" for one in events)
        if whole and len(events) > 3 and desk.rng.random() < OUT_OF_ORDER:
            desk.account.mess("out_of_order")
            desk.rng.shuffle(events)
    return found


def _trace(desk: Desk, case: Case, accounts: dict[str, str], *, nameless: bool) -> str:
    rng, smudge, person = desk.rng, desk.smudge, case.person
    day = case.opened.date()
    owner = case.firm.id if case.firm else person.id
    if owner not in accounts:
        accounts[owner] = f"A{len(accounts) + 20_001}"
        desk.truth.rows.append(
            ("permits", accounts[owner], "account", "organisation" if case.firm else "person", owner)
        )
    moved = case.first("promise_moved")
    parts = [] if nameless else [_string("concept:name", case.number)]
    parts += [
        _string("permit:type", smudge.space(TYPES[case.service.code])),
        _string("channel", CHANNELS[case.channel]),
        _string("applicant:id", accounts[owner]),
        _string("applicant", smudge.space(spelling.name(rng, person, day, "ledger"))),
    ]
    if case.firm:
        parts.append(_string("applicant:organisation", spelling.firm(rng, case.firm)))
    mail = case.firm.mail if case.firm and rng.random() < 0.5 else person.any_mail()
    number = case.firm.phone if case.firm and rng.random() < 0.5 else person.phone()
    parts += [_string("applicant:email", mail)] if mail and rng.random() < 0.85 else []
    parts += [_string("applicant:phone", spelling.phone(rng, number))] if number and rng.random() < 0.8 else []
    parts += [
        _string("site:address", case.place.short()),
        _string("site:city", case.place.town),
        _string("description", smudge.text(telling.own_words(rng, case))),
    ]
    if case.due:
        parts.append(_date("deadline", case.due))
    if moved:
        parts.append(_date("deadline:extended", datetime.fromisoformat(moved.note.split("|")[0])))
    assigned = case.first("assigned")
    if assigned:
        parts.append(_string("responsible", desk.world.county.by_id[assigned.who].login()))
    parts.append(_string("group", case.unit))
    if not nameless:
        desk.truth.person("permits", case.number, "applicant", person)
        if case.firm:
            desk.truth.firm("permits", case.number, "organisation", case.firm)
    return "".join(parts)


def _events(desk: Desk, case: Case, index: int, *, nameless: bool) -> list[Row[EventCells]]:
    rows = []
    unit = case.first_unit
    for number, event in enumerate(case.events, 1):
        key = f"{case.number}/{number}"
        cells = {"trace": str(index), "identity:id": key, "concept:name": EVENTS[event.kind], "at": _stamp(event.at)}
        if event.who:
            cells |= {"org:resource": desk.world.county.by_id[event.who].login(), "org:group": unit}
        cells["note"] = _note(desk, event)
        if event.kind == "transferred":
            unit = event.note
        rows.append(Row(key, cells, (f"event {event.kind}",), "no_key" if nameless else ""))
    return rows


def _note(desk: Desk, event: Event) -> str:
    if event.kind == "promise_moved":
        return event.note.split("|")[1]
    if event.kind == "resolved":
        return f"Refused: {event.note}" if event.note else "Granted"
    if event.kind == "transferred":
        return f"To {desk.world.county.units[event.note]['name']}"
    return event.note if event.kind == "paused" else ""


def _state(laid: list[Laid[EventCells]]) -> list[str]:
    """The state of a permit as its loaded events tell it; nothing for a permit that cannot load."""
    whole = sorted((one.cells["at"], one.cells["concept:name"]) for one in laid if one.fate == "loaded")
    if not whole:
        return []
    return [f"permit {state_after(KINDS[name] for _, name in whole)}"]


def _string(key: str, value: str) -> str:
    quoted = quoteattr(value) if _SPECIAL.search(value) else f'"{value}"'
    return f'<string key="{key}" value={quoted}/>\n'


def _date(key: str, at: datetime) -> str:
    return f'<date key="{key}" value="{_stamp(at)}"/>\n'


def _stamp(at: datetime) -> str:
    return at.replace(tzinfo=ZONE).isoformat(timespec="milliseconds")


def _event(cells: EventCells) -> str:
    parts = [
        _string(key, cells[key])
        for key in ("identity:id", "concept:name", "org:resource", "org:group")
        if cells.get(key)
    ]
    parts.append(_string("lifecycle:transition", "complete"))
    if cells["at"]:
        parts.append(f'<date key="time:timestamp" value="{cells["at"]}"/>\n')
    if cells.get("note"):
        parts.append(_string("note", cells["note"]))
    return f"<event>\n{''.join(parts)}</event>\n"


def _faults(desk: Desk) -> Sequence[Fault[EventCells]]:
    """Faults of single events; the first one of a permit stays whole, for without it there is no case."""

    def broken(name: str, *values: str) -> Callable[[EventCells, random.Random], EventCells | None]:
        def breaks(cells: EventCells, rng: random.Random) -> EventCells | None:
            return {**cells, name: pick(rng, values)} if cells["concept:name"] != EVENTS["received"] else None

        return breaks

    rates = desk.rates
    return [
        Fault("no_date", rates.no_date, broken("at", "")),
        Fault("bad_date", rates.bad_date * 0.3, broken("at", "2026-02-30T10:00:00.000-06:00", "0000-00-00T00:00:00")),
        Fault("unknown_code", rates.unknown_code * 0.5, broken("concept:name", "T06b", "UNKNOWN")),
    ]


def _differ(cells: EventCells, _: random.Random) -> EventCells:
    return {**cells, "note": "exported twice"}
