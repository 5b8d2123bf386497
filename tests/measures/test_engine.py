"""Figures: what they say, of whom, and that open work is in them."""

import random
from datetime import date, datetime, timedelta

import duckdb
import ibis
import numpy as np
import pytest

from regard.measures import engine
from regard.measures.access import Scope, scope_of
from regard.measures.definitions import CATALOGUE, Facts, Kind, find
from regard.measures.engine import reader as opening
from regard.measures.engine.sql import Page
from regard.measures.facts.refresh import store
from regard.measures.figures import Estimate, Filters, Period
from regard.measures.statistics import TooFew, kaplan_meier, ratings
from regard.office.queries import open_clock
from tests.measures.conftest import START, case_fact, hours, publish

pytestmark = pytest.mark.django_db
ALL = Scope.everything()
DAY = 86_400


def figure(slug: str, **options):
    return engine.figure(find(slug), scope=options.pop("scope", ALL), **options)


def test_without_facts_it_says_how_to_make_them():
    with pytest.raises(engine.NoFactsError, match="regard facts refresh"):
        figure("cases-received")


@pytest.mark.parametrize("slug", CATALOGUE)
@pytest.mark.parametrize("by", [(), ("month",), ("unit",), ("service",), ("channel",), ("month", "unit")])
def test_every_measure_answers_for_an_office_without_anything(slug, by):
    publish()
    found = figure(slug, by=by)
    assert found.total.n == 0
    assert found.cells == ()
    assert engine.left_out(find(slug), scope=ALL) == []
    assert engine.rows_behind(find(slug), scope=ALL) == []
    assert engine.months(find(slug), scope=ALL) is None


def test_parked_late_cases_do_not_make_an_office_punctual():
    """The example of the literature: nine in ten late cases are left lying; closed cases alone say 99 % in time."""
    rng = random.Random(3)
    limit = 40 * 3600
    rows = []
    for number in range(10_000):
        late = number % 10 == 0
        parked = late and number % 100 != 0
        taken = None if parked else rng.uniform(41, 80) if late else rng.uniform(1, 39)
        rows.append(case_fact(number, taken, resolve_limit=limit, resolve_clock=0))
    publish("case", rows, as_of=START + timedelta(days=10))
    closed = [row for row in rows if row["resolve_limit"] and not row["is_open"]]
    assert sum(row["resolve_used"] <= 100 for row in closed) / len(closed) > 0.989
    found = figure("resolved-within-standard")
    assert found.total.answer.value == pytest.approx(0.90)
    assert (found.total.n, found.total.more) == (10_000, {"on_time": 9_000, "late": 1_000, "not_yet": 0})
    assert found.total.answer.low < 0.90 < found.total.answer.high


def test_open_cases_not_yet_due_are_neither_late_nor_on_time():
    rows = [case_fact(n, 10, resolve_limit=DAY) for n in range(20)]
    rows += [case_fact(100 + n, resolve_limit=DAY, resolve_clock=0) for n in range(30)]
    publish("case", rows, as_of=START + hours(20))
    found = figure("resolved-within-standard").total
    assert (found.n, found.still_open) == (50, 30)
    assert found.answer.value == pytest.approx(20 / 50)
    publish("case", rows, as_of=START + hours(25))
    found = figure("resolved-within-standard").total
    assert (found.answer.value, found.still_open, found.more["late"]) == (pytest.approx(0.4), 0, 30)


def test_no_standard_is_not_on_time():
    rows = [case_fact(n, 10) for n in range(30)] + [case_fact(100 + n, 10, resolve_limit=DAY) for n in range(10)]
    publish("case", rows)
    found = figure("resolved-within-standard").total
    assert (found.n, found.answer.value) == (10, 1.0)
    assert engine.left_out(find("resolved-within-standard"), scope=ALL) == [("without a standard", 30)]
    assert figure("no-standard").total.answer.value == 0.75


def test_the_median_counts_those_who_still_wait():
    rows = [case_fact(n, n + 1) for n in range(40)] + [case_fact(100 + n) for n in range(60)]
    publish("case", rows, as_of=START + hours(100))
    found = figure("time-to-resolve").total
    assert found.answer.value is None
    assert found.answer.more_than == 100 * 3600
    assert (found.n, found.still_open) == (100, 60)
    assert found.answer.low is not None


