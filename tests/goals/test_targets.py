"""Targets: each form people use, and what must hold for all of them."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from regard.goals.targets import COUNTED, FROM_BASELINE, Form, Target, problem_of

START, YEAR_END, THREE_YEARS = date(2026, 1, 1), date(2026, 12, 31), date(2028, 12, 31)


@pytest.mark.parametrize(
    ("form", "number", "baseline", "group", "due", "value"),
    [
        (Form.INCREASE, 12, 200, None, YEAR_END, 224),
        (Form.REDUCE, 15, 200, None, YEAR_END, 170),
        (Form.REACH, 0.9, 0.8, None, YEAR_END, 0.9),
        (Form.AT_LEAST, 5, None, None, YEAR_END, 5),
        (Form.AT_LEAST, 5, None, None, THREE_YEARS, 15),
        (Form.QUARTERLY, 7, 100, None, YEAR_END, 100 * 1.07**4),
        (Form.SHARE, 3, None, 5000, YEAR_END, 150),
        (Form.SHARE, 25, None, 80, YEAR_END, 20),
        (Form.ADD, 5, None, None, YEAR_END, 20),
        (Form.ADD, 5, None, None, THREE_YEARS, 60),
    ],
)
def test_what_each_form_comes_to(form, number, baseline, group, due, value):
    target = Target(form, number, START, due, baseline, group)
    assert target.value == pytest.approx(value)


@pytest.mark.parametrize(
    ("form", "number", "baseline", "words"),
    [
        (Form.INCREASE, 12, None, "no baseline"),
        (Form.INCREASE, 12, 0, "zero"),
        (Form.INCREASE, 0, 5, "above zero"),
        (Form.REDUCE, 101, 5, "more than 100"),
        (Form.REDUCE, 20, 0, "nothing to reduce"),
        (Form.SHARE, 101, None, "at most 100"),
        (Form.SHARE, 10, None, "how many the group has"),
    ],
)
def test_what_makes_no_sense_is_said(form, number, baseline, words):
    with pytest.raises(ValueError, match=words):
        Target(form, number, START, YEAR_END, baseline, 10 if "at most" in words else None)


def test_a_target_needs_a_time_frame():
    assert "after the first" in (problem_of(Form.REACH, 1, first=START, due=START, baseline=None, group=None) or "")


FORMS, NUMBERS = st.sampled_from(list(Form)), st.floats(0.5, 100)
DUE = st.dates(START + timedelta(days=30), date(2031, 12, 31))


def any_target(form: Form, number: float, due: date, baseline: float) -> Target:
    return Target(form, number, START, due, baseline, 1000)


@given(FORMS, NUMBERS, DUE, st.floats(0.1, 1e6), st.dates(date(2025, 1, 1), date(2033, 1, 1)))
def test_the_way_leads_from_the_start_to_the_target(form, number, due, baseline, day):
    target = any_target(form, number, due, baseline)
    start, end = target.at(START), target.value
    assert start == pytest.approx(0 if form in COUNTED else baseline)
    assert min(start, end) - 1e-6 <= target.at(day) <= max(start, end) * (1 + 1e-9) + 1e-6
    assert target.at(due + timedelta(days=400)) == end


@given(FORMS, NUMBERS, DUE, st.floats(0.1, 1e6))
def test_it_is_met_at_the_target_and_not_before(form, number, due, baseline):
    target = any_target(form, number, due, baseline)
    assert target.is_met_by(target.value)
    assume(abs(target.value - target.at(START)) > 1e-3)
    assert not target.is_met_by(target.at(START))


@given(FORMS, NUMBERS, DUE, st.floats(0.1, 1e6))
def test_the_steps_run_in_order_from_the_first_day_to_the_last(form, number, due, baseline):
    target = any_target(form, number, due, baseline)
    days = [day for day, _ in target.steps()]
    assert days[0] == START
    assert days[-1] == due
    assert days == sorted(set(days))
    values = [value for _, value in target.steps()]
    assert values == sorted(values, reverse=not target.rises)


@given(st.sampled_from(FROM_BASELINE), NUMBERS, DUE, st.floats(0.1, 1e6))
def test_what_changes_from_a_baseline_grows_with_it(form, number, due, baseline):
    once, twice = (any_target(form, number, due, b) for b in (baseline, 2 * baseline))
    assert twice.value == pytest.approx(2 * once.value)
