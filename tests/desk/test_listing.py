"""The case list: what each filter finds, pages without gaps, and the same few queries for one row and for thirty."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.desk import actions
from regard.desk.models import Case, SavedFilter
from regard.desk.queries import listing
from regard.desk.queries.keyset import Order, Place, take
from regard.desk.queries.listing import CaseFilter, page_of
from regard.records.models import AuditEntry

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, 15, tzinfo=UTC)


def made(cast, number: int, **fields) -> list[Case]:
    """So many cases of permits, an hour apart."""
    given = {"silo": cast.silo, "unit": cast.permits, "channel": "web", "owner": cast.alice, **fields}
    cases = [Case(received_at=START + timedelta(hours=n), subject=f"Case {n}", **given) for n in range(number)]
    return Case.objects.bulk_create(cases)


def numbers(client, query: str = "") -> list[str]:
    """The case numbers on the page, in order."""
    page = client.get(f"/cases?{query}").context["page"]
    return [case.number for case in page.cases]


@pytest.fixture
def various(cast) -> dict[str, Case]:
    """One case of each kind that a filter tells apart."""
    now = timezone.now()
    one = {"silo": cast.silo, "unit": cast.permits, "received_at": now - timedelta(days=1), "channel": "web"}
    cases = {
        "plain": Case(**one, subject="Fence on Elm Street"),
        "paused": Case(**one, state="paused", subject="Wall", paused_at=now),
        "closed": Case(**one, state="closed", subject="Old fence", owner=cast.alice),
        "withdrawn": Case(**one, state="withdrawn"),
        "phone": Case(**one | {"channel": "phone"}),
        "hers": Case(**one, owner=cast.alice, subject="Gate"),
        "his": Case(**one, owner=cast.bob),
        "served": Case(**one, service=cast.fence),
        "late": Case(**one, standard_due=now - timedelta(days=1)),
        "early": Case(**one, promise_due=now + timedelta(days=1)),
        "imported": Case(**one, silo_key="SR-77", subject="From the hotline"),
        "last_year": Case(**one | {"received_at": START - timedelta(days=400)}),
        "roads": Case(**one | {"unit": cast.roads}, subject="Fence beside a road"),
        "elsewhere": Case(**one | {"unit": cast.roads}, owner=cast.alice),
        "step": Case(**one | {"unit": cast.roads}, owner=cast.dora, next_step_owner=cast.alice),
        "foreign": Case(**one | {"unit": cast.other_office, "silo": cast.other_silo}, subject="Fence abroad"),
    }
    for case in cases.values():
        case.save()
    return cases


ALICE_SEES_OPEN = {"plain", "paused", "phone", "hers", "his", "served", "late", "early", "imported", "last_year",
                   "elsewhere", "step"}  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ALICE_SEES_OPEN),
        ("state=any", ALICE_SEES_OPEN | {"closed", "withdrawn"}),
        ("state=closed", {"closed"}),
        ("state=paused", {"paused"}),
        ("channel=phone", {"phone"}),
        ("owner=me", {"hers", "elsewhere"}),
        ("owner=nobody", ALICE_SEES_OPEN - {"hers", "his", "elsewhere", "step"}),
        ("owner={bob}", {"his"}),
        ("service={fence}", {"served"}),
        ("unit={permits}", ALICE_SEES_OPEN - {"elsewhere", "step"}),
        ("overdue=on", {"late"}),
        ("received_to=2025-12-31", {"last_year"}),
        ("received_from=2026-01-01&state=closed", {"closed"}),
        ("q=fence", {"plain"}),
        ("q=FENCE elm", {"plain"}),
        ("q=fenc&state=any", {"plain", "closed"}),
        ("q=street fence nowhere", set()),
        ("q=%21%3F", set()),
        ("q=SR-77", {"imported"}),
        ("q=SR-77&state=closed&channel=phone", {"imported"}),
    ],
)
def test_each_filter(cast, various, signed_in, query, found):
    ids = {"bob": cast.bob.pk, "fence": cast.fence.pk, "permits": cast.permits.pk}
    names = {case.number: name for name, case in various.items()}
    assert {names[n] for n in numbers(signed_in(cast.alice), query.format(**ids))} == found


def test_a_number_is_found_whatever_its_state(cast, various, signed_in):
    client = signed_in(cast.alice)
    number = various["closed"].number
    for text in (number, number.lower(), str(various["closed"].pk), f"%23{number}"):
        assert numbers(client, f"q={text}") == [number]
    assert b"Found by its number" in client.get(f"/cases?q={number}").content
    assert numbers(client, f"q={various['foreign'].number}") == []


def test_a_unit_brings_those_below_it(cast, various, signed_in):
    client = signed_in(cast.analyst)
    whole, roads = (set(numbers(client, f"unit={unit.pk}")) for unit in (cast.office, cast.roads))
    assert roads == {various[name].number for name in ("roads", "elsewhere", "step")}
    assert roads < whole
    assert various["foreign"].number not in whole


def test_what_makes_no_sense_is_said_and_left_out(cast, various, signed_in):
    client = signed_in(cast.alice)
    page = client.get("/cases?unit=999999&received_from=yesterday&received_to=0001-01-01&state=odd&sort=x&after=%00")
    assert page.status_code == 200
    assert len(page.context["page"].cases) == len(ALICE_SEES_OPEN)
    assert b"Please check" in page.content


# --- order and pages


def test_sorting(cast, signed_in):
    now = timezone.now()
    a, b, c = made(cast, 3)
    Case.objects.filter(pk=a.pk).update(standard_due=now + timedelta(days=2))
    Case.objects.filter(pk=b.pk).update(promise_due=now + timedelta(days=1))
    client = signed_in(cast.alice)
    for sort, order in (("", [c, b, a]), ("received", [a, b, c]), ("due", [b, a, c]), ("-due", [a, b, c])):
        assert numbers(client, f"sort={sort}") == [case.number for case in order], sort
    html = client.get("/cases?sort=due").content.decode()
    assert html.count('aria-sort="ascending"') == 1
    assert 'href="?sort=-due"' in html


def test_ended_cases_are_not_sorted_by_due(cast, signed_in):
    a, b = made(cast, 2, state="closed")
    assert numbers(signed_in(cast.alice), "state=any&sort=due") == [b.number, a.number]


@pytest.mark.parametrize("sort", ["", "received", "due", "-due"])
def test_pages_have_no_gaps_and_lead_back(cast, signed_in, sort, monkeypatch):
    monkeypatch.setattr(listing, "PAGE", 4)
    made(cast, 9)
    made(cast, 5)  # the same times again
    Case.objects.filter(pk__in=Case.objects.values("pk")[3:8]).update(standard_due=timezone.now())
    Case.objects.filter(pk__in=Case.objects.values("pk")[1:2]).update(owner=cast.alice, unit=cast.roads)
    client = signed_in(cast.alice)
    monkeypatch.setattr(listing, "PAGE", 100)
    whole = numbers(client, f"sort={sort}")
    monkeypatch.setattr(listing, "PAGE", 4)
    seen, back, address = [], [], f"?sort={sort}"
    while address:
        page = client.get(f"/cases{address}")
        seen += [case.number for case in page.context["page"].cases]
        last, address = address, page.context["older_url"]
    address = last
    while address:
        page = client.get(f"/cases{address}")
        back = [case.number for case in page.context["page"].cases] + back
        address = page.context["newer_url"]
    assert len(whole) == 14
    assert seen == whole
    assert back == whole


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.none() | st.integers(0, 4), min_size=1, max_size=12),
    st.integers(1, 5),
    st.booleans(),
)
def test_keyset_pages_are_the_sorted_list(cast, dues, size, descending):
    Case.objects.all().delete()
    when = [None if due is None else START + timedelta(days=due) for due in dues]
    Case.objects.bulk_create([Case(silo=cast.silo, unit=cast.permits, received_at=START, standard_due=d) for d in when])
    order = Order("due_at", descending=descending, nullable=True)
    rows = [Place(case.due_at, case.pk) for case in Case.objects.all()]
    sign = -1 if descending else 1
    expected = sorted(rows, key=lambda p: (p.value is None, sign * (p.value or START).timestamp(), sign * p.id))
    found, after = [], None
    while True:
        cut = take([Case.objects.filter(pk__gt=0)], order, size, after=after)
        found += cut.places
        assert cut.newer == (after is not None)
        if not cut.older:
            break
        after = cut.places[-1]
    assert found == expected
    behind = take([Case.objects.all()], order, size, before=expected[-1])
    assert behind.places == expected[:-1][-size:]
    assert behind.newer == (len(expected) - 1 > size)


def test_a_place_survives_its_token():
    for place in (Place(START, 7), Place(None, 9), Place(START - timedelta(days=90_000), 1)):
        assert Place.of_token(place.token) == place
    for wrong in ("", None, "x", "1", "1.", "1.2.3", "9" * 18 + ".1", "-" + "9" * 18 + ".1"):
        assert Place.of_token(wrong) is None


# --- how many


def test_counts_are_exact_then_capped_then_guessed(cast, monkeypatch):
    made(cast, 60)
    assert page_of(cast.alice, CaseFilter()).count == listing.Count(60)
    monkeypatch.setattr(listing, "MOST_COUNTED", 40)
    assert page_of(cast.alice, CaseFilter()).count == listing.Count(40, is_capped=True)
    monkeypatch.setattr(listing, "COUNT_COST", 0.0)
    assert page_of(cast.alice, CaseFilter()).count.is_guess


def test_many_hits_are_walked_and_not_counted(cast, monkeypatch):
    made(cast, 40)
    few = page_of(cast.alice, CaseFilter(text="case"))
    monkeypatch.setattr(listing, "MANY_HITS", 5)
    many = page_of(cast.alice, CaseFilter(text="case"))
    assert [c.pk for c in many.cases] == [c.pk for c in few.cases]
    assert few.count == listing.Count(40)
    assert many.count is None


@pytest.mark.parametrize("query", ["", "sort=due&overdue=on", "q=case&state=any", "owner=me&unit={unit}"])
def test_the_list_takes_the_same_queries_for_one_row_and_for_thirty(cast, signed_in, query):
    client = signed_in(cast.alice)
    query = query.format(unit=cast.permits.pk)
    late = timezone.now() - timedelta(days=1)
    made(cast, 31, standard_due=late, service=cast.fence, next_step_owner=cast.bob)  # so that there are two pages
    counts = []
    for rows in (1, 30):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(listing, "PAGE", rows)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert len(client.get(f"/cases?{query}").context["page"].cases) == rows
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 15


# --- saved filters


def test_saving_a_filter_and_opening_with_it(cast, various, signed_in):
    client = signed_in(cast.alice)
    told = {"name": "By phone", "query": "channel=phone&after=1.1&junk=1&q="}
    assert client.post("/cases/filters", told).headers["location"] == "/cases?channel=phone"
    saved = SavedFilter.objects.get(staff=cast.alice)
    assert saved.query == "channel=phone"
    client.post(f"/cases/filters/{saved.pk}/default")
    assert client.get("/cases").headers["location"] == "/cases?channel=phone"
    assert numbers(client, "state=open")
    client.post(f"/cases/filters/{saved.pk}/default")
    assert client.get("/cases").status_code == 200
    client.post(f"/cases/filters/{saved.pk}/delete")
    assert not SavedFilter.objects.exists()


def test_a_default_without_conditions_does_not_go_round_in_circles(cast, signed_in):
    client = signed_in(cast.alice)
    saved = actions.save_filter(by=cast.alice, name="All", query="")
    actions.set_default_filter(by=cast.alice, saved=saved)
    assert client.get("/cases", follow=True).redirect_chain == [("/cases?state=open", 302)]


def test_nobody_touches_the_filters_of_others(cast, signed_in):
    saved = actions.save_filter(by=cast.alice, name="Hers", query="")
    client = signed_in(cast.bob)
    for act in ("default", "delete"):
        assert client.post(f"/cases/filters/{saved.pk}/{act}").status_code == 404
    assert b"Hers" not in client.get("/cases").content


def test_a_filter_needs_a_name(cast, signed_in):
    page = signed_in(cast.alice).post("/cases/filters", {"name": " ", "query": ""}, follow=True)
    assert b"Give the filter a name." in page.content


# --- empty


def test_empty_lists_say_why(cast, signed_in):
    client = signed_in(cast.alice)
    assert b"No open cases" in client.get("/cases").content
    assert b"No cases match" in client.get("/cases?channel=phone").content


# --- export


def exported(client, query: str = "") -> list[dict[str, str]]:
    text = b"".join(client.get(f"/cases/export.csv?{query}").streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_export_is_the_filtered_list(cast, various, signed_in):
    client = signed_in(cast.alice)
    for query in ("", "state=any", "q=fence", "owner=me"):
        assert [row["number"] for row in exported(client, query)] == numbers(client, query)
    row = next(row for row in exported(client) if row["number"] == various["served"].number)
    assert (row["unit"], row["service"], row["state"], row["owner"]) == ("Permits", "Fence permit", "open", "")
    assert datetime.fromisoformat(row["received"]) == various["served"].received_at.replace(microsecond=0)
    assert AuditEntry.objects.filter(action="desk.export_cases", actor_id=cast.alice.pk).count() == 5


def test_the_export_goes_past_one_page(cast, signed_in, monkeypatch):
    monkeypatch.setattr(listing, "EXPORT_PAGE", 4)
    cases = made(cast, 11)
    assert [row["number"] for row in exported(signed_in(cast.alice))] == [case.number for case in cases][::-1]


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("http://x")'])
def test_no_cell_of_the_export_is_a_formula(cast, signed_in, start):
    made(cast, 1, address=start, silo_key=start)
    Case.objects.update(subject=start)
    row = exported(signed_in(cast.alice))[0]
    assert row["subject"] == row["address"] == row["source number"] == f"'{start}"
    assert not any(value.startswith(("=", "+", "-", "@", "\t", "\r")) for value in row.values())
