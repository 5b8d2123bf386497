"""Taking in cases, events and contacts in bulk: the same rules as one by one, set-based.

Rows arrive as COPY files in the desk's own shape (see `sources.loading`). What was there before is never
overwritten: a source that tells something else this time adds events that supersede its earlier ones, and the
facts it changed are kept, before and after, in an `amended` event.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from regard.desk.lifecycle import EventKind
from regard.desk.models import Case, Event
from regard.desk.refolding import refold
from regard.desk.takingup import take_up
from regard.lib.copying import CopyFile, copy_in, update_rows
from regard.records import audit
from regard.records.actors import Actor
from regard.records.versions import revise_rows

Row = Mapping[str, Any]

#: Facts of a case that are not the fold of its events, as the source's row names them.
FACTS = (
    "channel",
    "subject",
    "description",
    "language",
    "address",
    "area",
    "postcode",
    "latitude",
    "longitude",
    "details",
)
#: Kinds a row tells at most once: a different time supersedes the earlier telling.
ONCE = ("received", "answered", "paused", "reopened", "withdrawn", "merged", "resolved", "closed")
ENDINGS = ("withdrawn", "merged", "resolved", "closed")


def refresh_statistics() -> None:
    """Let the planner know what a bulk load brought."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE desk_case; ANALYZE desk_event; ANALYZE desk_contact")


@transaction.atomic
def load_cases(
    *,
    by: Actor,
    run_id: int,
    now: datetime,
    first_step: str,
    cases: CopyFile,
    events: CopyFile,
    lines: CopyFile | None = None,
    fold: Sequence[int] = (),
) -> None:
    """Take in new cases with their events (and order lines). `fold` names cases whose columns the file left open."""
    with connection.cursor() as cursor:
        copy_in(cursor, "desk_case", cases)
        copy_in(cursor, "desk_event", events)
        if lines is not None and lines.rows:
            copy_in(cursor, "desk_orderline", lines)
    refold(fold)
    take_up(fold, run_id=run_id, now=now, step=first_step)
    note = {"cases": cases.rows, "events": events.rows, "lines": lines.rows if lines else 0}
    _audit(by, "desk.load_cases", "desk.case", run_id, cases.rows, note)


@transaction.atomic
def load_events(
    *, by: Actor, run_id: int, now: datetime, first_step: str, events: CopyFile, case_ids: Sequence[int]
) -> None:
    """Append events to cases that exist and fold those cases again."""
    with connection.cursor() as cursor:
        copy_in(cursor, "desk_event", events)
    refold(case_ids)
    take_up(case_ids, run_id=run_id, now=now, step=first_step)
    _audit(by, "desk.load_events", "desk.event", run_id, events.rows, {"events": events.rows, "cases": len(case_ids)})


@transaction.atomic
def load_order_lines(*, by: Actor, run_id: int, lines: CopyFile) -> None:
    """Add lines to orders that exist."""
    with connection.cursor() as cursor:
        copy_in(cursor, "desk_orderline", lines)
    _audit(by, "desk.load_order_lines", "desk.orderline", run_id, lines.rows, {"lines": lines.rows})


@transaction.atomic
def revise_order_lines(*, by: Actor, run_id: int, rows: Sequence[Row], same: Sequence[Row]) -> None:
    """Bring lines of orders up to date; what they said before is kept. `same` differ in what their order tells only."""
    revise_rows("desk_orderline", "desk.orderline", rows, run_id)
    with connection.cursor() as cursor:
        update_rows(cursor, "desk_orderline", ("digest",), ((row["id"], row["digest"]) for row in same))
    _audit(by, "desk.revise_order_lines", "desk.orderline", run_id, len(rows) + len(same), {"changed": len(rows)})


@transaction.atomic
def load_contacts(*, by: Actor, run_id: int, rows: CopyFile) -> None:
    """Take in contacts that were not there before."""
    with connection.cursor() as cursor:
        copy_in(cursor, "desk_contact", rows)
    _audit(by, "desk.load_contacts", "desk.contact", run_id, rows.rows, {"contacts": rows.rows})


def _audit(  # noqa: PLR0917 - private, and called in one way
    by: Actor, action: str, kind: str, run_id: int, count: int, note: Mapping[str, object]
) -> None:
    audit.record(by=by, action=action, object_type=kind, object_id=f"run:{run_id}", count=count, note=note)