def test_lengths_are_those_of_kaplan_meier():
    rng = random.Random(11)
    rows, lengths, seen = [], [], []
    as_of = START + timedelta(days=40)
    for number in range(400):
        received = START + timedelta(hours=rng.uniform(0, 24 * 35))
        taken = rng.expovariate(1 / 200)
        ends = received + hours(round(taken * 3600) / 3600) <= as_of
        rows.append(case_fact(number, taken if ends else None, received_at=received))
        waited = int((as_of - datetime(1970, 1, 1, tzinfo=as_of.tzinfo)).total_seconds()) - int(
            (received - datetime(1970, 1, 1, tzinfo=as_of.tzinfo)).total_seconds()
        )
        lengths.append(round(taken * 3600) if ends else waited)
        seen.append(ends)
    publish("case", rows, as_of=as_of)
    curve = kaplan_meier(np.array(lengths, float), np.array(seen))
    found = figure("time-to-resolve").total
    assert found.answer == Estimate(*(getattr(curve.median(), name) for name in ("value", "low", "high")))
    assert found.more["p90"].value == curve.percentile(0.9).value
    drawn = engine.curve(find("time-to-resolve"), scope=ALL)
    assert drawn.survival == pytest.approx(curve.survival)


def test_large_offices_are_told_in_steps(monkeypatch):
    rng = random.Random(5)
    rows = [case_fact(n, rng.lognormvariate(3, 1)) for n in range(500)]
    publish("case", rows)
    exact = figure("time-to-resolve", by=("channel",))
    monkeypatch.setattr(opening, "EXACT_UP_TO", 10)
    engine.forget()
    stepped = figure("time-to-resolve", by=("channel",))
    assert (exact.exact, stepped.exact) == (True, False)
    assert stepped.total.answer.value == pytest.approx(exact.total.answer.value, rel=0.012)
    assert stepped.cells[0].more["p90"].value == pytest.approx(exact.cells[0].more["p90"].value, rel=0.012)
    assert stepped.total.answer.low <= exact.total.answer.low
    assert stepped.total.answer.high >= exact.total.answer.high


def test_two_clocks(cast):
    """The official clock of open work stands still in a pause, and runs only while the office is open."""
    clock = cast.office.calendar
    opened = int(open_clock(clock).at([START])[0])
    base = {"calendar": clock.pk, "received_open": opened}
    rows = [case_fact(n, **base) for n in range(5)]
    rows += [
        case_fact(10 + n, paused_at=(START + hours(2)).replace(tzinfo=None), paused_open=opened + 7200, **base)
        for n in range(5)
    ]
    publish("case", rows, as_of=START + timedelta(days=7))
    listed = engine.rows_behind(find("time-to-resolve-official"), scope=ALL)
    # Five days of eight hours, and an hour of the next Monday: the clocks went forward in between.
    assert [row.seconds for row in listed] == [41 * 3600.0] * 5 + [7200.0] * 5
    listed = engine.rows_behind(find("time-to-resolve"), scope=ALL)
    assert {row.seconds for row in listed} == {7 * 86_400.0}


def test_by_month_unit_service_and_channel():
    rows = [
        case_fact(n, 5, unit=1 + n % 2, service=None if n % 5 == 0 else 7, channel="web" if n % 3 else "phone")
        for n in range(60)
    ]
    rows += [case_fact(100 + n, 5, received_at=START + timedelta(days=31)) for n in range(3)]
    publish("case", rows)
    found = figure("cases-received", by=("month",))
    assert [(cell.key, cell.n) for cell in found.cells] == [((date(2025, 3, 1),), 60), ((date(2025, 4, 1),), 3)]
    assert figure("cases-received", by=("unit",)).cell(2).n == 30
    assert [cell.key for cell in figure("cases-received", by=("service",)).cells] == [(1,), (7,), (None,)]
    assert figure("cases-received", by=("month", "channel")).cell(date(2025, 3, 1), "web").n == 40
    few = figure("time-to-resolve", by=("month",)).cell(date(2025, 4, 1))
    assert isinstance(few.answer, TooFew)
    assert few.n == 3
    with pytest.raises(ValueError, match="cannot be told by owner"):
        figure("cases-received", by=("owner",))


def test_filters_and_period_narrow():
    rows = [case_fact(n, 5, unit=1 + n % 3, channel="web" if n % 2 else "phone") for n in range(30)]
    rows += [case_fact(50 + n, 5, received_at=START + timedelta(days=40)) for n in range(7)]
    publish("case", rows)
    assert figure("cases-received", filters=Filters(units=(2, 3))).total.n == 20
    assert figure("cases-received", filters=Filters(units=(2,), channels=("web",))).total.n == 5
    assert figure("cases-received", filters=Filters(channels=("it's",))).total.n == 0
    assert figure("cases-received", filters=Filters(services=(0,))).total.n == 0
    publish("case", [*rows, case_fact(99, 5, service=None)])
    assert figure("cases-received", filters=Filters(services=(0,))).total.n == 1
    assert figure("cases-received", filters=Filters(services=(0, 1))).total.n == 38
    assert figure("cases-received", period=Period(date(2025, 4, 1), date(2025, 6, 1))).total.n == 7
    assert engine.months(find("cases-received"), scope=ALL) == Period(date(2025, 3, 1), date(2025, 4, 1))


