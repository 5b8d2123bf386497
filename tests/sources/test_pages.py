"""Pages of sources: who sees which, what they show, and how many queries they take."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from regard.office.models import Silo
from regard.records.models import AuditEntry
from regard.sources import actions
from regard.sources.models import Run, RunState, Upload
from regard.sources.progress import Stand, progress_of
from tests.sources import kit

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NOW = datetime.now(UTC)


@pytest.fixture
def source(cast):
    """A silo of the office's own unit: its analyst sees it, and people of the units below do not."""
    return kit.make_silo(cast.office)


@pytest.fixture
def run(source) -> Run:
    return kit.import_text(source, kit.messy())


@pytest.fixture
def as_(client):
    """The client, signed in as somebody."""

    def sign_in(person) -> Client:
        client.force_login(person, backend=BACKEND)
        return client

    return sign_in


def text(answer) -> str:
    """What a page says, in one line."""
    return " ".join(answer.content.decode().split())


def done(silo: Silo, days_ago: float, **fields: object) -> Run:
    """An import that ended some days ago, without its rows."""
    mapping, upload = kit.make_mapping(silo), kit.make_upload(f"{silo.code} {days_ago} {Run.objects.count()}")
    run = Run.objects.create(silo=silo, mapping=mapping, upload=upload, state=RunState.DONE, **fields)
    Run.objects.filter(pk=run.pk).update(ended_at=NOW - timedelta(days=days_ago))
    return run


# --- who


def paths(run: Run) -> dict[str, str]:
    row = kit.waiting(run)[0]
    named = {
        "sources-silo": [run.silo.code],
        "sources-mapping": [run.mapping_id],
        "sources-mapping-download": [run.mapping_id],
        "sources-run": [run.pk],
        "sources-run-progress": [run.pk],
        "sources-quarantine": [run.pk],
        "sources-quarantine-download": [run.pk],
        "sources-row": [row.pk],
    }
    return {name: reverse(name, args=args) for name, args in named.items()}


CHANGES = ("sources-silo-edit", "sources-upload", "sources-map")


def test_analysts_and_administrators_reach_every_page(as_, cast, run):
    for person in (cast.analyst, cast.administrator):
        for name, path in paths(run).items():
            assert as_(person).get(path).status_code == 200, (person, name)
        assert as_(person).get(reverse("sources-silo-edit", args=["csb"])).status_code == 200
        assert as_(person).get(reverse("sources-map", args=[run.upload_id])).status_code == 200


def test_a_supervisor_looks_at_the_silos_of_their_unit_and_changes_none(as_, cast, run):
    for name, path in paths(run).items():
        assert as_(cast.bob).get(path).status_code == 404, name
    own = kit.import_text(kit.make_silo(cast.permits, "permits"), kit.messy())
    for name, path in paths(own).items():
        assert as_(cast.bob).get(path).status_code == 200, name
    assert "Import a file" not in text(as_(cast.bob).get(reverse("sources-list")))
    assert "csb" not in text(as_(cast.bob).get(reverse("sources-list")))
    row = kit.waiting(own)[0]
    for name, args in (
        ("sources-row-fix", [row.pk]),
        ("sources-row-set-aside", [row.pk]),
        ("sources-quarantine-release", [own.pk]),
        ("sources-quarantine-set-aside", [own.pk]),
        ("sources-run-resume", [own.pk]),
        ("sources-run-cancel", [own.pk]),
        ("sources-silo-edit", ["permits"]),
        ("sources-map", [own.upload_id]),
        ("sources-upload", []),
    ):
        assert as_(cast.bob).post(reverse(name, args=args)).status_code == 403, name
    assert row.state == "waiting"


def test_a_front_line_officer_has_no_business_here(as_, cast, run):
    for name, path in paths(run).items():
        assert as_(cast.alice).get(path).status_code == 403, name
    assert "Sources</a>" not in text(as_(cast.alice).get(reverse("customers-search")))
    assert "Sources</a>" in text(as_(cast.analyst).get(reverse("sources-list")))


def test_an_outsider_finds_nothing_whatever_their_role(as_, cast, run):
    for name, path in paths(run).items():
        assert as_(cast.other_administrator).get(path).status_code == 404, name
    assert as_(cast.charlie).get(reverse("sources-run", args=[run.pk])).status_code == 404
    assert "csb" not in text(as_(cast.other_administrator).get(reverse("sources-list")))


def test_a_file_is_its_senders_until_it_belongs_to_a_source(as_, cast):
    upload = kit.make_upload(kit.messy(), received_by=cast.analyst.email)
    path = reverse("sources-map", args=[upload.pk])
    assert as_(cast.analyst).get(path).status_code == 200
    assert as_(cast.administrator).get(path).status_code == 404
    assert as_(cast.other_administrator).get(path).status_code == 404


# --- how fresh


def test_nothing_yet_leads_to_the_first_import(as_, cast):
    page = text(as_(cast.analyst).get(reverse("sources-list")))
    assert "No files have been imported yet" in page
    assert f'href="{reverse("sources-upload")}"' in page