# --- what a later file tells differently ---------------------------------------------------------------


@transaction.atomic
def revise_cases(
    *, by: Actor, run_id: int, now: datetime, first_step: str, cases: Sequence[Row], wanted: Iterable[Row]
) -> int:
    """Bring existing cases up to date with what their source tells now. Returns how many events were added.

    `cases` are rows of the file (with `case_id` and the looked-up ids), `wanted` the events those rows tell.
    """
    by_case: dict[int, list[Row]] = defaultdict(list)
    for event in wanted:
        by_case[event["case_id"]].append(event)
    ids = [row["case_id"] for row in cases]
    held = _imported_events(ids)
    locked = Case.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    current = {case["id"]: case for case in locked.values("id", "customer_id", "record_id", *FACTS)}
    added: list[_Told] = []
    facts = []
    for row in cases:
        case = current[row["case_id"]]
        revision = _Revision(row, now, held.get(row["case_id"], []))
        added += [*revision.timeline(by_case[row["case_id"]]), *revision.place(), *revision.facts(case)]
        facts.append(_fact_values(row, case))
    with connection.cursor() as cursor:
        _append(cursor, added, run_id)
        update_rows(cursor, "desk_case", _FACT_COLUMNS, facts)
    refold(ids)
    take_up(ids, run_id=run_id, now=now, step=first_step)
    _audit(by, "desk.revise_cases", "desk.case", run_id, len(ids), {"cases": len(ids), "events": len(added)})
    return len(added)


@dataclass(frozen=True, slots=True)
class _Told:
    """An event that a source tells: one that stands (with its `pk`), or one to be added."""

    case_id: int
    kind: str
    at: datetime
    due_at: datetime | None = None
    text: str = ""
    data: Mapping[str, Any] | None = None
    supersedes: int | None = None
    pk: int = 0


def _append(cursor: Any, events: Iterable[_Told], run_id: int) -> None:
    """Add events by COPY."""
    columns = "case_id, kind, at, due_at, text, data, supersedes, actor_name, run_id"
    with cursor.copy(f"COPY desk_event ({columns}) FROM STDIN") as copy:
        for e in events:
            data = None if e.data is None else json.dumps(e.data)
            copy.write_row((e.case_id, e.kind, e.at, e.due_at, e.text, data, e.supersedes, "", run_id))


_FACT_COLUMNS = (*FACTS, "customer_id", "record_id", "standard_due", "digest", "as_of")


def _fact_values(row: Row, case: Row) -> tuple[Any, ...]:
    values = [_told(row, name) for name in FACTS[:-1]]
    details = row["details"]
    return (
        row["case_id"],
        *values,
        details if details is None or isinstance(details, str) else json.dumps(details),
        row["customer_id"] or case["customer_id"],
        row["record_id"] or case["record_id"],
        row["standard_due"],
        row["digest"],
        row["as_of"],
    )


def _told(row: Row, name: str) -> Any:
    if name in ("latitude", "longitude"):
        return row[name]
    return row[name] or ("other" if name == "channel" else "")


def _imported_events(ids: Sequence[int]) -> dict[int, list[_Told]]:
    """Events that imports told of these cases and that still stand, oldest first."""
    replaced = Event.objects.filter(case_id=OuterRef("case_id"), supersedes=OuterRef("pk"))
    standing = Event.objects.filter(case_id__in=ids, run_id__isnull=False).exclude(Exists(replaced))
    standing = standing.exclude(data__has_key="log").order_by("id")  # rows of an event log are told once, by themselves
    found: dict[int, list[_Told]] = defaultdict(list)
    columns = ("case_id", "kind", "at", "due_at", "text", "data", "supersedes", "id")
    for event in standing.values_list(*columns):
        found[event[0]].append(_Told(*event))
    return found


