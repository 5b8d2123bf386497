"""The rows behind a figure: the cases, contacts or feedback that it counts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from regard.desk.access import cases_seen_by, contacts_seen_by
from regard.lib.tabular import csv_response
from regard.measures import engine
from regard.measures.definitions import Kind
from regard.measures.definitions.response import WHOLE
from regard.measures.engine import Row
from regard.measures.engine.sql import Page
from regard.measures.reading import Reading, read
from regard.measures.views.asking import Asked, asked, needs_facts
from regard.measures.wording import told
from regard.office.access import open_to_staff, staff_of
from regard.office.models import Staff
from regard.records.audit import record
from regard.voice.access import feedback_seen_by
from regard.voice.queries import score_words

SIZE = 50
#: A download holds no more rows than a spreadsheet can.
MOST_ROWS = 1_000_000
_BATCH = 2_000


@dataclass(frozen=True)
class Behind:
    """One row behind a figure as a list shows it. `length`: what the measure makes of it, in words."""

    name: str
    url: str
    about: str
    service: str
    unit: str
    channel: str
    at: Any
    state: str
    length: str


@open_to_staff
@require_safe
@needs_facts
def rows(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A page of rows, longest or newest first. Only those that the person may open."""
    want = asked(request, slug)
    part = request.GET.get("part", "")
    reading = read(want.definition, want.question)
    found = _found(want, reading.period, part, _place(request.GET.get("after", "")), SIZE + 1)
    shown = found[:SIZE]
    listed = _behind(want, staff_of(request), shown)
    parts = dict(want.definition.parts)
    kept = {"part": part if part in parts else None}
    context = {
        "want": want,
        "reading": reading,
        "rows": listed,
        "hidden": len(shown) - len(listed),
        "table": want.definition.table,
        "has_length": want.definition.is_length or want.definition.kind is Kind.WITHIN,
        "part": parts.get(part, ""),
        "tabs": _tabs(want, reading, part),
        "about": reading.count_of(kept["part"] or ""),
        "export_url": want.address("measures-rows-export", **kept),
        "first_url": want.address("measures-rows", **kept) if request.GET.get("after") else "",
        "older_url": want.address("measures-rows", **kept, after=f"{shown[-1].rank}.{shown[-1].id}")
        if len(found) > SIZE
        else "",
        "measure_url": want.address("measures-measure"),
        "clear_url": want.address("measures-rows", **dict.fromkeys(want.kept, None)),
    }
    return render(request, "measures/rows.html", context)


def _found(want: Asked, period: Any, part: str, after: tuple[int, int] | None, limit: int) -> list[Row]:
    question = want.question
    return engine.rows_behind(
        want.definition,
        scope=question.scope,
        filters=question.filters,
        period=period,
        page=Page(part=part, after=after, limit=limit),
    )


def _place(told_: str) -> tuple[int, int] | None:
    """Where a page starts: rank and id of the row before it; None when an address was made up."""
    rank, _, number = told_.partition(".")
    if rank.isascii() and rank.isdigit() and number.isascii() and number.isdigit() and len(rank + number) < 30:
        return int(rank), int(number)
    return None


def _tabs(want: Asked, reading: Reading, part: str) -> list[tuple[str, str, int | None, bool]]:
    """All rows and each part of them: words, address, how many, whether it is shown."""
    parts = dict(want.definition.parts)
    if not parts:
        return []
    shown = part if part in parts else ""
    names = {"": f"All {want.definition.noun}"} | {name: words.capitalize() for name, words in parts.items()}
    return [
        (words, want.address("measures-rows", part=name), reading.count_of(name), name == shown)
        for name, words in names.items()
    ]


def _behind(want: Asked, staff: Staff, found: Sequence[Row]) -> list[Behind]:
    """The rows as they are in the database now, as far as this person may open them; one query."""
    seen_by, make = _SOURCES.get(want.definition.table, (cases_seen_by, _case))
    objects = seen_by(staff).select_related("unit", "service").in_bulk([row.id for row in found])
    return [make(objects[row.id], _length(want, row)) for row in found if row.id in objects]


def _length(want: Asked, row: Row) -> str:
    """What the measure makes of a row: its length, or how much of its limit it used."""
    if row.seconds is not None:
        return told(row.seconds, want.definition.told_in)
    if want.definition.kind is Kind.WITHIN:
        return "over the limit" if row.rank > WHOLE else f"{row.rank}% of the limit"
    return ""


def _case(case: Any, length: str) -> Behind:
    return Behind(
        name=case.number,
        url=reverse("desk-case", args=[case.number]),
        about=case.subject,
        at=case.received_at,
        state=case.state,
        length=length,
        **_place_of(case),
    )


def _contact(contact: Any, length: str) -> Behind:
    number = f"C{contact.case_id:07d}" if contact.case_id else ""
    return Behind(
        name=number or f"Contact {contact.pk}",
        url=reverse("desk-case", args=[number]) if number else "",
        about=contact.subject,
        at=contact.started_at,
        state=contact.get_outcome_display() if contact.outcome else "Outcome not told",
        length=length,
        **_place_of(contact),
    )


def _feedback(one: Any, length: str) -> Behind:
    return Behind(
        name=f"{one.get_kind_display()} {one.pk}",
        url=reverse("voice-feedback", args=[one.pk]),
        about=one.text,
        at=one.at,
        state=score_words(one),
        length=length,
        **_place_of(one),
    )


def _place_of(thing: Any) -> dict[str, str]:
    service = thing.service.name if thing.service else ""
    return {"service": service, "unit": thing.unit.name, "channel": thing.channel}


#: By table of facts: what may be seen of it, and how a row of it is told. Promises open their case.
_SOURCES: dict[str, tuple[Callable[[Staff], QuerySet[Any]], Callable[[Any, str], Behind]]] = {
    "contact": (contacts_seen_by, _contact),
    "feedback": (feedback_seen_by, _feedback),
}


# --- download

COLUMNS = ("number", "about", "service", "unit", "channel", "when", "state", "length")


@open_to_staff
@require_safe
@needs_facts
def export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The rows behind a figure as a CSV file. The audit trail says who took what."""
    want = asked(request, slug)
    part = request.GET.get("part", "")
    reading = read(want.definition, want.question)
    with transaction.atomic():
        note = {"measure": slug, "filter": list(want.kept), "part": part, "columns": list(COLUMNS)}
        record(by=staff_of(request), action="measures.export_rows", object_type="measures.measure", note=note)
    lines = _lines(want, staff_of(request), reading.period, part)
    return csv_response(f"{slug}-rows-{timezone.localdate():%Y-%m-%d}.csv", COLUMNS, lines)


def _lines(want: Asked, staff: Staff, period: Any, part: str) -> Iterator[list[Any]]:
    after, sent = None, 0
    while sent < MOST_ROWS:
        found = _found(want, period, part, after, _BATCH)
        for one in _behind(want, staff, found):
            when = timezone.localtime(one.at).isoformat(timespec="seconds")
            yield [one.name, one.about, one.service, one.unit, one.channel, when, one.state, one.length]
        if len(found) < _BATCH:
            return
        after, sent = (found[-1].rank, found[-1].id), sent + len(found)
