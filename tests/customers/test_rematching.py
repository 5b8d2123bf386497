"""Matching an office, whole or by its new arrivals, at the command line and in the background."""

import json
from datetime import date

import pytest
from click.testing import CliRunner
from procrastinate.contrib.django.models import ProcrastinateJob

from regard.customers import actions, matching, tasks
from regard.customers.actions.matching import MATCH_OFFICE
from regard.customers.commands import match
from regard.customers.models import IdentityChange, IdentityRecord, Link, MatchRun, ReviewPair
from regard.customers.rematching import FIELDS, match_office
from regard.lib.commandline import RefusedError
from regard.records.actors import System
from regard.records.declarations import Sensitivity, sensitivity_of
from tests.customers import fake_matching
from tests.customers.fake_matching import LEARNED, SCORES, _fake_match  # noqa: F401 - a fixture
from tests.customers.kit import make_person, make_record

pytestmark = pytest.mark.django_db
BY = System("matching")


def holder(record) -> int:
    return Link.objects.get(record=record, ended_at=None).customer_id


def run(*arguments: str):
    return CliRunner().invoke(match, arguments, catch_exceptions=False)


@pytest.fixture
def seen(monkeypatch):
    """What the model was shown, each time."""
    shown: list = []
    inner = fake_matching.match
    core = matching

    def watching(records, **options):
        shown.append((records, options))
        return inner(records, **options)

    monkeypatch.setattr(core, "match", watching)
    return shown


def test_the_model_sees_the_office_and_nothing_of_another(cast, seen):
    _, (first,) = make_person(cast, "Ana Perez", email="a@mail.example", birth_date=date(1980, 5, 1))
    make_record(cast, None, "Far Away", silo=cast.other_silo)
    match_office(by=BY, office=cast.office)
    ((records, _),) = seen
    (row,) = records.to_pylist()
    assert row == {
        "record_id": first.pk, "silo": cast.silo.code, "key": first.key, "own_key": False, "kind": "person",
        "name": "Ana Perez", "given": "", "family": "", "organisation": "", "email": "a@mail.example", "phone": "",
        "address": "", "postcode": "", "birth_date": date(1980, 5, 1), "as_of": first.as_of.replace(tzinfo=None),
    }  # fmt: skip


def test_only_fields_that_tell_who_somebody_is_are_used():
    about_them = {Sensitivity.PERSONAL, Sensitivity.SENSITIVE}
    used = {name for name in FIELDS if sensitivity_of(IdentityRecord, name) in about_them}
    assert set(FIELDS) - used == {"kind", "as_of"}
    assert "raw" not in FIELDS
    assert "language" not in FIELDS  # whoever speaks what is no evidence of who they are


def test_the_same_person_of_two_sources_becomes_one_customer(cast):
    _, (first,) = make_person(cast, "Ana Perez")
    _, (second,) = make_person(cast, "Ana Perez")
    applied = match_office(by=BY, office=cast.office)
    assert applied.joined == 1
    assert holder(first) == holder(second)


def test_decisions_go_to_the_model(cast, seen):
    _, (first,) = make_person(cast, "Ana Perez")
    _, (second,) = make_person(cast, "Ana Perez")
    match_office(by=BY, office=cast.office)
    actions.undo_change(by=cast.bob, change=IdentityChange.objects.get(), reason="Two")
    assert match_office(by=BY, office=cast.office).moved == 0
    (told,) = seen[-1][1]["decisions"]
    assert (told.left_id, told.right_id, told.same) == (first.pk, second.pk, False)


def test_a_matching_learns_from_what_was_reviewed(cast, seen, monkeypatch):
    monkeypatch.setattr("regard.customers.rematching.ENOUGH", 2)
    for n in range(2):
        make_person(cast, f"Ana {n}")
        make_person(cast, f"Anna {n}")
        SCORES[f"Ana {n}", f"Anna {n}"] = 0.6
    match_office(by=BY, office=cast.office)
    assert (len(seen), LEARNED) == (1, [])
    for pair in ReviewPair.objects.filter(state="open"):
        actions.decide_pair(by=cast.bob, pair=pair, verdict="different")
    match_office(by=BY, office=cast.office)
    assert (len(seen), LEARNED) == (3, [2])
    assert seen[-1][1]["reranker"].decisions == {"person": 2}


