"""`regard audit`."""

import csv
import io

import pytest
from click.testing import CliRunner
from django.db import connection, transaction

from regard.lib.commandline import RefusedError
from regard.office import actions
from regard.records import audit, commands
from regard.records.actors import System
from regard.records.models import AuditEntry


def run(*arguments):
    answer = CliRunner().invoke(commands.audit, arguments, catch_exceptions=True)
    if answer.exception and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    assert answer.exit_code == 0, answer.output
    return answer.output


def tamper(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL regard.disposal = 'on'")
        cursor.execute(statement, values)
        cursor.execute("SET LOCAL regard.disposal = 'off'")


def test_a_sound_chain_is_told_with_its_last_hash(cast):
    said = run("verify")
    last = AuditEntry.objects.latest("id").hash
    assert "all sound" in said
    assert last in said
    assert run("verify", "--quiet").strip() == last
    assert "all sound" in run("verify", "--kept", last)


def test_tampering_is_told_with_its_place(cast):
    entry = AuditEntry.objects.order_by("id")[5]
    tamper("UPDATE records_auditentry SET action = 'office.nothing' WHERE id = %s", entry.pk)
    with pytest.raises(RefusedError, match=f"tampered with at entry {entry.pk}.*The 5 entries before it are sound"):
        run("verify")


def test_an_end_cut_off_is_told(cast):
    kept = run("verify", "--quiet").strip()
    tamper("DELETE FROM records_auditentry WHERE id = (SELECT max(id) FROM records_auditentry)")
    assert "all sound" in run("verify")
    with pytest.raises(RefusedError, match="the hash you kept is not in it"):
        run("verify", "--kept", kept)


def test_entries_are_listed_and_exported_over_all_offices(cast):
    actions.set_roles(by=cast.administrator, staff=cast.alice, roles=["supervisor"])
    with transaction.atomic():
        audit.record(by=System("nightly"), action="test.swept", count=1234)
    listed = run("list", "--limit", "2").splitlines()
    assert len(listed) == 2
    assert "system: nightly\ttest.swept (1,234)" in listed[0]
    assert f"Adam Min\toffice.set_roles\toffice.staff {cast.alice.pk}" in listed[1]
    assert "Adam Min" in run("list", "--actor", "adam", "--action", "office.", "--type", "office.staff")
    assert run("list", "--to", "2000-01-01") == ""
    rows = list(csv.DictReader(io.StringIO(run("export", "--from", "2020-01-01"))))
    assert len(rows) == AuditEntry.objects.count()
    assert rows[-1]["hash"] == AuditEntry.objects.latest("id").hash


def test_help_has_examples():
    for command in commands.audit.commands.values():
        assert "Examples:" in (command.epilog or "")
