"""Working time against a clock that is read minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.office.calendar import NeverOpenError, OpenSeconds, WorkingHours, open_seconds

MINUTE, HOUR, DAY = 60, 3600, 86_400
OFFICE = {day: [(time(8), time(12)), (time(13), time(17))] for day in range(5)}
BERLIN = WorkingHours("Europe/Berlin", OFFICE)
ALWAYS = {day: [(time(0), time(0))] for day in range(7)}

# Nine days from the first, each around a night when a clock jumps: forward, back, by half an hour, at midnight,
# by a whole day; and two places whose clocks never do.
WINDOWS = [
    ("Europe/Berlin", date(2025, 3, 26)),
    ("Europe/Berlin", date(2025, 10, 22)),
    ("America/New_York", date(2025, 3, 5)),
    ("America/New_York", date(2025, 10, 29)),
    ("Australia/Lord_Howe", date(2025, 4, 2)),
    ("Australia/Lord_Howe", date(2025, 10, 1)),
    ("America/Sao_Paulo", date(2018, 11, 1)),
    ("America/Sao_Paulo", date(2019, 2, 14)),
    ("Pacific/Apia", date(2011, 12, 26)),
    ("Asia/Kathmandu", date(2024, 2, 26)),
    ("UTC", date(1999, 12, 28)),
]
WINDOW_MINUTES = 9 * 24 * 60


def at(*parts: int, zone: str = "Europe/Berlin") -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone))


@cache
def wall_clock(zone: str, first: date) -> tuple[np.ndarray, np.ndarray]:
    """The local day (ordinal) and minute of the day at each UTC minute of a window."""
    begin = datetime.combine(first, time(0), UTC)
    shown = [(begin + timedelta(minutes=m)).astimezone(ZoneInfo(zone)) for m in range(WINDOW_MINUTES)]
    return np.array([s.toordinal() for s in shown]), np.array([s.hour * 60 + s.minute for s in shown])


def read_minute_by_minute(hours: WorkingHours, first: date) -> np.ndarray:
    """Whether each minute of the window is open, from the hours of its local day."""
    days, minutes = wall_clock(hours.zone, first)
    open_minutes = np.zeros(WINDOW_MINUTES, bool)
    for ordinal in np.unique(days):
        for opening, closing in hours.on(date.fromordinal(ordinal)):
            upto = closing.hour * 60 + closing.minute or 1440
            open_minutes |= (days == ordinal) & (minutes >= opening.hour * 60 + opening.minute) & (minutes < upto)
    return open_minutes


@st.composite
def spans(draw: st.DrawFn, least: int = 0) -> list[tuple[time, time]]:
    cuts = draw(st.lists(st.integers(0, 96), min_size=2 * least, max_size=6, unique=True).map(sorted))
    minutes = [cut * 15 for cut in cuts[: len(cuts) // 2 * 2]]
    clock = [time(m // 60 % 24, m % 60) for m in minutes]
    return list(zip(clock[::2], clock[1::2], strict=True))


@st.composite
def calendars(draw: st.DrawFn) -> tuple[WorkingHours, date]:
    zone, first = draw(st.sampled_from(WINDOWS))
    day = st.integers(0, 9).map(lambda n: first + timedelta(days=n))
    hours = WorkingHours(
        zone,
        weekly=draw(st.dictionaries(st.integers(0, 6), spans(), max_size=7)),
        closed_days=draw(st.dictionaries(day, st.just("closed"), max_size=2)),
        special_days=draw(st.dictionaries(day, spans(least=1), max_size=2)),
    )
    return hours, first


minutes_of_window = st.lists(st.integers(0, WINDOW_MINUTES), min_size=2, max_size=20)


@settings(max_examples=150, deadline=None)
@given(calendars(), minutes_of_window)
def test_working_time_is_what_the_wall_clock_shows(calendar, minutes):
    hours, first = calendar
    passed = np.concatenate([[0], np.cumsum(read_minute_by_minute(hours, first))])
    begin = np.datetime64(first, "us")
    instants = begin + np.array(minutes) * np.timedelta64(1, "m")
    expected = (passed[minutes] - passed[minutes[0]]) * MINUTE
    assert OpenSeconds(hours).between(instants[0], instants).tolist() == expected.tolist()


@settings(max_examples=100, deadline=None)
@given(calendars(), st.integers(0, WINDOW_MINUTES * MINUTE - 1), st.integers(0, 3 * DAY))
def test_due_time_is_the_first_instant_with_the_work_done(calendar, second, wanted):
    hours, first = calendar
    start = datetime.combine(first, time(0), UTC) + timedelta(seconds=second)
    office = OpenSeconds(hours)
    try:
        due = office.add_working(start, wanted)
    except NeverOpenError:
        assert not hours.weekly
        return
    assert office.working_seconds(start, due) == wanted
    if wanted:
        assert office.working_seconds(start, due - timedelta(microseconds=1)) < wanted
    else:
        assert due == start


@settings(max_examples=60, deadline=None)
@given(calendars(), st.integers(0, WINDOW_MINUTES - 1), st.integers(0, 12))
def test_due_day_is_the_close_of_the_nth_open_day(calendar, minute, days):
    hours, first = calendar
    start = datetime.combine(first, time(0), UTC) + timedelta(minutes=minute)
    office = OpenSeconds(hours)
    # The clock of the window tells where each open local day ends; days after it have the hours of the week.
    shown, _ = wall_clock(hours.zone, first)
    is_open = read_minute_by_minute(hours, first)
    begin = datetime.combine(first, time(0), UTC)
    today = start.astimezone(ZoneInfo(hours.zone)).toordinal()
    closes = {}
    for index in np.flatnonzero(is_open):
        closes[int(shown[index])] = begin + timedelta(minutes=int(index) + 1)
    after = [close for day, close in closes.items() if day > today or (days == 0 and day == today and close > start)]
    position = max(days - 1, 0)
    if position < len(after) - 1:  # the last open day may go on after the window
        assert office.add_working_days(start, days) == after[position]


@settings(max_examples=60, deadline=None)
@given(calendars(), st.integers(0, WINDOW_MINUTES - 1))
def test_next_opening_is_the_first_open_minute(calendar, minute):
    hours, first = calendar
    office, begin = OpenSeconds(hours), datetime.combine(first, time(0), UTC)
    start = begin + timedelta(minutes=minute)
    is_open = read_minute_by_minute(hours, first)
    assert office.is_open(start) == is_open[minute]
    later = np.flatnonzero(is_open[minute:])
    if later.size:
        assert office.next_opening(start) == start + timedelta(minutes=int(later[0]))


@settings(max_examples=60, deadline=None)
@given(
    calendars(),
    st.lists(st.tuples(st.integers(0, WINDOW_MINUTES), st.integers(0, WINDOW_MINUTES)), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 3), *[st.integers(-600, WINDOW_MINUTES + 600)] * 2), max_size=12),
)
def test_official_clock_leaves_out_every_paused_minute_once(calendar, cases, pauses):
    hours, first = calendar
    cases = [tuple(sorted(case)) for case in cases]
    pauses = [(case % len(cases), start, end) for case, start, end in pauses]
    is_open = read_minute_by_minute(hours, first)
    running = np.zeros((len(cases), WINDOW_MINUTES), bool)
    for row, (start, end) in zip(running, cases, strict=True):
        row[start:end] = is_open[start:end]
    for case, start, end in pauses:
        running[case, max(start, 0) : max(end, 0)] = False
    case, paused, resumed = (np.array(column, int) for column in zip(*pauses, strict=True)) if pauses else [[]] * 3
    begin, minute = np.datetime64(first, "us"), np.timedelta64(1, "m")
    moment = [begin + np.array(column, int) * minute for column in (*zip(*cases, strict=True), paused, resumed)]
    left = OpenSeconds(hours).working_seconds_less_pauses(moment[0], moment[1], case, moment[2], moment[3])
    assert left.tolist() == (running.sum(axis=1) * MINUTE).tolist()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 4 * 10**15), min_size=3, max_size=3).map(sorted), st.sampled_from([BERLIN]))
def test_working_time_adds_up_and_never_exceeds_elapsed(stamps, hours):
    first, middle, last = np.array(stamps)
    office = open_seconds(hours)
    whole, parts = office.between(first, last), office.between([first, middle], [middle, last])
    assert whole == pytest.approx(parts.sum(), abs=1e-5)
    assert 0 <= whole <= (last - first) / 1e6
    assert office.between(last, first) == -whole


def test_even_slots_answer_as_the_search_does():
    hours = WorkingHours("America/New_York", OFFICE, {date(2024, 7, 4): ""}, {date(2024, 7, 6): [(time(9), time(11))]})
    office = OpenSeconds(hours)
    stamps = np.random.default_rng(1).integers(-1_500_000_000_000_000, 1_800_000_000_000_000, 20_000)
    table = office._cover(int(stamps.min()), int(stamps.max()))
    edges = np.concatenate([table.boundaries, table.boundaries - 1, table.boundaries + 1, [table.low, table.high - 1]])
    stamps = np.concatenate([stamps, edges[(edges >= table.low) & (edges < table.high)]])
    assert table.grid is not None
    assert np.array_equal(table.at(stamps), table.searched(stamps))


def test_one_stray_stamp_of_another_century_does_not_cost_the_slots():
    office = OpenSeconds(BERLIN)
    office.at(np.array(["1900-01-01", "2199-12-31"], "datetime64[us]"))
    grid = office._table.grid
    assert grid is not None
    assert grid.base.size * grid.width >= 60 * 365 * DAY * 1_000_000


def test_hours_off_the_quarter_are_searched_instead():
    odd = WorkingHours("UTC", {0: [(time(8, 0, 7), time(17, 3, 1))]})
    table = OpenSeconds(odd)._table
    assert table.grid is None
    day = np.datetime64("2000-01-03")
    assert OpenSeconds(odd).between(day, day + 1) == 9 * HOUR + 3 * MINUTE - 6
    assert OpenSeconds(odd).between(np.full(5000, day), day + 1)[-1] == 9 * HOUR + 3 * MINUTE - 6


@pytest.mark.parametrize(("day", "expected"), [("2025-03-30", 23), ("2025-10-26", 25), ("2025-06-01", 24)])
def test_an_office_that_never_closes_works_as_long_as_the_day_lasts(day, expected):
    office = OpenSeconds(WorkingHours("Europe/Berlin", ALWAYS))
    start = datetime.combine(date.fromisoformat(day), time(0), ZoneInfo("Europe/Berlin"))
    end = datetime.combine(start.date() + timedelta(days=1), time(0), start.tzinfo)
    assert office.working_seconds(start, end) == expected * HOUR
    assert office.next_opening(start) == start
    assert office.add_working(start, expected * HOUR) == end


@pytest.mark.parametrize(("day", "expected"), [("2025-03-30", 1), ("2025-10-26", 3), ("2025-06-01", 2)])
def test_the_night_the_clock_jumps_counts_what_the_clock_shows(day, expected):
    night = {weekday: [(time(1), time(3))] for weekday in range(7)}
    start = datetime.combine(date.fromisoformat(day), time(0), ZoneInfo("Europe/Berlin"))
    office = OpenSeconds(WorkingHours("Europe/Berlin", night))
    assert office.working_seconds(start, start + timedelta(hours=12)) == expected * HOUR


def test_work_that_fills_the_day_is_due_at_closing_time():
    office = OpenSeconds(BERLIN)
    assert office.add_working(at(2025, 6, 2, 8), 8 * HOUR) == at(2025, 6, 2, 17)
    assert office.add_working(at(2025, 6, 2, 8), 8 * HOUR + 1) == at(2025, 6, 3, 8, 0, 1)
    assert office.add_working(at(2025, 6, 6, 20), 0) == at(2025, 6, 6, 20)
    assert office.add_working(at(2025, 6, 6, 20), 0.5) == at(2025, 6, 9, 8) + timedelta(seconds=0.5)


def test_the_day_of_arrival_is_not_counted():
    office = OpenSeconds(BERLIN)
    friday = at(2025, 6, 6, 7)
    assert office.add_working_days(friday, 1) == at(2025, 6, 9, 17)
    assert office.add_working_days(friday, 0) == at(2025, 6, 6, 17)
    assert office.add_working_days(at(2025, 6, 6, 18), 0) == at(2025, 6, 9, 17)
    assert office.add_working_days(at(2025, 6, 6, 17), 0) == at(2025, 6, 9, 17)
    assert office.add_working_days(at(2025, 6, 7, 12), 5) == at(2025, 6, 13, 17)


def test_a_holiday_declared_late_is_another_version():
    mourning = BERLIN.with_closed_days({date(2025, 6, 3): "Day of mourning"})
    assert mourning.digest != BERLIN.digest
    before, after = OpenSeconds(BERLIN), OpenSeconds(mourning)
    start = at(2025, 6, 2, 16)
    assert before.add_working(start, 2 * HOUR) == at(2025, 6, 3, 9)
    assert after.add_working(start, 2 * HOUR) == at(2025, 6, 4, 9)
    assert (
        before.working_seconds(start, at(2025, 6, 4, 9)) - after.working_seconds(start, at(2025, 6, 4, 9)) == 8 * HOUR
    )
    assert before.working_seconds(at(2025, 6, 4, 0), at(2025, 7, 1)) == after.working_seconds(
        at(2025, 6, 4, 0), at(2025, 7, 1)
    )


def test_special_hours_win_over_a_holiday():
    day = date(2025, 6, 9)
    hours = WorkingHours("Europe/Berlin", OFFICE, {day: "Whit Monday"}, {day: [(time(10), time(0))]})
    assert OpenSeconds(hours).working_seconds(at(2025, 6, 9, 0), at(2025, 6, 10, 0)) == 14 * HOUR


def test_a_calendar_without_hours_counts_nothing_and_says_so():
    office = OpenSeconds(WorkingHours("UTC"))
    start = datetime(2025, 1, 1, tzinfo=UTC)
    assert office.working_seconds(start, start + timedelta(days=1000)) == 0
    assert office.at(np.array([start.replace(tzinfo=None)], "datetime64[us]")).tolist() == [0]
    assert office.next_opening(start) is None
    assert not office.is_open(start)
    assert office.add_working(start, 0) == start
    for attempt in (lambda: office.add_working(start, 1), lambda: office.add_working_days(start, 1)):
        with pytest.raises(NeverOpenError, match="check its weekly hours"):
            attempt()
    assert np.isnat(office.due_times([start], 60)).all()
    assert np.isnat(office.due_days([start], 1)).all()


def test_a_calendar_that_opened_once_is_not_searched_for_ever():
    office = OpenSeconds(WorkingHours("UTC", special_days={date(2025, 3, 1): [(time(9), time(10))]}))
    before, after = datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 3, 2, tzinfo=UTC)
    assert office.next_opening(before) == datetime(2025, 3, 1, 9, tzinfo=UTC)
    assert office.add_working(before, HOUR) == datetime(2025, 3, 1, 10, tzinfo=UTC)
    assert office.add_working_days(before, 1) == datetime(2025, 3, 1, 10, tzinfo=UTC)
    assert office.next_opening(after) is None
    for attempt in (lambda: office.add_working(before, HOUR + 1), lambda: office.add_working_days(before, 2)):
        with pytest.raises(NeverOpenError):
            attempt()


def test_more_work_than_two_centuries_hold_has_no_due_time():
    with pytest.raises(NeverOpenError):
        OpenSeconds(BERLIN).add_working(at(2025, 1, 1), 1e10)
    with pytest.raises(NeverOpenError):
        OpenSeconds(BERLIN).add_working(at(2025, 1, 1), float("inf"))


def test_a_table_grown_later_answers_as_one_made_at_once():
    grown, fresh = OpenSeconds(BERLIN), OpenSeconds(BERLIN)
    recent = np.array(["2025-05-05T10:00"], "datetime64[us]")
    early = grown.at(recent)
    old = grown.at(np.array(["1931-02-03T10:00", "2099-12-31T10:00"], "datetime64[us]"))
    assert grown.at(recent) == early
    assert fresh.at(np.array(["1931-02-03T10:00", "2099-12-31T10:00"], "datetime64[us]")).tolist() == old.tolist()
    assert old[0] < 0 < early[0] < old[1]
    assert open_seconds(BERLIN) is open_seconds(WorkingHours("Europe/Berlin", OFFICE))


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "Pacific/Auckland", "Pacific/Kiritimati"])
def test_the_edges_of_a_table_are_open_too(zone):
    office = OpenSeconds(WorkingHours(zone, ALWAYS))
    for day in ("2000-01-01", "2000-12-31", "1950-01-01", "2199-12-31"):
        whole = np.datetime64(day, "us") + np.array([0, 23, 24]) * np.timedelta64(1, "h")
        stamps = whole[:2] if day == "2199-12-31" else whole
        assert np.diff(office.at(stamps)).tolist() == [23 * HOUR, HOUR][: stamps.size - 1]
        assert office._table.last_year <= 2199


def test_what_cannot_be_told_is_not_a_number():
    office = OpenSeconds(BERLIN)
    odd = np.array(["0001-01-01", "9999-12-31", "NaT", "2025-06-02T10:00"], "datetime64[us]")
    assert np.isnan(office.at(odd)).tolist() == [True, True, True, False]
    assert np.isnan(office.between(odd, odd[3])).tolist() == [True, True, True, False]
    assert np.isnan(office.between(odd[3], odd)).tolist() == [True, True, True, False]
    assert np.isnat(office.due_times(odd, 60)).tolist() == [True, True, True, False]
    assert np.isnat(office.due_days(odd, 1)).tolist() == [True, True, True, False]
    assert np.isnat(office.due_times(odd[3:], [np.nan])).all()
    assert office.at([]).size == office.between([], []).size == 0


def test_instants_may_be_of_any_unit_and_shape():
    office = OpenSeconds(BERLIN)
    start, end = at(2025, 6, 2, 7), at(2025, 6, 3, 7)
    expected = office.working_seconds(start, end)
    for unit in ("s", "ms", "us", "ns"):
        stamps = (
            np.array([[start.timestamp(), end.timestamp()]])
            .astype("int64")
            .astype("datetime64[s]")
            .astype(f"M8[{unit}]")
        )
        assert np.diff(office.at(stamps)).tolist() == [[expected]]
    assert office.between([start, None], [end, end]).tolist() == pytest.approx([expected, np.nan], nan_ok=True)
    assert office.between(np.int64(start.timestamp() * 1e6), np.int64(end.timestamp() * 1e6)) == expected


def test_instants_that_are_none_are_refused():
    office = OpenSeconds(BERLIN)
    with pytest.raises(ValueError, match="no time zone"):
        office.working_seconds(datetime(2025, 1, 1), at(2025, 1, 2))
    with pytest.raises(ValueError, match="no time zone"):
        office.at([datetime(2025, 1, 1)])
    with pytest.raises(ValueError, match="1900 to 2199"):
        office.is_open(datetime(9999, 1, 1, tzinfo=UTC))
    with pytest.raises(TypeError, match="float64"):
        office.at([1.5])
    with pytest.raises(ValueError, match="negative"):
        office.add_working(at(2025, 1, 1), -1)
    for days in (-1, 1.5):
        with pytest.raises(ValueError, match="whole numbers"):
            office.add_working_days(at(2025, 1, 1), days)


def test_pauses_that_do_not_fit_are_refused_or_told():
    office = OpenSeconds(BERLIN)
    start, end = np.array(["2025-06-02T06", "2025-06-03T06"], "M8[us]"), np.array(["2025-06-02T10", "NaT"], "M8[us]")
    with pytest.raises(ValueError, match="outside the 2 given"):
        office.paused_seconds(start, end, [2], start[:1], end[:1])
    with pytest.raises(ValueError, match="one length"):
        office.paused_seconds(start, end, [0], start, end)
    # Still paused at the end; unknown start of a pause; unknown end of the case.
    left = office.working_seconds_less_pauses(start, end, [0], np.array(["2025-06-02T08"], "M8[us]"), end[1:])
    assert left.tolist() == pytest.approx([2 * HOUR, np.nan], nan_ok=True)
    assert np.isnan(office.working_seconds_less_pauses(start, end, [0], end[1:], start[:1])[0])


def test_many_due_times_agree_with_each_alone():
    office, rng = OpenSeconds(BERLIN), np.random.default_rng(5)
    starts = rng.integers(1_700_000_000, 1_760_000_000, 200).astype("M8[s]")
    seconds, days = rng.integers(0, 200 * HOUR, 200), rng.integers(0, 30, 200)
    many, many_days = office.due_times(starts, seconds), office.due_days(starts, days)
    for start, wanted, count, due, due_day in zip(starts, seconds, days, many, many_days, strict=True):
        alone = start.astype(datetime).replace(tzinfo=UTC)
        assert office.add_working(alone, float(wanted)) == due.astype(datetime).replace(tzinfo=UTC)
        assert office.add_working_days(alone, int(count)) == due_day.astype(datetime).replace(tzinfo=UTC)
