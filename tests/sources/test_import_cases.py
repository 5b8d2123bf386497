"""Cases through the import: the books, the fold, links, and what a later file tells differently."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.customers.models import Customer, IdentityRecord, Link
from regard.desk.lifecycle import columns, fold
from regard.desk.models import Case, Event
from regard.records.models import AuditEntry
from regard.records.queries import verify
from regard.sources.actions import ImportRefusedError
from regard.sources.models import QuarantinedRow
from tests.sources.importing import books

pytestmark = pytest.mark.django_db


def row(key: str = "1", **told: str) -> dict[str, str]:
    return {"id": key, "opened": "2025-03-03 09:00", "type": "Pothole", "via": "phone", **told}


def the_case(key: str = "1") -> Case:
    return Case.objects.get(silo_key=key)


def kinds(case: Case) -> list[str]:
    return [event.kind for event in Event.objects.filter(case=case).order_by("at", "id")]


def assert_folded() -> None:
    """Every case's columns are the fold of its events."""
    for case in Case.objects.all():
        events = [event.as_row() for event in Event.objects.filter(case=case)]
        expected = columns(fold(events), unit_id=case.unit_id, received_at=case.received_at)
        assert {name: getattr(case, name) for name in expected} == expected, case.silo_key


def test_every_row_is_loaded_a_repeat_or_quarantined(importer):
    run = importer.rows(
        row("1"), row("1"), row("2", opened="not a date"), row("3", closed="2025-03-01 09:00"), row("4")
    )
    assert books(run) == (2, 1, 0, 2)
    refused = QuarantinedRow.objects.filter(run=run).order_by("line")
    assert [(r.line, r.raw["id"], r.reasons[0]["column"]) for r in refused] == [
        (4, "2", "received_at"),
        (5, "3", "closed_at"),
    ]


def test_the_same_file_again_changes_nothing(importer):
    rows = [row(str(n), closed="2025-03-05 10:00", name="Ana Perez", email="ana@mail.example") for n in range(5)]
    importer.rows(*rows)
    before = (Event.objects.count(), Customer.objects.count(), IdentityRecord.objects.count())
    assert books(importer.rows(*rows)) == (0, 5, 0, 0)
    assert (Event.objects.count(), Customer.objects.count(), IdentityRecord.objects.count()) == before


def test_an_open_case_has_an_owner_and_a_next_step(importer, cast):
    importer.rows(row("1", department="Permits"))
    case = the_case()
    assert case.state == "open"
    assert case.owner == cast.bob  # the lead of permits
    assert case.next_step
    assert case.next_step_due is not None
    assert kinds(case) == ["received", "assigned", "next_step"]


def test_a_told_officer_owns_the_case(importer, cast):
    importer.rows(row("1", department="Permits", officer="alder, alice", closed="2025-03-05 10:00"))
    assert the_case().owner == cast.alice


def test_a_promise_and_its_breach(importer):
    importer.rows(
        row("1", promised="2025-03-10 17:00"), row("2", promised="2025-03-04 17:00", closed="2025-03-06 09:00")
    )
    assert the_case("1").promise_due is not None
    assert the_case("2").promise_due is None
    assert_folded()


def test_a_later_file_closes_a_case(importer):
    importer.rows(row("1", promised="2025-03-10 17:00"))
    run = importer.rows(row("1", promised="2025-03-10 17:00", closed="2025-03-08 09:00"))
    assert books(run) == (0, 0, 1, 0)
    case = the_case()
    assert case.state == "closed"
    assert Event.objects.filter(case=case, kind="closed").count() == 1
    assert_folded()


def test_a_closing_date_that_moved_supersedes_and_stays_visible(importer):
    importer.rows(row("1", closed="2025-03-05 10:00"))
    importer.rows(row("1", closed="2025-03-09 10:00"))
    closed = list(Event.objects.filter(case=the_case(), kind="closed").order_by("id"))
    assert len(closed) == 2
    assert closed[1].supersedes == closed[0].pk
    assert the_case().closed_at == closed[1].at
    assert_folded()


def test_a_case_that_is_open_again_was_reopened(importer):
    importer.rows(row("1", closed="2025-03-05 10:00"))
    importer.rows(row("1"))
    case = the_case()
    assert case.state == "open"
    assert case.reopens == 1
    assert "reopened" in kinds(case)
    assert_folded()


def test_a_promise_moved_in_the_source_is_a_moved_promise(importer):
    importer.rows(row("1", promised="2025-03-10 17:00"))
    importer.rows(row("1", promised="2025-03-20 17:00"))
    moved = Event.objects.get(case=the_case(), kind="promise_moved")
    assert moved.due_at == the_case().promise_due
    assert Event.objects.filter(case=the_case(), kind="promised").count() == 1


def test_changed_facts_are_kept_before_and_after(importer):
    importer.rows(row("1", subject="Hole"))
    importer.rows(row("1", subject="Deep hole"))
    amended = Event.objects.get(case=the_case(), kind="amended")
    assert amended.data == {"before": {"subject": "Hole"}, "after": {"subject": "Deep hole"}}
    assert the_case().subject == "Deep hole"