def test_nobody_sees_figures_of_others(cast):
    rows = [case_fact(n, 5, unit=cast.permits.pk) for n in range(8)]
    rows += [case_fact(20 + n, 5, unit=cast.roads.pk) for n in range(6)]
    publish("case", rows)
    for slug in CATALOGUE:
        assert figure(slug, scope=scope_of(cast.charlie)).total.n == 0
        assert figure(slug, scope=scope_of(cast.nobody)).total.n == 0
        assert figure(slug, scope=scope_of(cast.charlie), by=("unit",)).cells == ()
        assert engine.rows_behind(find(slug), scope=scope_of(cast.charlie)) == []
    assert figure("cases-received", scope=scope_of(cast.alice)).total.n == 8
    assert figure("cases-received", scope=scope_of(cast.dora)).total.n == 6
    assert figure("cases-received", scope=scope_of(cast.analyst)).total.n == 14
    # a filter never widens what somebody may see
    assert figure("cases-received", scope=scope_of(cast.alice), filters=Filters(units=(cast.roads.pk,))).total.n == 0
    assert figure("cases-received", scope=scope_of(cast.charlie), filters=Filters(units=(cast.roads.pk,))).total.n == 0


def test_the_backlog_now_and_at_the_end_of_each_month():
    rows = [
        case_fact(1, 24 * 40),
        case_fact(2, 24),
        case_fact(3),
        case_fact(4, received_at=START + timedelta(days=70), unit=2),
    ]
    publish("case", rows, as_of=START + timedelta(days=75))
    assert figure("backlog").total.n == 2
    months = figure("backlog", by=("month",), period=Period(date(2025, 3, 1), date(2025, 6, 1)))
    assert [(cell.key[0].month, cell.n) for cell in months.cells] == [(3, 2), (4, 1), (5, 2), (6, 2)]
    assert {cell.key: cell.n for cell in figure("backlog", by=("unit",)).cells} == {(1,): 1, (2,): 1}
    assert [row.id for row in engine.rows_behind(find("backlog"), scope=ALL)] == [4, 3]
    assert figure("oldest-open").total.answer.value == 75 * DAY
    assert figure("oldest-open", by=("unit",)).cell(2).answer.value == 5 * DAY


def test_promises_that_fell_due():
    def promise(number, state, due, agreed=None):
        at = (START + timedelta(days=due)).replace(tzinfo=None)
        return {"promise_id": number, "case_id": number, "unit": 1, "state": state, "due_at": at,
                "due_month": date(2025, 3, 1), "agreed": agreed}  # fmt: skip

    told = [("kept", 1, None)] * 12 + [("broken", 1, None)] * 3 + [("open", 1, None)] * 2 + [("moved", 1, 0)]
    told += [("moved", 1, None), ("moved", 1, 1), ("dropped", 1, None), ("open", 20, None), ("kept", 20, None)]
    publish("promise", [promise(n, *row) for n, row in enumerate(told)], as_of=START + timedelta(days=5))
    found = figure("promises-kept").total
    assert (found.n, found.more["hits"]) == (19, 12)
    assert dict(engine.left_out(find("promises-kept"), scope=ALL)) == {
        "not yet due": 2,
        "withdrawn by the customer": 1,
        "moved with the customer's agreement": 1,
    }


def test_who_hangs_up_would_have_waited_longer():
    def contact(number, wait, outcome, **more):
        told = {"contact_id": number, "unit": 1, "channel": "phone", "direction": "in", "outcome": outcome,
                "started_month": date(2025, 3, 1), "wait_seconds": wait, "wait_step": None}  # fmt: skip
        return told | more

    rows = [contact(n, 10 * (n + 1), "answered", wait_step=1) for n in range(10)]
    rows += [contact(20 + n, 5, "abandoned", wait_step=1) for n in range(10)]
    rows += [contact(40, None, "answered"), contact(41, 3, ""), contact(42, 3, "sent", direction="out", wait_step=1)]
    publish("contact", rows)
    waits = figure("waiting-time").total
    assert (waits.n, waits.still_open, waits.answer.value) == (20, 10, 50)
    publish("contact", [row | {"known": int(row["contact_id"] < 10)} for row in rows])
    known = figure("known-customers").total
    assert (known.n, known.more["hits"]) == (22, 10)
    gave_up = figure("abandoned-contacts").total
    assert (gave_up.n, gave_up.more["hits"]) == (21, 10)
    assert dict(engine.left_out(find("abandoned-contacts"), scope=ALL)) == {
        "from us to customers": 1,
        "with an outcome that was not told": 1,
    }


