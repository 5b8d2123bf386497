"""Whether every case still is the fold of its events, and every reference points at something.

Two cursors run through cases and events side by side, in one snapshot: memory stays flat however many there are,
and people may go on working meanwhile.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from time import monotonic
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Q, QuerySet

from regard.desk.lifecycle import CaseState, EventRow, columns, fold
from regard.desk.models import OPEN_STATES, Case, Event

CHUNK = 10_000
SAMPLES = 20
FOLDED = tuple(columns(CaseState()))
TOLD = ("case_id", "id", "kind", "at", "due_at", "text", "data", "supersedes")
UNIT, RECEIVED = FOLDED.index("unit_id"), FOLDED.index("received_at")
Progress = Callable[[int, float], None]


@dataclass(frozen=True)
class Drift:
    """One column of one case that is not what its events add up to."""

    case_id: int
    column: str
    stored: object
    folded: object


@dataclass
class Report:
    """What a check found. `ids` are all cases that drifted; `drifts` the first SAMPLES of their columns."""

    cases: int = 0
    events: int = 0
    seconds: float = 0.0
    columns: Counter[str] = field(default_factory=Counter)
    drifts: list[Drift] = field(default_factory=list)
    ids: "array[int]" = field(default_factory=lambda: array("q"))
    eventless: int = 0
    orphans: dict[str, int] = field(default_factory=dict)
    unowned: int = 0  # open cases born here without an owner or a dated next step
    imported_unowned: int = 0  # the same of imported ones: work to give out, not a fault

    @property
    def is_sound(self) -> bool:
        return not (self.ids or self.eventless or self.orphans or self.unowned)


def check(progress: Progress | None = None) -> Report:
    """Fold every case anew and compare; then look for references that point nowhere."""
    report, started = Report(), monotonic()
    with _snapshot():
        for case_id, stored, events in _cases_with_events(report):
            _compare(report, case_id, stored, events)
            if progress and report.cases % CHUNK == 0:
                progress(report.cases, monotonic() - started)
        report.seconds = monotonic() - started
        for name, number in orphans().items():
            report.orphans[name] = report.orphans.get(name, 0) + number
        report.unowned, report.imported_unowned = _unowned()
    return report


@contextmanager
def _snapshot() -> Iterator[None]:
    """One view of all tables, so that what is written meanwhile is no drift."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _cases_with_events(report: Report) -> Iterator[tuple[int, tuple[Any, ...], list[EventRow]]]:
    """Each case with its events; both come ordered by case, so one walk joins them."""
    told = Event.objects.order_by("case_id").values_list(*TOLD)
    cases = Case.objects.order_by("pk").values_list("pk", *FOLDED)
    groups = groupby(_rows("check_events", told), key=itemgetter(0))
    of, rows = next(groups, (None, iter(())))
    for case_id, *stored in _rows("check_cases", cases):
        while of is not None and of < case_id:  # events of a case that is not there: `orphans` counts them
            of, rows = next(groups, (None, iter(())))
        events: list[EventRow] = []
        if of == case_id:
            events = [
                EventRow(pk, kind, at, due, text, data or {}, gone) for _, pk, kind, at, due, text, data, gone in rows
            ]
            of, rows = next(groups, (None, iter(())))
        report.cases += 1
        report.events += len(events)
        yield case_id, tuple(stored), events


def _rows(name: str, query: QuerySet) -> Iterator[tuple[Any, ...]]:
    """The rows of a query through a cursor of the server, in the binary format: reading times takes a third so long."""
    sql, params = query.query.sql_with_params()
    with connection.connection.cursor(name=name, binary=True) as cursor:
        cursor.itersize = CHUNK
        yield from cursor.execute(sql, params)


def _compare(report: Report, case_id: int, stored: tuple[Any, ...], events: list[EventRow]) -> None:
    if not events:
        report.eventless += 1
        return
    folded = tuple(columns(fold(events), unit_id=stored[UNIT], received_at=stored[RECEIVED]).values())
    if folded == stored:
        return
    report.ids.append(case_id)
    for name, was, is_now in zip(FOLDED, stored, folded, strict=True):
        if was != is_now:
            report.columns[name] += 1
            if len(report.drifts) < SAMPLES:
                report.drifts.append(Drift(case_id, name, was, is_now))


def orphans() -> dict[str, int]:
    """How many rows point nowhere, by foreign key. Only keys that the database does not check itself."""
    found = {}
    for model in apps.get_models():
        if not model.__module__.startswith("regard."):
            continue
        for key in model._meta.local_concrete_fields:
            if isinstance(key, models.ForeignKey) and not getattr(key, "db_constraint", True):
                number = _pointing_nowhere(model, key)
                if number:
                    found[f"{model._meta.label}.{key.name}"] = number
    return found


def _pointing_nowhere(model: type[models.Model], key: models.ForeignKey) -> int:
    target = key.related_model
    there = target._meta.default_manager.filter(pk=models.OuterRef(key.attname))  # type: ignore[union-attr]
    told = model._meta.base_manager.filter(**{f"{key.attname}__isnull": False}).order_by()
    return told.filter(~models.Exists(there)).count()


def _unowned() -> tuple[int, int]:
    wanting = Q(owner__isnull=True) | Q(next_step="") | Q(next_step_owner__isnull=True) | Q(next_step_due__isnull=True)
    cases = Case.objects.filter(wanting, state__in=OPEN_STATES)
    born = Q(run_id__isnull=True)
    told = cases.aggregate(here=models.Count("pk", filter=born), imported=models.Count("pk", filter=~born))
    return told["here"], told["imported"]
