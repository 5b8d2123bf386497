"""Quarantine: correcting rows, setting them aside, reading them again, taking them along as a file."""

import csv
import io

import pytest
from django.urls import reverse

from regard.desk.models import Case
from regard.records.models import AuditEntry
from regard.sources import actions
from regard.sources.models import QuarantinedRow, Run
from tests.sources import kit

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
State = QuarantinedRow.State


@pytest.fixture
def source(cast):
    return kit.make_silo(cast.office)


@pytest.fixture
def run(source) -> Run:
    return kit.import_text(source, kit.messy(bad=3, unknown=2))


@pytest.fixture
def analyst(client, cast):
    client.force_login(cast.analyst, backend=BACKEND)
    return client


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def row_path(row: QuarantinedRow, act: str = "") -> str:
    return reverse(f"sources-row{act}", args=[row.pk])


def fields_of(client, row: QuarantinedRow) -> dict[str, str]:
    """The form of a row as a browser would send it back: column -> name of its field."""
    return {cell.name: f"cell-{cell.number}" for cell in client.get(row_path(row)).context["cells"]}


def fix(client, row: QuarantinedRow, do: str = "save", alike: str = "", **values: str):
    names = fields_of(client, row)
    sent = {names[column]: value for column, value in values.items()} | {"do": do}
    if alike:
        sent[names[alike].replace("cell", "all")] = "on"
    return client.post(row_path(row, "-fix"), sent, follow=True)


# --- the list


def test_rows_stand_there_with_every_reason_in_plain_words(analyst, run):
    page = text(analyst.get(reverse("sources-quarantine", args=[run.pk])))
    assert page.count("When it came in &#x27;2018-13-45 08:00&#x27; is not a date we can read (column opened).") == 3
    assert page.count("Channel &#x27;PIGEON&#x27; is no value that the mapping knows (column source).") == 2
    assert "Showing 5 rows" in page


def test_the_list_is_narrowed_to_a_reason(analyst, run):
    page = text(analyst.get(reverse("sources-quarantine", args=[run.pk]) + "?reason=unknown_value"))
    assert "Showing 2 rows" in page
    assert "not a date" not in page
    assert "Bad date (3)" in page  # what else one could choose


def test_the_list_is_paged_by_the_row_at_the_edge(analyst, source):
    run = kit.import_text(source, kit.messy(bad=35, unknown=0))
    path = reverse("sources-quarantine", args=[run.pk])
    first = analyst.get(path)
    second = analyst.get(f"{path}?after={first.context['page'].older}")
    lines = [row.line for page in (first, second) for row in page.context["page"].rows]
    assert lines == [row.line for row in kit.waiting(run)]
    back = analyst.get(f"{path}?before={second.context['page'].newer}")
    assert back.context["page"].rows == first.context["page"].rows


def test_a_clean_import_says_so(analyst, source):
    run = kit.import_text(source, kit.csv_text(kit.GOOD))
    assert "Every row of this import could be read" in text(analyst.get(reverse("sources-quarantine", args=[run.pk])))


def test_the_file_to_take_along_runs_in_no_spreadsheet(analyst, source):
    formula = kit.BAD_DATE.format(n=7).replace("Ben Birk", "=HYPERLINK(1)")
    run = kit.import_text(source, kit.csv_text(kit.GOOD, formula))
    answer = analyst.get(reverse("sources-quarantine-download", args=[run.pk]))
    found = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(found)))
    assert [row["requestid"] for row in rows] == ["7"]
    assert rows[0]["caller"] == "'=HYPERLINK(1)"
    assert rows[0]["line"] == "3"
    assert "is not a date we can read" in rows[0]["reasons"]
    assert list(rows[0])[:3] == ["line", "state", "reasons"]


# --- one row


def test_a_row_shows_each_column_with_what_it_becomes_and_what_is_wrong(analyst, run):
    row = kit.waiting(run)[0]
    cells = {cell.name: cell for cell in analyst.get(row_path(row)).context["cells"]}
    assert set(cells) == set(kit.HEADER.split(","))
    assert cells["opened"].becomes == "When it came in"
    assert cells["opened"].alike == 2
    assert len(cells["opened"].reasons) == 1
    assert cells["ward"].becomes == "ward"
    assert cells["caller"].reasons == []


