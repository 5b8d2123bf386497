"""Facts are what the events say: against the fold and the clock, one case at a time."""

import math
import random
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from regard.customers.actions import merge_customers
from regard.customers.models import Customer
from regard.desk.lifecycle import EventKind, EventRow, fold
from regard.desk.models import Case, Contact, Event
from regard.measures.facts import layout, refresh
from regard.measures.facts.refresh import store
from regard.office.models import Standard
from regard.office.queries import clock_of_unit, due_time
from regard.voice.models import Feedback
from tests.measures.conftest import START, add_events, facts_of, hours

pytestmark = pytest.mark.django_db(transaction=True)
CHICAGO = ZoneInfo("America/Chicago")


def expected_length(case: Case, state, end: datetime | None) -> tuple[float, float, float] | None:
    """Elapsed, official, and elapsed less pauses, in the slow way: minute arithmetic of one case."""
    if end is None or end < case.received_at:
        return None
    clock = clock_of_unit(case.unit)
    pauses = [*state.pauses, *([(state.paused_at, end)] if state.paused_at else [])]
    clipped = [(max(a, case.received_at), min(b, end)) for a, b in pauses]
    clipped = [(a, b) for a, b in clipped if b > a]
    official = clock.working_seconds(case.received_at, end) - sum(clock.working_seconds(a, b) for a, b in clipped)
    elapsed = (end - case.received_at).total_seconds()
    return elapsed, official, elapsed - sum((b - a).total_seconds() for a, b in clipped)


def check_stage(fact: dict, case: Case, state, stage: str, done: datetime | None) -> None:
    end = done or state.withdrawn_at
    length = expected_length(case, state, end)
    standard = Standard.objects.filter(
        service=case.service, stage={"answer": "first_answer", "resolve": "resolve"}[stage]
    ).first()
    if length is None:
        assert fact[f"{stage}_seen"] is fact[f"{stage}_seconds"] is fact[f"{stage}_working"] is None
    else:
        assert fact[f"{stage}_seen"] == int(done is not None)
        assert fact[f"{stage}_seconds"] == math.floor(length[0])
        assert fact[f"{stage}_working"] == math.floor(length[1])
    if standard is None:
        assert fact[f"{stage}_limit"] is fact[f"{stage}_clock"] is fact[f"{stage}_used"] is None
        return
    due = due_time(standard, case.received_at, clock_of_unit(case.unit))
    official = standard.measured_in.startswith("working")
    limit = clock_of_unit(case.unit).working_seconds(case.received_at, due)
    limit = limit if official else (due - case.received_at).total_seconds()
    assert fact[f"{stage}_clock"] == int(official)
    assert fact[f"{stage}_limit"] == math.floor(limit)
    if length is not None:
        took = length[1] if official else length[2]
        assert fact[f"{stage}_used"] == min(math.ceil(100 * took / limit), 30_000)


def check(fact: dict, case: Case, cast) -> None:
    state = fold(
        EventRow(e.pk, e.kind, e.at, e.due_at, e.text, e.data or {}, e.supersedes)
        for e in Event.objects.filter(case=case)
    )
    assert fact["office"] == case.unit.office_id
    assert (fact["unit"], fact["service"], fact["silo"]) == (case.unit_id, case.service_id, case.silo_id)
    assert (fact["channel"], fact["kind"], fact["state"]) == (case.channel, case.kind, state.state.value)
    assert fact["is_open"] == int(state.is_open)
    assert (fact["answered_at"], fact["resolved_at"]) == (state.answered_at, state.resolved_at)
    assert (fact["left_at"], fact["paused_at"]) == (state.withdrawn_at, state.paused_at)
    assert fact["received_month"] == case.received_at.astimezone(CHICAGO).date().replace(day=1)
    ended = state.resolved_at or state.withdrawn_at
    assert fact["ended_month"] == (ended and ended.astimezone(CHICAGO).date().replace(day=1))
    assert (fact["reopens"], fact["transfers"]) == (state.reopens, state.transfers)
    assert fact["promises"] == len(state.promises)
    assert fact["pauses"] == len(state.pauses) + (state.paused_at is not None)
    ended_before = min(state.answered_at or case.received_at, ended or case.received_at) < case.received_at
    assert fact["impossible"] == int(ended_before)
    if ended_before:
        assert {fact[f"{stage}_{name}"] for stage in ("answer", "resolve") for name in ("seen", "step", "used")} == {
            None
        }
    else:
        check_stage(fact, case, state, "answer", state.answered_at)
        check_stage(fact, case, state, "resolve", state.resolved_at)
    clock = clock_of_unit(case.unit)
    assert fact["received_open"] == math.floor(clock.at([case.received_at])[0])
    if state.paused_at:
        assert fact["paused_open"] == math.floor(clock.at([state.paused_at])[0])


KINDS = [k.value for k in EventKind if k is not EventKind.RECEIVED]


