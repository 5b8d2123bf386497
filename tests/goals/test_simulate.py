"""The simulated office is the same for the same seed, is what it was asked to be, and is gamed only where told."""

import dataclasses

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.goals.checks import End
from regard.goals.checks.asking import QUARTER
from regard.goals.commands import simulate as command
from regard.goals.simulate import Office, _queue, simulate
from regard.goals.simulate_gamers import WAYS, game

SMALL = Office(per_quarter=1000, quarters=3)


@pytest.fixture(scope="module")
def world():
    return simulate(SMALL, seed=3)


def test_the_same_seed_makes_the_same_office(world):
    again = simulate(SMALL, seed=3)
    other = simulate(SMALL, seed=4)
    assert all(np.array_equal(world[name], again[name], equal_nan=True) for name in world.columns)
    assert len(other) != len(world) or not np.array_equal(world["elapsed"], other["elapsed"])


def test_is_as_asked():
    office = Office(per_quarter=20_000, quarters=2, breaches=0.2, limit=30.0, season=0.0)
    world = simulate(office, seed=1)
    first = world["arrival"] < QUARTER
    assert (world["elapsed"][first] > 30).mean() == pytest.approx(0.2, abs=0.001)
    assert first.sum() == pytest.approx(20_000 * 1.02, rel=0.03)
    assert np.all(np.diff(world["arrival"]) >= 0)
    assert np.all(world["closing"] >= world["arrival"])


def test_records_know_nothing_of_what_is_after_them(world):
    cases = world.cases()
    assert np.nanmax(cases.closing) <= cases.until
    assert np.nanmax(cases.recontact_at) <= cases.until
    assert np.array_equal(cases.end == End.OPEN, np.isnan(cases.closing) & (cases.end != End.GONE))


def test_two_more_people_shorten_the_queue_and_change_nothing_else():
    office = Office(per_quarter=2000, quarters=2, people_differ=0.0)
    usual = simulate(office, seed=2)
    more = simulate(dataclasses.replace(office, staff=office.people + 2, latency_scale=usual.latency_scale), seed=2)
    assert np.array_equal(usual["arrival"], more["arrival"])
    assert more.waited_in_queue.mean() < usual.waited_in_queue.mean() / 2
    assert (more["elapsed"] <= office.limit).mean() > (usual["elapsed"] <= office.limit).mean()


@given(
    gaps=st.lists(st.floats(0, 10), min_size=1, max_size=40),
    handling=st.floats(0.1, 5),
    people=st.integers(1, 5),
)
@settings(max_examples=60, deadline=None)
def test_the_queue_serves_in_order_and_nobody_twice_at_once(gaps, handling, people):
    arrival = np.cumsum(gaps)
    takes = np.full(len(arrival), handling)
    wait, by = _queue(arrival, takes, people)
    start = arrival + wait
    assert np.all(wait >= 0)
    assert np.all(np.diff(start) >= -1e-9)
    for person in range(people):
        own = start[by == person]
        assert np.all(np.diff(own) >= handling - 1e-9)


@pytest.mark.parametrize("way", WAYS)
def test_only_the_last_quarter_is_changed_and_only_a_share(world, way):
    before = {name: values.copy() for name, values in world.columns.items()}
    gamed = game(world, way, 0.03, seed=1)
    assert all(np.array_equal(world[name], values, equal_nan=True) for name, values in before.items())
    last = world["arrival"] >= SMALL.end - QUARTER
    n = len(world)
    for name, values in before.items():
        assert np.array_equal(gamed[name][:n][~last], values[~last], equal_nan=True), name
    differs = np.zeros(n, bool)
    for name, values in before.items():
        now = gamed[name][:n]
        differs |= (now != values) & ~(np.isnan(now.astype(float)) & np.isnan(values.astype(float)))
    assert differs.sum() <= 0.03 * last.sum() + 1
    assert gamed.changed.sum() > 0


def test_the_command_answers_what_more_people_would_do():
    done = CliRunner().invoke(command, ["--cases", "600", "--extra-staff", "2"])
    assert done.exit_code == 0, done.output
    usual, more = done.output.splitlines()[:2]
    assert "people: " in usual
    assert "people, 2 more: " in more
    assert "Nothing stands out" in done.output


def test_the_command_shows_what_a_way_does():
    told = ["--cases", "5000", "--way", "stop_the_clock", "--share", "0.05"]
    done = CliRunner().invoke(command, told)
    assert done.exit_code == 0, done.output
    assert "! Clocks stopped near the limit: Worth a look: " in done.output


@pytest.mark.parametrize("told", [["--cases", "3"], ["--share", "2"], ["--limit", "0"], ["--staff", "0"]])
def test_the_command_refuses_what_is_no_office(told):
    done = CliRunner().invoke(command, told)
    assert done.exit_code != 0
    assert "Give --" in str(done.exception) or "An office needs" in str(done.exception)
