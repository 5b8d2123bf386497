"""Calendars as people write them, and public holidays."""

import json
import subprocess
import sys
from datetime import date, time

import pytest

from regard.office.calendar import WorkingHours, holiday_dates, holiday_places

PLAIN = {
    "zone": "America/Chicago",
    "weekly": {"mon": [["08:00", "12:00"], ["13:00", "17:00"]], "Saturday": ["9:00-24:00"], "6": [["00:00", "24:00"]]},
    "closed_days": {"2025-12-24": "Christmas Eve"},
    "special_days": {"2025-12-27": [["10:00", "14:30"]]},
}


def test_plain_json_says_when_the_office_is_open():
    hours = WorkingHours.from_dict(json.loads(json.dumps(PLAIN)))
    assert hours.on(date(2025, 12, 22)) == ((time(8), time(12)), (time(13), time(17)))
    assert hours.on(date(2025, 12, 20)) == ((time(9), time(0)),)
    assert hours.on(date(2025, 12, 21)) == ((time(0), time(0)),)
    assert hours.on(date(2025, 12, 24)) == ()
    assert hours.on(date(2025, 12, 27)) == ((time(10), time(14, 30)),)
    assert hours.closed_days == {date(2025, 12, 24): "Christmas Eve"}


def test_what_is_written_is_read_back_equal():
    hours = WorkingHours.from_dict(PLAIN)
    again = WorkingHours.from_dict(json.loads(json.dumps(hours.to_dict())))
    assert again == hours
    assert (again.digest, hash(again)) == (hours.digest, hash(hours))


def test_the_digest_does_not_depend_on_the_order_of_writing():
    one = WorkingHours("UTC", {1: [(time(13), time(17)), (time(8), time(12))], 0: []})
    other = WorkingHours("UTC", {1: [(time(8), time(12)), (time(13), time(17))]})
    assert one == other
    assert one.digest == other.digest != WorkingHours("UTC", {2: [(time(8), time(12))]}).digest


def test_closed_days_may_be_a_plain_list():
    hours = WorkingHours.from_dict({"zone": "UTC", "weekly": {"mon": []}, "closed_days": ["2025-01-06"]})
    assert hours.closed_days == {date(2025, 1, 6): ""}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"zone": "Mars/Olympus"}, "'Mars/Olympus' is not known"),
        ({"zone": "America"}, "is not known"),
        ({"zone": "../etc/passwd"}, "is not known"),
        ({"zone": 5}, "is not known"),
        ({"zone": ""}, "no zone"),
        ({"weekly": {}}, "no weekly hours"),
        ({"weekly": []}, "no weekly hours"),
        ({"weekly": [["08:00", "12:00"]]}, "must be a table"),
        ({"weekly": {"mon": "08:00-12:00"}}, "must be a list of spans"),
        (
            {"weekly": {"mon": [["08:00", "12:00"], ["11:59", "13:00"]]}},
            "On mon the hours 08:00-12:00 and 11:59-13:00 overlap",
        ),
        ({"weekly": {"mon": [["20:00", "24:00"], ["22:00", "23:00"]]}}, "overlap"),
        ({"weekly": {"mon": [["12:00", "08:00"]]}}, "end before they start"),
        ({"weekly": {"tue": [["22:00", "02:00"]]}}, "two spans: 22:00-24:00 and, the next day, 00:00-02:00"),
        ({"weekly": {"mon": [["08:00", "08:00"]]}}, "are empty"),
        ({"weekly": {"mon": [["00:00", "00:00"]]}}, "all day is"),
        ({"weekly": {"mon": [["24:00", "24:00"]]}}, "starts at the end of the day"),
        ({"weekly": {"mon": [["08:00", "25:00"]]}}, "'25:00' is not a time of day"),
        ({"weekly": {"mon": [["08:00"]]}}, "is not a span"),
        ({"weekly": {"mon": [None]}}, "is not a span"),
        ({"weekly": {"moon": []}}, "'moon' is not a weekday"),
        ({"weekly": {"7": []}}, "'7' is not a weekday"),
        ({"weekly": {"mon": [], "monday": []}}, "given twice"),
        ({"closed_days": {"24.12.2025": ""}}, "'24.12.2025' is not a date"),
        ({"special_days": {"2025-12-27": []}}, "has no hours"),
        ({"special_days": ["2025-12-27"]}, "must be a table"),
        ({"holidays": {}}, "Unknown calendar entries: holidays"),
    ],
)
def test_mistakes_are_named(change, message):
    with pytest.raises(ValueError) as caught:
        WorkingHours.from_dict({**PLAIN, **change})
    assert message in str(caught.value)


def test_a_calendar_is_a_table():
    with pytest.raises(ValueError, match="must be a table"):
        WorkingHours.from_dict([PLAIN])
    with pytest.raises(ValueError, match="not 0"):
        WorkingHours("UTC", {7: []})


def test_holidays_of_a_state_are_more_than_those_of_its_country():
    country, state = holiday_dates("de", None, [2025]), holiday_dates("DE", "BY", [2025])
    assert date(2025, 10, 3) in country
    assert set(country) < set(state)
    assert date(2025, 6, 19) in state  # Corpus Christi
    assert holiday_dates("US", None, [2024, 2025])[date(2025, 7, 4)] == "Independence Day"
    assert list(holiday_dates("US", None, [2025, 2024])) == sorted(holiday_dates("US", None, [2024, 2025]))


def test_unknown_places_are_named():
    with pytest.raises(ValueError, match="country 'XX'"):
        holiday_dates("XX", None, [2025])
    with pytest.raises(ValueError, match=r"'ZZ' in DE\. Known there: BB"):
        holiday_dates("DE", "ZZ", [2025])
    assert "BY" in holiday_places()["DE"]


def test_the_library_of_holidays_is_loaded_only_when_asked():
    code = "import sys, regard.office.calendar; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": "src"}, check=False).returncode == 0
