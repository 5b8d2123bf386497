"""Waiting times with open cases, against published curves, plain shares and simulation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.measures.statistics import TooFew, kaplan_meier, kaplan_meier_by, wilson

# Remission of leukaemia under 6-MP, in weeks (Freireich et al. 1963), as worked by hand in many textbooks.
REMISSION = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
RELAPSED = [True] * 9 + [False] * 12

rows = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40)


def reached(time: float | None) -> float:
    return math.inf if time is None else time


def test_the_curve_of_the_textbook():
    curve = kaplan_meier(REMISSION, RELAPSED)
    assert curve.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert curve.events.tolist() == [3, 1, 1, 1, 1, 1, 1]
    assert curve.survival.round(4).tolist() == [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    errors = curve.survival * np.sqrt(curve.greenwood)
    assert errors.round(4).tolist() == [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
    assert (curve.n, curve.done, curve.followed_to) == (21, 9, 35)
    assert curve.at_risk_at([0, 6, 6.5, 35, 36]).tolist() == [21, 21, 17, 1, 0]
    assert curve.survival_at([0, 5.9, 6, 22.5, 99]).round(4).tolist() == [1, 1, 0.8571, 0.5378, 0.4482]


def test_the_median_of_the_textbook_has_no_upper_bound():
    median = kaplan_meier(REMISSION, RELAPSED).median()
    assert (median.value, median.low, median.high) == (23, 13, None)
    assert median.reached


def test_a_percentile_that_is_not_reached_says_more_than():
    late = kaplan_meier(REMISSION, RELAPSED).percentile(0.9)
    assert not late.reached
    assert (late.value, late.high, late.more_than) == (None, None, 35)


@given(rows)
def test_the_curve_follows_its_definition(cases):
    durations, done = (np.array(column) for column in zip(*cases, strict=True))
    curve, left = kaplan_meier(durations, done), 1.0
    for at in range(13):
        finished, open_before = int((done & (durations == at)).sum()), int((durations >= at).sum())
        left *= 1 - finished / open_before if open_before else 1.0
        assert curve.survival_at(at) == pytest.approx(left)
        assert curve.at_risk_at(at) == open_before


@given(rows)
def test_without_open_cases_the_curve_is_the_plain_share(cases):
    durations = np.array([duration for duration, _ in cases])
    curve = kaplan_meier(durations, np.ones(durations.size, bool))
    for limit in range(14):
        count = int((durations <= limit).sum())
        within, plain = curve.share_within(limit), wilson(count, durations.size)
        assert (within.share, within.low, within.high) == pytest.approx((plain.share, plain.low, plain.high))
        assert within.known
    for p in (0.1, 0.5, 0.9):
        rank = max(math.ceil(p * durations.size - 1e-9), 1)
        assert curve.percentile(p).value == np.sort(durations)[rank - 1]


@given(rows, st.lists(st.integers(0, 3), min_size=40, max_size=40))
def test_a_count_stands_for_so_many_rows(cases, counts):
    durations, done = (np.array(column) for column in zip(*cases, strict=True))
    counts = np.array(counts[: durations.size])
    each = kaplan_meier(np.repeat(durations, counts), np.repeat(done, counts))
    added = kaplan_meier(durations, done, counts)
    assert added.times.tolist() == each.times.tolist()
    assert added.survival.tolist() == each.survival.tolist()
    assert added.greenwood.tolist() == each.greenwood.tolist()
    assert (added.n, added.done, added.followed_to) == (each.n, each.done, each.followed_to)
    probes = np.arange(0, 14, 0.5)
    assert added.at_risk_at(probes).tolist() == each.at_risk_at(probes).tolist()
    assert added.median() == each.median()
    assert added.share_within(5) == each.share_within(5)


@given(rows)
def test_the_band_and_the_bounds_enclose_the_estimate(cases):
    curve = kaplan_meier(*zip(*cases, strict=True))
    low, high = curve.band()
    assert ((low >= 0) & (low <= curve.survival) & (curve.survival <= high) & (high <= 1)).all()
    for p in (0.1, 0.5, 0.9):
        answer = curve.percentile(p)
        low, value, high = (reached(time) for time in (answer.low, answer.value, answer.high))
        assert low <= value <= high
        assert answer.more_than == max(duration for duration, _ in cases)
    for limit in (0, 3, 20):
        answer = curve.share_within(limit)
        assert 0 <= answer.low <= answer.share + 1e-12 <= answer.high + 2e-12 <= 1 + 3e-12


def test_groups_have_each_their_own_curve():
    months, counts = np.array(["2025-02", "2025-01", "2025-02"]), np.array([2, 3, 5])
    curves = kaplan_meier_by(months, [5.0, 7.0, 9.0], [True, True, False], counts)
    assert list(curves) == ["2025-01", "2025-02"]
    assert (curves["2025-01"].n, curves["2025-02"].n, curves["2025-02"].done) == (3, 7, 2)
    plain = kaplan_meier_by([1, 0, 1], [5.0, 7.0, 9.0], [True, True, False])
    assert plain[1].survival.tolist() == [0.5]
    assert kaplan_meier_by([], [], []) == {}


def test_a_limit_nobody_was_followed_to_leaves_the_share_open():
    curve = kaplan_meier([1, 2, 3, 4], [True, False, False, False])
    known, beyond = curve.share_within(4), curve.share_within(5)
    assert known.known
    assert known.high < 1
    assert not beyond.known
    assert (beyond.share, beyond.high, beyond.at_risk) == (known.share, 1.0, 0)


def test_no_case_done_is_judged_by_those_followed_so_far():
    curve = kaplan_meier([1] * 5 + [10] * 20, [False] * 25)
    within = curve.share_within(9)
    plain = wilson(0, 20)
    assert (within.share, within.low, within.high) == (0, 0, plain.high)
    assert curve.median().more_than == 10
    assert not curve.median().reached


def test_nothing_is_too_few():
    curve = kaplan_meier([], [])
    assert curve.median() == curve.share_within(3) == TooFew(0, 1, "cases")
    assert curve.survival_at([1, 2]).tolist() == [1, 1]


@pytest.mark.parametrize(
    ("durations", "observed", "counts", "message"),
    [
        ([1, -2], [True, True], None, "negative"),
        ([1, np.nan], [True, True], None, "missing"),
        ([1, 2], [True], None, "flat and alike"),
        ([[1]], [[True]], None, "flat and alike"),
        ([1], [True], [-1], "Counts"),
        ([1], [True], [1, 1], "Counts"),
    ],
)
def test_rows_that_mean_nothing_are_refused(durations, observed, counts, message):
    with pytest.raises(ValueError, match=message):
        kaplan_meier(durations, observed, counts)


@pytest.mark.parametrize("p", [0, 1, 50])
def test_a_percentile_is_a_share(p):
    with pytest.raises(ValueError, match="between 0 and 1"):
        kaplan_meier([1], [True]).percentile(p)


def test_parking_late_cases_does_not_make_an_office_look_fast():
    rng = np.random.default_rng(11)
    durations = rng.lognormal(math.log(10), 1.0, 20_000)
    limit = np.quantile(durations, 0.9)
    parked = (durations > limit) & (rng.random(durations.size) < 0.9)
    seen = np.where(parked, limit * 1.5 + rng.random(durations.size), durations)
    closed_only = (durations[~parked] <= limit).mean()
    within = kaplan_meier(seen, ~parked).share_within(limit)
    assert closed_only > 0.985
    assert within.low < 0.9 < within.high


@pytest.mark.parametrize("n", [30, 150])
def test_intervals_hold_their_level_with_a_third_of_cases_open(n):
    rng, runs = np.random.default_rng(7), 300
    covered = np.zeros(3)
    for _ in range(runs):
        durations, until = rng.exponential(1.0, n), rng.exponential(2.0, n)
        curve = kaplan_meier(np.minimum(durations, until), durations <= until)
        within = curve.share_within(1.0)
        covered[0] += within.low <= 1 - math.exp(-1) <= within.high
        for place, p in ((1, 0.5), (2, 0.8)):
            answer = curve.percentile(p)
            covered[place] += reached(answer.low) <= -math.log(1 - p) <= reached(answer.high)
    assert (covered / runs > 0.915).all()
    assert (covered / runs < 0.99).all()


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_order_of_rows_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    durations, done = rng.integers(0, 50, 200), rng.random(200) < 0.7
    order = rng.permutation(200)
    one, other = kaplan_meier(durations, done), kaplan_meier(durations[order], done[order])
    assert one.survival.tolist() == other.survival.tolist()
