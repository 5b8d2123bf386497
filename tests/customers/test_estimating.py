"""Precision and recall from a stratified sample: unbiased, with intervals that hold."""

import numpy as np
import pytest

from regard.customers.estimating import FEWEST, Stratum, quality


def test_strata_are_weighed_by_how_many_pairs_there_were():
    found = quality([Stratum(True, 900, 30, 30), Stratum(True, 100, 30, 15), Stratum(False, 1_000, 30, 3)])
    assert found.precision.share == pytest.approx(0.95)
    assert found.recall.share == pytest.approx(950 / 1_050)
    assert found.precision.low < 0.95 < found.precision.high
    assert (found.precision.n, found.recall.n) == (60, 90)


def test_too_few_answers_make_no_estimate():
    found = quality([Stratum(True, 900, FEWEST - 1, 9)])
    assert found.precision.share is None
    assert quality([]).recall.share is None


def test_looking_at_every_pair_leaves_nothing_to_chance():
    found = quality([Stratum(True, 20, 20, 19), Stratum(False, 20, 20, 1)])
    assert (found.precision.low, found.precision.share, found.precision.high) == (0.95, 0.95, 0.95)
    assert found.recall.low == found.recall.high == 0.95


def test_a_stratum_nobody_looked_at_widens_the_interval():
    seen = [Stratum(True, 1_000, 100, 99), Stratum(False, 1_000, 100, 2)]
    narrow, wide = quality(seen).recall, quality([*seen, Stratum(False, 5_000, 0, 0)]).recall
    assert wide.low < narrow.low - 0.2


def test_the_same_answers_give_the_same_interval():
    told = [Stratum(True, 500, 40, 38), Stratum(False, 5_000, 40, 1)]
    assert quality(told) == quality(told)


def test_the_interval_holds_the_truth_nineteen_times_in_twenty():
    chance = np.random.default_rng(3)
    truth = ((True, 5_000, 0.98), (True, 500, 0.7), (False, 20_000, 0.01), (False, 500, 0.3))
    right = sum(n * p for joined, n, p in truth if joined)
    precision, recall = right / 5_500, right / sum(n * p for _, n, p in truth)
    held = {"precision": 0, "recall": 0}
    for _ in range(200):
        found = quality([Stratum(j, n, 40, int(chance.binomial(40, p))) for j, n, p in truth])
        held["precision"] += found.precision.low <= precision <= found.precision.high
        held["recall"] += found.recall.low <= recall <= found.recall.high
    assert min(held.values()) >= 180
