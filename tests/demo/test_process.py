"""The life of the county: rhythm, seasons, a backlog, promises broken and moved, and what failing brings about."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from statistics import median

import pytest

from regard.demo import population
from regard.demo.cases import state_after
from regard.demo.contacts import contacts
from regard.demo.county import County
from regard.demo.process import happen

START, END = date(2025, 5, 16), date(2026, 11, 15)


@pytest.fixture(scope="module")
def world():
    county = County(START, END)
    return happen(2, county, population.build(2, 4000, START, END), 4000)


def every(world):
    return [case for cases in world.cases.values() for case in cases]


def test_events_are_in_order_and_begin_with_the_receipt(world):
    for case in every(world):
        times = [event.at for event in case.events]
        assert times == sorted(times)
        assert not case.events or case.events[0].kind == "received"
        assert all(event.at <= world.county.now for event in case.events)


def test_snow_falls_in_winter_and_nobody_calls_on_sundays(world):
    snow = [case for case in every(world) if case.service.code == "SNOW"]
    assert snow
    assert all(case.opened.month in {10, 11, 12, 1, 2, 3, 4} for case in snow)
    days = Counter((case.channel, case.opened.weekday()) for case in world.cases["requests"])
    assert days["phone", 6] == 0 < days["web", 6]
    assert days["phone", 0] > days["phone", 4]


def test_counters_are_shut_on_holidays_and_nights(world):
    for case in world.cases["walk_ins"]:
        assert case.opened.date() not in world.county.holidays
        assert 8 <= case.opened.hour < 19


def test_work_grows_and_moves_to_the_app(world):
    requests = world.cases["requests"]
    half = len(requests) // 2
    early, late = (Counter(case.channel for case in part) for part in (requests[:half], requests[half:]))
    assert late["app"] / half > early["app"] / half
    assert late["phone"] < early["phone"]


def test_a_backlog_builds_up_where_examiners_left(world):
    durations = defaultdict(list)
    for case in world.cases["permits"]:
        end = case.first("resolved")
        if end and case.service.code == "DECK":
            durations[case.opened.date() > START + timedelta(days=390)].append((end.at - case.opened).days)
    assert median(durations[True]) > 1.3 * median(durations[False])


def test_open_cases_are_of_all_ages(world):
    ages = [(END - case.opened.date()).days for case in every(world) if case.state() == "open"]
    assert 0.005 < len(ages) / 4000 < 0.06
    assert min(ages) < 14
    assert max(ages) > 270


def test_promises_are_kept_broken_and_moved(world):
    promised = [case for case in world.cases["requests"] if case.due]
    broken = [case for case in promised if (end := case.first("resolved")) and end.at > case.due]
    moved = [case for case in promised if case.first("promise_moved")]
    assert 0.06 < len(broken) / len(promised) < 0.3
    assert 0.01 < len(moved) / len(promised) < 0.12
    assert all(case.first("promise_moved").note.split("|")[0] for case in moved)
    assert any(case.due is None for case in world.cases["requests"])


def test_every_kind_of_event_happens(world):
    kinds = Counter(event.kind for case in every(world) for event in case.events)
    assert min(kinds[kind] for kind in ("transferred", "reopened", "withdrawn", "paused", "resumed")) > 20


def test_handed_on_cases_end_where_they_were_sent(world):
    handed = [case for case in every(world) if case.first("transferred")]
    assert all(case.unit == case.last("transferred").note != case.first_unit for case in handed)


def test_late_cases_bring_calls(world):
    asking = Counter(one.case.number for found in contacts(world).values() for one in found if one.about == "status")
    by_late = defaultdict(list)
    for case in world.cases["requests"]:
        end = case.first("resolved")
        if case.due and end:
            by_late[end.at > case.due].append(asking[case.number])
    late, in_time = (sum(found) / len(found) for found in (by_late[True], by_late[False]))
    assert late > 5 * in_time


def test_contacts_have_a_case_or_a_question(world):
    for channel, found in contacts(world).items():
        assert found, channel
        assert [one.at for one in found] == sorted(one.at for one in found)
        assert all((one.case is None) == (one.about == "question") for one in found)


def test_people_who_left_take_no_new_work(world):
    gone = {one.id: one.left for one in world.county.staff if one.left}
    assert gone
    for case in world.cases["permits"]:
        for event in case.events[:2]:
            assert event.who not in gone or event.at.date() < gone[event.who] + timedelta(days=31)


def test_the_fold():
    assert state_after([]) == "open"
    assert state_after(["received", "paused"]) == "paused"
    assert state_after(["received", "resolved", "closed", "reopened"]) == "open"
    assert state_after(["received", "withdrawn"]) == "withdrawn"


def test_who_comes_after_the_last_closing_time_is_not_known_yet():
    friday = date(2026, 11, 13)
    county = County(date(2026, 11, 9), friday)
    world = happen(4, county, population.build(4, 500, county.start, friday), 2000)
    late = [case for case in world.cases["walk_ins"] if case.opened.date() > friday]
    assert late
    assert not any(case.events for case in late)
