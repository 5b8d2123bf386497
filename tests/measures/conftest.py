"""An office with cases, and a facts folder of its own for each test."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from regard.desk.lifecycle import EventRow, columns, fold
from regard.desk.models import Case, Event
from regard.measures.engine import forget
from regard.measures.facts.layout import SCHEMAS, steps_of
from regard.measures.facts.refresh import store
from regard.measures.facts.store import Manifest, new_token

START = datetime(2025, 3, 3, 15, tzinfo=UTC)  # a Monday, nine in the morning in Chicago


@pytest.fixture(autouse=True)
def facts_root(settings, tmp_path: Path) -> Path:
    settings.FACTS_ROOT = tmp_path / "facts"
    forget()
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
    for row in found:
        row |= {name: value.replace(tzinfo=UTC) for name, value in row.items() if isinstance(value, datetime)}
    rows = {row[key]: row for row in found}
    assert len(rows) == len(found), "a fact stands twice"
    return rows


def publish(table: str = "case", rows: Iterable[dict[str, Any]] = (), as_of: datetime = START, **more: Any) -> None:
    """Make a set of facts by hand: rows of one table, and of others by name. What a row leaves out is empty."""
    facts, token = store(), new_token()
    files = []
    with facts.writing():
        for name, told in {table: rows, **more}.items():
            schema = SCHEMAS[name]
            columns = [pa.array([row.get(field.name) for row in told], _plain(field.type)) for field in schema]
            cast = [column.cast(field.type) for column, field in zip(columns, schema, strict=True)]
            files.append(facts.write(token, name, 0, pa.table(cast, schema=schema)))
        kept = tuple(file for file in files if file)
        facts.publish(Manifest(token, "by hand", 1, "1:1:", as_of, as_of, kept))
    forget()


def _plain(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_dictionary(kind) else kind


def case_fact(number: int, hours_taken: float | None = None, **more: Any) -> dict[str, Any]:
    """A case fact: resolved after so many hours, or still open. Received on START unless `received_at` is told."""
    received = more.pop("received_at", START).replace(tzinfo=None)
    is_open = hours_taken is None and not more.get("left")
    fact = {
        "case_id": number,
        "office": 1,
        "unit": 1,
        "service": 1,
        "channel": "phone",
        "silo": 1,
        "kind": "case",
        "state": "open" if is_open else "resolved",
        "is_open": int(is_open),
        "impossible": 0,
        "received_at": received,
        "received_month": received.date().replace(day=1),
        "calendar": 0,
        "received_open": 0,
        "paused_working": 0,
        "paused_seconds": 0,
        "reopens": 0,
        "transfers": 0,
    }
    if hours_taken is not None:
        seconds = round(hours_taken * 3600)
        fact |= {"resolved_at": received + hours(hours_taken)}
        fact |= {"ended_month": fact["resolved_at"].date().replace(day=1)}
        for stage in ("answer", "resolve"):
            fact |= {f"{stage}_seen": 1, f"{stage}_seconds": seconds, f"{stage}_working": seconds // 3}
            for name in (stage, f"{stage}_working"):
                told = f"{name}_seconds" if name == stage else name
                fact[f"{name}_step"] = int(steps_of([fact[told]])[0])
            limit = more.get(f"{stage}_limit")
            if limit:
                fact |= {f"{stage}_clock": 0, f"{stage}_used": min(-(-seconds * 100 // limit), 30_000)}
    return fact | {name: value for name, value in more.items() if name != "left"}
