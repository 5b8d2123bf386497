"""Every check finds its way of gaming, is silent on the honest office, and says when it cannot tell."""

import dataclasses

import numpy as np
import pytest

from regard.goals.checks import CHECKS, Cases, Period, ask_all, ask_units, judge
from regard.goals.simulate import Office, simulate
from regard.goals.simulate_gamers import WAYS, game

OFFICE = Office(per_quarter=3000)
PERIOD = Period.ending(OFFICE.end)
JUDGED = [name for name in CHECKS if name != "guards"]


@pytest.fixture(scope="module")
def world():
    # One honest quarter in two hundred is called by chance; this is none of them.
    return simulate(OFFICE, seed=12)


@pytest.fixture(scope="module")
def honest(world):
    return world.cases()


@pytest.mark.parametrize("way", WAYS)
def test_finds_what_was_done_and_lists_its_cases(world, way):
    gamed = game(world, way, 0.06, seed=5)
    result = CHECKS[WAYS[way].check](gamed.cases(), PERIOD)
    assert result.can_tell
    assert result.worth_a_look, result
    assert result.says.startswith("Worth a look: ")
    assert result.interval[0] <= result.statistic <= result.interval[1]
    listed = np.array(result.cases)
    by_chance = gamed.changed[gamed["arrival"] > PERIOD.now[0]].mean()
    if way != "date_back":  # nothing tells a closing of the promised day from another
        assert gamed.changed[listed].mean() > 1.5 * by_chance


@pytest.mark.parametrize("check", JUDGED)
def test_is_silent_on_the_honest_office(honest, check):
    result = CHECKS[check](honest, PERIOD)
    assert result.can_tell
    assert not result.worth_a_look, result
    assert result.cases == ()


def test_never_accuses(world):
    for way in WAYS:
        for result in ask_all(game(world, way, 0.05, seed=2).cases(), PERIOD):
            words = f"{result}".lower()
            assert not any(word in words for word in ("gaming", "gamed", "cheat", "fraud", "manipul"))
            assert result.innocent
            assert result.look_next


@pytest.mark.parametrize("check", CHECKS)
class TestCannotTell:
    def test_in_an_empty_period(self, honest, check):
        result = CHECKS[check](honest, Period.ending(100 * OFFICE.end))
        assert (result.can_tell, result.n, result.p) == (False, 0, None)
        assert result.says == "Cannot tell: the period has no such cases."

    def test_from_nothing(self, check):
        result = CHECKS[check](Cases.of(arrival=[]), PERIOD)
        assert not result.can_tell

    def test_from_too_few(self, honest, check):
        few = honest.take(np.arange(len(honest)) % 100 == 0)
        result = CHECKS[check](few, PERIOD)
        assert not result.can_tell
        assert "are too few; 100 are needed" in result.says

    def test_about_one_giant_customer(self, honest, check):
        columns = honest.columns | {"customer": np.where(honest.customer % 2, 7, honest.customer)}
        result = CHECKS[check](dataclasses.replace(honest, columns=columns), PERIOD)
        assert not result.can_tell
        assert "one customer sent" in result.says

    def test_without_the_columns(self, check):
        arrival = np.linspace(0, OFFICE.end, 2000)
        result = CHECKS[check](Cases.of(arrival=arrival, closing=arrival + 5), PERIOD)
        assert not result.worth_a_look

    def test_without_a_baseline_it_says_so(self, honest, check):
        result = CHECKS[check](honest, Period(PERIOD.now))
        assert not result.worth_a_look
        assert "no baseline" in result.says

    def test_of_a_unit_that_was_split(self, honest, check):
        kept = (honest.closing < PERIOD.now[0]) | (np.arange(len(honest)) % 10 < 2)
        result = CHECKS[check](honest.take(kept), PERIOD)
        assert not result.worth_a_look
        assert "split, merged or renamed" in result.says or "no baseline" in result.says


@pytest.mark.parametrize("way", ["close_before_the_limit", "stop_the_clock", "close_and_reopen", "call_it_exempt"])
def test_sees_what_was_always_done(world, way):
    """The baseline was gamed too: differences see nothing, the comparison within the period does."""
    always = game(world, way, 0.06, seed=5, quarters=OFFICE.quarters)
    assert CHECKS[WAYS[way].check](always.cases(), PERIOD).worth_a_look


def test_an_honest_rush_is_no_finding():
    for seed in range(3):
        cases = simulate(Office(per_quarter=3000, rush=0.6), seed).cases()
        assert not CHECKS["bunching"](cases, PERIOD).worth_a_look


def test_units_are_judged_together(world, honest):
    gamed = game(world, "close_before_the_limit", 0.06, seed=5).cases()
    columns = {name: np.concatenate([honest.columns[name], gamed.columns[name]]) for name in honest.columns}
    columns["unit"] = np.repeat([1, 2], [len(honest), len(gamed)])
    both = Cases.of(None, honest.until, id=np.arange(len(columns["unit"])), **columns)
    found = ask_units(both, OFFICE.end)
    assert [result.check for result in found[1] if result.worth_a_look] == []
    assert "bunching" in [result.check for result in found[2] if result.worth_a_look]
    assert not any(result.worth_a_look for result in found[1] + found[2] if result.check == "guards")


def test_one_call_among_many_is_taken_back(honest):
    [result] = [r for r in ask_all(honest, PERIOD) if r.check == "bunching"]
    called = dataclasses.replace(result, p=0.004, floor_reached=True, worth_a_look=True, says="Worth a look: x")
    silent = dataclasses.replace(result, p=0.5, floor_reached=True)
    assert judge({1: [called]})[1][0].worth_a_look
    taken = judge({1: [called], **{unit: [silent] for unit in range(2, 30)}})[1][0]
    assert (taken.worth_a_look, taken.cases) == (False, ())
