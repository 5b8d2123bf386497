"""The case list: filters, pages, how many there are, and everything for an export."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from regard.desk.access import cases_seen_by, elsewhere, number_to_id, reach
from regard.desk.models import OPEN_STATES, SUBJECT_WORDS, Case
from regard.desk.queries.keyset import Order, Place, take
from regard.office.models import Staff

PAGE = 30
EXPORT_PAGE = 2_000
MOST_COUNTED = 10_000
#: The planner's cost up to which counting takes only some milliseconds; beyond it the planner's guess is told.
COUNT_COST = 2_500.0
#: Words with more hits than this are found faster by walking the list than by sorting the hits.
MANY_HITS = 2_000
ME, NOBODY = "me", "nobody"
OPEN, ANY = "open", "any"

ROW_RELATED = ("unit", "service", "owner", "customer")
ROW_FIELDS = (
    "subject", "state", "channel", "received_at", "due_at", "promise_due", "standard_due", "next_step", "next_step_due",
    "handed_over_at", "silo_key",
)  # fmt: skip
ROW_EXTRA = ("customer__restricted",)

ORDERS = {
    "-received": Order("received_at", descending=True),
    "received": Order("received_at"),
    "due": Order("due_at", nullable=True),
    "-due": Order("due_at", descending=True, nullable=True),
}
DEFAULT_ORDER = "-received"


@dataclass(frozen=True)
class CaseFilter:
    """What a list of cases is narrowed to. The defaults show all that is open."""

    units: tuple[int, ...] | None = None  # None: all that the person sees
    service: int | None = None
    state: str = OPEN
    channel: str = ""
    owner: str = ""  # an id, ME or NOBODY
    overdue: bool = False
    received_from: datetime | None = None
    received_before: datetime | None = None
    text: str = ""
    order: str = DEFAULT_ORDER

    @property
    def only_open(self) -> bool:
        return self.state in (OPEN, *OPEN_STATES) or self.overdue

    @property
    def ordering(self) -> Order:
        """The order asked for; by due time only among open cases, which alone have one worth sorting by."""
        fits = self.only_open or not self.order.endswith("due")
        return ORDERS[self.order if fits and self.order in ORDERS else DEFAULT_ORDER]


@dataclass(frozen=True)
class Count:
    """How many there are: exactly up to MOST_COUNTED, else "more than"; or the planner's guess, "about"."""

    number: int
    is_capped: bool = False
    is_guess: bool = False


@dataclass(frozen=True)
class Page:
    """One page of the list with the way to its neighbours. `count` is None where counting would take long."""

    cases: list[Case]
    count: Count | None
    newer: str = ""
    older: str = ""
    by_number: bool = False  # the text was a number: the other filters do not apply


def page_of(staff: Staff, chosen: CaseFilter, *, after: str | None = None, before: str | None = None) -> Page:
    """One page of what this person sees. At most eight queries, however many rows."""
    wanted = _lookup(chosen.text)
    branches = _branches(staff, chosen, wanted)
    start, end = Place.of_token(after), Place.of_token(before)
    cut = take(branches, chosen.ordering, PAGE, after=start, before=end)
    ids = [place.id for place in cut.places]
    whole = not (cut.newer or cut.older)
    return Page(
        cases=rows_of(ids),
        count=Count(len(ids)) if whole else _count(branches, wanted),
        newer=cut.places[0].token if cut.newer and ids else "",
        older=cut.places[-1].token if cut.older and ids else "",
        by_number=wanted.by_number,
    )


def rows_of(ids: Sequence[int]) -> list[Case]:
    """These cases in this order, with what a row shows."""
    found = as_rows(Case.objects.filter(pk__in=ids)).in_bulk()
    return [found[pk] for pk in ids if pk in found]