def test_a_correction_is_kept_beside_what_was_told(analyst, cast, run):
    row = kit.waiting(run)[0]
    fix(analyst, row, opened="2018-01-04 08:00")
    row.refresh_from_db()
    assert row.fixed == {"opened": "2018-01-04 08:00"}
    assert row.raw["opened"] == "2018-13-45 08:00"
    entry = AuditEntry.objects.get(action="sources.fix_row")
    assert entry.actor_id == cast.analyst.pk
    assert "2018-01-04" not in str(entry.changes)  # what people wrote is not in the trail in the clear


def test_saving_without_a_change_corrects_nothing(analyst, source):
    long = '"two\nlines of text that are long enough to become an area of text to write in"'
    run = kit.import_text(source, kit.csv_text(kit.BAD_DATE.format(n=1).replace("Ben Birk", long)))
    row = kit.waiting(run)[0]
    page = analyst.get(row_path(row))
    as_sent = {f"cell-{c.number}": c.now.replace("\n", "\r\n") for c in page.context["cells"]}  # as browsers do
    analyst.post(row_path(row, "-fix"), as_sent | {"do": "save"})
    row.refresh_from_db()
    assert row.fixed == {}


def test_one_value_is_corrected_in_all_rows_that_have_it(analyst, run):
    first, second, third, pigeon, _ = kit.waiting(run)
    fix(analyst, second, opened="2018-02-02 08:00")  # this one says something else by now
    answer = fix(analyst, first, alike="opened", opened="2018-01-04 08:00")
    assert "The same was corrected in 1 other place" in text(answer)
    fixed = {row.pk: row.fixed for row in kit.waiting(run)}
    assert fixed[first.pk] == fixed[third.pk] == {"opened": "2018-01-04 08:00"}
    assert fixed[second.pk] == {"opened": "2018-02-02 08:00"}
    assert fixed[pigeon.pk] is None
    entry = AuditEntry.objects.get(action="sources.replace_value")
    assert entry.count == 1


def test_a_value_put_back_is_no_correction(cast, run):
    told, instead = "2018-13-45 08:00", "2018-01-04 08:00"
    replace = {"by": cast.analyst, "run": run, "column": "opened"}
    assert actions.replace_value(**replace, value=told, instead=instead) == 3
    assert actions.replace_value(**replace, value=instead, instead=told) == 3
    assert [row.fixed for row in kit.waiting(run)][:3] == [{}, {}, {}]


def test_replacing_reaches_no_other_import(cast, source, run):
    other = kit.import_text(source, kit.messy(bad=2, unknown=0).replace("100,", "900,"))
    actions.replace_value(by=cast.analyst, run=run, column="opened", value="2018-13-45 08:00", instead="2018-01-04")
    assert all(row.fixed is None for row in kit.waiting(other))


def test_a_corrected_row_is_read_again_and_loaded(analyst, run):
    row = kit.waiting(run)[0]
    fix(analyst, row, do="release", opened="2018-01-04 08:00")
    row.refresh_from_db()
    assert row.state == State.RELEASED
    again = kit.do(Run.objects.get(released_from=run))
    assert (again.loaded, again.quarantined, again.reconciles) == (1, 0, True)
    assert Case.objects.filter(silo_key="100").exists()
    assert f"import {again.pk}</a>" in text(analyst.get(row_path(row)))
    assert f"import {again.pk}</a>" in text(analyst.get(reverse("sources-run", args=[run.pk])))


def test_a_row_that_still_does_not_fit_comes_back_to_quarantine(analyst, run):
    row = kit.waiting(run)[0]
    fix(analyst, row, do="release", opened="tomorrow")
    again = kit.do(Run.objects.get(released_from=run))
    assert (again.loaded, again.quarantined) == (0, 1)
    assert kit.waiting(again)[0].raw["opened"] == "tomorrow"


def test_a_row_is_released_once(analyst, cast, run):
    row = kit.waiting(run)[0]
    fix(analyst, row, do="release", opened="2018-01-04 08:00")
    answer = fix(analyst, row, do="release", opened="2018-01-04 08:00")
    assert "dealt with already" in text(answer)
    with pytest.raises(actions.ImportRefusedError, match="No row"):
        actions.release_rows(by=cast.analyst, run=run, rows=QuarantinedRow.objects.filter(pk=row.pk))
    assert Run.objects.filter(released_from=run).count() == 1


def test_a_row_is_set_aside_with_a_reason_and_stays(analyst, cast, run):
    row = kit.waiting(run)[0]
    assert "Say why" in text(analyst.post(row_path(row, "-set-aside"), {"reason": " "}, follow=True))
    answer = text(analyst.post(row_path(row, "-set-aside"), {"reason": "A test entry"}, follow=True))
    assert "1 row is set aside" in answer
    row.refresh_from_db()
    assert (row.state, row.decided_by) == (State.SET_ASIDE, f"{cast.analyst.name}: A test entry")
    assert "Showing 1 rows" in text(analyst.get(reverse("sources-quarantine", args=[run.pk]) + "?state=set_aside"))