def test_a_changed_service_is_a_recategorisation(importer):
    importer.rows(row("1", type="Pothole", department="Roads"))
    importer.rows(row("1", type="Street light", department="Roads"))
    assert the_case().service.name == "Street light"
    assert "recategorised" in kinds(the_case())
    assert_folded()


def test_people_join_on_a_strong_key_only_when_names_agree(importer):
    importer.rows(
        row("1", name="Ana Pérez", email="Ana.Perez@mail.example"),
        row("2", name="PEREZ, ANA", email="ana.perez@mail.example", phone="(312) 555-0142"),
        row("3", name="Ana Perez", phone="312.555.0142"),
        row("4", name="Ben Perez", email="ana.perez@mail.example"),  # a family's address
        row("5", phone="312-555-0199"),
        row("6", name="unknown", email="n/a"),
    )
    one, two, three, four, five, six = (the_case(str(n)).customer for n in range(1, 7))
    assert one == two == three
    assert four != one
    assert five is not None
    assert six is None
    assert set(Link.objects.filter(customer=one).values_list("reason", flat=True)) >= {"first record of this customer"}


def test_a_nameless_caller_is_the_only_holder_of_the_number(importer):
    importer.rows(row("1", name="Ana Perez", phone="312 555 0142"))
    importer.rows(row("2", phone="(312) 555-0142"))
    assert the_case("2").customer == the_case("1").customer
    importer.rows(row("3", name="Ben Perez", phone="312 555 0142"))
    importer.rows(row("4", phone="1-312-555-0142 "))
    assert the_case("4").customer is not None


def test_ten_thousand_people_with_one_phone_stay_apart_and_quick(importer):
    importer.rows(*(row(str(n), name=f"Person {n}", phone="312 555 0100") for n in range(2_000)))
    assert Customer.objects.count() == 2_000
    run = importer.rows(*(row(f"x{n}", name=f"Other {n}", phone="312 555 0100") for n in range(500)))
    assert books(run) == (500, 0, 0, 0)
    assert Customer.objects.count() == 2_500


def test_the_audit_trail_has_one_entry_a_batch_and_verifies(importer):
    run = importer.rows(*(row(str(n)) for n in range(300)))
    entries = AuditEntry.objects.filter(object_id=f"run:{run.pk}", action="desk.load_cases")
    assert [entry.count for entry in entries] == [300]
    assert verify().broken_at is None


def test_small_chunks_give_the_same(importer, cast):
    rows = [
        row(str(n), name=f"Person {n % 40}", email=f"p{n % 40}@mail.example", promised="2025-03-09 10:00")
        for n in range(200)
    ]
    importer.chunk = 7
    assert books(importer.rows(*rows)) == (200, 0, 0, 0)
    assert Customer.objects.count() == 40
    assert_folded()


def test_the_number_of_queries_does_not_grow_with_the_rows(importer):
    importer.rows(row("0", name="P"))
    counts = {}
    for size in (100, 1_000):
        with CaptureQueriesContext(connection) as queries:
            importer.rows(*(row(f"{size}-{n}", name=f"P {n}", closed="2025-03-05 10:00") for n in range(size)))
        counts[size] = len(queries)
    assert counts[1_000] == counts[100]


STAMPS = st.none() | st.integers(0, 72).map(lambda hours: f"2025-03-{4 + hours // 24:02d} {hours % 24:02d}:00")
TOLD = st.fixed_dictionaries(
    {
        "answered": STAMPS,
        "resolved": STAMPS,
        "closed": STAMPS,
        "cancelled": STAMPS,
        "reopened": STAMPS,
        "promised": STAMPS,
        "status": st.sampled_from([None, "open", "paused", "resolved", "closed", "cancelled"]),
        "officer": st.sampled_from([None, "alice alder", "somebody"]),
        "department": st.sampled_from([None, "Permits", "Roads"]),
        "subject": st.sampled_from(["", "a", "b"]),
    }
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.lists(TOLD, min_size=10, max_size=40), later=st.data())
def test_whatever_is_told_the_columns_are_the_fold(importer, first, later):
    """Both the SQL fold of new rows and the revisions of later files agree with `lifecycle.fold`."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE desk_case, desk_event, customers_customer, customers_identityrecord, customers_link")
    rows = [row(str(n), **{k: v for k, v in told.items() if v}) for n, told in enumerate(first)]
    loaded, _, _, quarantined = books(importer.rows(*rows))
    assert loaded + quarantined == len(rows)
    assert_folded()
    again = [row(str(n), **{k: v for k, v in later.draw(TOLD).items() if v}) for n in range(len(rows))]
    books(importer.rows(*again))
    assert_folded()


def test_a_file_that_cannot_be_read_fails_in_words(importer):
    run = importer.text("") if False else importer.text("\x00\x01\x02" * 100)
    assert run.state == "failed"
    assert run.error
    assert "Traceback" not in run.error


def test_an_empty_file_is_refused_before_it_is_kept(importer):
    with pytest.raises(ImportRefusedError, match="empty"):
        importer.text("")