def random_log(rng: random.Random) -> list[tuple]:
    told = [(0, "received")]
    for _ in range(rng.randrange(9)):
        more = {}
        kind = rng.choice([*KINDS, "paused", "resumed", "promised", "answered", "resolved"])
        if kind in {"promised", "promise_moved", "next_step"}:
            more["due"] = rng.randrange(1, 400)
        if kind == "promised" and rng.random() < 0.4:
            more["stage"] = "answer"
        if kind == "promise_moved" and rng.random() < 0.5:
            more["agreed"] = rng.random() < 0.5
        told.append((rng.uniform(-2, 300), kind, more))
    return told


def test_each_fact_equals_the_fold_of_its_events(cast, make_case):
    rng = random.Random(7)
    services = [cast.fence, cast.pothole, cast.advice, None]
    cases = [
        make_case(
            *random_log(rng),
            unit=rng.choice([cast.permits, cast.roads]),
            service=rng.choice(services),
            start=START + hours(rng.uniform(0, 24 * 200)),
            channel=rng.choice(["phone", "web", "counter"]),
        )
        for _ in range(60)
    ]
    done = refresh.refresh()
    assert done.rows["case"] == 60
    facts, promises = facts_of("case"), facts_of("promise")
    assert facts.keys() == {case.pk for case in cases}
    for case in cases:
        check(facts[case.pk], case, cast)
        state = fold(
            EventRow(e.pk, e.kind, e.at, e.due_at, e.text, e.data or {}, e.supersedes)
            for e in Event.objects.filter(case=case)
        )
        mine = [p for p in promises.values() if p["case_id"] == case.pk]
        assert {(p["promise_id"], p["state"], p["due_at"], p["settled_at"], p["stage"]) for p in mine} == {
            (p.id, p.state.value, p.due_at, p.settled_at, p.stage) for p in state.promises
        }
    # Told in another order, bit by bit, the facts come out the same.
    for case in rng.sample(cases, 30):
        add_events(case, [(rng.uniform(0, 300), rng.choice(KINDS), {"due": 500})], case.received_at)
    assert not refresh.refresh().full
    renewed = facts_of("case"), facts_of("promise")
    refresh.refresh(full=True)
    assert (facts_of("case"), facts_of("promise")) == renewed
    for case in cases:
        case.refresh_from_db()
        check(renewed[0][case.pk], case, cast)


def test_only_files_with_changes_are_written_again(cast, make_case, monkeypatch):
    monkeypatch.setattr(refresh, "IDS_PER_FILE", 4)
    cases = [make_case((0, "received")) for _ in range(12)]
    first = refresh.refresh().manifest
    assert len(first.of("case")) >= 3
    add_events(cases[0], [(5, "resolved")])
    second = refresh.refresh()
    assert not second.full
    assert second.rows["case"] == 1
    kept = {file.name for file in first.files} & {file.name for file in second.manifest.files}
    assert len(kept) == len(first.files) - 1
    assert facts_of("case")[cases[0].pk]["state"] == "resolved"
    assert len(facts_of("case")) == 12


def test_contacts_and_feedback_are_followed(cast):
    contact = Contact.objects.create(
        silo=cast.silo, unit=cast.permits, channel="phone", started_at=START, wait_seconds=61.9, outcome="answered"
    )
    said = Feedback.objects.create(
        silo=cast.silo,
        unit=cast.roads,
        kind="response",
        at=START,
        question="How was it?",
        score=4,
        scale_min=1,
        scale_max=5,
    )
    refresh.refresh()
    fact = facts_of("contact")[contact.pk]
    assert (fact["wait_seconds"], fact["outcome"], fact["handle_seconds"]) == (61, "answered", None)
    assert fact["started_month"] == date(2025, 3, 1)
    fact = facts_of("feedback")[said.pk]
    assert (fact["score"], fact["question"], fact["unit"], fact["solicited"]) == (4, "How was it?", cast.roads.pk, 0)
    Contact.objects.filter(pk=contact.pk).update(outcome="abandoned")
    assert not refresh.refresh().full
    assert facts_of("contact")[contact.pk]["outcome"] == "abandoned"


def test_feedback_that_is_changed_is_followed(cast):
    said = Feedback.objects.create(silo=cast.silo, unit=cast.roads, kind="complaint", at=START)
    refresh.refresh()
    Feedback.objects.filter(pk=said.pk).update(unit=cast.permits)
    assert refresh.refresh().rows["feedback"] == 1
    assert facts_of("feedback")[said.pk]["unit"] == cast.permits.pk
    Feedback.objects.filter(pk=said.pk).update(unit=cast.permits)  # says nothing new
    assert refresh.refresh().rows["feedback"] == 0


def test_without_news_nothing_is_published(cast, make_case, monkeypatch):
    case = make_case((0, "received"))
    assert refresh.refresh(only_news=True).full
    assert refresh.refresh(only_news=True) is None
    add_events(case, [(1, "answered")])
    renewed = refresh.refresh(only_news=True)
    assert renewed.rows["case"] == 1
    monkeypatch.setattr(refresh, "FRESH", timedelta(0))
    moved_on = refresh.refresh(only_news=True)
    assert moved_on.files == 0
    assert moved_on.manifest.files == renewed.manifest.files
    assert moved_on.manifest.as_of > renewed.manifest.as_of


