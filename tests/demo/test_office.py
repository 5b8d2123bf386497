"""The demo office from its files: the books say what the generator says, and a second start adds nothing."""

import json
from pathlib import Path

import pytest
from django.urls import reverse

from regard.demo import office as demo
from regard.demo.generate import ANSWERS, generate
from regard.desk.models import Case, Contact
from regard.desk.queries.checking import check
from regard.desk.queries.today import today_of
from regard.lib.commandline import RefusedError
from regard.office.models import Unit
from regard.office.queries import demo_staff
from regard.office.roles import Role
from regard.records.models import AuditEntry
from regard.sources.models import Run, RunState
from regard.sources.running import Importing
from tests.demo.conftest import END

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CASES = 300


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("demo") / "county"
    generate(made, seed=5, cases=CASES, end=END)
    return made


def told(folder: Path) -> dict:
    return json.loads((folder / ANSWERS / "expected.json").read_text(encoding="utf-8"))["files"]


def test_the_books_are_those_of_the_generator_and_a_second_opening_adds_nothing(folder, client):
    """One test: opening an office takes a while."""
    lines: list[str] = []
    office = demo.open_office(folder, say=lines.append)
    expected = told(folder)
    assert Run.objects.count() == len(expected) == len(demo.FILES)
    for run in Run.objects.select_related("upload"):
        account = expected[run.upload.name]
        found = (run.rows_in_file, run.loaded, run.repeats + run.updated)
        assert found == (account["rows"], account["loaded"], account["repeats"]), run.upload.name
        assert run.quarantined == sum(account["quarantined"].values()) + account["disagreeing"], run.upload.name
        assert run.reconciles
    assert not any("DOES NOT RECONCILE" in line for line in lines)
    assert check().is_sound

    before = (Case.objects.count(), Contact.objects.count(), Run.objects.count())
    units = {unit.code: unit for unit in Unit.objects.filter(path__startswith=office.path)}
    for one in demo.FILES:
        demo.take_in(folder / one.file, one, units[one.unit])
    assert (Case.objects.count(), Contact.objects.count(), Run.objects.count()) == before

    assert sorted(role for staff in demo_staff() for role in staff.role_names) == sorted(Role.labels)
    officer = next(staff for staff in demo_staff() if staff.has_role(Role.FRONT_LINE))
    today = today_of(officer)
    assert all([today.steps, today.promises, today.handed_over, today.messages])
    client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(reverse("desk-today")).content.decode()
    assert "Two different dates for the same collection" in page
    assert "Wrote to us, but asks about several offices" in page


def test_an_opening_that_was_killed_goes_on(folder, monkeypatch):
    real, calls = Importing.go, []

    def killed(self: Importing) -> Run:
        calls.append(self)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(self)

    monkeypatch.setattr(Importing, "go", killed)
    with pytest.raises(KeyboardInterrupt):
        demo.open_office(folder, say=lambda _: None)
    assert not demo.is_open(demo.demo_office())
    monkeypatch.setattr(Importing, "go", real)
    office = demo.open_office(folder, say=lambda _: None)
    assert demo.is_open(office)
    assert set(Run.objects.values_list("state", flat=True)) == {RunState.DONE}
    assert Run.objects.count() == len(demo.FILES)
    assert AuditEntry.objects.filter(action=demo.OPENED).count() == 1


def test_an_import_that_fails_is_said(folder, monkeypatch):
    def failing(self: Importing) -> Run:
        self.run.state, self.run.error = RunState.FAILED, "The disk is full."
        return self.run

    monkeypatch.setattr(Importing, "go", failing)
    with pytest.raises(RefusedError, match=r"vendors.csv could not be imported: The disk is full."):
        demo.open_office(folder, say=lambda _: None)
