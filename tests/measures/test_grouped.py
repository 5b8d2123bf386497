"""Many curves in one pass are the curves of `statistics`, one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.measures.grouped import Curves
from regard.measures.statistics import TooFew, kaplan_meier

rows = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 30), st.integers(1, 6), st.integers(0, 6)).map(
        lambda told: (told[0], told[1], told[2], min(told[2], told[3]))
    ),
    max_size=60,
)


def one_by_one(told, group):
    mine = [(length, n, done) for g, length, n, done in told if g == group]
    lengths = [length for length, n, done in mine for _ in range(n)]
    observed = [i < done for length, n, done in mine for i in range(n)]
    return kaplan_meier(np.array(lengths, float), np.array(observed, bool))


def curves_of(told):
    group, length, n, done = np.array(told, np.int64).reshape(-1, 4).T
    return Curves(group, length, n, done, 5)


@given(rows, st.sampled_from([0.1, 0.5, 0.9]))
def test_percentiles_are_those_of_each_curve(told, p):
    found = curves_of(told)
    quantiles = found.quantiles(p)
    for group in range(5):
        curve = one_by_one(told, group)
        expected = curve.percentile(p)
        assert (found.n[group], found.done[group], found.longest[group]) == (curve.n, curve.done, curve.followed_to)
        if isinstance(expected, TooFew):
            assert np.isnan(quantiles.value[group])
            continue
        for name in ("value", "low", "high"):
            told_value, wanted = getattr(quantiles, name)[group], getattr(expected, name)
            assert (np.isnan(told_value) and wanted is None) or told_value == wanted


@given(rows, st.integers(0, 32))
def test_shares_within_are_those_of_each_curve(told, limit):
    share, low, high = curves_of(told).shares_within(limit)
    for group in range(5):
        expected = one_by_one(told, group).share_within(limit)
        if not isinstance(expected, TooFew):
            assert share[group] == pytest.approx(expected.share, abs=1e-9)
            assert low[group] == pytest.approx(expected.low, abs=1e-9)
            assert high[group] == pytest.approx(expected.high, abs=1e-9)


def test_no_rows_make_empty_groups():
    found = curves_of([])
    assert found.n.tolist() == [0] * 5
    assert np.isnan(found.quantiles(0.5).value).all()
    assert found.shares_within(10)[2].tolist() == [1.0] * 5
