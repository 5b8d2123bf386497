"""`regard check`: finds what drifted, what points nowhere and what nobody owns - and mends only what it may."""

import pytest
from click.testing import CliRunner
from django.db import connection

from regard.desk import actions
from regard.desk.commands import check
from regard.desk.models import Case, Contact, Event
from regard.desk.queries import checking
from regard.records.models import AuditEntry
from tests.desk.conftest import refolded, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def some(cast, case, tomorrow) -> list[Case]:
    """Three cases that something happened to."""
    other = actions.open_case(by=cast.bob, unit=cast.permits, subject="Another")
    third = actions.open_case(by=cast.dora, unit=cast.roads, service=cast.pothole, subject="A hole")
    actions.promise(by=cast.alice, case=case, text="We will", due=tomorrow)
    actions.transfer(by=cast.bob, case=other, unit=cast.roads, reason="r", context="c")
    actions.resolve(by=cast.dora, case=third, outcome="Filled")
    return [case, other, third]


def run(*options: str):
    return CliRunner().invoke(check, options)


def test_a_sound_office(some):
    report = checking.check()
    assert report.is_sound
    assert (report.cases, report.events) == (3, Event.objects.count())
    result = run()
    assert result.exit_code == 0
    assert "Every case is the fold of its events." in result.output


def test_an_empty_office(db):
    assert checking.check().is_sound
    assert run().exit_code == 0


def test_drift_is_found_per_column_and_mended_only_on_demand(some):
    first, second, _ = some
    Case.objects.filter(pk=first.pk).update(state="closed", promise_due=None)
    Case.objects.filter(pk=second.pk).update(handed_over_at=None)
    report = checking.check()
    assert sorted(report.ids) == [first.pk, second.pk]
    assert report.columns == {"state": 1, "promise_due": 1, "handed_over_at": 1}
    result = run()
    assert result.exit_code == 1
    assert f"{first.number} state: stored closed, events say open" in result.output
    assert stored(first)["state"] == "closed"

    count = AuditEntry.objects.count()
    assert run("--repair").exit_code == 0
    assert all(stored(case) == refolded(case) for case in some)
    entry = AuditEntry.objects.order_by("-id").first()
    assert (AuditEntry.objects.count(), entry.action, entry.count) == (count + 1, "desk.repair_cases", 2)
    assert entry.actor_name == "system: regard check"
    assert run().exit_code == 0


def test_every_folded_column_is_compared(some):
    wrong = {"state": "merged", "transfers": 9, "reopens": 9, "events_seen": 99, "next_step": "x"}
    times = [name for name in checking.FOLDED if name.endswith(("_at", "_due"))]
    for name in (*wrong, *times):
        keep = getattr(Case.objects.get(pk=some[0].pk), name)
        Case.objects.filter(pk=some[0].pk).update(**{name: wrong.get(name, "2001-01-01T00:00Z")})
        assert set(checking.check().columns) == {name}
        Case.objects.filter(pk=some[0].pk).update(**{name: keep})


def test_references_that_point_nowhere(some):
    orphan = Event.objects.filter(case=some[0]).first()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO desk_event (case_id, kind, at, actor_name, text) VALUES (999999, 'noted', now(), '', '')"
        )
    Contact.objects.create(silo_id=888, unit=orphan.case.unit, channel="phone", started_at=orphan.at)
    report = checking.check()
    assert report.orphans == {"desk.Event.case": 1, "desk.Contact.silo": 1}
    assert not report.ids
    result = run()
    assert result.exit_code == 1
    assert "Points nowhere: desk.Event.case in 1 rows." in result.output


def test_cases_without_events_and_without_an_owner(cast, some):
    Case.objects.filter(pk=some[0].pk).update(owner=None)
    case = some[0]
    Case.objects.bulk_create(
        [Case(silo=cast.silo, unit=cast.permits, received_at=case.received_at, run_id=run) for run in (None, 7)]
    )
    report = checking.check()
    assert report.eventless == 2
    assert (report.unowned, report.imported_unowned) == (2, 1)
    assert run().exit_code == 1


def test_samples_are_few_however_much_drifted(some, monkeypatch):
    monkeypatch.setattr(checking, "SAMPLES", 2)
    Case.objects.update(transfers=7)
    report = checking.check()
    assert len(report.drifts) == 2
    assert len(report.ids) == 3