def test_no_mean_of_scores_below_thirty():
    def said(number, score, question="How was it?"):
        return {"feedback_id": number, "unit": 1, "kind": "response", "question": question, "score": score,
                "scale_min": 1.0, "scale_max": 5.0, "month": date(2025, 3, 1), "channel": "web"}  # fmt: skip

    publish("feedback", [said(n, 1.0 + n % 5) for n in range(20)] + [said(99, None)])
    found = figure("feedback-scores").total
    assert isinstance(found.answer, TooFew)
    assert found.more["counts"] == (4, 4, 4, 4, 4)
    publish(
        "feedback",
        [said(n, 1.0 + n % 5) for n in range(40)] + [said(100 + n, 5.0, "Anything else?") for n in range(30)],
    )
    found = figure("feedback-scores").total
    assert (found.n, found.answer.value) == (40, 3.0)
    assert found.more["question"] == "How was it? (1 to 5)"
    values = [1.0 + n % 5 for n in range(40)]
    expected = ratings(values, [1, 2, 3, 4, 5]).mean
    assert (found.answer.low, found.answer.high) == pytest.approx((expected.low, expected.high))
    assert figure("feedback-scores", by=("unit",)).cell(1).answer == found.answer


def test_rows_behind_are_paged_and_split():
    rows = [case_fact(n, 1 + n, resolve_limit=10 * 3600) for n in range(25)]
    publish("case", rows)
    definition, seen, after = find("time-to-resolve"), [], None
    while page := engine.rows_behind(definition, scope=ALL, page=Page(after=after, limit=10)):
        seen += [row.id for row in page]
        after = (page[-1].rank, page[-1].id)
    assert seen == list(range(24, -1, -1))
    within = find("resolved-within-standard")
    assert len(engine.rows_behind(within, scope=ALL, page=Page("kept"))) == 10
    assert len(engine.rows_behind(within, scope=ALL, page=Page("late"))) == 15


def test_the_sql_that_ran_can_be_run_again():
    publish("case", [case_fact(n, 5) for n in range(12)])
    found = figure("time-to-resolve", by=("unit",), filters=Filters(channels=("phone",)))
    with duckdb.connect() as base:
        paths = store().paths(store().manifest(), "case")
        base.execute(f"CREATE VIEW case_facts AS SELECT * FROM read_parquet({paths})")
        assert base.execute(found.sql).fetchall() == [(1, 5 * 3600, 12, 12)]


def test_an_answer_is_never_stale():
    publish("case", [case_fact(n, 5) for n in range(3)])
    assert figure("cases-received").total.n == 3
    store_before = figure("cases-received")
    assert figure("cases-received") is store_before
    publish("case", [case_fact(n, 5) for n in range(4)])
    assert figure("cases-received").total.n == 4


def test_the_facts_cannot_go_back_in_time():
    publish("case", [case_fact(n) for n in range(8)], as_of=START + hours(10))
    assert figure("oldest-open", as_of=START + hours(30)).total.answer.value == 30 * 3600
    with pytest.raises(ValueError, match="cannot go back"):
        figure("oldest-open", as_of=START)


def test_impossible_lengths_are_left_out_and_told():
    rows = [case_fact(n, 5) for n in range(6)]
    rows.append(case_fact(9, 5, impossible=1, resolve_seen=None, resolve_seconds=None, resolve_step=None))
    publish("case", rows)
    assert figure("time-to-resolve").total.n == 6
    assert engine.left_out(find("time-to-resolve"), scope=ALL)[0][1] == 1


class SparkOptions(ibis.config.Config):
    """What ibis sets when it connects to a Spark; its writer of SQL asks for it."""

    treat_nan_as_null: bool = False


@pytest.mark.parametrize("dialect", ["duckdb", "pyspark"])
@pytest.mark.parametrize("slug", CATALOGUE)
def test_one_definition_for_any_engine(slug, dialect, monkeypatch):
    """Spark itself is an extra of half a gigabyte; that its SQL can be written shows that nothing binds to DuckDB."""
    monkeypatch.setattr(ibis.options, "pyspark", SparkOptions())
    for exact in (True, False):
        assert "SELECT" in ibis.to_sql(CATALOGUE[slug].rows(Facts(exact=exact)), dialect=dialect)


def test_every_definition_is_whole():
    for slug, definition in CATALOGUE.items():
        assert slug == definition.slug
        assert definition.says.endswith(".")
        assert definition.leaves_out
        assert definition.misleads
        if definition.twin:
            assert CATALOGUE[definition.twin].twin == slug
        if definition.kind in (Kind.SHARE, Kind.WITHIN):
            assert definition.parts
