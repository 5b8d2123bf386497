"""The pages of measures: what they say, who sees what, and that every figure opens."""

import csv
import io
import re

import pytest
from django.urls import reverse

from regard.desk.models import Case
from regard.measures.charts import render
from regard.measures.definitions import CATALOGUE
from regard.measures.engine import forget
from regard.records.models import AuditEntry
from tests.measures.worked import A_MONTH, AS_OF, MINE, MONTHS, THEIRS, work

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
pytestmark = pytest.mark.django_db
LISTS = ("/measures", "/dashboard")
OF_ONE = ("", "/rows", "/rows.csv", "/export.csv?by=service")
EVERY_PAGE = [*LISTS, *(f"/measures/{slug}{page}" for slug in CATALOGUE for page in OF_ONE)]


@pytest.fixture
def worked(cast, settings, tmp_path, monkeypatch):
    """Both offices with their facts. Charts are not drawn: their words and tables stand beside them."""
    settings.HOME = tmp_path
    monkeypatch.setattr(render, "_draw", lambda _: '<svg xmlns="http://www.w3.org/2000/svg"/>')
    render.forget()
    work(cast)
    yield cast
    forget()
    render.forget()


@pytest.fixture
def get(client):
    """The text of a page as somebody sees it."""

    def ask(person, path: str, status: int = 200) -> str:
        client.force_login(person, backend=BACKEND)
        answer = client.get(path)
        assert answer.status_code == status, f"{path}: {answer.status_code}"
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return content.decode("utf-8-sig")

    return ask


def words(page: str) -> str:
    """The text of a page without its marks, drawings and doubled blanks."""
    page = re.sub(r"<svg[^>]*/>|<svg.*?</svg>|<script.*?</script>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("&#x27;", "'").replace("&quot;", '"')


def rows_of(page: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(page)))


def links_to_cases(page: str) -> list[str]:
    return re.findall(r'href="/cases/(C\d+)/"', page)


# --- the catalogue and the dashboard


def test_the_catalogue_shows_every_measure_with_its_figure(worked, get):
    page = get(worked.bob, "/measures")
    for slug, definition in CATALOGUE.items():
        assert f'href="/measures/{slug}"' in page
        assert definition.title in page
    text = words(page)
    assert "5 days 10 min" in text or "5 days" in text
    assert "June 2025 lies above the limits" in text
    assert "Worse" in text


def test_the_catalogue_is_searched_by_words(worked, get):
    page = get(worked.bob, "/measures?q=PROMISE+kept")
    assert re.findall(r'href="/measures/([a-z-]+)"', page).count("promises-kept") == 1
    assert "/measures/backlog" not in page
    assert "No measure has these words" in get(worked.bob, "/measures?q=nothing+like+it")


def test_the_dashboard_says_what_is_new_first_and_leads_to_cases(worked, get):
    page = get(worked.bob, "/dashboard")
    text = words(page)
    news, cards = text.index("June 2025 lies above the limits: 20 days"), text.index("Cases received")
    assert news < cards
    assert "Permits, August 2024 to July 2025, as of Jul 10, 2025, 12:00 PM" in text
    oldest = links_to_cases(page)
    waiting = Case.objects.filter(unit=worked.permits, state="open").order_by("received_at")
    assert oldest == [case.number for case in waiting[: len(oldest)]]
    assert len(oldest) == 5
    assert "How was it, Birchbark?" in text
    assert "Said in month 18: Birchbark" in text


# --- one measure


def test_a_figure_stands_with_n_and_interval_on_both_clocks(worked, get):
    text = words(get(worked.bob, "/measures/time-to-resolve"))
    found = re.search(
        r"Time to resolve, half within (.*?) (?:Better|Worse)?:? ?.*?95% sure: (.*?); n = 144 cases", text
    )
    assert found, text
    assert "Time to resolve, official clock, half within" in text
    assert "not yet resolved" in text
    assert "Nine in ten:" in text


def test_the_newest_whole_month_is_judged_and_the_one_that_runs_is_not(worked, get):
    text = words(get(worked.bob, "/measures/time-to-resolve"))
    assert re.search(r"June 2025 lies above the limits: 20 days against 4 days \d+ h to 5 days \d+ h usual\.", text), (
        text
    )
    assert "The month that is not over is left out." in text
    assert "July 2025:" not in text


def test_where_a_percentile_is_not_reached_the_page_says_more_than(worked, get):
    fresh = Case.objects.filter(received_at__gte=AS_OF.replace(day=1))
    assert fresh.exclude(state="open").count() < fresh.count()
    text = words(get(worked.bob, "/measures/time-to-resolve?first=2025-07&last=2025-07"))
    assert "more than" in text
    assert "were not yet resolved after" in text


def test_too_few_are_said_to_be_too_few(worked, get):
    text = words(get(worked.dora, "/measures/time-to-resolve?first=2025-05&last=2025-05"))
    assert "too few to tell" in text
    assert "n = 3 cases" in text


