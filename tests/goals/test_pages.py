"""The pages of goals: what they say, who may open them, and what they cost."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regard.goals import actions
from regard.goals.models import Goal, GoalSet
from tests.goals.conftest import AIDS, BACKEND, complete, drafted, guarded, service_goal

pytestmark = pytest.mark.django_db


def text(page: str) -> str:
    page = re.sub(r"<svg.*?</svg>|<script.*?</script>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("&#x27;", "'")


@pytest.fixture
def active(worked, draft) -> Goal:
    goal = complete(worked, draft)
    actions.activate(by=worked.bob, goal_set=draft)
    return goal


def test_the_list_shows_the_trifecta_and_what_is_missing(worked, draft, get):
    guarded(worked, service_goal(worked, draft))
    page = text(get(worked.alice, "/goals"))
    assert "Missing: a service goal never stands alone. Set a value or an orientation goal." in page
    assert page.index("Service") < page.index("Fence permits come sooner.") < page.index("Value")
    assert "Reduce by 15%" in page
    assert "Start a goal set" not in page  # Alice reads


def test_the_three_questions_show_what_is_known_and_make_goals_of_it(worked, draft, get, post):
    path = f"/goals/{draft.pk}/questions"
    page = text(get(worked.bob, path))
    assert "Fence permit: customers wait less long." in page
    assert re.search(r"Time to resolve: 4 days 22 h \(95% sure: .*?; n = 72\)", page), page
    assert "Street tree" not in page
    told = {"benefit": "We know the ground.", "take_benefit": ["job-aids"], "kind_benefit": "value",
            "take_problems": [f"time-to-resolve:{worked.fence.pk}"], "kind_problems": "service",
            "own_knowledge": "Every builder knows what comes next.", "kind_knowledge": "orientation"}  # fmt: skip
    page = text(post(worked.bob, path, told))
    assert "3 goals added to the draft." in page
    made = {goal.kind: goal for goal in draft.goals.all()}
    assert made["service"].baseline_n == 72
    assert (made["service"].form, made["service"].number) == ("reduce", 15)
    assert (made["value"].counted_as, made["value"].form) == ("job aids", "add")
    assert made["orientation"].statement == "Every builder knows what comes next."
    draft.refresh_from_db()
    assert draft.benefit == "We know the ground."


def test_the_three_questions_work_without_figures(cast, draft, get, settings, tmp_path):
    settings.FACTS_ROOT = tmp_path / "nothing"
    assert "There are no figures yet" in get(cast.bob, f"/goals/{draft.pk}/questions")


def test_refusals_lead_to_where_they_are_mended(worked, draft, get, post):
    goal = service_goal(worked, draft)
    path = f"/goals/{draft.pk}/activate"
    page = get(worked.bob, path)
    assert f'href="/goals/{draft.pk}/goal"' in page
    assert f'href="/goals/goal/{goal.pk}/gaming"' in page
    assert "Not activated" in post(worked.bob, path, {}, status=422)
    complete(worked, draft)
    guarded(worked, goal)
    assert "Nothing stands against it" in get(worked.bob, path)
    assert "The goal set is active." in post(worked.bob, path, {})


def test_a_goal_shows_before_now_and_target(worked, active, get):
    page = get(worked.alice, f"/goals/goal/{active.pk}")
    told = text(page)
    assert re.search(r"Before 4 days 22 h 95% sure: .*?; n = 72; January 2024 to December 2024", told), told
    assert re.search(r"Now 5 days 12 h 95% sure: .*?; n = 18; April 2025 to June 2025", told)
    assert "No better than before" in told
    assert "Reduce by 15% by Dec 31, 2025" in told
    assert "Reopened must not rise" in told
    assert "The way to the target" in told
    assert "<svg" in page
    assert "Can it be seen?" in told
    assert "Change in the open" not in told


def test_counts_by_hand_add_up(worked, active, get, post):
    aids = Goal.objects.get(counted_as="job aids")
    for day, value in (("2025-03-01", 4), ("2025-06-01", 3)):
        told = {"on": day, "value": value, "evidence": "The list."}
        assert "Entered." in post(worked.bob, f"/goals/goal/{aids.pk}/enter", told)
    assert "Now 7 job aids" in text(get(worked.bob, f"/goals/goal/{aids.pk}"))
    assert "Say what shows this" not in post(worked.bob, f"/goals/goal/{aids.pk}/enter", {"on": "2025-06-02"}, 422)


def test_a_changed_goal_says_so_on_its_page_its_set_and_its_review(worked, active, get, post):
    told = {"statement": active.statement, "number": "10", "reason": "The law changed."}
    assert "The change and its reason stay visible." in post(worked.bob, f"/goals/goal/{active.pk}/change", told)
    for path in (f"/goals/goal/{active.pk}", f"/goals/{active.goal_set_id}", f"/goals/{active.goal_set_id}/review"):
        assert "The law changed." in get(worked.alice, path)


def test_a_finding_is_kept_beside_its_guard(worked, active, get, post):
    guard = active.gamings.get().guards.get()
    path = f"/goals/goal/{active.pk}/found?guard={guard.pk}"
    assert 'value="Reopened must not rise"' in get(worked.bob, path)
    page = post(worked.bob, path, {"about": "Reopened must not rise", "found": "A form was unclear."})
    assert "A form was unclear." in page


def test_a_definition_that_changed_since_is_said(worked, active, get):
    Goal.objects.filter(pk=active.pk).update(fingerprint="another")
    assert "The definition of this measure changed since activation" in get(worked.bob, f"/goals/goal/{active.pk}")


def test_values_to_reach_are_typed_as_people_say_them(worked, draft, get, post):
    told = {"kind": "service", "statement": "Sooner.", "measure": "time-to-resolve", "form": "reach", "number": "4"}
    assert "How could it be gamed?" in post(worked.bob, f"/goals/{draft.pk}/goal", told)
    goal = Goal.objects.get()
    assert goal.number == 4 * 86_400
    assert 'value="4.0"' in get(worked.bob, f"/goals/goal/{goal.pk}/edit")
    post(worked.bob, f"/goals/goal/{goal.pk}/edit", {**told, "measure": "promises-kept", "number": "95"})
    goal.refresh_from_db()
    assert goal.number == 0.95


WRITING = ("/goals/new", "/goals/{set}/edit", "/goals/{set}/questions", "/goals/{set}/goal", "/goals/{set}/activate",
           "/goals/goal/{goal}/edit", "/goals/goal/{goal}/gaming")  # fmt: skip


def test_who_may_read_and_who_may_write(worked, draft, get):
    goal = service_goal(worked, draft)
    told = {"set": draft.pk, "goal": goal.pk}
    for path in WRITING:
        for person in (worked.bob, worked.goal_owner, worked.administrator):
            get(person, path.format(**told))
        for person in (worked.alice, worked.analyst, worked.contract_manager):
            get(person, path.format(**told), 403)
    for path in (f"/goals/{draft.pk}", f"/goals/goal/{goal.pk}", f"/goals/{draft.pk}/review"):
        for person in (worked.alice, worked.analyst, worked.records_officer):
            get(person, path)
        for person in (worked.dora, worked.charlie, worked.other_administrator):
            get(person, path, 404)
    assert "Permits 2025" not in get(worked.charlie, "/goals")


@pytest.mark.parametrize("path", ["/goals", "/goals/{}", "/goals/{}/review", "/goals/{}/activate"])
def test_thirty_goals_cost_what_one_costs(worked, client, path):
    few, many = drafted(worked), drafted(worked, title="Many")
    for goal_set, count in ((few, 1), (many, 30)):
        for n in range(count):
            guarded(worked, service_goal(worked, goal_set, statement=f"Sooner {n}."))
            actions.write_goal(by=worked.bob, goal_set=goal_set, **AIDS)
    client.force_login(worked.bob, backend=BACKEND)
    counts = []
    for goal_set in (few, many):
        client.get(path.format(goal_set.pk))  # what is kept is kept
        with CaptureQueriesContext(connection) as told:
            client.get(path.format(goal_set.pk))
        counts.append(len(told))
        if path == "/goals":
            GoalSet.objects.filter(pk=few.pk).update(first=date(2025, 2, 1))
    assert counts[0] == counts[1]
    assert counts[0] < 25


def test_older_goal_sets_are_a_page_away(cast, get):
    for n in range(25):
        drafted(cast, title=f"Set {n:02}")
    page = get(cast.bob, "/goals")
    older = re.search(r'rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")
    seen = re.findall(r"Set \d\d", text(page)) + re.findall(r"Set \d\d", text(get(cast.bob, f"/goals{older}")))
    assert seen == [f"Set {n:02}" for n in reversed(range(25))]
