"""Dutch environmental permits have a legal limit of 55 or 56 days and no strong bunching: the checks stay silent."""

import csv
from datetime import datetime

import numpy as np
import pytest

from regard.goals.checks import Cases, End, Period, ask_all, judge
from regard.goals.checks.asking import QUARTER
from regard.goals.checks.bunching import WIDTHS, bunching, crowding
from regard.goals.checks.result import ALPHA

pytestmark = pytest.mark.real_data


def hours(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() / 3600 if text else np.nan


def codes(words: list[str]) -> np.ndarray:
    return np.unique(words, return_inverse=True)[1]


@pytest.fixture(scope="module")
def permits(real_data) -> Cases:
    with (real_data / "dutch_permit_receipt" / "receipt.csv").open(newline="") as file:
        rows = list({row["case:concept:name"]: row for row in csv.DictReader(file)}.values())
    told = {
        name: np.array([hours(row[f"case:{name}"]) for row in rows]) for name in ("startdate", "enddate", "deadline")
    }
    arrival, closing = told["startdate"], told["enddate"]
    return Cases.of(
        id=[row["case:concept:name"] for row in rows],
        arrival=arrival,
        closing=closing,
        elapsed=closing - arrival,
        limit=told["deadline"] - arrival,
        promised=told["deadline"],
        promised_first=told["deadline"],
        counted_met=(closing <= told["deadline"]).astype(int),
        staff=codes([row["case:responsible"] for row in rows]),
        channel=codes([row["case:channel"] for row in rows]),
        first_channel=codes([row["case:channel"] for row in rows]),
        end=np.where(np.isnan(closing), int(End.OPEN), int(End.ANSWERED)),
    )


def test_the_permits_are_what_we_think(permits):
    days = permits.limit / 24
    assert len(permits) == 1434
    assert np.isnan(permits.closing).sum() == 105
    assert ((days > 54) & (days < 57)).mean() == pytest.approx(0.767, abs=0.001)


@pytest.mark.parametrize("width", WIDTHS[:2])
def test_the_permits_do_not_crowd_below_their_limit(permits, width):
    """Who came back is not recorded, so the second key says nothing: the first must not turn by itself.

    At the widest it does: closings thin out all the way from the 49th to the 63rd day. That is why there are two keys.
    """
    crowd = crowding(permits, width)
    assert crowd.p > ALPHA
    result = bunching(permits, Period((0.0, float(np.nanmax(permits.closing)) + 1)))
    assert not result.can_tell
    assert "nobody is recorded as coming back" in result.says


@pytest.mark.parametrize("quarters_back", range(4))
def test_the_permits_stay_silent_in_every_quarter_beside_those_before(permits, quarters_back):
    end = float(np.nanmax(permits.closing)) - quarters_back * QUARTER
    results = ask_all(permits, Period.ending(end, baseline=4 - quarters_back))
    assert [result.check for result in results if result.worth_a_look] == []


def test_the_permits_stay_silent_all_at_once_without_a_baseline(permits):
    everything = Period((0.0, float(np.nanmax(permits.closing)) + 1))
    results = judge({0: ask_all(permits, everything)})[0]
    assert [result.check for result in results if result.worth_a_look] == []
    assert [result.check for result in results if result.can_tell]