def test_overdue_and_on_time_are_said_in_words(as_, cast):
    done(kit.make_silo(cast.office, "late", rhythm_days=7), 12)
    done(kit.make_silo(cast.office, "fine", rhythm_days=7), 10)
    kit.make_silo(cast.office, "empty", rhythm_days=1)
    page = text(as_(cast.analyst).get(reverse("sources-list")))
    assert page.count("Overdue</span>") == 1
    assert "by 1 day" in page
    assert page.count("On time</span>") == 1
    assert page.count("Nothing imported yet</span>") == 1
    assert "as told" in page


def test_the_rhythm_is_seen_in_gaps_between_files_and_not_within_a_sitting(as_, cast):
    once = kit.make_silo(cast.office, "once")
    for minutes in (1, 2, 3, 4):
        done(once, minutes / 1440)
    monthly = kit.make_silo(cast.office, "monthly")
    for days in (91, 61, 30.9, 30.8, 1):
        done(monthly, days)
    page = text(as_(cast.analyst).get(reverse("sources-list")))
    assert "No rhythm known" in page
    assert "every 30 days" in page or "every 29 days" in page
    assert "Overdue</span>" not in page


def test_corrected_rows_are_no_new_file(as_, cast):
    silo = kit.make_silo(cast.office, "late", rhythm_days=7)
    first = done(silo, 30)
    done(silo, 0, released_from=first)
    assert "Overdue</span>" in text(as_(cast.analyst).get(reverse("sources-list")))


def test_settings_are_changed_by_an_audited_action(as_, cast, source):
    told = {"name": "CSB", "steward": "Joe", "rhythm_days": "7", "time_zone": "America/Chicago", "description": "311"}
    path = reverse("sources-silo-edit", args=["csb"])
    assert as_(cast.analyst).post(path, told).status_code == 302
    source.refresh_from_db()
    assert (source.name, source.steward, source.rhythm_days, source.time_zone) == ("CSB", "Joe", 7.0, "America/Chicago")
    assert AuditEntry.objects.filter(action="office.change_silo", actor_id=cast.analyst.pk).exists()
    wrong = as_(cast.analyst).post(path, told | {"time_zone": "Chicago"})
    assert wrong.status_code == 422
    assert "is not a time zone" in text(wrong)


def test_a_mapping_can_be_read_and_downloaded(as_, cast, run):
    page = text(as_(cast.analyst).get(reverse("sources-mapping", args=[run.mapping_id])))
    assert "requestid" in page
    file = as_(cast.analyst).get(reverse("sources-mapping-download", args=[run.mapping_id]))
    assert file["Content-Disposition"] == 'attachment; filename="csb-version-1.toml"'
    assert file.content.decode() == run.mapping.toml


# --- receiving a file


def send(client: Client, content: bytes, name: str = "calls.csv"):
    return client.post(reverse("sources-upload"), {"file": SimpleUploadedFile(name, content)})


def test_a_file_is_kept_and_leads_to_its_mapping(as_, cast):
    answer = send(as_(cast.analyst), kit.messy().encode())
    upload = Upload.objects.get()
    assert answer["Location"] == reverse("sources-map", args=[upload.pk])
    assert (upload.name, upload.received_by, upload.silo) == ("calls.csv", cast.analyst.email, None)


