"""Whom a survey asks: the arithmetic of the draw."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.voice.sampling import Plan, allocate, digest_of, draw, margin, planned, priorities

SIZES = st.dictionaries(st.integers(0, 50), st.integers(0, 5_000), max_size=12)
PLANS = st.builds(Plan, share=st.floats(0, 1), minimum=st.integers(0, 3_000), least=st.integers(0, 100))
SEEDS = st.integers(0, 2**63 - 1)


@st.composite
def frames(draw_one):
    ids = draw_one(st.lists(st.integers(1, 10**12), unique=True, max_size=300))
    strata = draw_one(st.lists(st.integers(0, 4), min_size=len(ids), max_size=len(ids)))
    return np.array(ids, np.int64), np.array(strata, np.int64)


@settings(deadline=None)  # a busy machine is no fault
@given(SIZES, PLANS)
def test_allocation_keeps_within_what_there_is_and_asks_enough(sizes, plan):
    given_out = allocate(sizes, plan)
    total = sum(sizes.values())
    wanted = min(total, max(int(np.ceil(plan.share * total - 1e-9)), plan.minimum))
    assert set(given_out) == set(sizes)
    assert all(0 <= given_out[key] <= size for key, size in sizes.items())
    assert all(given_out[key] >= min(size, plan.least) for key, size in sizes.items())
    assert sum(given_out.values()) >= wanted
    if plan.least == 0:
        assert sum(given_out.values()) == wanted
        assert all(abs(given_out[key] - wanted * size / total) < 1 for key, size in sizes.items() if total)


@settings(deadline=None)  # a busy machine is no fault
@given(frames(), PLANS, SEEDS)
def test_a_draw_is_decided_by_seed_plan_and_frame_alone(frame, plan, seed):
    ids, strata = frame
    chosen = draw(ids, strata, plan, seed)
    turned = np.random.default_rng(seed).permutation(len(ids))
    again = draw(ids[turned], strata[turned], plan, seed)
    assert chosen.tolist() == again.tolist() == sorted(set(chosen.tolist()))
    assert set(chosen.tolist()) <= set(ids.tolist())
    stratum = dict(zip(ids.tolist(), strata.tolist(), strict=True))
    sizes = {key: list(stratum.values()).count(key) for key in set(stratum.values())}
    drawn = {key: sum(stratum[one] == key for one in chosen.tolist()) for key in sizes}
    assert drawn == allocate(sizes, plan)


@settings(deadline=None)  # a busy machine is no fault
@given(frames(), SEEDS, st.integers(0, 100), st.integers(0, 100))
def test_asking_more_asks_the_same_and_others(frame, seed, few, more):
    ids, _ = frame
    everybody = np.zeros(len(ids), np.int64)
    small, large = sorted((few, more))
    first = draw(ids, everybody, Plan(small / 100), seed)
    assert set(first.tolist()) <= set(draw(ids, everybody, Plan(large / 100), seed).tolist())


@settings(deadline=None)  # a busy machine is no fault
@given(frames())
def test_everybody_is_everybody(frame):
    ids, strata = frame
    assert draw(ids, strata, Plan(1.0), 7).tolist() == sorted(ids.tolist())
    assert draw(ids, strata, Plan(0.0), 7).tolist() == []


def test_somebody_who_is_there_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        draw(np.array([1, 1]), np.array([0, 0]), Plan(1.0), 1)


@pytest.mark.parametrize("wrong", [{"share": 1.1}, {"share": -0.1}, {"share": 0.1, "minimum": -1}])
def test_plans_that_make_no_sense(wrong):
    with pytest.raises(ValueError, match=r"between 0 and 1|fewer than none"):
        Plan(**wrong)


def test_everybody_has_the_same_chance():
    """Over 2,000 seeds each of 100 people is drawn about as often: chi-squared within its 99.9 % bound."""
    ids = np.arange(1, 101)
    one = np.zeros(100, np.int64)
    counts = np.zeros(100)
    for seed in range(2_000):
        counts[draw(ids, one, Plan(0.1), seed * 7_919) - 1] += 1
    spread = ((counts - 200) ** 2 / (200 * 0.9)).sum()
    assert 55 < spread < 150  # chi-squared with 99 degrees of freedom: 0.1 % and 99.9 %


def test_priorities_never_change():
    """The draw of an old sample comes out the same for ever: pinned, not recomputed."""
    assert priorities(np.array([1, 2, 3]), 42).tolist() == [
        13679457532755275413,
        2949826092126892291,
        5139283748462763858,
    ]


def test_a_digest_tells_who_was_there_whatever_the_order():
    ids, strata = np.array([3, 1, 2]), np.array([0, 1, 0])
    assert digest_of(ids, strata) == digest_of(ids[::-1], strata[::-1])
    assert digest_of(ids, strata) != digest_of(ids, np.array([0, 0, 0]))


def test_planned_precision_is_that_of_the_handbook():
    """3 % of 5,000 asks 150: 6.3 points if all answer and 11.6 at 30 %, when eight in ten are satisfied."""
    assert margin(150, 5_000, 0.8) == pytest.approx(0.063, abs=0.0005)
    assert margin(45, 5_000, 0.8) == pytest.approx(0.116, abs=0.0005)
    assert margin(0, 5_000) == 1.0
    assert margin(5_000, 5_000) == 0.0
    assert [one.answers for one in planned(150, 5_000)] == [150, 45, 15]


@settings(deadline=None)  # a busy machine is no fault
@given(st.integers(1, 10_000), st.integers(1, 10_000))
def test_more_answers_are_never_less_sure(answers, population):
    assert margin(answers + 1, population) <= margin(answers, population) <= 1
