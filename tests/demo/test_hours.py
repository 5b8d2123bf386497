"""The generator's own calendar."""

from datetime import date, datetime, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.demo.hours import Hours, local_closed_days, nth_weekday, public_holidays

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
WEEK = {day: ["08:30-12:00", "13:00-16:30"] for day in ("mon", "tue", "wed", "thu")} | {"fri": ["08:30-12:00"]}
HOURS = Hours(WEEK, {date(2026, 7, 3)}, FIRST, LAST)
MOMENTS = st.datetimes(datetime(2026, 1, 2), datetime(2026, 10, 1))


@pytest.mark.parametrize("year", range(2021, 2040))
def test_holidays_are_those_of_the_library(year):
    assert public_holidays(year) == set(holidays.country_holidays("US", subdiv="MN", years=year))


def test_nth_weekday():
    assert nth_weekday(2026, 11, 3, 4) == date(2026, 11, 26)
    assert nth_weekday(2026, 5, 0, -1) == date(2026, 5, 25)
    assert nth_weekday(2026, 12, 3, -1) == date(2026, 12, 31)


def test_local_days_lie_in_the_period():
    assert local_closed_days(date(2026, 10, 15), date(2026, 12, 1)) == {date(2026, 11, 27): "Day after Thanksgiving"}


@given(MOMENTS, st.integers(1, 200 * 3600))
def test_time_is_worked_before_it_is_over(at, seconds):
    after = HOURS.after(at, seconds)
    assert after > at
    assert HOURS.elapsed(after) - HOURS.elapsed(at) == seconds


@given(MOMENTS, MOMENTS)
def test_time_worked_never_runs_backwards(one, other):
    one, other = sorted((one, other))
    assert 0 <= HOURS.elapsed(other) - HOURS.elapsed(one) <= (other - one).total_seconds() + 1


@given(MOMENTS, st.integers(1, 30))
def test_a_day_ends_when_the_office_does(at, days):
    due = HOURS.end_of_day(at, days)
    assert due.date() > at.date()
    assert f"{due:%H:%M}" == ("12:00" if due.weekday() == 4 else "16:30")
    opened = sum(HOURS.is_open_day(at.date() + timedelta(days=n)) for n in range(1, (due.date() - at.date()).days + 1))
    assert opened == days


def test_lunch_and_days_off_do_not_count():
    assert HOURS.after(datetime(2026, 7, 2, 11, 59), 120) == datetime(2026, 7, 2, 13, 1)
    assert HOURS.after(datetime(2026, 7, 2, 16, 29), 120) == datetime(2026, 7, 6, 8, 31)
    assert not HOURS.is_open_day(date(2026, 7, 3))


def test_asking_too_far_ahead_is_refused():
    with pytest.raises(IndexError):
        HOURS.after(datetime(2026, 12, 31, 12), 3600 * 100)