def test_the_source_that_one_came_from_is_carried_along(as_, cast, source):
    path = reverse("sources-upload") + "?source=csb"
    answer = as_(cast.analyst).post(path, {"file": SimpleUploadedFile("calls.csv", kit.messy().encode())})
    assert answer["Location"].endswith("/map?source=csb")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\x7fELF\x02\x01\x01" + bytes(400), "is a program, not a table"),
        (b"<html><body>Sign in</body></html>", "web page"),
        (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><log/>', "entities"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(as_, cast, content, words):
    answer = send(as_(cast.analyst), content)
    assert answer.status_code == 422
    page = text(answer)
    assert words in page
    assert "Traceback" not in page
    assert not Run.objects.exists()


def test_a_file_over_the_limit_is_refused(as_, cast, settings):
    settings.REGARD_UPLOAD_LIMIT = 1000
    answer = send(as_(cast.analyst), b"a,b\n" + b"1,2\n" * 500)
    assert answer.status_code == 422
    assert "larger than" in text(answer)


# --- one import


def test_the_books_of_an_import(as_, cast, run):
    page = text(as_(cast.analyst).get(reverse("sources-run", args=[run.pk])))
    assert "Every row is accounted for:</strong> 5 = 1 loaded + 0 updated + 1 repeats + 3 quarantined." in page
    assert "When it came in &#x27;2018-13-45 08:00&#x27; is not a date we can read" in page
    assert run.upload.digest in page
    assert "311 export, version 1" in page


def test_books_that_do_not_reconcile_are_said_loudly(as_, cast, run):
    Run.objects.filter(pk=run.pk).update(loaded=0)
    page = text(as_(cast.analyst).get(reverse("sources-run", args=[run.pk])))
    assert "The books do not reconcile" in page
    assert "Every row is accounted for" not in page


def test_an_import_that_waits_is_polled_until_it_ends(as_, cast, source):
    waiting = kit.start(source, kit.messy())
    path, part = (reverse(name, args=[waiting.pk]) for name in ("sources-run", "sources-run-progress"))
    assert f'hx-get="{part}"' in text(as_(cast.analyst).get(path))
    still = as_(cast.analyst).get(part)
    assert "Waiting for its turn" in text(still)
    assert "HX-Refresh" not in still
    kit.do(waiting)
    assert as_(cast.analyst).get(part)["HX-Refresh"] == "true"
    assert "hx-get" not in text(as_(cast.analyst).get(path))


def test_an_import_is_stopped_and_goes_on(as_, cast, source):
    waiting = kit.start(source, kit.messy())
    as_(cast.analyst).post(reverse("sources-run-cancel", args=[waiting.pk]))
    waiting.refresh_from_db()
    assert waiting.state == RunState.CANCELLED
    assert "Go on with it" in text(as_(cast.analyst).get(reverse("sources-run", args=[waiting.pk])))
    as_(cast.analyst).post(reverse("sources-run-resume", args=[waiting.pk]))
    waiting.refresh_from_db()
    assert waiting.state == RunState.WAITING
    assert kit.do(waiting).reconciles


def test_what_is_over_can_be_neither_stopped_nor_resumed(as_, cast, run):
    for name in ("sources-run-cancel", "sources-run-resume"):
        answer = as_(cast.analyst).post(reverse(name, args=[run.pk]), follow=True)
        assert "This import is done" in text(answer)
    run.refresh_from_db()
    assert run.state == RunState.DONE


def test_why_an_import_failed_is_said_in_words(as_, cast, source):
    failed = kit.import_text(source, "other,columns\n1,2\n")
    page = text(as_(cast.analyst).get(reverse("sources-run", args=[failed.pk])))
    assert "The import stopped" in page
    assert "the file has no such column" in page


def test_progress_says_rate_and_time_left():
    since = NOW - timedelta(seconds=50)
    stand = Stand("Loading cases", 3, 10, NOW - timedelta(seconds=30), 1_200_000, 300_000, 1_000_000, since)
    shown = progress_of(stand, NOW)
    assert (shown.value, shown.limit) == (3, 10)
    assert shown.words == (
        "Loading cases, 300,000 of 1,000,000 loaded, 6,000 a second since the start, about 1 min left in this step"
    )
    begun = progress_of(Stand("Reading the file", 0, 0, since, None, 0, None, since), NOW)
    assert (begun.limit, begun.words) == (None, "Reading the file, for 50 s")
    read = progress_of(Stand("Recognising people", 0, 0, NOW, 1_200_000, 0, None, since), NOW)
    assert read.words == "Recognising people, 1,200,000 rows, for 0 s"
    assert progress_of(Stand("", 0, 0, None, None, 0, None, None), NOW).limit is None


def test_a_run_at_work_says_how_far_it_is(as_, cast, source):
    run = kit.start(source, kit.messy())
    counts = {"case": {"planned": 10, "to_update": 0, "loaded": 4}, "rows": {"loaded": 10, "repeats": 0, "updated": 0}}
    Run.objects.filter(pk=run.pk).update(
        state=RunState.RUNNING, started_at=NOW, phase="Loading cases", phase_at=NOW, chunk=2, chunks=5, counts=counts,
        rows_in_file=12, loaded=10,
    )  # fmt: skip
    page = text(as_(cast.analyst).get(reverse("sources-run", args=[run.pk])))
    assert "Loading cases, 4 of 10 loaded" in page
    assert 'max="5" value="2"' in page
    assert "accounted for" not in page  # the books are closed at the end
    Run.objects.filter(pk=run.pk).update(state=RunState.CANCELLED)
    page = text(as_(cast.analyst).get(reverse("sources-run", args=[run.pk])))
    assert "The books as planned" in page
    assert "4 of 10" in page


# --- how many queries


@pytest.mark.parametrize("many", [1, 30])
def test_lists_take_the_same_queries_however_long(as_, cast, django_assert_num_queries, many):
    silos = [kit.make_silo(cast.office, f"silo-{n}") for n in range(many)]
    for n in range(many):
        done(silos[n], 3, quarantined=1)
        done(silos[0], n, quarantined=1)
    client = as_(cast.analyst)
    with django_assert_num_queries(10):
        assert client.get(reverse("sources-list")).status_code == 200
    with django_assert_num_queries(12):
        assert client.get(reverse("sources-silo", args=["silo-0"])).status_code == 200


@pytest.mark.parametrize("many", [1, 30])
def test_an_import_and_its_quarantine_take_the_same_queries(as_, cast, source, django_assert_max_num_queries, many):
    run = kit.import_text(source, kit.messy(many, many))
    client = as_(cast.analyst)
    for path in paths(run).values():
        with django_assert_max_num_queries(12):
            assert client.get(path).status_code == 200
    assert actions.is_uncut(kit.waiting(run)[0]) is False
