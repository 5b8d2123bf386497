"""`regard office` and `regard staff`."""

import pytest
from click.testing import CliRunner
from django.core.exceptions import ValidationError
from django.urls import reverse

from regard.lib.commandline import RefusedError
from regard.office import commands, firstrun
from regard.office.models import Staff, Unit
from regard.records.models import AuditEntry


def run(command, *arguments):
    answer = CliRunner().invoke(command, arguments)
    if answer.exception and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    assert answer.exit_code == 0, answer.output
    return answer.output


@pytest.fixture
def no_mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"


def test_the_link_of_an_empty_installation_opens_it(db, client):
    link = run(commands.office, "welcome", "--address", "http://localhost:9000/").strip()
    assert link == "http://localhost:9000" + firstrun.first_run_path()
    assert client.get(link.removeprefix("http://localhost:9000")).status_code == 200


def test_the_start_tells_the_link_only_while_nobody_works_here(db, request):
    assert firstrun.first_run_path() in run(commands.office, "welcome", "--if-empty")
    request.getfixturevalue("cast")
    assert run(commands.office, "welcome", "--if-empty") == ""


def test_there_is_no_such_link_once_somebody_works_here(cast):
    with pytest.raises(RefusedError, match="regard staff add"):
        run(commands.office, "welcome")


def test_an_office_and_its_administrator_without_a_browser(db, client, no_mail):
    said = run(commands.office, "add", "Elm Town", "--time-zone", "America/Chicago", "--country", "US", "--state", "MN")
    assert "regard staff add --role administrator --unit elm-town" in said
    with pytest.raises(RefusedError, match="already"):
        run(commands.office, "add", "Elm Town")
    said = run(commands.staff, "add", "--role", "administrator", "--name", "Ann Lee", "Ann@elm.example")
    ann = Staff.objects.get(email="ann@elm.example")
    assert (ann.unit.name, ann.roles) == ("Elm Town", ["administrator"])
    link = said.splitlines()[-1]
    form = client.get(link.removeprefix("http://localhost:8000"), follow=True)
    chosen = {"password1": "river stone lamp", "password2": "river stone lamp"}
    assert client.post(form.redirect_chain[-1][0], chosen).status_code == 302
    ann.refresh_from_db()
    assert ann.check_password("river stone lamp")
    assert AuditEntry.objects.filter(actor_name="system: operator at the command line").exists()


def test_with_a_mail_server_the_link_goes_out_as_a_letter(cast, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        said = run(
            commands.staff,
            "add",
            "--role",
            "front_line",
            "--unit",
            "roads",
            "bo@birch.example",
            "--address",
            "https://x.y",
        )
    assert "A letter to bo@birch.example" in said
    assert "https://x.y/accounts/password/reset/key/" in mailoutbox[0].body
    assert Staff.objects.get(email="bo@birch.example").unit == cast.roads


def test_people_are_listed_changed_and_leave(cast, no_mail):
    assert "alice@" in run(commands.staff, "list")
    alice = cast.alice.email
    assert "Supervisor" in run(commands.staff, "roles", alice, "supervisor")
    assert "/accounts/password/reset/key/" in run(commands.staff, "link", alice)
    assert "no longer" in run(commands.staff, "end", alice, "--reason", "moved")
    assert alice not in run(commands.staff, "list")
    assert "(has left)" in run(commands.staff, "list", "--all")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["add", "--role", "analyst", "x@x.example"], "several offices"),
        (["add", "--role", "analyst", "--unit", "moon", "x@x.example"], "no unit with the code moon"),
        (["roles", "x@x.example", "analyst"], "Nobody here has the address"),
    ],
)
def test_what_cannot_be_done_says_what_to_do(cast, arguments, message):
    with pytest.raises(RefusedError, match=message):
        run(commands.staff, *arguments)


def test_what_actions_refuse_is_told(cast):
    with pytest.raises(ValidationError, match="only administrator"):
        run(commands.staff, "end", cast.administrator.email)
    with pytest.raises(ValidationError, match="belongs to somebody already"):
        run(commands.staff, "add", "--role", "analyst", "--unit", "roads", cast.alice.email)


def test_without_an_office_the_way_to_make_one_is_told(db):
    with pytest.raises(RefusedError, match="regard office add"):
        run(commands.staff, "add", "--role", "administrator", "x@x.example")


def test_a_file_sets_up_the_office(db, tmp_path):
    file = tmp_path / "office.toml"
    file.write_text('[office]\nname = "Elm Town"\n[[unit]]\ncode = "elm"\nname = "Elm Town"\n')
    assert "Elm Town: 1 units" in run(commands.office, "load", str(file))
    assert Unit.objects.get(parent=None).code == "elm"
    assert reverse("home") == "/"


def test_help_has_examples():
    for group in commands.COMMANDS:
        for command in group.commands.values():
            assert "Examples:" in (command.epilog or "")
