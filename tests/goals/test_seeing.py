"""What can be seen: the planning numbers of the method, and what must hold for all."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.goals.seeing import (
    POWER,
    count_seen,
    error_of,
    events_needed,
    median_seen,
    sample_margin,
    share_seen,
)

CHANGES = st.floats(-0.9, 2).filter(lambda change: abs(change) > 0.01)


@pytest.mark.parametrize(("change", "events"), [(-0.15, 650), (0.12, 1160), (0.07, 3300)])
def test_the_planning_numbers_for_counts(change, events):
    assert events_needed(change) == pytest.approx(events, rel=0.01)
    assert events_needed(change, dispersion=2) == pytest.approx(2 * events, rel=0.01)


def test_a_check_in_of_three_in_a_hundred_of_five_thousand():
    assert sample_margin(5000, 0.03) == pytest.approx(0.063, abs=0.0005)
    assert sample_margin(5000, 0.03, response=0.3) == pytest.approx(0.116, abs=0.0005)
    assert sample_margin(5000, 0.03, response=0) == math.inf
    assert sample_margin(100, 1.0) == 0  # everybody was asked


@given(CHANGES, st.floats(1, 5))
def test_at_the_events_that_are_needed_the_power_is_what_was_asked(change, dispersion):
    events = events_needed(change, dispersion=dispersion)
    assert count_seen(events, change, dispersion=dispersion).power == pytest.approx(POWER, abs=0.001)


@given(st.floats(5, 1e6), CHANGES, st.floats(1, 5))
def test_the_smallest_change_that_shows_is_the_one_that_needs_these_events(events, change, dispersion):
    seen = count_seen(events, change, dispersion=dispersion)
    if seen.smallest is not None and seen.smallest < 1:
        least = math.copysign(seen.smallest, change)
        assert events_needed(least, dispersion=dispersion) == pytest.approx(events, rel=1e-6)
        assert seen.enough == (abs(change) >= seen.smallest - 1e-9)


@given(st.integers(1, 100_000), st.floats(0, 1), st.floats(0, 1))
def test_of_shares_more_cases_never_see_less(n, before, after):
    seen, more = share_seen(n, before, after), share_seen(4 * n, before, after)
    assert 0 <= seen.power <= more.power + 1e-9
    if seen.smallest is not None:
        assert more.smallest is not None
        assert more.smallest <= seen.smallest + 1e-6


def test_shares_as_a_textbook_has_them():
    # 80 % against 90 %: 199 in each group (Fleiss, Levin & Paik: 196 without the correction for continuity)
    assert share_seen(197, 0.8, 0.9).power == pytest.approx(0.80, abs=0.01)
    assert share_seen(40, 0.8, 0.9).enough is False
    assert share_seen(0, 0.8, 0.9) == share_seen(0, 0.1, 0.2)


@given(st.integers(5, 100_000), st.floats(0.05, 0.9), st.floats(1.01, 4))
def test_medians_from_their_own_interval(n, change, ratio):
    error = error_of(100, 100 * ratio, n)
    assert error is not None
    down, up = median_seen(n, -change, error=error), median_seen(n, 1 / (1 - change) - 1, error=error)
    assert down.power == pytest.approx(up.power)  # a halving is as plain as a doubling
    assert down.smallest is None or down.smallest < 1


def test_nothing_to_go_by_is_not_seen():
    assert count_seen(0, 0.1).power == 0
    assert median_seen(0, 0.1, error=1.0).power == 0
    assert error_of(0, 5, 10) is None
    assert error_of(5, 5, 10) is None
    with pytest.raises(ValueError, match="change"):
        events_needed(0)
    with pytest.raises(ValueError, match="change"):
        count_seen(10, -1.5)
