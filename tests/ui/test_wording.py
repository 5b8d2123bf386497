"""Times, lengths and numbers in words."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.ui import wording

NOW = datetime(2025, 3, 4, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=26), "1 day ago"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=59, hours=23), "59 days ago"),
        (timedelta(days=61), "2 months ago"),
        (timedelta(days=400), "13 months ago"),
        (timedelta(days=731), "2 years ago"),
        (timedelta(seconds=-30), "in less than a minute"),
        (timedelta(hours=-2), "in 2 hours"),
        (timedelta(days=-1), "in 1 day"),
    ],
)
def test_ago(back: timedelta, words: str) -> None:
    assert wording.ago(NOW - back, NOW) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (7_800, "2 h 10 min"),
        (7_200, "2 h"),
        (86_400, "1 day"),
        (273_600, "3 days 4 h"),
        (41 * 86_400 + 3_600, "41 days"),
        (1_500 * 86_400, "1,500 days"),
        (-7_800, "minus 2 h 10 min"),
    ],
)
def test_duration(seconds: float, words: str) -> None:
    assert wording.duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "hours", "words"),
    [
        (5_400, 8.0, "1 h 30 min of working time"),
        (28_800, 8.0, "1 working day"),
        (43_200, 8.0, "1.5 working days"),
        (86_400, 8.0, "3 working days"),
        (27_000, 7.5, "1 working day"),
        (12.4 * 28_800, 8.0, "12 working days"),
        (-28_800, 8.0, "minus 1 working day"),
    ],
)
def test_working_duration(seconds: float, hours: float, words: str) -> None:
    assert wording.working_duration(seconds, hours) == words


@given(st.floats(0, 1e10), st.floats(0, 1e10))
def test_a_longer_time_never_reads_as_fewer_days(a: float, b: float) -> None:
    def days(words: str) -> int:
        return int(words.split(maxsplit=1)[0].replace(",", "")) if "day" in words else 0

    short, long = sorted((a, b))
    assert days(wording.duration(short)) <= days(wording.duration(long))


@pytest.mark.parametrize(
    ("share", "decimals", "words"),
    [
        (0, 0, "0%"),
        (1, 0, "100%"),
        (0.432, 0, "43%"),
        (0.432, 1, "43.2%"),
        (0.999, 0, "over 99%"),
        (0.9999, 1, "over 99.9%"),
        (0.001, 0, "under 1%"),
        (0.0001, 1, "under 0.1%"),
        (1.5, 0, "150%"),
    ],
)
def test_percent(share: float, decimals: int, words: str) -> None:
    assert wording.percent(share, decimals) == words


@given(st.floats(0, 1), st.integers(0, 3))
def test_only_all_is_all_and_only_none_is_none(share: float, decimals: int) -> None:
    words = wording.percent(share, decimals)
    bare = words.rstrip("%")
    if not words.startswith(("over", "under")):
        assert (float(bare) >= 100) == (share == 1)
        assert (float(bare) == 0) == (share == 0)


@pytest.mark.parametrize(
    ("hour", "words"), [(0, "12:05 AM"), (1, "1:05 AM"), (12, "12:05 PM"), (13, "1:05 PM"), (23, "11:05 PM")]
)
def test_clock(hour: int, words: str) -> None:
    assert wording.clock(NOW.replace(hour=hour)) == words


def test_day() -> None:
    assert wording.day(NOW) == "Mar 4, 2025"


def test_number() -> None:
    assert [wording.number(12_345), wording.number(12_345.67, 1), wording.number(-3)] == ["12,345", "12,345.7", "-3"]
