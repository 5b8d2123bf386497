"""The mapping wizard's page: proposal, questions, outcome, text, import. No script runs here: all is form posts."""

import io
import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from regard.office.models import Silo
from regard.sources.mapping import Mapping as Spec
from regard.sources.models import Mapping, Run, Upload
from tests.sources import kit

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class Fields(HTMLParser):
    """What a browser would post of the form `wizard`: name -> value."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.inside = False
        self.select = self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        told = dict(attrs)
        if tag == "form":
            self.inside = told.get("id") == "wizard"
        name = told.get("name", "")
        if not self.inside:
            return
        if tag == "input" and (told.get("type") not in ("checkbox", "radio") or "checked" in told):
            self.sent[name] = told.get("value", "on" if told.get("type") == "checkbox" else "") or ""
        elif tag == "textarea":
            self.text, self.sent[name] = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and ("selected" in told or self.select not in self.sent):
            self.sent[self.select] = told.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "form"
        self.select = "" if tag == "select" else self.select
        self.text = "" if tag == "textarea" else self.text

    def handle_data(self, data: str) -> None:
        if self.text:
            self.sent[self.text] += data


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def fields(answer) -> dict[str, str]:
    return Fields(answer.content.decode()).sent


def field_of(answer, column: str) -> str:
    """The name of the select of a column of the file."""
    return next(f"c{row.number}" for row in answer.context["columns"] if row.name == column)


def becomes(answer) -> dict[str, str]:
    return {row.name: row.becomes for row in answer.context["columns"]}


@pytest.fixture
def source(cast):
    return kit.make_silo(cast.office, time_zone="America/Denver")


@pytest.fixture
def analyst(client, cast):
    client.force_login(cast.analyst, backend=BACKEND)
    return client


@pytest.fixture
def give(cast):
    """Uploads a text and gives the address of its wizard."""

    def upload(content: str, name: str = "calls.csv") -> str:
        made = kit.make_upload(content, name, received_by=cast.analyst.email)
        return reverse("sources-map", args=[made.pk])

    return upload


def post(client, path: str, page, do: str, **changed: str):
    return client.post(path, fields(page) | changed | {"do": do})


# --- the first look


def test_a_proposal_says_what_each_column_becomes_and_why(analyst, give):
    page = analyst.get(give(kit.messy()))
    assert page.status_code == 200
    told = becomes(page)
    assert (told["requestid"], told["opened"], told["closed"]) == ("key", "received_at", "closed_at")
    assert "Quite sure: its name says so" in text(page)
    assert "A text table, separated by commas, encoded as UTF-8, column names on row 1." in text(page)
    assert page.context["form"]["time_zone"].value() == "America/Chicago"  # of the office's calendar


def test_the_outcome_stands_there_before_anything_is_asked(analyst, give):
    outcome = analyst.get(give(kit.messy())).context["outcome"]
    assert outcome["rows"] == outcome["loaded"] + outcome["repeats"] + outcome["quarantined"] == 5
    assert not Run.objects.exists()
    assert not Mapping.objects.exists()


def test_a_remembered_mapping_is_used_for_files_with_the_same_columns(analyst, give, source):
    saved = kit.make_mapping(source)
    page = analyst.get(give(kit.messy()))
    assert "a mapping of Service bureau csb." in text(page)
    assert page.context["form"]["source"].value() == "csb"
    post(analyst, give(kit.messy()), page, "import")
    assert Run.objects.get().mapping == saved  # unchanged, so no new version
    assert becomes(analyst.get(give("a,b\n1,2\n")))["a"] != "key"


def test_a_mapping_of_another_office_is_never_offered(analyst, give, cast):
    kit.make_mapping(kit.make_silo(cast.other_office, "theirs"))
    page = analyst.get(give(kit.messy()))
    assert page.context["sheet"].remembered is None
    assert "theirs" not in text(page)


def test_the_source_one_came_from_is_chosen_and_lends_its_time_zone(analyst, give, source):
    page = analyst.get(give(kit.messy()) + "?source=csb")
    assert page.context["form"]["source"].value() == "csb"
    assert page.context["form"]["time_zone"].value() == "America/Denver"
    assert analyst.get(give(kit.messy()) + "?source=none").status_code == 404


# --- what would come of it


def test_the_first_rows_are_shown_as_they_would_land(analyst, give, source):
    kit.make_mapping(source)
    page = analyst.get(give(kit.messy(bad=2, unknown=1)))
    outcome = page.context["outcome"]
    assert (outcome["rows"], outcome["loaded"], outcome["repeats"], outcome["quarantined"]) == (5, 1, 1, 3)
    table = outcome["tables"][0]
    assert table.headings[:3] == ["Number of the case", "Name", "When it came in"]
    assert table.rows[0][1][:3] == ("1", "Ann Ash", "2018-01-02 08:00")
    assert table.rows[0][1][-1] == "ward: 7"
    assert [(name, count) for name, count, _ in outcome["reasons"]] == [("Bad date", 2), ("Unknown value", 1)]
    assert "Row 4: When it came in &#x27;2018-13-45 08:00&#x27; is not a date we can read" in text(page)


def test_a_changed_answer_changes_the_outcome(analyst, give, source):
    kit.make_mapping(source)
    path = give(kit.messy())
    first = analyst.get(path)
    number = next(n for n, told, _, _ in first.context["words"][0].values if told == "PIGEON")
    page = post(analyst, path, first, "preview", **{f"v-channel-{number}": "other"})
    assert page.context["outcome"]["quarantined"] == 2
    again = post(analyst, path, page, "preview", **{field_of(page, "ward"): ""})
    assert "ward" not in str(again.context["outcome"]["tables"])


def test_the_words_of_a_column_are_asked_when_it_gets_closed_words(analyst, give, source):
    kit.make_mapping(source)
    path = give(kit.messy().replace("PIGEON", "Walk-in"))
    first = analyst.get(path)
    left = post(analyst, path, first, "preview", **{field_of(first, "source"): ""})
    assert left.context["words"] == []
    page = post(analyst, path, left, "preview", **{field_of(left, "source"): "channel"})
    row = page.context["words"][0]
    assert [(told, count, answer) for _, told, count, answer in row.values] == [
        ("PHONE", 4, "phone"),
        ("Walk-in", 1, "counter"),
    ]


def test_what_is_missing_is_said(analyst, give, source):
    kit.make_mapping(source)
    path = give(kit.messy())
    page = analyst.get(path)
    page = post(analyst, path, page, "import", **{field_of(page, "opened"): ""})
    assert page.status_code == 422
    assert "Nothing says yet: when it came in. Choose the column that holds it." in text(page)
    assert "Still needed: When it came in." in text(page)
    assert not Run.objects.exists()


AMBIGUOUS = "id,opened\n" + "".join(f"{n},{n}/4/2018 08:00\n" for n in range(1, 13))


def test_a_date_that_can_be_read_in_two_ways_is_asked_and_never_guessed(analyst, give, source):
    path = give(AMBIGUOUS)
    page = analyst.get(path + "?source=csb")
    assert page.context["outcome"] is None
    assert re.search(r"Is “\d+/4/2018 08:00” in column opened .* Regard does not guess", text(page))
    page = post(analyst, path, page, "import", date_order="clear", **{field_of(page, "opened"): "received_at"})
    assert page.status_code == 422
    assert not Run.objects.exists()
    page = post(analyst, path, page, "preview", date_order="dmy")
    assert page.context["outcome"]["tables"][0].rows[1][1][1] == "2018-04-02 08:00"
    page = post(analyst, path, page, "preview", date_order="mdy")
    assert page.context["outcome"]["tables"][0].rows[1][1][1] == "2018-02-04 08:00"


# --- other rows, another reading


def test_rows_that_are_something_else_are_proposed_anew(analyst, give, source):
    path = give("call,started,channel\n1,2018-01-02 08:00,phone\n")
    page = analyst.get(path + "?source=csb")
    other = "case" if page.context["form"]["into"].value() == "contact" else "contact"
    page = post(analyst, path, page, "preview", into=other)
    assert "Its rows are something else now" in text(page)
    wanted = {"contact": "started_at", "case": "received_at"}[other]
    assert becomes(post(analyst, path, page, "preview", into=other))["started"] in (wanted, "detail")


def test_a_file_read_in_another_way_is_proposed_anew(analyst, give):
    path = give("id;opened|other\n1;2018-01-02|x\n2;2018-01-03|y\n")
    page = analyst.get(path)
    before = set(becomes(page))
    page = post(analyst, path, page, "again", **{"read-delimiter": "semicolon"})
    again = post(analyst, path, page, "again", **{"read-delimiter": "pipe"})
    assert set(becomes(again)) == {"id;opened", "other"}
    assert set(becomes(page)) == {"id", "opened|other"}
    assert before in (set(becomes(page)), set(becomes(again)))
    assert "The file now reads with other columns" in text(again)
    assert again.context["read"]["read-delimiter"] == "pipe"


def test_a_reading_that_does_not_work_leads_back(analyst, give):
    path = give(kit.messy())
    page = analyst.get(path)
    answer = post(analyst, path, page, "again", **{"read-header_row": "4000"})
    assert answer.status_code == 422
    assert "Line 4000 has no column names" in text(answer)
    assert "Let Regard find out how to read it" in text(answer)


# --- as text


def test_the_mapping_can_be_edited_as_text_and_back(analyst, give, source):
    kit.make_mapping(source)
    path = give(kit.messy())
    page = post(analyst, path, analyst.get(path), "text")
    shown = fields(page)["toml"].strip()
    assert Spec.from_toml(shown) == Spec.from_toml(kit.TOML)
    edited = shown.replace('PHONE = "phone"', 'PHONE = "phone"\nPIGEON = "other"')
    page = post(analyst, path, page, "preview", toml=edited)
    assert page.context["outcome"]["quarantined"] == 2
    page = post(analyst, path, page, "form", toml=edited)
    assert ("PIGEON", 1, "other") in [value[1:] for value in page.context["words"][0].values]


def test_what_is_wrong_with_the_text_is_said_precisely(analyst, give, source):
    kit.make_mapping(source)
    path = give(kit.messy())
    page = post(analyst, path, analyst.get(path), "text")
    toml = fields(page)["toml"]
    wrong = post(analyst, path, page, "preview", toml=toml.replace("received_at", "recieved_at"))
    assert wrong.status_code == 422
    assert "Did you mean &#x27;received_at&#x27;" in text(wrong)
    assert "recieved_at" in fields(wrong)["toml"]  # nothing that was typed is lost
    wrong = post(analyst, path, page, "form", toml=toml + "\n]")
    assert "not valid TOML" in text(wrong)
    assert wrong.context["is_text"]
    wrong = post(analyst, path, page, "preview", toml=toml.replace('"opened"', '"openend"'))
    assert "Did you mean &#x27;opened&#x27;" in text(wrong)


def test_the_text_alone_can_be_imported(analyst, give, source):
    kit.make_mapping(source)
    path = give(kit.messy())
    page = post(analyst, path, analyst.get(path), "text")
    edited = fields(page)["toml"].replace('PHONE = "phone"', 'PHONE = "phone"\nPIGEON = "other"')
    answer = post(analyst, path, page, "import", toml=edited)
    run = Run.objects.get()
    assert answer["Location"] == reverse("sources-run", args=[run.pk])
    assert run.mapping.version == 2
    assert kit.do(run).quarantined == 2


# --- the import


def test_an_import_keeps_the_mapping_and_starts_the_run(analyst, give, cast):
    path = give(kit.messy())
    page = analyst.get(path)
    new = {"new_name": "Phone Log", "new_unit": str(cast.permits.pk), "date_order": "mdy"}
    answer = post(analyst, path, page, "import", **new)
    run = Run.objects.get()
    assert answer["Location"] == reverse("sources-run", args=[run.pk])
    assert (run.silo.code, run.silo.name, run.silo.unit) == ("phone-log", "Phone Log", cast.permits)
    assert run.mapping.made_by == cast.analyst.audit_name
    assert Spec.from_toml(run.mapping.toml).silo == "phone-log"
    assert kit.do(run).reconciles
    again = analyst.get(give(kit.messy()))
    assert again.context["sheet"].remembered == run.mapping


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"new_name": ""}, "Name the source."),
        ({"new_name": "X", "new_code": "runs"}, "a word of Regard&#x27;s own"),
        ({"new_name": "X", "new_code": "csb"}, "There is a source csb already"),
        ({"new_name": "X", "time_zone": "Chicago"}, "is not a time zone"),
        ({"new_name": "X", "time_zone": ""}, "required"),
        ({"new_name": "X", "source": "theirs"}, "not one of the available choices"),
    ],
)
def test_a_new_source_is_checked_before_anything_is_kept(analyst, give, source, cast, changed, words):
    kit.make_silo(cast.other_office, "theirs")
    path = give(kit.messy())
    page = post(analyst, path, analyst.get(path), "import", **changed)
    assert page.status_code == 422
    assert words in text(page)
    assert not Run.objects.exists()
    assert Silo.objects.filter(is_own=False).count() == 2


def test_a_code_of_a_unit_out_of_sight_is_not_taken_over(client, cast):
    kit.make_silo(cast.roads, "potholes")
    cast.alice.roles = ["analyst"]
    cast.alice.save()
    client.force_login(cast.alice, backend=BACKEND)
    upload = kit.make_upload(kit.messy(), received_by=cast.alice.email)
    path = reverse("sources-map", args=[upload.pk])
    page = post(client, path, client.get(path), "import", new_name="Mine", new_code="potholes")
    assert "Another unit has a source potholes" in text(page)
    assert not Run.objects.exists()


def test_the_file_then_belongs_to_the_source(analyst, give, source):
    kit.make_mapping(source)
    path = give(kit.messy())
    post(analyst, path, analyst.get(path), "import")
    assert Upload.objects.get().silo == source


# --- a mapping that is corrected for the rows that wait


@pytest.fixture
def run(source) -> Run:
    return kit.import_text(source, kit.messy(bad=1, unknown=2))


def test_a_corrected_mapping_reads_the_rows_that_wait(analyst, run):
    path = reverse("sources-map", args=[run.upload_id])
    assert f'href="{path}?run={run.pk}"' in text(analyst.get(reverse("sources-run", args=[run.pk])))
    page = analyst.get(f"{path}?run={run.pk}")
    assert "the 3 rows of" in text(page)
    assert "Keep the mapping and load the rows that wait" in text(page)
    number = next(n for n, told, _, _ in page.context["words"][0].values if told == "PIGEON")
    page = post(analyst, path, page, "preview", **{f"v-channel-{number}": "other"})
    assert "Keep the mapping and load the rows that wait" in text(page)
    answer = post(analyst, path, page, "import")
    again = Run.objects.get(released_from=run)
    assert answer["Location"] == reverse("sources-run", args=[again.pk])
    assert (again.mapping.version, run.mapping.version) == (2, 1)
    again = kit.do(again)
    assert (again.loaded, again.quarantined, again.reconciles) == (2, 1, True)


def test_the_next_correction_starts_from_the_newest_version(analyst, run):
    kit.make_mapping(run.silo, kit.TOML.replace('"WEB"', '"PIGEON"').replace('WEB = "web"', 'PIGEON = "social"'))
    page = analyst.get(reverse("sources-map", args=[run.upload_id]) + f"?run={run.pk}")
    assert ("PIGEON", 2, "social") in [value[1:] for value in page.context["words"][0].values]


def test_rows_that_wait_are_of_their_own_source_and_file(analyst, client, cast, give, run):
    kit.make_silo(cast.office, "other")
    path = reverse("sources-map", args=[run.upload_id])
    page = post(analyst, path, analyst.get(f"{path}?run={run.pk}"), "import", source="other")
    assert "The rows that wait are of Service bureau csb" in text(page)
    assert analyst.get(give("a,b\n1,2\n") + f"?run={run.pk}").status_code == 404
    assert analyst.get(f"{path}?run=nonsense").status_code == 404
    client.force_login(cast.other_administrator, backend=BACKEND)
    assert client.get(f"{path}?run={run.pk}").status_code == 404


def test_the_same_file_again_is_noticed(analyst, give, run):
    page = text(analyst.get(give(kit.messy(bad=1, unknown=2), "renamed.csv")))
    assert "The very same file was imported before" in page
    assert f"import {run.pk}</a>" in page
    assert "imported before" not in text(analyst.get(give(kit.messy())))


def test_one_can_start_from_another_mapping_of_the_source(analyst, give, source):
    other = kit.make_mapping(source)
    path = give("requestid;opened;new\n1;2018-01-02;x\n")
    assert f'href="{path}?mapping={other.pk}"' in text(analyst.get(path + "?source=csb"))
    page = analyst.get(f"{path}?mapping={other.pk}")
    assert becomes(page)["requestid"] == "key"
    assert page.context["outcome"] is None  # the file has no column of the caller
    assert "Name: from column caller" in text(page)  # so it can be taken out
    kept = {name: "" for name in fields(page) if name.startswith("x")}
    sent = {name: value for name, value in fields(page).items() if name not in kept}
    page = analyst.post(path, sent | {"do": "preview"})
    assert page.context["outcome"]["loaded"] == 1


# --- odd files


def test_a_very_wide_file_is_mapped_as_text(analyst, give, source):
    names = [f"column {n}" for n in range(320)]
    path = give(",".join(["id", "opened", *names]) + "\n" + ",".join(["1", "2018-01-02", *["x"] * 320]) + "\n")
    page = analyst.get(path + "?source=csb")
    assert "Too many columns for a form" in text(page)
    assert len(page.content) < 100_000
    page = post(analyst, path, page, "text")
    toml = fields(page)["toml"]
    assert '"column 319" = "column 319"' in toml  # nothing is left out unless somebody says so
    short = toml.split("[target.details]")[0].replace("[target.columns]", "[target.columns]\nreceived_at = 'opened'")
    assert post(analyst, path, page, "import", toml=short).status_code == 302


def test_of_a_large_file_only_the_beginning_is_looked_at(analyst, give, source, monkeypatch):
    from regard.sources import previewing

    kit.make_mapping(source)
    monkeypatch.setattr(previewing, "MOST_BYTES", 2 << 20)
    rows = [kit.GOOD.replace("1,", f"{n},", 1) for n in range(60_000)]
    path = give(kit.csv_text(*rows))
    page = analyst.get(path)
    outcome = page.context["outcome"]
    assert 20_000 < outcome["rows"] < 50_000
    assert abs(outcome["about"] - 60_000) < 3_000
    assert outcome["quarantined"] == 0  # the row that the cut went through is no row
    assert "Tried on the first" in text(page)
    post(analyst, path, page, "import")
    assert kit.do(Run.objects.get()).rows_in_file == 60_000


def test_the_rows_looked_at_are_bounded_too(cast, monkeypatch):
    from regard.sources.previewing import opened

    upload = kit.make_upload(kit.csv_text(*(kit.GOOD.replace("1,", f"{n},", 1) for n in range(50))))
    with opened(upload, most=20) as found:
        assert (found.rows, found.about) == (20, 50)
    with opened(upload, most=50) as found:
        assert (found.rows, found.about) == (50, None)


def test_a_workbook_offers_its_sheets(analyst, cast):
    xlsxwriter = pytest.importorskip("xlsxwriter")
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    for name in ("Notes", "Calls"):
        sheet = book.add_worksheet(name)
        for number, row in enumerate([["id", "opened"], [f"{name} 1", "2018-01-02"], [f"{name} 2", "2018-01-03"]]):
            sheet.write_row(number, 0, row)
    book.close()
    from regard.sources import actions

    content.seek(0)
    upload = actions.receive_upload(by=kit.BY, name="book.xlsx", content=content, received_by=cast.analyst.email)
    path = reverse("sources-map", args=[upload.pk])
    page = analyst.get(path)
    other = "Calls" if "Notes 1" in text(page) else "Notes"
    page = post(analyst, path, page, "again", **{"read-sheet": other})
    assert f"{other} 1" in text(page)