class _Revision:
    """The difference between what a source told of one case before and what it tells now, as events."""

    def __init__(self, row: Row, now: datetime, held: Sequence[_Told]) -> None:
        self.row, self.now, self.held = row, now, held
        self.told_at = row["as_of"] or now

    def _event(self, kind: str, at: datetime, **fields: Any) -> _Told:
        return _Told(case_id=self.row["case_id"], kind=kind, at=at, **fields)

    def _last(self, *kinds: str) -> _Told | None:
        return next((event for event in reversed(self.held) if event.kind in kinds), None)

    def timeline(self, wanted: Sequence[Row]) -> list[_Told]:
        told = {event["kind"]: event for event in wanted}
        events = [*self._moved(told), *self._gone(told), *self._promise(told.get("promised"))]
        return [*events, *self._owner(told.get("assigned"))]

    def _moved(self, told: Mapping[str, Row]) -> list[_Told]:
        """Things that happened at another time than we were told, or that we were not told of before."""
        events = []
        for kind in ONCE:
            now, before = told.get(kind), self._last(kind)
            if now is None or (before is not None and (before.at == now["at"] or kind == EventKind.PAUSED)):
                continue  # a pause that goes on is told with a new date in every file
            events.append(
                self._event(
                    kind,
                    now["at"],
                    data=json.loads(now["data"]) if now["data"] else None,
                    supersedes=before.pk if before else None,
                )
            )
        return events

    def _gone(self, told: Mapping[str, Row]) -> list[_Told]:
        """A case that had ended and now has no ending was reopened; any other fact that vanished is retracted."""
        ended_before = self._last(*ENDINGS) is not None
        ends_now = any(kind in told for kind in ENDINGS)
        if ended_before and not ends_now:
            reopened = self._last("reopened")
            last_ending = self._last(*ENDINGS)
            if reopened is None or (last_ending is not None and reopened.pk < last_ending.pk):
                return [self._event(EventKind.REOPENED, self.told_at, text="The source shows it as open again.")]
            return []
        vanished = [kind for kind in ("answered", *ENDINGS) if kind not in told and self._last(kind)]
        return self._resumed(told, ends_now) + [
            self._event(EventKind.RETRACTED, self.told_at, supersedes=before.pk, text=f"No longer told: {kind}.")
            for kind in vanished
            if (before := self._last(kind)) is not None
        ]

    def _resumed(self, told: Mapping[str, Row], ends_now: bool) -> list[_Told]:  # noqa: FBT001
        last = self._last("paused", "resumed")
        if ends_now or "paused" in told or last is None or last.kind == EventKind.RESUMED:
            return []
        return [self._event(EventKind.RESUMED, self.told_at, text="The source no longer shows it as paused.")]

    def _promise(self, now: Row | None) -> list[_Told]:
        """A promise date that changed in the source is a promise that was moved, not one that was never made."""
        before = self._last("promised", "promise_moved")
        if now is None or (before is not None and before.due_at == now["due_at"]):
            return []
        if before is None:
            return [self._event(EventKind.PROMISED, now["at"], due_at=now["due_at"], text=now["text"] or "")]
        return [self._event(EventKind.PROMISE_MOVED, self.told_at, due_at=now["due_at"], text="Moved in the source.")]

    def _owner(self, now: Row | None) -> list[_Told]:
        if now is None or not now["data"]:
            return []
        data, before = json.loads(now["data"]), self._last("assigned")
        if before is not None and before.data == data:
            return []
        return [self._event(EventKind.ASSIGNED, self.told_at, data=data)]

    def place(self) -> list[_Told]:
        before = next((e for e in reversed(self.held) if e.data and "unit" in e.data), None)
        if before is None or before.data is None:
            return []
        place = {"unit": self.row["unit_id"], "service": self.row["service_id"]}
        if before.data["unit"] != place["unit"]:
            return [self._event(EventKind.TRANSFERRED, self.told_at, data=place, text="Moved in the source.")]
        if before.data.get("service") != place["service"]:
            return [self._event(EventKind.RECATEGORISED, self.told_at, data=place, text="Changed in the source.")]
        return []

    def facts(self, case: Row) -> list[_Told]:
        before, after = {}, {}
        for name in FACTS:
            old, new = case[name], _told(self.row, name) if name != "details" else self.row["details"]
            if name == "details" and isinstance(new, str):
                new = json.loads(new)
            if old != new:
                before[name], after[name] = old, new
        if not after:
            return []
        return [self._event(EventKind.AMENDED, self.told_at, data={"before": before, "after": after})]


@transaction.atomic
def revise_contacts(*, by: Actor, run_id: int, rows: Sequence[Row]) -> int:
    """Bring contacts up to date with what their source tells now; what they said before is kept."""
    changed = revise_rows("desk_contact", "desk.contact", rows, run_id)
    _audit(by, "desk.revise_contacts", "desk.contact", run_id, changed, {"contacts": changed})
    return changed
