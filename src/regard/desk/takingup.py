"""Nobody is left without a person: open cases that an import told of without one go to the lead of their unit."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from regard.desk.lifecycle import EventKind
from regard.desk.models import OPEN_STATES, Case, Event
from regard.desk.queries.people import who_leads
from regard.desk.refolding import refold
from regard.office.models import Staff, Unit

#: A case that came late is not overdue on arrival: whoever takes it up has at least this long.
NOTICE = timedelta(days=1)
_WANTING = Q(owner=None) | Q(next_step="") | Q(next_step_owner=None) | Q(next_step_due=None)


def take_up(case_ids: Sequence[int], *, run_id: int, now: datetime, step: str, batch: int = 5_000) -> int:
    """Give open ones among these folded cases an owner and a next step where they lack one; returns how many.

    The owner is whom the events name, else the lead of the unit. Set-based: per batch one read, one insert, one fold.
    """
    leads: dict[int, Staff | None] = {}
    taken = 0
    for start in range(0, len(case_ids), batch):
        wanting = Case.objects.filter(_WANTING, pk__in=case_ids[start : start + batch], state__in=OPEN_STATES)
        events: list[Event] = []
        for case in wanting.order_by("pk"):
            if case.unit_id not in leads:
                leads[case.unit_id] = who_leads(Unit.objects.get(pk=case.unit_id))
            events += _events(case, leads[case.unit_id], run_id=run_id, now=now, step=step)
        Event.objects.bulk_create(events)
        ids = sorted({event.case_id for event in events})
        refold(ids)
        taken += len(ids)
    return taken


def _events(case: Case, lead: Staff | None, *, run_id: int, now: datetime, step: str) -> list[Event]:
    owner = case.owner_id or (lead.pk if lead else None)
    if owner is None:
        return []
    due = max(case.due_at, now + NOTICE) if case.due_at else now + NOTICE
    told = [
        Event(case=case, kind=EventKind.NEXT_STEP, at=now, text=step, due_at=due, data={"owner": owner}, run_id=run_id)
    ]
    if case.owner_id is None:
        told.insert(0, Event(case=case, kind=EventKind.ASSIGNED, at=now, data={"owner": owner}, run_id=run_id))
    return told