def test_how_it_is_counted_stands_below_with_the_sql_that_ran(worked, get):
    page = get(worked.bob, "/measures/resolved-within-standard")
    definition, text = CATALOGUE["resolved-within-standard"], words(page)
    for told in (definition.misleads, "Higher is better.", "without a standard", "SELECT"):
        assert told.replace("'", "'") in text, told
    assert f"unit IN ({worked.permits.pk})" in page


def test_a_breakdown_sorts_and_says_the_service_that_is_not_known(worked, get):
    def names(query: str) -> list[str]:
        page = get(worked.bob, f"/measures/cases-received?by=service{query}")
        panel = page[page.index('id="breakdown"') : page.index('id="counted"')]
        return [words(cell).strip() for cell in re.findall(r'<th scope="row">(.*?)</th>', panel)]

    assert names("&sort=name") == ["Advice on building", "Fence permit", "not known"]
    assert names("&sort=-name") == ["not known", "Fence permit", "Advice on building"]
    assert names("")[0] == "Fence permit"


def test_filters_narrow_the_figure(worked, get):
    page = get(worked.bob, f"/measures/cases-received?service={worked.advice.pk}&channel=phone")
    assert re.search(r'rg-figure-card__value">(\d+)<', page)[1] == str(12 * A_MONTH // 4)
    assert "Clear all 2 filters" in page


MADE_UP = (
    "?unit=abc ?unit=99999999999 ?first=9999-99 ?first=2025-05&last=2024-01 ?channel=pigeon ?by=planet ?sort=--x "
    "?after=zz ?after=1.2.3 ?after=99999999999999999999.1 ?part=none ?service=-1"
)


def test_an_address_that_somebody_made_up_is_no_error(worked, get):
    for query in MADE_UP.split():
        for page in ("", "/rows"):
            get(worked.bob, f"/measures/time-to-resolve{page}{query}")


def test_a_measure_that_does_not_exist_is_not_there(worked, get):
    for page in OF_ONE:
        get(worked.bob, f"/measures/nothing{page}", status=404)


# --- every figure opens


def test_the_rows_behind_a_figure_are_as_many_as_it_says(worked, get):
    seen: list[str] = []
    path = "/measures/time-to-resolve/rows"
    while path:
        page = get(worked.bob, path)
        seen += links_to_cases(page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        path = found[1].replace("&amp;", "&") if found else ""
    expected = Case.objects.filter(unit=worked.permits, received_at__gte="2024-08-01T05:00Z")
    assert sorted(seen) == sorted(case.number for case in expected)
    assert len(seen) == 12 * A_MONTH


def test_every_bar_and_point_opens_its_own_rows(worked, get, monkeypatch):
    monkeypatch.undo()  # draw
    page = get(worked.bob, "/measures/cases-received?by=service").replace("&amp;", "&")
    month = next(
        link for link in re.findall(r'href="(/measures/cases-received/rows\?[^"]+)"', page) if "2025-03" in link
    )
    assert len(links_to_cases(get(worked.bob, month))) == A_MONTH
    unknown = get(worked.bob, "/measures/cases-received/rows?service=0")
    assert f"of {12 * A_MONTH // 4} cases" in words(unknown)
    assert all(Case.objects.get(pk=int(n[1:])).service_id is None for n in links_to_cases(unknown))


def test_parts_open_what_they_say(worked, get):
    late = get(worked.bob, "/measures/resolved-within-standard/rows?part=late")
    numbers = links_to_cases(late)
    assert numbers
    for case in Case.objects.filter(pk__in=[int(number[1:]) for number in numbers]):
        ended = case.resolved_at or AS_OF
        assert (ended - case.received_at).days >= 7
    assert "over the limit" in words(late)


def test_contacts_and_feedback_open_too(worked, get):
    calls = words(get(worked.bob, "/measures/abandoned-contacts/rows?part=hit"))
    assert "Gave up waiting" in calls
    assert "Answered" not in calls
    said = get(worked.bob, "/measures/complaints/rows")
    assert len(re.findall(r'href="/voice/\d+"', said)) == 12


def test_a_case_that_left_since_the_facts_were_read_is_not_shown(worked, get):
    case = Case.objects.filter(unit=worked.permits, state="open").earliest("received_at")
    Case.objects.filter(pk=case.pk).update(unit=worked.other_office)
    page = get(worked.bob, "/measures/oldest-open/rows")
    assert case.number not in page
    assert "1 more on this page went to a unit that you do not see" in words(page)
    assert case.number not in get(worked.bob, "/dashboard")


# --- downloads


def test_figures_leave_as_a_table_that_no_spreadsheet_runs(worked, get):
    table = rows_of(get(worked.bob, "/measures/time-to-resolve/export.csv?by=service"))
    heading, first = table[0], dict(zip(table[0], table[1], strict=True))
    assert heading[0] == "measure"
    assert first["month"] == "2024-08 to 2025-07"
    assert first["n"] == str(12 * A_MONTH)
    assert first["unit of figure"] == "seconds"
    by_month = [row for row in table[2:] if row[heading.index("group")] == ""]
    assert len(by_month) == 12
    assert {row[heading.index("name")] for row in table if row[heading.index("group")] == "service"} == {
        "Fence permit", "Advice on building", "not known",
    }  # fmt: skip


def test_rows_leave_whole_and_safe_and_the_trail_says_who_took_them(worked, get):
    table = rows_of(get(worked.bob, "/measures/cases-received/rows.csv"))
    assert len(table) == 1 + 12 * A_MONTH
    assert any(row[1] == f"'=1+1 {MINE}" for row in table)
    assert not any(cell.startswith("=") for row in table for cell in row)
    entry = AuditEntry.objects.filter(action="measures.export_rows").latest("id")
    assert entry.actor_id == worked.bob.pk


# --- who sees what


def test_nothing_of_an_office_reaches_another(worked, get):
    for person, theirs, not_theirs in ((worked.charlie, THEIRS, MINE), (worked.administrator, MINE, THEIRS)):
        pages = {path: get(person, path) for path in EVERY_PAGE}
        assert [path for path, page in pages.items() if not_theirs in page] == []
        shown = [path for path, page in pages.items() if theirs in page]
        assert "/dashboard" in shown
        assert len(shown) > 30, "What must not leak has to be where it could."


def test_figures_count_only_what_the_person_may_see(worked, get):
    def received(person, query: str = "") -> str:
        page = get(person, f"/measures/cases-received{query}")
        return re.search(r'rg-figure-card__value">([\d,]+)<', page)[1]

    assert received(worked.alice) == str(12 * A_MONTH)
    assert received(worked.dora) == str(12 * 3)
    assert received(worked.analyst) == str(12 * (A_MONTH + 3))
    assert received(worked.charlie) == str(12 * 2)
    # A unit out of reach is no choice: it is said to be wrong, and narrows nothing.
    assert received(worked.charlie, f"?unit={worked.permits.pk}") == str(12 * 2)
    assert received(worked.analyst, f"?unit={worked.roads.pk}") == str(12 * 3)
    assert received(worked.analyst, f"?unit={worked.office.pk}") == str(12 * (A_MONTH + 3))


def test_rows_of_another_office_do_not_open_by_any_filter(worked, get):
    for query in (
        f"unit={worked.permits.pk}",
        f"service={worked.fence.pk}",
        "channel=web",
        "first=2024-01&last=2025-07",
    ):
        assert not set(links_to_cases(get(worked.charlie, f"/measures/cases-received/rows?{query}"))) & {
            case.number for case in Case.objects.exclude(unit=worked.other_office)
        }


def test_somebody_without_a_role_is_refused(worked, get):
    for path in EVERY_PAGE[:12]:
        get(worked.nobody, path, status=403)


# --- no facts yet


@pytest.mark.parametrize("path", [*LISTS, "/measures/backlog", "/measures/backlog/rows"])
def test_without_facts_a_page_says_how_to_make_them(cast, get, path):
    assert "There are no figures yet" in get(cast.alice, path)
    assert "/measures/refresh" not in get(cast.alice, path)
    assert 'action="/measures/refresh"' in get(cast.analyst, path)


def test_who_may_ask_for_a_refresh(cast, client, django_capture_on_commit_callbacks):
    client.force_login(cast.alice, backend=BACKEND)
    assert client.post("/measures/refresh").status_code == 403
    client.force_login(cast.analyst, backend=BACKEND)
    assert client.get("/measures/refresh").status_code == 405
    answer = client.post("/measures/refresh", {"next": "/dashboard"})
    assert answer["Location"] == "/dashboard"
    assert client.post("/measures/refresh", {"next": "https://elsewhere.example/"})["Location"] == "/measures"
    assert AuditEntry.objects.filter(action="measures.request_refresh", actor_id=cast.analyst.pk).exists()


# --- cost


@pytest.mark.parametrize(
    ("path", "most"),
    [("/measures", 4), ("/dashboard", 10), ("/measures/time-to-resolve", 6), ("/measures/time-to-resolve/rows", 7)],
)
def test_queries_do_not_grow_with_the_office(worked, get, client, django_assert_max_num_queries, path, most):
    for person in (worked.charlie, worked.administrator):
        get(person, path)  # the first look reads the calendars' clocks
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200


def test_every_measure_is_reached_from_the_navigation(worked, get):
    page = get(worked.bob, "/measures")
    assert f'href="{reverse("measures-dashboard")}"' in page
    assert 'href="/measures" aria-current' in page.replace('class=""', "") or "aria-current" in page
    assert MONTHS == 19
