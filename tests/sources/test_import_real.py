"""Public data sets through the whole import, held against plain counts over the files themselves."""

import csv
import gzip
import itertools
from pathlib import Path

import duckdb
import pytest
from django.db import connection
from django.db.models import Count

from regard.config.home import ROOT
from regard.desk.lifecycle import columns, fold
from regard.desk.models import Case, Contact, Event
from tests.sources.importing import books

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]
EXAMPLES = ROOT / "examples" / "mappings"


@pytest.fixture
def bring_in(importer):
    def run(path: Path, example: str):
        importer.mapping = (EXAMPLES / example).read_text("utf-8")
        return importer.text(path.read_bytes(), path.name)

    return run


def assert_folded(cases) -> None:
    for case in cases:
        events = [event.as_row() for event in Event.objects.filter(case=case)]
        expected = columns(fold(events), unit_id=case.unit_id, received_at=case.received_at)
        assert {name: getattr(case, name) for name in expected} == expected, case.silo_key


def test_st_louis(real_data, bring_in):
    path = real_data / "stlouis_csb_2018" / "january_2018.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    exact = len(rows) - len({tuple(row.values()) for row in rows})
    assert (len(rows), exact) == (1_554, 13)
    run = bring_in(path, "stlouis_csb.toml")
    loaded, repeats, updated, quarantined = books(run)
    assert loaded + repeats + updated + quarantined == len(rows)
    assert repeats >= exact
    assert Case.objects.count() + run.quarantine.values("raw__requestid").distinct().count() >= len(
        {r["requestid"] for r in rows}
    )
    known = {row["requestid"]: row for row in rows}
    closed = Case.objects.filter(state="closed").count()
    loaded_keys = Case.objects.values_list("silo_key", flat=True)
    expected = sum(1 for key in loaded_keys if known[key]["status"].upper() == "CLOSED")  # the file writes it both ways
    assert closed == expected
    late = sum(1 for case in Case.objects.filter(state="closed") if _promise(case) and case.closed_at > _promise(case))
    assert 0.25 < late / closed < 0.45  # a third closed after the projected date
    assert_folded(Case.objects.order_by("id")[::25])
    assert books(bring_in(path, "stlouis_csb.toml"))[0] == 0


def _promise(case):
    return Event.objects.filter(case=case, kind="promised").values_list("due_at", flat=True).first()


def facts() -> tuple[list, list]:
    cases = Case.objects.order_by("silo_key").values_list(
        "silo_key",
        "state",
        "received_at",
        "closed_at",
        "promise_due",
        "channel",
        "unit__name",
        "service__name",
        "owner",
    )
    events = Event.objects.exclude(kind__in=("assigned", "next_step")).order_by("case__silo_key", "at", "kind", "text")
    return list(cases), list(events.values_list("case__silo_key", "kind", "at", "due_at", "text", "actor_name"))


def test_dutch_permits_give_the_same_facts_from_xes_and_csv(real_data, bring_in):
    folder = real_data / "dutch_permit_receipt"
    with gzip.open(folder / "08_receipt.xes.gz", "rt", encoding="utf-8") as log:
        events = sum(line.count("<event>") for line in log)
    assert events == 8_577
    run = bring_in(folder / "08_receipt.xes.gz", "dutch_permits_xes.toml")
    books(run)
    refused = {row.raw["case:concept:name"] for row in run.quarantine.all()}
    assert len(refused) == 2  # two cases that end before they begin: they wait, with all their events
    from_xes = facts()
    assert len(from_xes[0]) == 1_434 - len(refused)
    assert Event.objects.filter(data__has_key="log").count() == events - run.quarantined
    assert_folded(Case.objects.order_by("id")[::60])
    first = Case.objects.get(silo_key="case-10011")
    assert first.received_at.isoformat() == "2011-10-11T11:42:22.688000+00:00"  # 13:42 in summer in Amsterdam
    wipe()
    bring_in(folder / "receipt.csv", "dutch_permits_csv.toml")
    assert facts() == from_xes


def wipe() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE desk_case, desk_event, customers_customer, customers_identityrecord, customers_link")


def test_calls_of_a_bank(real_data, bring_in):
    path = real_data / "calls_anonymousbank_jan" / "january.txt"
    truth = dict(
        duckdb.sql(
            f"SELECT outcome, count(*) FROM read_csv('{path}', delim = '\t', all_varchar = true) GROUP BY 1"
        ).fetchall()
    )
    run = bring_in(path, "anonymousbank_calls.toml")
    loaded, repeats, updated, quarantined = books(run)
    assert loaded + repeats + quarantined == sum(truth.values()) == 31_599
    found = dict(Contact.objects.values_list("outcome").annotate(n=Count("id")).order_by())
    assert found["answered"] == pytest.approx(truth["AGENT"], abs=quarantined + repeats)
    assert found["abandoned"] == pytest.approx(truth["HANG"], abs=quarantined + repeats)
    assert updated == 0


@pytest.mark.parametrize(
    ("file", "example"),
    [
        ("bloomington_requests.json", "open311_json.toml"),
        ("service_requests.json", "open311_json.toml"),
        ("requests_many.xml", "open311_xml.toml"),
        ("sf_requests.xml", "open311_xml.toml"),
    ],
)
def test_open311_replies(real_data, bring_in, file, example):
    path = real_data / "open311_samples" / file
    loaded, repeats, updated, quarantined = books(bring_in(path, example))
    assert loaded > 0
    assert (repeats, updated) == (0, 0)
    assert Case.objects.count() == loaded
    assert_folded(itertools.islice(Case.objects.order_by("id"), 30))
    assert quarantined == 0
