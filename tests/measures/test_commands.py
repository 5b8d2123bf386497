"""`regard facts` and `regard measure`: the answers of the engine, in words and as data."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from regard.lib.commandline import RefusedError
from regard.measures import commands, engine
from regard.measures.access import Scope
from regard.measures.definitions import CATALOGUE, find
from regard.measures.figures import Filters
from regard.records.models import AuditEntry
from tests.measures.conftest import START, case_fact, publish


def run(command, *arguments: str) -> str:
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def filled(cast):
    rows = [case_fact(n, 1 + n, unit=cast.permits.pk, service=cast.fence.pk, channel="web") for n in range(20)]
    rows += [case_fact(30 + n, unit=cast.roads.pk, service=None) for n in range(6)]
    rows += [case_fact(40, 5, received_at=START + timedelta(days=31), unit=cast.roads.pk, service=cast.pothole.pk)]
    publish("case", rows, as_of=START + timedelta(days=35))
    return cast


@pytest.mark.django_db
def test_all_measures_are_listed(filled):
    listed = run(commands.measure)
    assert all(slug in listed for slug in CATALOGUE)
    assert json.loads(run(commands.measure, "--json")).keys() == CATALOGUE.keys()


@pytest.mark.django_db
@pytest.mark.parametrize("slug", CATALOGUE)
def test_the_command_says_what_the_engine_says(filled, slug):
    definition = find(slug)
    found = engine.figure(definition, scope=Scope.everything(), by=("unit",))
    told = json.loads(run(commands.measure, slug, "--by", "unit", "--json"))
    assert told["all"]["n"] == found.total.n
    assert told["all"]["value"] == found.total.value
    assert [group["n"] for group in told["groups"]] == [cell.n for cell in found.cells]
    assert [group["unit"] for group in told["groups"]] == [cell.key[0] for cell in found.cells]
    assert definition.title in run(commands.measure, slug)


@pytest.mark.django_db
def test_it_narrows_and_names(filled):
    told = run(commands.measure, "time-to-resolve", "--by", "unit", "--by", "month", "--sql")
    assert "Permits, 2025-03" in told
    assert "nine in ten" in told
    assert "SELECT" in told
    assert "Roads" in run(commands.measure, "cases-received", "--by", "unit", "--from", "2025-04")
    counted = json.loads(run(commands.measure, "cases-received", "--unit", "permits", "--json"))
    assert counted["all"]["n"] == 20
    expected = engine.figure(
        find("cases-received"),
        scope=Scope.everything(),
        filters=Filters(services=(filled.pothole.pk,), channels=("phone",)),
    )
    told = run(commands.measure, "cases-received", "--service", "POTHOLE", "--channel", "phone", "--json")
    assert json.loads(told)["all"]["n"] == expected.total.n == 1
    assert "not known" in run(commands.measure, "cases-received", "--by", "service")
    assert json.loads(run(commands.measure, "cases-received", "--to", "2025-03", "--json"))["all"]["n"] == 26


@pytest.mark.django_db
@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-measure"],
        ["backlog", "--unit", "nowhere"],
        ["backlog", "--service", "nothing"],
        ["cases-received", "--from", "March"],
        ["cases-received", "--from", "2025-05", "--to", "2025-03"],
    ],
)
def test_what_makes_no_sense_is_refused_in_words(filled, arguments):
    with pytest.raises(RefusedError) as refused:
        run(commands.measure, *arguments)
    assert str(refused.value).endswith(".") or "regard" in str(refused.value)


@pytest.mark.django_db
def test_without_facts_it_says_what_to_do(db):
    for command, arguments in ((commands.measure, ["backlog"]), (commands.facts, ["status"])):
        with pytest.raises(engine.NoFactsError, match="regard facts refresh"):
            run(command, *arguments)


@pytest.mark.django_db(transaction=True)
def test_facts_are_made_and_told(cast, make_case):
    make_case((0, "received"), (3, "resolved"))
    said = run(commands.facts, "refresh")
    assert "there were no facts" in said
    assert "1 case facts" in said
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.changes["note"]["case"]) == ("measures.refresh_facts", 1)
    assert "What changed: 0 case facts" in run(commands.facts, "refresh")
    assert "as asked" in run(commands.facts, "refresh", "--full")
    told = run(commands.facts, "status")
    assert "1 case facts" in told
    assert "0 events, contacts" in told
    assert json.loads(run(commands.measure, "cases-resolved", "--json"))["all"]["n"] == 1
