"""Shares, counts and many checks, against closed forms and published examples."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.measures.statistics import (
    CountMean,
    Proportion,
    Rate,
    TooFew,
    benjamini_hochberg,
    beta_cdf,
    beta_quantile,
    count_interval,
    jeffreys,
    jeffreys_below,
    mean_count,
    rate,
    t_quantile,
    wilson,
    wilson_bounds,
)

Z = NormalDist().inv_cdf(0.975)


def bounds(answer: Proportion | Rate | CountMean | TooFew) -> tuple[float, float]:
    assert not isinstance(answer, TooFew)
    return answer.low, answer.high


# --- the beta distribution and what follows from it


@settings(max_examples=100, deadline=None)
@given(st.floats(0.001, 0.999), st.integers(1, 40), st.integers(1, 40))
def test_incomplete_beta_is_the_binomial_tail(x, a, b):
    n = a + b - 1
    tail = math.fsum(math.comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(a, n + 1))
    assert beta_cdf(x, a, b) == pytest.approx(tail, rel=1e-10, abs=1e-14)


@given(st.floats(0, 1))
def test_incomplete_beta_in_closed_form(x):
    arc = math.atan2(math.sqrt(x), math.sqrt(1 - x))
    assert beta_cdf(x, 0.5, 0.5) == pytest.approx(2 / math.pi * arc, abs=1e-12)
    assert beta_cdf(x, 3.7, 1) == pytest.approx(x**3.7, abs=1e-12)


@settings(max_examples=150, deadline=None)
@given(st.floats(1e-6, 1 - 1e-6), st.floats(0.5, 2000), st.floats(0.5, 2000))
def test_quantile_undoes_the_distribution(p, a, b):
    assert beta_cdf(beta_quantile(p, a, b), a, b) == pytest.approx(p, rel=1e-7, abs=1e-10)


def test_ends_and_nonsense_of_the_beta_distribution():
    assert (beta_cdf(-1, 2, 2), beta_cdf(2, 2, 2), beta_quantile(0, 2, 2), beta_quantile(1, 2, 2)) == (0, 1, 0, 1)
    with pytest.raises(ValueError, match="a, b > 0"):
        beta_cdf(0.5, 0, 1)
    with pytest.raises(ValueError, match="between 0 and 1"):
        beta_quantile(1.5, 1, 1)


@pytest.mark.parametrize(
    ("p", "freedom", "expected"),
    # One degree of freedom: tan; two: closed form; the rest from any table of Student's t.
    [
        (0.975, 1, math.tan(math.pi * 0.475)),
        (0.9, 2, 0.8 / math.sqrt(2 * 0.9 * 0.1)),
        (0.975, 29, 2.0452),
        (0.05, 10, -1.8125),
        (0.5, 3, 0),
        (0.975, 1e6, Z),
    ],
)
def test_quantiles_of_student(p, freedom, expected):
    assert t_quantile(p, freedom) == pytest.approx(expected, abs=5e-5)


# --- shares


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    # Newcombe (1998), table I, score method.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_intervals(count, n, low, high):
    assert bounds(wilson(count, n)) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_bounds_are_where_the_score_test_just_rejects(of):
    count, n = of
    share = count / n
    low, high = bounds(wilson(count, n))
    assert 0 <= low <= share <= high <= 1
    for bound in {low, high} - {0.0, 1.0}:
        assert (share - bound) ** 2 == pytest.approx(Z**2 * bound * (1 - bound) / n, rel=1e-5)
    mirrored = bounds(wilson(n - count, n))
    assert (1 - high, 1 - low) == pytest.approx(mirrored, abs=1e-12)


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    # Brown, Cai & DasGupta (2001), table 5.
    [(0, 10, 0, 0.217), (1, 10, 0.011, 0.381), (5, 10, 0.224, 0.776), (3, 20, 0.044, 0.349), (10, 10, 0.783, 1)],
)
def test_jeffreys_gives_the_published_intervals(count, n, low, high):
    assert bounds(jeffreys(count, n)) == pytest.approx((low, high), abs=6e-4)


@pytest.mark.parametrize("method", [wilson, jeffreys])
@pytest.mark.parametrize("n", [5, 20, 60])
def test_intervals_hold_their_level_on_average(method, n):
    shares = np.linspace(0.02, 0.98, 97)
    mass = np.array([[math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)] for p in shares])
    limits = np.array([bounds(method(k, n)) for k in range(n + 1)])
    covered = (limits[:, 0] <= shares[:, None]) & (shares[:, None] <= limits[:, 1])
    coverage = (mass * covered).sum(axis=1)
    assert coverage.mean() == pytest.approx(0.95, abs=0.015)
    assert coverage.min() > 0.83


def test_many_shares_at_once_agree_with_each_alone():
    low, high = wilson_bounds([3, 0, 8, 0], [8, 8, 8, 0])
    for index, count in enumerate((3, 0, 8)):
        assert (low[index], high[index]) == bounds(wilson(count, 8))
    assert np.isnan([low[3], high[3]]).all()


@pytest.mark.parametrize("method", [wilson, jeffreys])
def test_a_share_of_nothing_is_too_few(method):
    assert method(0, 0) == TooFew(0, 1, "cases")
    assert str(method(0, 0)) == "too few to tell (0 cases, at least 1 needed)"
    for count, n in ((3, 2), (-1, 2), (math.nan, 2), (1, math.inf)):
        with pytest.raises(ValueError, match="0 <= count <= n"):
            method(count, n)
    with pytest.raises(ValueError, match="confidence level"):
        method(1, 2, level=95)


def test_intervals_of_millions_are_narrow_and_agree():
    assert bounds(jeffreys(4_000_000, 5_000_000)) == pytest.approx(bounds(wilson(4_000_000, 5_000_000)), abs=1e-7)


def test_probability_to_lie_below_a_floor():
    assert jeffreys_below(5, 10, 0.5) == pytest.approx(0.5)
    share = jeffreys(7, 50, level=0.9)
    assert jeffreys_below(7, 50, share.low) == pytest.approx(0.05)
    assert jeffreys_below(40, 100, 0.6) > 0.999


# --- counts


@pytest.mark.parametrize(
    ("count", "low", "high"),
    # Exact limits of Garwood (1936).
    [(0, 0.0, 3.689), (1, 0.025, 5.572), (4, 1.090, 10.242), (10, 4.795, 18.390), (100, 81.364, 121.627)],
)
def test_byar_comes_near_the_exact_limits(count, low, high):
    assert count_interval(count) == pytest.approx((low, high), abs=0.06)


def test_a_rate_carries_its_exposure():
    answer = rate(10, 4)
    assert (answer.value, *bounds(answer)) == pytest.approx((2.5, *(bound / 4 for bound in count_interval(10))))
    assert isinstance(rate(3, 0), TooFew)
    with pytest.raises(ValueError, match="negative"):
        rate(-1, 4)


def test_counts_that_scatter_more_than_chance_widen_the_interval():
    calm, wild = mean_count([10, 10, 10, 10]), mean_count([1, 19, 0, 20])
    assert calm.mean == wild.mean == 10
    assert calm.dispersion == 0
    assert bounds(calm) == pytest.approx(tuple(bound / 4 for bound in count_interval(40)))
    assert wild.dispersion == pytest.approx(362 / 3 / 10)
    assert (wild.high - 10) / (calm.high - 10) == pytest.approx(math.sqrt(362 / 30))
    assert wild.low >= 0
    assert isinstance(mean_count([]), TooFew)
    assert mean_count([0, 0]).dispersion is None


# --- many checks


def test_benjamini_hochberg_calls_what_their_paper_calls():
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.324,
        0.4262,
        0.5719,
        0.6528,
        0.759,
        1,
    ]
    called, adjusted = benjamini_hochberg(p)
    assert called.tolist() == [True] * 4 + [False] * 11
    assert adjusted[3] == pytest.approx(0.0095 * 15 / 4)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.01, 0.5))
def test_benjamini_hochberg_steps_up_from_the_largest_p(p_values, level):
    ordered = sorted(p_values)
    passing = [p for rank, p in enumerate(ordered, 1) if p * len(ordered) / rank <= level]
    called, adjusted = benjamini_hochberg(p_values, level)
    assert called.tolist() == [bool(passing) and p <= max(passing) for p in p_values]
    assert (adjusted >= np.array(p_values) - 1e-15).all()


def test_tests_that_could_not_be_made_are_left_out():
    called, adjusted = benjamini_hochberg([[0.02, np.nan], [0.03, 0.9]])
    assert called.tolist() == [[True, False], [True, False]]
    assert adjusted[0, 0] == pytest.approx(0.045)
    assert np.isnan(adjusted[0, 1])
    assert benjamini_hochberg([])[0].size == 0
    with pytest.raises(ValueError, match="between 0 and 1"):
        benjamini_hochberg([1.2])
