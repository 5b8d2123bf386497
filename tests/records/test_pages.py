"""The trail's pages: filters, paging, one entry, export, proof."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from regard.office import actions
from regard.records import audit, naming, queries
from regard.records.actors import System
from regard.records.models import AuditEntry
from regard.records.queries import Wanted

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
BY = System("a test")


@pytest.fixture
def show(client, cast):
    """Opens a page as the records officer."""
    client.force_login(cast.records_officer, backend=BACKEND)

    def get(name, /, *args, query="", status=200):
        answer = client.get(reverse(name, args=args) + query)
        assert answer.status_code == status
        return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode("utf-8-sig")

    return get


def write(count, office, action="test.wrote"):
    with transaction.atomic():
        return [audit.record(by=BY, action=action, object_type="test.thing", object_id=str(n), office_id=office.pk)
                for n in range(count)]  # fmt: skip


# --- who reads what


@pytest.mark.parametrize("who", ["alice", "bob", "analyst", "goal_owner", "contract_manager", "nobody"])
def test_the_trail_is_for_records_officers_and_administrators(client, cast, who):
    client.force_login(getattr(cast, who), backend=BACKEND)
    for name in ("records-audit", "records-viewings", "records-export"):
        assert client.get(reverse(name)).status_code == 403
    assert client.post(reverse("records-verify")).status_code == 403


def test_an_office_reads_its_own_trail_only(show, client, cast):
    ours, theirs = write(1, cast.office)[0], write(1, cast.other_office)[0]
    show("records-entry", ours.pk)
    show("records-entry", theirs.pk, status=404)
    listed = show("records-audit")
    assert reverse("records-entry", args=[ours.pk]) in listed
    assert reverse("records-entry", args=[theirs.pk]) not in listed
    ids = {row["id"] for row in csv.DictReader(io.StringIO(show("records-export")))}
    assert str(ours.pk) in ids
    assert str(theirs.pk) not in ids


def test_what_belongs_to_no_office_is_read_by_all(show, cast):
    with transaction.atomic():
        entry = audit.record(by=BY, action="test.wrote")
    assert entry.office_id is None
    show("records-entry", entry.pk)


def test_an_office_reads_only_its_own_viewings(show, cast):
    audit.viewed(by=cast.alice, obj=cast.roads)
    audit.viewed(by=cast.charlie, obj=cast.other_office)
    shown = show("records-viewings")
    assert "Alice Alder" in shown
    assert "Charlie Cho" not in shown


# --- looking things up


def test_entries_are_filtered(cast):
    office = cast.office.pk
    write(3, cast.office)
    actions.set_roles(by=cast.administrator, staff=cast.alice, roles=["supervisor"])

    def found(**told):
        return queries.entries(Wanted(**told), office)

    assert found(actor="adam").count() == 1
    assert found(action="test.wrote").count() == 3
    assert found(action="office.").count() == found().count() - 3
    assert found(object_type="office.staff", object_id=str(cast.alice.pk)).count() == 2
    today = date.today()
    assert found(first_day=today).count() == found().count()
    assert found(last_day=today - timedelta(days=1)).count() == 0
    assert found(first_day=today, last_day=today).count() == found().count()


def test_days_are_those_of_the_office_and_inclusive(db):
    late = datetime(2026, 1, 6, 5, 59, tzinfo=UTC)  # one minute to midnight in Chicago
    AuditEntry.objects.create(at=late, actor_name="x", action="test.wrote", object_type="", previous_hash="", hash="")
    with timezone.override("America/Chicago"):
        assert queries.entries(Wanted(first_day=date(2026, 1, 5), last_day=date(2026, 1, 5)), None).count() == 1
        assert queries.entries(Wanted(first_day=date(2026, 1, 6)), None).count() == 0


def test_the_list_pages_through_everything_once(show, cast):
    write(120, cast.office)
    seen, query = [], "?action=test.wrote"
    while True:
        shown = show("records-audit", query=query)
        links = [part.partition('"')[0] for part in shown.split('href="/records/audit/')[1:]]
        seen += [link for link in links if link.strip("/").isdigit()]
        if "Older" not in shown:
            break
        query = shown.split('rel="next" href="')[1].partition('"')[0].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 120
    assert "action=test.wrote" in query


@pytest.mark.parametrize(
    "query", ["?first_day=never", "?object_type=nothing.here", "?action=none", "?after=zzz", "?object_id=%27%3B--"]
)
def test_filters_that_make_no_sense_break_nothing(show, query):
    for name in ("records-audit", "records-viewings", "records-export"):
        show(name, query=query)


def test_the_list_costs_the_same_for_many_entries(show, cast, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        show("records-audit")
    write(300, cast.office)
    with django_assert_max_num_queries(8):
        show("records-audit")


def test_the_trail_is_offered_in_words(show, cast):
    write(1, cast.office)
    shown = show("records-audit")
    assert '<option value="office.">Office: anything</option>' in shown
    assert ">make staff</option>" in shown
    assert ">working calendar</option>" in shown


def test_actions_and_kinds_are_found_without_reading_the_trail(cast):
    write(5, cast.office, "zoo.opened")
    write(1, cast.other_office, "zoo.closed")
    assert queries.actions_of_office(cast.office.pk) == sorted(
        set(AuditEntry.objects.filter(office_id=cast.office.pk).values_list("action", flat=True))
    )
    assert queries.kinds_of_object() == sorted(set(AuditEntry.objects.values_list("object_type", flat=True)) - {""})
    assert queries.actions_of_office(None) == []


# --- one entry, export, proof


def test_an_entry_shows_before_and_after(show, cast):
    actions.set_roles(by=cast.administrator, staff=cast.alice, roles=["supervisor"])
    shown = show("records-entry", AuditEntry.objects.latest("id").pk)
    assert "front_line" in shown
    assert "supervisor" in shown
    assert "Adam Min" in shown


def test_an_entry_leads_to_what_it_is_about(show, client, planted):
    for thing in (
        planted.case,
        planted.customer,
        planted.feedback,
        planted.run,
        planted.cast.permits,
        planted.cast.bob,
    ):
        link = naming.object_link(thing._meta.label_lower, str(thing.pk))
        assert client.get(link).status_code in {200, 403}, link
    assert naming.object_link("desk.case", str(planted.case.pk)) in show("records-entry", planted.entry.pk)
    assert naming.object_link("customers.customer", str(planted.customer.pk)) in show("records-viewings")
    assert naming.object_link("desk.case", "no number") == naming.object_link("nothing.here", "1") == ""


def test_an_entry_about_something_that_is_gone_is_still_shown(show, cast):
    for told in (
        {"object_type": "old.thing", "object_id": "7"},
        {"object_type": "desk.case", "object_id": "no number"},
    ):
        with transaction.atomic():
            entry = audit.record(by=BY, action="test.wrote", office_id=cast.office.pk, **told)
        show("records-entry", entry.pk)


def test_the_export_is_whole_safe_and_audited(show, cast):
    with transaction.atomic():
        audit.record(by=System("=1+1"), action="test.wrote", object_id="-7", office_id=cast.office.pk)
    rows = list(csv.DictReader(io.StringIO(show("records-export", query="?action=test.wrote"))))
    assert [(row["actor"], row["object_id"]) for row in rows] == [("system: =1+1", "'-7")]
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.count, entry.actor_id) == ("records.export", 1, cast.records_officer.pk)
    assert (
        len(list(csv.DictReader(io.StringIO(show("records-export")))))
        == queries.entries(Wanted(), cast.office.pk).count()
    )


def test_the_button_proves_the_chain_and_says_so_in_it(client, show, cast):
    answer = client.post(reverse("records-verify"))
    assert "are sound" in answer.content.decode()
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.changes["note"]["broken_at"]) == ("records.verify", None)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL regard.disposal = 'on'")
        cursor.execute("UPDATE records_auditentry SET actor_name = 'Eve' WHERE id = %s", [entry.pk])
        cursor.execute("SET LOCAL regard.disposal = 'off'")
    answer = client.post(reverse("records-verify"))
    assert f"Entry {entry.pk} does not fit" in answer.content.decode()
    assert client.get(reverse("records-verify")).status_code == 405