def test_a_unit_that_moves_to_another_office_takes_its_cases_along(cast, make_case):
    case = make_case((0, "received"), unit=cast.roads)
    refresh.refresh()
    assert facts_of("case")[case.pk]["office"] == cast.office.pk
    type(cast.roads).objects.filter(pk=cast.roads.pk).update(path=f"/{cast.other_office.pk}/{cast.roads.pk}/")
    refresh.refresh()
    assert facts_of("case")[case.pk]["office"] == cast.other_office.pk


def test_a_late_holiday_renews_the_cases_of_its_units(cast, make_case):
    from regard.office.actions import declare_holiday
    from regard.records.actors import System

    case = make_case((0, "received"), (100, "resolved"), service=cast.fence)
    refresh.refresh()
    before = facts_of("case")[case.pk]["resolve_working"]
    calendar = cast.office.calendar
    declare_holiday(by=System("test"), calendar=calendar, day=date(2025, 3, 5), name="Storm", reason="late")
    refreshed = refresh.refresh()
    assert facts_of("case")[case.pk]["resolve_working"] == before - 8 * 3600
    assert refreshed.rows["case"] == 1


def test_a_new_standard_renews_the_cases_of_its_service(cast, make_case):
    from decimal import Decimal

    from regard.office.actions import set_standard
    from regard.records.actors import System

    case = make_case((0, "received"), (30, "resolved"), service=cast.advice)
    refresh.refresh()
    assert facts_of("case")[case.pk]["resolve_limit"] is None
    set_standard(by=System("test"), service=cast.advice, stage="resolve", amount=Decimal(1), measured_in="days")
    assert not refresh.refresh().full
    fact = facts_of("case")[case.pk]
    assert (fact["resolve_limit"], fact["resolve_used"]) == (86_400, 125)


def test_a_transaction_that_commits_late_is_not_missed(cast, make_case, django_db_blocker):
    """Two writers: the one that began first commits last, after a refresh has read past its ids."""
    import threading

    early, late = make_case((0, "received")), make_case((0, "received"))
    refresh.refresh()
    wrote, go_on = threading.Event(), threading.Event()

    def slow_writer() -> None:
        try:
            with transaction.atomic():
                add_events(late, [(5, "resolved")])
                wrote.set()
                assert go_on.wait(30)
        finally:
            connection.close()

    writer = threading.Thread(target=slow_writer)
    writer.start()
    try:
        assert wrote.wait(30)
        add_events(early, [(6, "resolved")])  # a higher transaction, committed at once
        refresh.refresh()
        states = {pk: fact["state"] for pk, fact in facts_of("case").items()}
        assert states == {early.pk: "resolved", late.pk: "open"}
    finally:
        go_on.set()
        writer.join()
    assert not refresh.refresh().full
    assert facts_of("case")[late.pk]["state"] == "resolved"


def test_deleting_the_folder_loses_nothing(cast, make_case, facts_root):
    import shutil

    make_case((0, "received"), (3, "answered"))
    refresh.refresh()
    before = facts_of("case")
    shutil.rmtree(facts_root)
    assert refresh.freshness() is None
    assert refresh.refresh().why == "there were no facts"
    assert facts_of("case") == before


def test_facts_of_another_database_are_not_continued(cast, make_case):
    from dataclasses import replace

    make_case((0, "received"))
    manifest = refresh.refresh().manifest
    store().publish(replace(manifest, database="1/1", token="other"))
    assert refresh.refresh().why == "the facts were made from another database"


def test_an_empty_office_has_facts_too(cast):
    done = refresh.refresh()
    assert done.rows == dict.fromkeys(layout.TABLES, 0)
    assert refresh.freshness().age < timedelta(minutes=1)
    assert not refresh.refresh().full


def test_how_far_the_facts_are_behind_is_told(cast, make_case):
    case = make_case((0, "received"))
    refresh.refresh()
    assert refresh.freshness(count_behind=True).behind == 0
    add_events(case, [(1, "answered"), (2, "resolved")])
    assert refresh.freshness(count_behind=True).behind == 2


def test_who_a_contact_was_with_is_followed(cast):
    """Customers who are merged or split change the facts that say something of customers."""
    ana, bo = (Customer.objects.create(office=cast.office, name=name) for name in ("Ana", "Bo"))
    told = {"silo": cast.silo, "unit": cast.permits, "channel": "phone", "started_at": START}
    known, unknown = Contact.objects.create(**told, customer=bo), Contact.objects.create(**told)
    refresh.refresh()
    assert [facts_of("contact")[one.pk]["known"] for one in (known, unknown)] == [1, 0]
    Contact.objects.filter(pk=unknown.pk).update(customer=ana)
    assert refresh.refresh().rows["contact"] == 1
    assert facts_of("contact")[unknown.pk]["known"] == 1
    merge_customers(by=cast.bob, keep=ana, merge=bo, reason="One")
    assert refresh.refresh().rows["contact"] == 1  # the one that moved is read again
