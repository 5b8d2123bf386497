"""Means only where they mean something; quantiles, ratings and bars of durations."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.measures.statistics import Mean, TooFew, duration_histogram, mean_or_too_few, quantile, ratings

HOUR, DAY = 3600, 86_400


def test_no_mean_below_thirty():
    assert mean_or_too_few([1, 2, 3, np.nan]) == TooFew(3, 30)
    assert mean_or_too_few([5.0] * 29) == TooFew(29, 30)
    assert mean_or_too_few([7.0], minimum=1) == TooFew(1, 2)
    answer = mean_or_too_few([4.0, 6.0] * 15)
    assert isinstance(answer, Mean)
    # sd of fifteen 4s and fifteen 6s: sqrt(30 / 29); t with 29 degrees of freedom: 2.0452.
    assert (answer.mean, answer.sd, answer.n) == pytest.approx((5, math.sqrt(30 / 29), 30))
    assert answer.high - 5 == pytest.approx(2.0452 * math.sqrt(30 / 29) / math.sqrt(30), rel=1e-4)


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=60), st.sampled_from([0.1, 0.25, 0.5, 0.9]))
def test_a_quantile_has_its_share_at_or_below(values, p):
    answer = quantile(values, p)
    assert sum(value <= answer.value for value in values) >= p * len(values) - 1e-9
    assert sum(value < answer.value for value in values) < p * len(values) + 1e-9
    for bound in (answer.low, answer.high):
        assert bound is None or bound in values
    assert (answer.low if answer.low is not None else -math.inf) <= answer.value
    assert answer.value <= (answer.high if answer.high is not None else math.inf)


def test_bounds_of_a_median_are_the_ranks_of_the_tables():
    # Sign-test tables: n = 6 gives the extremes (96.9 %), n = 10 ranks 2 and 9 (97.9 %), n = 5 none at 95 %.
    assert (quantile(range(1, 7), 0.5).low, quantile(range(1, 7), 0.5).high) == (1, 6)
    assert (quantile(range(1, 11), 0.5).low, quantile(range(1, 11), 0.5).high) == (2, 9)
    assert (quantile(range(1, 6), 0.5).low, quantile(range(1, 6), 0.5).high) == (None, None)
    assert quantile(range(1, 21), 0.9).high is None
    assert quantile([], 0.5) == TooFew(0, 1, "values")
    with pytest.raises(ValueError, match="between 0 and 1"):
        quantile([1], 90)


@pytest.mark.parametrize(("n", "p"), [(40, 0.9), (200, 0.5), (2000, 0.9)])
def test_bounds_of_a_quantile_hold_their_level(n, p):
    rng, runs = np.random.default_rng(13), 400
    covered = 0
    for values in rng.random((runs, n)):
        answer = quantile(values, p)
        covered += (answer.low or 0) <= p <= (answer.high if answer.high is not None else 1)
    assert 0.93 <= covered / runs <= 1


def test_ratings_are_shown_as_a_distribution():
    answer = ratings([5, 5, 4, 1, np.nan], scale=range(1, 6))
    assert answer.counts == (1, 0, 0, 1, 2)
    assert (answer.n, answer.blank) == (4, 1)
    assert answer.mean == TooFew(4, 30)
    assert isinstance(ratings([5] * 20 + [1] * 20, scale=range(1, 6)).mean, Mean)
    with pytest.raises(ValueError, match=r"\[0.0\] are not on the scale"):
        ratings([0, 5], scale=range(1, 6))


@given(
    st.lists(st.tuples(st.floats(0, 1e9), st.booleans()), min_size=1, max_size=80),
    st.sampled_from([DAY, 8 * HOUR]),
)
def test_every_case_stands_in_one_bar(cases, day):
    durations, done = (np.array(column) for column in zip(*cases, strict=True))
    bars = duration_histogram(durations, done, day=day)
    assert sum(bars.done) == done.sum()
    assert sum(bars.still_open) == (~done).sum()
    assert len(bars.edges) == len(bars.done) == len(bars.still_open) <= 25
    for number, edge in enumerate(bars.edges[:-1]):
        inside = (durations >= edge) & (durations < bars.edges[number + 1])
        assert bars.done[number] + bars.still_open[number] == inside.sum()


@pytest.mark.parametrize(
    ("reach", "day", "width"),
    [(20, DAY, 1), (23 * 60, DAY, 60), (20 * HOUR, DAY, HOUR), (20 * DAY, DAY, DAY), (100 * DAY, DAY, 7 * DAY),
     (20 * 8 * HOUR, 8 * HOUR, 8 * HOUR), (40 * HOUR, 8 * HOUR, 2 * HOUR)],
)  # fmt: skip
def test_bars_are_as_wide_as_a_person_would_choose(reach, day, width):
    assert duration_histogram(np.linspace(0, reach, 100), day=day).width == width


def test_one_old_case_does_not_squeeze_the_others():
    bars = duration_histogram([HOUR] * 50 + [2 * HOUR] * 49 + [3 * 365 * DAY])
    assert bars.width <= HOUR
    assert bars.done[-1] == 1
    assert duration_histogram([0.0]).done == (1, 0)
    assert duration_histogram([]) == TooFew(0, 1, "cases")
    with pytest.raises(ValueError, match="negative"):
        duration_histogram([-1.0])
