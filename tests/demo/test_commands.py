"""`regard demo` at the command line."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from regard.demo import commands
from regard.demo import office as the_office
from regard.desk.models import Case
from regard.lib.commandline import RefusedError
from regard.measures.facts.refresh import freshness


def demo(*arguments: str) -> Result:
    return CliRunner().invoke(commands.demo, list(arguments), catch_exceptions=False)


@pytest.fixture
def home(settings) -> Path:
    shutil.rmtree(settings.HOME / "demo", ignore_errors=True)
    return settings.HOME


def test_only_the_files(tmp_path):
    folder = tmp_path / "files"
    told = demo("--keep", str(folder), "--cases", "300", "--seed", "3").output
    assert told.startswith(f"Files of a county with 300 cases: {folder}")
    assert {one.file for one in the_office.FILES} < {path.name for path in folder.iterdir()}
    assert json.loads((folder / "answers" / "expected.json").read_text())["seed"] == 3


def test_a_draft_that_was_stopped_is_made_anew_and_a_whole_folder_is_kept(tmp_path):
    folder = tmp_path / "files"
    draft = tmp_path / "files.draft"
    draft.mkdir()
    (draft / "leftover").write_text("of a writer that was killed")
    the_office.write_files(folder, cases=300, seed=3)
    assert not draft.exists()
    assert not (folder / "leftover").exists()
    stamp = (folder / "311_requests.csv").stat().st_mtime_ns
    the_office.write_files(folder, cases=300, seed=3)
    assert (folder / "311_requests.csv").stat().st_mtime_ns == stamp
    the_office.write_files(folder, cases=301, seed=3)
    assert (folder / "311_requests.csv").stat().st_mtime_ns != stamp


def test_too_small_a_county_is_refused():
    refused = demo("--cases", "10")
    assert refused.exit_code == 2
    assert "300" in refused.output


@pytest.mark.django_db
def test_beside_an_office_in_use_only_when_asked(cast, home):
    Case.objects.create(silo=cast.silo, unit=cast.permits, subject="A fence", received_at="2026-01-02T10:00Z")
    with pytest.raises(RefusedError, match="Birch County has data in this installation"):
        demo("--cases", "300")
    assert demo("--cases", "300", "--if-empty").output == ""
    assert the_office.demo_office() is None
    assert not (home / "demo").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("home")
@pytest.mark.django_db(transaction=True)
def test_opening_it_and_opening_it_again():
    told = demo("--cases", "300").output
    assert "The demo office is open" in told
    assert "Front-line officer" in told
    assert freshness() is not None
    cases = Case.objects.count()
    assert "Alder County is open already." in demo("--cases", "300").output
    assert demo("--if-empty").output == ""
    assert Case.objects.count() == cases