def as_rows(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The cases with what a row of a list shows and nothing more: reading whole records takes twice the time."""
    return cases.select_related(*ROW_RELATED).only(*ROW_FIELDS, *(f"{name}__name" for name in ROW_RELATED), *ROW_EXTRA)


def branches_of(staff: Staff, chosen: CaseFilter) -> list[QuerySet[Case]]:
    """What the person sees of a filter, in disjoint parts: their units' cases, and their own elsewhere."""
    return _branches(staff, chosen, _lookup(chosen.text))


def _branches(staff: Staff, chosen: CaseFilter, wanted: "_Lookup") -> list[QuerySet[Case]]:
    if wanted.by_number:
        return [cases_seen_by(staff).filter(pk__in=wanted.ids or ())]
    condition = condition_of(staff, chosen) & wanted.condition
    cases: QuerySet[Case] = Case.objects.alias(words=SUBJECT_WORDS)
    if chosen.units is not None:
        return [cases.filter(Q(unit__in=chosen.units) & condition)]
    parts = [cases.filter(reach(staff) & condition)]
    if chosen.only_open or chosen.state == ANY:
        parts.append(cases.filter(elsewhere(staff) & condition))
    return parts


def condition_of(staff: Staff, chosen: CaseFilter) -> Q:
    """A filter as a condition on cases, but for units and text."""
    wanted = Q()
    if chosen.state == OPEN:
        wanted &= Q(state__in=OPEN_STATES)
    elif chosen.state != ANY:
        wanted &= Q(state=chosen.state)
    if chosen.overdue:
        wanted &= Q(state__in=OPEN_STATES, due_at__lt=timezone.now())
    if chosen.owner == NOBODY:
        wanted &= Q(owner__isnull=True)
    elif chosen.owner:
        wanted &= Q(owner=staff.pk if chosen.owner == ME else int(chosen.owner))
    if chosen.service is not None:
        wanted &= Q(service=chosen.service)
    if chosen.channel:
        wanted &= Q(channel=chosen.channel)
    if chosen.received_from is not None:
        wanted &= Q(received_at__gte=chosen.received_from)
    if chosen.received_before is not None:
        wanted &= Q(received_at__lt=chosen.received_before)
    return wanted


# --- text


@dataclass(frozen=True)
class _Lookup:
    """What the text of a filter stands for: cases of that number, few cases with these words, or many of them."""

    ids: tuple[int, ...] | None = None
    by_number: bool = False
    words: SearchQuery | None = None

    @property
    def condition(self) -> Q:
        if self.ids is not None:
            return Q(pk__in=self.ids)
        if self.words is None:
            return Q()
        # Wrapped, so that the planner walks the list instead of gathering and sorting all the hits.
        matches = ExpressionWrapper(Q(words=self.words), output_field=BooleanField())
        return Q(Coalesce(matches, Value(value=False)))


def _lookup(text: str) -> _Lookup:
    if not text.strip():
        return _Lookup()
    numbered = ids_of_number(text)
    if numbered:
        return _Lookup(ids=tuple(numbered), by_number=True)
    query = search_query(text)
    if query is None:
        return _Lookup(ids=())
    hits = Case.objects.alias(words=SUBJECT_WORDS).filter(words=query).order_by().values_list("pk", flat=True)
    ids = tuple(hits[: MANY_HITS + 1])
    return _Lookup(ids=ids) if len(ids) <= MANY_HITS else _Lookup(words=query)


def ids_of_number(text: str) -> list[int]:
    """Cases that have this number, ours or their source's. A number is never taken for a word when it is found."""
    text = text.strip()
    if not text or " " in text:
        return []
    wanted = Q(silo_key=text)
    own = number_to_id(text)
    if own is not None:
        wanted |= Q(pk=own)
    return list(Case.objects.filter(wanted).values_list("pk", flat=True)[:100])


def search_query(text: str) -> SearchQuery | None:
    """Words as PostgreSQL searches them: all of them, each from its beginning. None when there is no word."""
    words = re.findall(r"\w+", text.lower())[:10]
    return SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config="simple") if words else None


# --- how many


def _count(branches: Sequence[QuerySet[Case]], wanted: _Lookup) -> Count | None:
    """How many cases the branches hold together, as exactly as a few milliseconds allow.

    Only the first branch can be large: the second holds one person's own cases.
    """
    if wanted.words is not None:
        return None
    large = branches[0].order_by()
    if wanted.ids is None:
        rows, cost = _plan(large.values("pk"))
        if cost * min(1.0, MOST_COUNTED / max(rows, 1.0)) > COUNT_COST:
            return Count(_rounded(rows), is_guess=True)
    number = sum(part.order_by().values("pk")[: MOST_COUNTED + 1].count() for part in branches)
    return Count(MOST_COUNTED, is_capped=True) if number > MOST_COUNTED else Count(number)


def _plan(cases: QuerySet[Any]) -> tuple[float, float]:
    """Rows and cost that PostgreSQL expects. Asking takes half a millisecond."""
    sql, params = cases.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        told = cursor.fetchone()[0]
    plan = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    return float(plan["Plan Rows"]), float(plan["Total Cost"])


def _rounded(rows: float) -> int:
    """To two figures: more would pretend to know."""
    digits = max(len(str(int(rows))) - 2, 0)
    return int(round(rows, -digits))


# --- export


def every_row(staff: Staff, chosen: CaseFilter, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Id and columns of all cases of a filter, newest first. A page at a time: memory stays flat."""
    branches = branches_of(staff, chosen)
    order = ORDERS[DEFAULT_ORDER]
    after: Place | None = None
    while True:
        cut = take(branches, order, EXPORT_PAGE, after=after)
        ids = [place.id for place in cut.places]
        rows = {row[0]: row for row in Case.objects.filter(pk__in=ids).values_list("pk", *columns)}
        yield from (rows[pk] for pk in ids if pk in rows)
        if not cut.older:
            return
        after = cut.places[-1]
