"""Calendars of units, standards and due times, and who is meant by a word."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.office import actions, queries
from regard.office.models import Standard, Unit
from regard.records.actors import System

BY = System("a test")
FRIDAY = datetime(2026, 1, 9, 20, 0, tzinfo=UTC)  # two in the afternoon in Chicago


# --- calendars


def test_a_unit_works_by_its_own_calendar_or_the_nearest_above(cast):
    inner = actions.make_unit(by=BY, name="Counter", parent=cast.permits)
    crews = actions.make_calendar(
        by=BY, office=cast.office, name="Crews", time_zone="America/Chicago", weekly={"0": [["06:00", "14:00"]]}
    )
    actions.give_calendar(by=BY, units=[cast.permits], calendar=crews)
    found = queries.calendars_of_units([inner.pk, cast.roads.pk, cast.other_office.pk])
    assert found == {
        inner.pk: crews,
        cast.roads.pk: cast.office.calendar,
        cast.other_office.pk: cast.other_office.calendar,
    }
    assert queries.calendars_of_units()[inner.pk] == crews
    assert queries.calendars_of_units([]) == {}


def test_calendars_of_many_units_cost_three_queries(cast):
    for number in range(20):
        actions.make_unit(by=BY, name=f"Unit {number}", parent=cast.permits)
    ids = list(Unit.objects.values_list("pk", flat=True))
    with CaptureQueriesContext(
        connection,
    ) as context:
        assert len(queries.calendars_of_units(ids)) == len(ids)
    assert len(context) <= 3


def test_without_any_calendar_it_is_nine_to_five(db, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    unit = Unit.objects.create(code="u", name="U", path="/1/")
    clock = queries.clock_of_unit(unit)
    monday = datetime(2026, 1, 5, tzinfo=UTC)
    assert clock.hours.zone == "Europe/Berlin"
    assert clock.working_seconds(monday, monday + timedelta(days=7)) == 5 * 8 * 3600


def test_local_days_win_over_public_holidays_and_the_week(cast):
    calendar = actions.make_calendar(
        by=BY,
        office=cast.office,
        name="Tax",
        time_zone="America/Chicago",
        country="US",
        weekly={str(day): [["08:00", "16:00"]] for day in range(5)},
    )
    calendar = actions.declare_holiday(
        by=BY, calendar=calendar, day=date(2026, 11, 26), name="Open on Thanksgiving", hours=[["08:00", "10:00"]]
    )
    calendar = actions.declare_holiday(by=BY, calendar=calendar, day=date(2026, 11, 30), name="Flood")
    hours = queries.hours_of(calendar)
    assert [len(hours.on(date(2026, 11, day))) for day in (25, 26, 27, 30)] == [1, 1, 1, 0]
    assert hours.on(date(2026, 11, 26))[0][1].hour == 10
    assert hours.on(date(2026, 12, 25)) == ()


def test_a_holiday_declared_late_counts_from_the_next_look_on(cast):
    before = queries.clock_of_unit(cast.permits)
    actions.declare_holiday(by=BY, calendar=cast.office.calendar, day=date(2026, 1, 9), name="Ice")
    after = queries.clock_of_unit(cast.permits)
    day = (datetime(2026, 1, 9, tzinfo=UTC), datetime(2026, 1, 10, 6, tzinfo=UTC))
    assert (before.working_seconds(*day), after.working_seconds(*day)) == (8 * 3600, 0)


def weeks(clock, *days):
    """Open hours of the week that starts on each Monday."""
    starts = [datetime(day.year, day.month, day.day, 6, tzinfo=UTC) for day in days]
    return [round(clock.working_seconds(start, start + timedelta(days=7)) / 3600, 2) for start in starts]


def test_new_hours_hold_from_their_day_on_and_the_old_ones_before(cast):
    """Summer hours must not recount the winter."""
    before, after, later = date(2026, 5, 18), date(2026, 6, 8), date(2026, 9, 14)
    calendar = cast.office.calendar
    assert weeks(queries.open_clock(calendar), before, after, later) == [40, 40, 40]
    summer = {str(day): [["07:00", "13:00"]] for day in range(5)}
    calendar = actions.new_calendar_version(
        by=BY, calendar=calendar, reason="summer", weekly=summer, since=date(2026, 6, 1)
    )
    assert weeks(queries.open_clock(calendar), before, after, later) == [40, 30, 30]
    calendar = actions.declare_holiday(by=BY, calendar=calendar, day=before, name="Flood")
    assert weeks(queries.open_clock(calendar), before, after, later) == [32, 30, 30]
    autumn = {str(day): [["08:00", "15:00"]] for day in range(4)}
    calendar = actions.new_calendar_version(
        by=BY, calendar=calendar, reason="autumn", weekly=autumn, since=date(2026, 9, 1)
    )
    assert weeks(queries.open_clock(calendar), before, after, later) == [32, 30, 28]
    always = actions.new_calendar_version(by=BY, calendar=calendar, reason="a mistake", weekly=summer)
    assert weeks(queries.open_clock(always), before, after, later) == [24, 30, 30]


def test_hours_put_in_for_an_earlier_day_go_before_those_that_are_there(cast):
    calendar = cast.office.calendar
    for hours, since in ((6, date(2026, 6, 1)), (4, date(2026, 3, 2))):
        weekly = {str(day): [["08:00", f"{8 + hours:02}:00"]] for day in range(5)}
        told = {"reason": "x", "weekly": weekly, "since": since}
        calendar = actions.new_calendar_version(by=BY, calendar=calendar, **told)
    assert weeks(queries.open_clock(calendar), date(2026, 2, 2), date(2026, 4, 6), date(2026, 7, 6)) == [40, 20, 20]


def test_a_public_holiday_stays_one_when_the_hours_change(cast):
    weekly = {str(day): [["08:00", "16:00"]] for day in range(5)}
    told = {"name": "Tax", "time_zone": "America/Chicago", "country": "US"}
    calendar = actions.make_calendar(by=BY, office=cast.office, weekly=weekly, **told)
    shorter = {str(day): [["08:00", "12:00"]] for day in range(5)}
    calendar = actions.new_calendar_version(
        by=BY, calendar=calendar, reason="x", weekly=shorter, since=date(2026, 6, 1)
    )
    assert queries.hours_of(calendar).on(date(2025, 12, 25)) == ()
    assert weeks(queries.open_clock(calendar), date(2025, 12, 22), date(2026, 12, 21)) == [32, 16]


def test_the_clock_of_a_version_is_made_once(cast):
    assert queries.clock_of_unit(cast.permits) is queries.clock_of_unit(cast.roads)


# --- standards


@pytest.mark.parametrize(
    ("amount", "measured_in", "due"),
    [
        ("3", "days", FRIDAY + timedelta(days=3)),
        ("1.5", "hours", FRIDAY + timedelta(minutes=90)),
        ("4", "working_hours", datetime(2026, 1, 12, 15, tzinfo=UTC)),  # three on Friday, one on Monday from eight
        ("1", "working_days", datetime(2026, 1, 12, 23, tzinfo=UTC)),  # Monday's close
        ("5", "working_days", datetime(2026, 1, 16, 23, tzinfo=UTC)),
    ],
)
def test_when_a_standard_wants_it(cast, amount, measured_in, due):
    actions.set_standard(by=BY, service=cast.advice, stage="resolve", amount=Decimal(amount), measured_in=measured_in)
    assert queries.standard_due(cast.advice, FRIDAY) == due


def test_no_standard_is_no_due_time(cast):
    assert queries.standard_due(cast.advice, FRIDAY) is None
    assert queries.standard_due(None, FRIDAY) is None
    assert queries.standard_due(cast.pothole, FRIDAY, stage="first_answer") is None


def test_what_came_in_before_a_standard_is_measured_by_the_one_before(cast):
    actions.set_standard(
        by=BY,
        service=cast.pothole,
        stage="resolve",
        amount=Decimal(1),
        measured_in="days",
        valid_from=date(2026, 1, 10),
    )
    assert queries.standard_due(cast.pothole, FRIDAY) == FRIDAY + timedelta(days=3)
    saturday = FRIDAY + timedelta(days=1)
    assert queries.standard_due(cast.pothole, saturday) == saturday + timedelta(days=1)
    assert queries.standards_today([cast.pothole.pk])[cast.pothole.pk]["resolve"].amount == 1


def test_an_office_that_never_opens_owes_nothing_by_any_time(cast):
    closed = actions.make_calendar(by=BY, office=cast.office, name="Never", time_zone="UTC", weekly={"0": []})
    actions.give_calendar(by=BY, units=[cast.permits], calendar=closed)
    assert queries.standard_due(cast.fence, FRIDAY) is None


def test_the_unit_that_handles_it_sets_the_hours(cast):
    night = actions.make_calendar(
        by=BY, office=cast.office, name="Night", time_zone="America/Chicago", weekly={"4": [["20:00", "24:00"]]}
    )
    actions.give_calendar(by=BY, units=[cast.roads], calendar=night)
    assert queries.standard_due(cast.fence, FRIDAY, unit=cast.permits) == datetime(2026, 1, 23, 23, tzinfo=UTC)
    handled = queries.standard_due(cast.fence, FRIDAY, unit=Unit.objects.get(pk=cast.roads.pk))
    assert handled == datetime(2026, 3, 21, 5, tzinfo=UTC)  # the tenth Friday, at midnight


STAMPS = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1)).map(lambda told: told.replace(tzinfo=UTC))


@given(stamps=st.lists(STAMPS, max_size=12), picks=st.lists(st.integers(0, 3), min_size=12, max_size=12))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_many_due_times_at_once_are_those_one_by_one(cast, stamps, picks):
    if not Standard.objects.filter(service=cast.fence, valid_from=date(2026, 1, 1)).exists():
        actions.set_standard(
            by=BY,
            service=cast.fence,
            stage="resolve",
            amount=Decimal(6),
            measured_in="working_hours",
            valid_from=date(2026, 1, 1),
        )
    services = [cast.fence, cast.pothole, cast.advice, None]
    units = [cast.permits, cast.roads, cast.office, cast.roads]
    rows = [(services[pick], units[pick], stamp) for pick, stamp in zip(picks, stamps, strict=False)]
    one_by_one = [queries.standard_due(s, at, unit=u) if s else None for s, u, at in rows]
    at_once = queries.due_times(
        [s.pk if s else 0 for s, _, _ in rows],
        [u.pk for _, u, _ in rows],
        np.array([at.replace(tzinfo=None) for _, _, at in rows], "datetime64[us]"),
    )
    assert queries.as_datetimes(at_once) == one_by_one


def test_a_hundred_thousand_due_times_take_a_moment(cast):
    rng = np.random.default_rng(7)
    services = rng.choice([cast.fence.pk, cast.pothole.pk, cast.advice.pk, 0], 100_000)
    units = rng.choice([cast.permits.pk, cast.roads.pk], 100_000)
    stamps = np.datetime64("2024-01-01", "us") + rng.integers(0, 2 * 365 * 86_400, 100_000).astype("timedelta64[s]")
    with CaptureQueriesContext(connection) as context:
        due = queries.due_times(services, units, stamps)
    assert len(context) <= 4
    assert np.isnat(due).mean() == pytest.approx(0.5, abs=0.02)
    assert (due[~np.isnat(due)] > stamps[~np.isnat(due)]).all()


def test_rows_of_different_length_are_refused(cast):
    with pytest.raises(ValueError, match="differ in length"):
        queries.due_times([1], [1, 2], np.array([], "datetime64[us]"))


def test_missing_times_stay_missing(cast):
    due = queries.due_times([cast.fence.pk], [cast.permits.pk], np.array(["NaT"], "datetime64[us]"))
    assert queries.as_datetimes(due) == [None]


# --- people


def test_who_is_meant_by_a_word(cast, django_assert_num_queries):
    actions.change_staff(
        by=BY, staff=cast.alice, email=cast.alice.email, name="Zoë Alder-Brown", unit=cast.permits, code="ZAB"
    )
    words = [
        "zab",
        "ZOE ALDER-BROWN",
        "Alder-Brown,  Zoë",
        cast.alice.email.upper(),
        "Bob Ochoa",
        "Charlie Cho",
        "",
        "x",
    ]
    with django_assert_num_queries(1):
        found = queries.staff_named(cast.office.pk, words)
    assert found == {**dict.fromkeys(words[:4], cast.alice.pk), "Bob Ochoa": cast.bob.pk}


def test_a_name_that_two_people_share_means_nobody(cast):
    actions.make_staff(by=BY, email="bob2@birch.example", name="Bob  OCHOA", unit=cast.roads)
    assert queries.staff_named(cast.office.pk, ["Bob Ochoa"]) == {}
    assert queries.find_staff(cast.office, "Bob Ochoa") is None
    assert queries.find_staff(cast.office, "bob2@birch.example").name == "Bob  OCHOA"
