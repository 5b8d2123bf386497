"""An office with cases, and a facts folder of its own for each test."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from regard.desk.lifecycle import EventRow, columns, fold
from regard.desk.models import Case, Event
from regard.measures.facts.refresh import store

START = datetime(2025, 3, 3, 15, tzinfo=UTC)  # a Monday, nine in the morning in Chicago


@pytest.fixture(autouse=True)
def facts_root(settings, tmp_path: Path) -> Path:
    settings.FACTS_ROOT = tmp_path / "facts"
    return settings.FACTS_ROOT


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


@pytest.fixture
def make_case(cast) -> Callable[..., Case]:
    """A case whose events are `told`: (hours after START, kind, {more}); its columns are their fold."""

    def make(*told: tuple, unit=None, service=None, start: datetime = START, **fields: Any) -> Case:
        unit = unit or cast.permits
        case = Case.objects.create(
            silo=cast.silo, unit=unit, service=service, received_at=start, **{"channel": "phone"} | fields
        )
        add_events(case, told, start)
        return case

    return make


def add_events(case: Case, told: Iterable[tuple], start: datetime = START) -> None:
    """Append events and fold the case again, as every action does."""
    for when, kind, *more in told:
        fields = dict(more[0]) if more else {}
        due = fields.pop("due", None)
        Event.objects.create(
            case=case,
            kind=kind,
            at=start + hours(when),
            due_at=None if due is None else start + hours(due),
            supersedes=fields.pop("supersedes", None),
            data=fields or None,
        )
    rows = [
        EventRow(e.pk, e.kind, e.at, e.due_at, e.text, e.data or {}, e.supersedes)
        for e in Event.objects.filter(case=case)
    ]
    state = fold(rows)
    values = columns(state, unit_id=case.unit_id, received_at=case.received_at)
    values["service_id"] = values["service_id"] or case.service_id
    Case.objects.filter(pk=case.pk).update(**values)
    case.refresh_from_db()


def facts_of(table: str) -> dict[int, dict[str, Any]]:
    """The published facts of a table, by id."""
    facts = store()
    manifest = facts.manifest()
    assert manifest is not None
    found = (
        pa.concat_tables([facts.read(file) for file in manifest.of(table)]).to_pylist() if manifest.of(table) else []
    )
    key = {"case": "case_id", "promise": "promise_id", "contact": "contact_id", "feedback": "feedback_id"}[table]
    rows = {row[key]: row for row in found}
    assert len(rows) == len(found), "a fact stands twice"
    return rows
