"""Control charts: worked by hand, and how often they cry wolf."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.measures.statistics import Chart, Seasons, TooFew, laney_chart, seasonal_factors, xmr_chart

# Mean 10, moving ranges all 2: limits 10 +- 5.32.
CALM = [9.0, 11.0] * 6


def fired(chart: Chart | TooFew) -> list[tuple[int, str, str]]:
    assert isinstance(chart, Chart)
    return [(signal.index, signal.rule, signal.side) for signal in chart.signals]


def test_limits_worked_by_hand():
    chart = xmr_chart(CALM)
    assert chart.centre.tolist() == [10.0] * 12
    assert chart.lower == pytest.approx(10 - 5.32)
    assert chart.upper == pytest.approx(10 + 5.32)
    assert (chart.signals, chart.notes, chart.has_limits) == ((), (), True)


def test_a_jump_in_the_baseline_is_no_usual_variation():
    # One range of 31 among ten of 2: mean 51/11 = 4.64, limit 15.1, so 31 is screened out and 2 is left.
    values = [9.0, 11.0, 9.0, 11.0, 9.0, 11.0, 42.0, 40.0, 42.0, 40.0, 42.0, 40.0]
    chart = xmr_chart(values)
    assert chart.upper[0] - chart.centre[0] == pytest.approx(5.32)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ([15.3], []),
        ([15.4], [(12, "outside", "above")]),
        ([4.6], [(12, "outside", "below")]),
        # Two thirds of the way is 3.55 from the level.
        ([13.6, 10.5, 13.6], [(14, "two_of_three", "above")]),
        ([13.6, 10.5, 10.5, 13.6], []),
        ([13.5, 13.5, 13.5], []),
        ([13.6, 6.4, 13.6], [(14, "two_of_three", "above")]),
        # A state that goes on is told once.
        ([13.6, 13.6, 13.6, 13.6], [(13, "two_of_three", "above")]),
    ],
)
def test_points_far_out_are_signals(more, expected):
    assert fired(xmr_chart(CALM + more)) == expected


def test_eight_on_one_side_are_told_once():
    # The last point of the baseline lies above too, so the run is full at the seventh that follows.
    assert fired(xmr_chart(CALM + [10.5] * 6)) == []
    assert fired(xmr_chart(CALM + [10.5] * 12)) == [(18, "run", "above")]
    assert fired(xmr_chart(CALM + [9.9] * 12)) == [(19, "run", "below")]
    assert fired(xmr_chart(CALM + [10.5] * 12, run=7)) == [(17, "run", "above")]
    assert fired(xmr_chart(CALM + [10.5] * 6 + [10.0] + [10.5] * 7)) == []


def test_only_what_was_not_seen_before_is_new():
    series = [*CALM, 16.0, 10.0, 4.0]
    assert [signal.index for signal in xmr_chart(series).new_signals] == [14]
    assert [signal.index for signal in xmr_chart(series, new_from=12).new_signals] == [12, 14]
    assert [signal.index for signal in xmr_chart([*series, 10.0]).new_signals] == []


def test_signals_are_told_in_words():
    months = [f"month {number}" for number in range(1, 14)]
    (signal,) = xmr_chart([*CALM, 17.0], months).signals
    assert signal.words == "month 13: 17 lies above the usual range (4.68 to 15.3)."
    (run,) = xmr_chart(CALM + [10.5] * 7).signals
    assert run.words == "Point 19: 8 points in a row above the usual level of 10."


def test_fewer_than_twelve_points_are_too_few():
    assert xmr_chart(CALM[:11]) == TooFew(11, 12, "points")
    assert xmr_chart([*CALM[:11], np.nan, np.nan]) == TooFew(11, 12, "points")
    assert isinstance(xmr_chart(CALM[:8], baseline=8), Chart)
    with pytest.raises(ValueError, match="6 points or more"):
        xmr_chart(CALM, baseline=3)
    with pytest.raises(ValueError, match="as many labels"):
        xmr_chart(CALM, ["one"])


def test_a_period_without_value_is_no_point():
    gaps = [*CALM[:5], np.nan, *CALM[5:], np.nan, 16.0]
    chart = xmr_chart(gaps)
    assert fired(chart) == [(14, "outside", "above")]
    assert chart.upper[0] == pytest.approx(15.32)


def test_a_baseline_that_does_not_vary_has_no_limits():
    chart = xmr_chart([5.0] * 12 + [6.0])
    assert not chart.has_limits
    assert np.isnan(chart.upper).all()
    assert chart.signals == ()
    assert chart.notes == ("The first 12 points do not vary: no limits can be drawn.",)


def test_logarithms_keep_skewed_times_within_limits_above_zero():
    chart = xmr_chart(np.exp(CALM), log=True)
    assert chart.centre == pytest.approx(np.exp(10))
    assert chart.lower == pytest.approx(np.exp(10 - 5.32))
    with pytest.raises(ValueError, match="above zero"):
        xmr_chart([0.0, *CALM], log=True)


# --- seasons

MONTHS = np.arange(60) % 12 + 1
COURSE = np.exp(0.25 * np.sin(2 * np.pi * (np.arange(60) + 2) / 12))


@given(st.floats(0.5, 2), st.integers(24, 60), st.integers(0, 11))
def test_an_exact_course_of_the_year_is_found(step, size, shift):
    months = (np.arange(size) + shift) % 12 + 1
    course = np.exp(np.sin(months))
    seasons = seasonal_factors(100 * step ** (np.arange(size) // 12) * course, months)
    expected = np.exp(np.sin(np.arange(1, 13)) - np.sin(np.arange(1, 13)).mean())
    assert isinstance(seasons, Seasons)
    assert seasons.factors == pytest.approx(expected)
    assert seasons.plain
    assert seasons.by_point == pytest.approx(expected[months - 1])


def test_noise_seldom_looks_like_a_course_of_the_year():
    rng = np.random.default_rng(6)
    p_values = [seasonal_factors(np.exp(rng.normal(0, 0.1, 30)), MONTHS[:30]).p_value for _ in range(400)]
    assert np.quantile(p_values, [0.1, 0.5, 0.9]) == pytest.approx([0.1, 0.5, 0.9], abs=0.07)


def test_too_short_or_broken_years_are_refused():
    assert seasonal_factors([1.0] * 23, MONTHS[:23]) == TooFew(23, 24, "months")
    assert isinstance(seasonal_factors([*[np.nan] * 12, *[1.0] * 11, np.nan, *[1.0] * 11, np.nan], MONTHS[:36]), TooFew)
    with pytest.raises(ValueError, match="without a gap"):
        seasonal_factors([1.0] * 24, [1] * 24)
    with pytest.raises(ValueError, match="above zero"):
        seasonal_factors([0.0] * 24, MONTHS[:24])
    with pytest.raises(ValueError, match="flat and alike"):
        seasonal_factors([1.0] * 24, MONTHS)


def test_limits_follow_the_course_of_the_year():
    noise = np.random.default_rng(2).normal(0, 0.05, 36)
    chart = xmr_chart(1000 * COURSE[:36] * np.exp(noise), months=MONTHS[:36])
    assert chart.notes == ("The usual course of the year was taken out.",)
    assert np.corrcoef(chart.centre, COURSE[:36])[0, 1] > 0.98
    assert (chart.lower < chart.centre).all()


@pytest.mark.parametrize(
    ("values", "note"),
    [
        (CALM, "left in: too few to tell (12 months, at least 24 needed)."),
        ([*CALM, *CALM, 0.0], "left in: some values are zero or below."),
        (np.random.default_rng(4).normal(100, 10, 36), "left in: none is plain in these months."),
        ([100.0] * 30, "left in: none is plain in these months."),
    ],
)
def test_seasons_left_in_are_told(values, note):
    assert note in xmr_chart(values, months=MONTHS[: len(values)]).notes[0]


@pytest.mark.parametrize("size", [24, 36])
def test_a_seasonal_office_seldom_cries_wolf_and_still_hears_one(size):
    rng, runs = np.random.default_rng(9), 150
    naive = alarms = heard = 0
    for _ in range(runs):
        series = 1000 * COURSE[:size] * np.exp(rng.normal(0, 0.1, size))
        naive += bool(xmr_chart(series).new_signals)
        alarms += bool(xmr_chart(series, months=MONTHS[:size]).new_signals)
        series[-1] *= np.exp(0.5)
        heard += bool(xmr_chart(series, months=MONTHS[:size]).new_signals)
    assert alarms / runs < 0.07
    assert heard / runs > 0.6
    assert naive > 2 * alarms


# --- shares of large numbers


def test_limits_of_plain_chance_worked_by_hand():
    # Shares 0.4 and 0.6 of 100 in turn: level 0.5, sigma 0.05, z = -2, 2, ..., mean range 4, sigma_z 4 / 1.128.
    chart = laney_chart([40, 60] * 6, [100] * 12)
    assert chart.centre == pytest.approx(0.5)
    assert chart.upper == pytest.approx(min(0.5 + 3 * 0.05 * 4 / 1.128, 1.0))
    assert chart.values.tolist() == [0.4, 0.6] * 6


def test_great_numbers_do_not_make_every_month_a_signal():
    rng, runs = np.random.default_rng(3), 100
    alarms = heard = 0
    for _ in range(runs):
        shares = np.clip(rng.normal(0.8, 0.02, 24), 0, 1)
        totals = rng.integers(30_000, 60_000, 24)
        chart = laney_chart(rng.binomial(totals, shares), totals)
        alarms += bool(chart.new_signals)
        binomial = 3 * np.sqrt(0.8 * 0.2 / totals[-1])
        assert chart.upper[-1] - chart.centre[-1] > 2 * binomial
        shares[-1] = 0.68
        heard += bool(laney_chart(rng.binomial(totals, shares), totals).new_signals)
    assert alarms / runs < 0.1
    assert heard / runs > 0.9


def test_shares_that_cannot_be_charted():
    assert laney_chart([1] * 11, [2] * 11) == TooFew(11, 12, "points")
    assert laney_chart([1] * 11 + [0], [2] * 11 + [0]) == TooFew(11, 12, "points")
    all_kept = laney_chart([50] * 13, [50] * 13)
    assert not all_kept.has_limits
    assert all_kept.signals == ()
    with pytest.raises(ValueError, match="0 <= count <= total"):
        laney_chart([3], [2])
    with pytest.raises(ValueError, match="6 points or more"):
        laney_chart([1] * 12, [2] * 12, baseline=2)


def test_a_month_without_cases_has_no_share_and_no_limit():
    chart = laney_chart([*[40, 60] * 6, 0, 99], [*[100] * 12, 0, 100])
    assert np.isnan(chart.values[12])
    assert fired(chart) == []
    assert fired(laney_chart([*[48, 52] * 6, 0, 99], [*[100] * 12, 0, 100])) == [(13, "outside", "above")]
