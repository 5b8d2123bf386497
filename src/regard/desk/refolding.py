"""Bringing cases' columns back in line with their events, many at a time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import connection

from regard.desk.lifecycle import CaseState, EventRow, columns, fold
from regard.desk.models import Case, Event
from regard.lib.copying import update_rows

#: Columns of a case that are the fold of its events, in the order of `columns`.
FOLDED = tuple(columns(CaseState()))


def event_rows(case_ids: Iterable[int]) -> dict[int, list[EventRow]]:
    """The events of these cases, as the fold wants them. One query."""
    found: dict[int, list[EventRow]] = defaultdict(list)
    wanted = ("case_id", "id", "kind", "at", "due_at", "text", "data", "supersedes")
    query = Event.objects.filter(case_id__in=list(case_ids)).order_by().values_list(*wanted)
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
        # Locked before the events are read: somebody at the desk may be appending to the same case.
        cases = Case.objects.select_for_update().filter(pk__in=ids).order_by("pk")
        places = {pk: (unit, at) for pk, unit, at in cases.values_list("id", "unit_id", "received_at")}
        rows = []
        for case_id, events in event_rows(ids).items():
            unit_id, received_at = places[case_id]
            rows.append((case_id, *columns(fold(events), unit_id=unit_id, received_at=received_at).values()))
        with connection.cursor() as cursor:
            written += update_rows(cursor, "desk_case", FOLDED, rows)
    return written
