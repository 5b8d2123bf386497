"""What all checks stand on: the columns, the contrasts, and that no check ever raises."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.goals.checks import CHECKS, Cases, End, Pauses, Period
from regard.goals.checks.cases import CODES, FLOATS
from regard.goals.checks.contrast import Estimate, less_baseline, log_odds, odds_contrast, pooled
from regard.goals.checks.denominator import poisson_above
from regard.goals.checks.splitting import repeats

PERIOD = Period((400.0, 500.0), ((0.0, 100.0), (100.0, 200.0), (200.0, 300.0), (300.0, 400.0)))


def test_columns_from_arrow():
    table = pa.table(
        {
            "id": ["a", "b", "c"],
            "arrival": pa.array([0, 3_600_000_000, 7_200_000_000], pa.timestamp("us", "UTC")),
            "closing": pa.array([7_200_000_000, None, 10_800_000_000], pa.timestamp("us", "UTC")),
            "elapsed": [2.0, None, 1.0],
            "limit": [40.0, 40.0, None],
            "staff": ["Ann", None, "Ann"],
            "end": ["answered", "open", "exempt"],
            "invited": [True, None, False],
            "topic": pa.array([4, None, 2], pa.int32()),
        }
    )
    pauses = pa.table({"case": [2], "start": [0.5], "asked": [True], "by_staff": [False]})
    cases = Cases.from_arrow(table, pauses)
    assert cases.id.tolist() == ["a", "b", "c"]
    assert cases.arrival.tolist() == [0, 1, 2]
    assert cases.closing[[0, 2]].tolist() == [2, 3]
    assert np.isnan(cases.closing[1])
    assert cases.staff.tolist() == [0, -1, 0]
    assert cases.end.tolist() == [End.ANSWERED, End.OPEN, End.EXEMPT]
    assert cases.invited.tolist() == [1, -1, 0]
    assert cases.topic.tolist() == [4, -1, 2]
    assert cases.channel.tolist() == [-1, -1, -1]
    assert (cases.pauses.case.tolist(), cases.until) == ([2], 3.0)


def test_columns_are_checked():
    with pytest.raises(ValueError, match="No check reads a column colour"):
        Cases.of(arrival=[1.0], colour=[1])
    with pytest.raises(ValueError, match="unequal length: staff"):
        Cases.of(arrival=[1.0], staff=[1, 2])


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.floats(0, 50), st.floats(0, 20)), max_size=30))
@settings(max_examples=100, deadline=None)
def test_the_next_contact_is_the_next_of_the_same_customer_and_topic(rows):
    customer, topic, arrival, took = (np.array(part) for part in zip(*rows, strict=True)) if rows else ([],) * 4
    closing = np.asarray(arrival) + np.asarray(took)
    cases = Cases.of(arrival=arrival, closing=closing, customer=customer, topic=topic)
    for i, found in enumerate(cases.recontact_at):
        later = [row[2] for row in rows if (row[0], row[1]) == (rows[i][0], rows[i][1]) and row[2] > closing[i] + 1e-6]
        if later:
            assert found <= min(later) + 1e-6
        if not np.isnan(found):
            assert any(row[:2] == rows[i][:2] and abs(row[2] - found) < 1e-6 for row in rows)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40), st.lists(st.integers(0, 39), max_size=30))
def test_pauses_stay_with_their_cases(units, paused):
    rows = np.array([row % len(units) for row in paused], np.int64)
    pauses = Pauses(rows, rows.astype(float), rows % 2 == 0, rows % 3 == 0)
    cases = Cases.of(pauses, arrival=np.arange(len(units), dtype=float), unit=units)
    parts = cases.by_unit()
    assert sorted(parts) == sorted(set(units))
    for unit, part in parts.items():
        assert (part.unit == unit).all()
        assert part.id[part.pauses.case].tolist() == part.pauses.start.astype(int).tolist()
    assert sum(len(part.pauses.case) for part in parts.values()) == len(rows)
    odd = cases.take(cases.id % 2 == 1)
    assert odd.id[odd.pauses.case].tolist() == odd.pauses.start.astype(int).tolist()


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_contrasts_turn_round(a, b, c, d):
    there, back = odds_contrast(a, a + b, c, c + d), odds_contrast(c, c + d, a, a + b)
    assert there.value == pytest.approx(-back.value)
    assert there.variance == pytest.approx(back.variance)
    assert there.p + back.p == pytest.approx(1.0)


def test_a_baseline_that_wanders_widens_the_answer_and_one_that_does_not_narrows_it():
    quiet = [Estimate(0.1, 0.04)] * 4
    wild = [Estimate(value, 0.04) for value in (-1.0, 1.0, -0.8, 1.2)]
    assert pooled(quiet).variance == pytest.approx(0.01)
    assert pooled(wild).variance > 0.5
    assert less_baseline(Estimate(1.0, 0.04), quiet).p < 0.005 < less_baseline(Estimate(1.0, 0.04), wild).p


def test_log_odds_and_poisson_against_known_figures():
    assert log_odds(9.5, 99.5).value == pytest.approx(math.log(0.1))
    assert poisson_above(3, 1.0) == pytest.approx(0.0803014, abs=1e-6)
    assert poisson_above(0, 1.0) == 1.0


def test_repeats_are_the_same_customer_and_text_soon_after():
    cases = Cases.of(arrival=[0.0, 0.5, 0.6, 30.0, 0.7, 0.8], customer=[1, 1, 2, 1, -1, -1], need=[5, 5, 5, 5, 5, 5])
    assert repeats(cases, 1.0).tolist() == [False, True, False, False, False, False]
    assert repeats(cases, 48.0).tolist() == [False, True, False, True, False, False]


number = st.one_of(st.floats(-50, 600), st.just(math.nan), st.just(math.inf), st.just(-math.inf))


@st.composite
def any_cases(draw) -> Cases:
    """Nonsense of every kind, in the columns as they might arrive."""
    n = draw(st.integers(0, 400))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    given: dict[str, object] = {"arrival": rng.uniform(0, 500, n), "closing": rng.uniform(0, 500, n)}
    for name in draw(st.sets(st.sampled_from([*FLOATS, *CODES]))):
        if name in FLOATS:
            few = [draw(number) for _ in range(3)]
            given[name] = np.where(rng.random(n) < 0.3, rng.choice(few, n), rng.uniform(0, 500, n))
        else:
            given[name] = rng.integers(-1, draw(st.integers(1, 50)), n)
    stops = rng.integers(0, n, draw(st.integers(0, 50)) if n else 0)
    pauses = Pauses(stops, rng.uniform(-5, 500, len(stops)), rng.random(len(stops)) < 0.5, rng.random(len(stops)) < 0.5)
    return Cases.of(pauses, **given)


@given(any_cases(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_no_check_ever_raises(cases, with_baseline):
    period = PERIOD if with_baseline else Period(PERIOD.now)
    for name, check in CHECKS.items():
        result = check(cases, period)
        assert result.check == name
        assert result.says
        assert result.can_tell == (result.why_not == "")
        assert not (result.worth_a_look and not result.can_tell)
        if result.p is not None:
            assert 0 <= result.p <= 1
