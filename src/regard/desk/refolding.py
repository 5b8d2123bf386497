"""Bringing cases' columns back in line with their events, many at a time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from regard.desk.lifecycle import CaseState, EventRow, fold
from regard.desk.models import Case, Event
from regard.lib.copying import update_rows

#: Columns of a case that are the fold of its events, in the order of `folded_values`.
FOLDED = (
    "state", "unit_id", "service_id", "owner_id", "received_at", "answered_at", "resolved_at", "closed_at", "withdrawn_at",
    "paused_at", "promise_due", "next_step", "next_step_owner_id", "next_step_due", "transfers", "reopens", "events_seen",
    "merged_into_id",
)  # fmt: skip


def folded_values(state: CaseState) -> tuple[Any, ...]:
    """The fold as the values of `FOLDED`."""
    return (
        state.state.value, state.unit_id, state.service_id, state.owner_id, state.received_at, state.answered_at,
        state.resolved_at, state.closed_at, state.withdrawn_at, state.paused_at, state.promise_due, state.next_step,
        state.next_step_owner_id, state.next_step_due, state.transfers, state.reopens, state.events_seen, state.merged_into,
    )  # fmt: skip


def event_rows(case_ids: Iterable[int]) -> dict[int, list[EventRow]]:
    """The events of these cases, as the fold wants them. One query."""
    found: dict[int, list[EventRow]] = defaultdict(list)
    columns = ("case_id", "id", "kind", "at", "due_at", "text", "data", "supersedes")
    query = Event.objects.filter(case_id__in=list(case_ids)).order_by().values_list(*columns)
    for case_id, pk, kind, at, due_at, text, data, supersedes in query.iterator(chunk_size=20_000):
        found[case_id].append(EventRow(pk, kind, at, due_at, text, data or {}, supersedes))
    return found


def refold(case_ids: Sequence[int], batch: int = 5_000) -> int:
    """Rewrite the folded columns of these cases from their events; returns how many cases were written.

    Set-based: per batch one read, one COPY and one UPDATE. Call it inside the transaction that wrote the events.
    """
    written = 0
    for start in range(0, len(case_ids), batch):
        ids = case_ids[start : start + batch]
        places = {pk: rest for pk, *rest in Case.objects.filter(pk__in=ids).values_list("id", "unit_id", "received_at")}
        rows = []
        for case_id, events in event_rows(ids).items():
            values = list(folded_values(fold(events)))
            unit_id, received_at = places[case_id]
            values[1] = values[1] or unit_id  # a log that never named a unit leaves the case where it is
            values[4] = values[4] or received_at
            rows.append((case_id, *values))
        with connection.cursor() as cursor:
            written += update_rows(cursor, "desk_case", FOLDED, rows)
    return written