# --- all at once


def test_all_rows_with_one_reason_are_released(analyst, cast, run):
    actions.replace_value(by=cast.analyst, run=run, column="source", value="PIGEON", instead="PHONE")
    analyst.post(reverse("sources-quarantine-release", args=[run.pk]), {"code": "unknown_value"})
    again = kit.do(Run.objects.get(released_from=run))
    assert (again.loaded, again.reconciles) == (2, True)
    assert [row.reasons[0]["code"] for row in kit.waiting(run)] == ["bad_date"] * 3


def test_all_rows_are_set_aside(analyst, run):
    answer = analyst.post(
        reverse("sources-quarantine-set-aside", args=[run.pk]), {"reason": "An old export"}, follow=True
    )
    assert "5 rows are set aside" in text(answer)
    assert not kit.waiting(run).exists()
    assert AuditEntry.objects.get(action="sources.set_aside").count == 5


# --- rows that could not be cut into columns


@pytest.fixture
def uncut(source) -> QuarantinedRow:
    run = kit.import_text(source, kit.csv_text(kit.GOOD) + '5,"never closed, and so on\n6,x\n')
    return kit.waiting(run)[0]


def test_a_row_that_was_not_cut_shows_its_text_and_the_columns_to_fill(analyst, uncut):
    assert actions.is_uncut(uncut)
    page = analyst.get(row_path(uncut))
    assert "It could not be cut into columns" in text(page)
    assert "never closed" in text(page)
    assert {cell.name for cell in page.context["cells"]} == set(kit.HEADER.split(","))


def test_such_a_row_is_not_released_before_it_is_filled_in(analyst, cast, uncut):
    with pytest.raises(actions.ImportRefusedError, match="could not be cut into columns"):
        actions.release_rows(by=cast.analyst, run=uncut.run)
    uncut.refresh_from_db()
    assert uncut.state == State.WAITING
    fix(analyst, uncut, do="release", requestid="5", opened="2018-01-06 10:00", problem="Pothole")
    again = kit.do(Run.objects.get(released_from=uncut.run))
    assert (again.loaded, again.quarantined, again.error) == (1, 0, "")


def test_rows_that_were_cut_do_not_wait_for_those_that_were_not(analyst, cast, uncut):
    run = kit.import_text(uncut.silo, kit.csv_text(kit.BAD_DATE.format(n=8)) + '9,"never closed\n')
    actions.replace_value(by=cast.analyst, run=run, column="opened", value="2018-13-45 08:00", instead="2018-01-04")
    analyst.post(reverse("sources-quarantine-release", args=[run.pk]))
    assert kit.do(Run.objects.get(released_from=run)).loaded == 1
    assert [actions.is_uncut(row) for row in kit.waiting(run)] == [True]


# --- when it cannot be


def test_rows_of_an_import_at_work_are_not_released(analyst, run):
    Run.objects.filter(pk=run.pk).update(state="running")
    answer = analyst.post(reverse("sources-quarantine-release", args=[run.pk]), follow=True)
    assert "still at work" in text(answer)
    assert kit.waiting(run).count() == 5


def test_rows_of_a_reading_that_failed_go_back_to_quarantine(analyst, cast, run):
    again = actions.release_rows(by=cast.analyst, run=run, background=False)
    path = reverse("sources-run-take-back", args=[again.pk])
    assert "has taken its rows" in text(analyst.post(path, follow=True))  # it has not even begun
    Run.objects.filter(pk=again.pk).update(state="failed", error="The disk is full.")
    assert "Put its rows back into quarantine" in text(analyst.get(reverse("sources-run", args=[again.pk])))
    assert "5 rows wait again" in text(analyst.post(path, follow=True))
    assert kit.waiting(run).count() == 5
    assert AuditEntry.objects.get(action="sources.take_back_rows").count == 5


def test_rows_of_a_reading_that_was_done_stay_with_it(analyst, cast, run):
    again = kit.do(actions.release_rows(by=cast.analyst, run=run, background=False))
    answer = analyst.post(reverse("sources-run-take-back", args=[again.pk]), follow=True)
    assert "has taken its rows" in text(answer)
    assert not kit.waiting(run).exists()