def test_new_arrivals_are_matched_with_whom_they_may_belong_to(cast, seen):
    ana, (first, second) = make_person(cast, "Ana Perez", records=2, phone="+16125550142")
    for n in range(12):
        make_person(cast, f"Other {n}", email=f"o{n}@mail.example")
    match_office(by=BY, office=cast.office, whole=False)
    assert seen[-1][0].num_rows == 14  # the first time everything is new
    _, (third,) = make_person(cast, "A. Perez", phone="+16125550142")
    SCORES["Ana Perez", "A. Perez"] = 0.95
    applied = match_office(by=BY, office=cast.office, whole=False)
    assert set(seen[-1][0]["record_id"].to_pylist()) == {first.pk, second.pk, third.pk}
    assert applied.joined == 1
    assert holder(third) == ana.pk
    assert not MatchRun.objects.latest("id").is_whole


def test_a_number_that_everybody_has_draws_nobody_in(cast, seen, monkeypatch):
    monkeypatch.setattr("regard.customers.rematching.MOST_SHARED", 3)
    for n in range(12):
        make_person(cast, f"Other {n}", phone="+16125550100")
    match_office(by=BY, office=cast.office)
    _, (new,) = make_person(cast, "Ana Perez", phone="+16125550100")
    match_office(by=BY, office=cast.office, whole=False)
    assert seen[-1][0]["record_id"].to_pylist() == [new.pk]


def test_nothing_new_is_nothing_to_do(cast, seen):
    make_person(cast, "Ana Perez")
    match_office(by=BY, office=cast.office)
    assert match_office(by=BY, office=cast.office, whole=False) is None
    assert len(seen) == 1


# --- at the command line


def test_the_command_says_what_came_of_it(cast, tmp_path):
    make_person(cast, "Ana Perez")
    make_person(cast, "Ana Perez")
    card = tmp_path / "card.json"
    shown = run("--office", "birch", "--card", str(card))
    assert shown.exit_code == 0
    assert "2 records, 1 pairs compared" in shown.output
    assert "models: fake 1 for person records" in shown.output
    assert "thresholds: link from +3 bits" in shown.output
    assert "alarm: Only a stand-in." in shown.output
    assert json.loads(card.read_text()) == MatchRun.objects.get().card


def test_a_dry_run_changes_nothing(cast):
    _, (first,) = make_person(cast, "Ana Perez")
    _, (second,) = make_person(cast, "Ana Perez")
    shown = run("--office", "birch", "--dry-run")
    assert "customers would be joined" in shown.output
    assert holder(first) != holder(second)
    assert not MatchRun.objects.exists()


def test_an_office_must_be_named_when_there_are_several(cast):
    with pytest.raises(RefusedError, match="birch or cedar"):
        run()
    with pytest.raises(RefusedError, match="no office elm"):
        run("--office", "elm")


def test_explain_says_why_in_words(cast):
    ana, _ = make_person(cast, "Ana Perez")
    anna, _ = make_person(cast, "Anna Perez")
    bo, _ = make_person(cast, "Bo Chen")
    SCORES["Ana Perez", "Anna Perez"] = 0.7
    match_office(by=BY, office=cast.office)
    shown = run("--explain", ana.number, anna.number.lower())
    assert "are two customers." in shown.output
    assert "about 2 to 1 for one customer (70% sure)" in shown.output
    assert "waits for a person" in shown.output
    assert "for one customer: same name; same e-mail" in shown.output
    actions.decide_pair(by=cast.bob, pair=ReviewPair.objects.get(), verdict="same", reason="Seen both")
    shown = run("--explain", ana.number, anna.number)
    assert "are one customer." in shown.output
    assert "Bob Ochoa" in shown.output
    assert "(Seen both)" in shown.output
    assert "about 2 to 1" in shown.output
    assert "No two of their records were compared" in run("--explain", ana.number, bo.number).output
    with pytest.raises(RefusedError, match="no customer K99"):
        run("--explain", "K99", bo.number)


# --- in the background


def test_imports_ask_for_one_matching_of_what_is_new(cast):
    for _ in range(2):
        actions.request_match(by=BY, office_id=cast.office.pk)
    job = ProcrastinateJob.objects.get(task_name=MATCH_OFFICE)
    assert job.args["office_id"] == cast.office.pk
    assert job.scheduled_at is not None


def test_the_jobs_match(cast):
    _, (first,) = make_person(cast, "Ana Perez")
    _, (second,) = make_person(cast, "Ana Perez")
    tasks.match_arrivals(office_id=cast.office.pk)
    assert holder(first) == holder(second)
    tasks.match_everything(timestamp=0)
    assert MatchRun.objects.filter(office=cast.office).count() == 2
