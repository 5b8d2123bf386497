"""Writing goals, what activation refuses, what it freezes, and that later changes stay visible."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from regard.goals import actions
from regard.goals.models import Change, Entry, Finding, Goal, GoalSet, Guard
from regard.goals.refusals import refusals
from regard.measures.engine import fingerprint
from regard.records.models import AuditEntry
from tests.goals.conftest import AIDS, complete, drafted, guarded, service_goal, whole

pytestmark = pytest.mark.django_db


def words(goal_set: GoalSet) -> list[str]:
    return [refusal.words for refusal in refusals(whole(goal_set))]


def refused(goal_set: GoalSet, by) -> str:
    with pytest.raises(ValidationError) as found:
        actions.activate(by=by, goal_set=goal_set)
    goal_set.refresh_from_db()
    assert goal_set.state == "draft"
    return " ".join(found.value.messages)


# --- baselines


def test_the_baseline_is_computed_on_the_spot(worked, draft):
    goal = service_goal(worked, draft)
    assert (goal.baseline_first, goal.baseline_last) == (date(2024, 1, 1), date(2024, 12, 1))
    assert goal.baseline_n == 12 * 6  # every second case of permits is about a fence
    assert 4 * 86_400 < goal.baseline_low < goal.baseline < goal.baseline_high < 7 * 86_400


def test_counts_are_told_a_month_with_their_scatter(worked, draft):
    goal = service_goal(worked, draft, measure="cases-received", form="increase", number=12)
    assert (goal.baseline, goal.baseline_n) == (6, 72)
    assert goal.dispersion == 0
    alone = service_goal(worked, draft, measure="cases-received", service=None, form="increase", number=12)
    assert alone.baseline == 12


def test_a_set_of_the_office_counts_all_its_units_and_a_part_one(worked):
    office = drafted(worked, unit=worked.office)
    told = {"measure": "cases-received", "service": None, "form": "increase", "number": 12}
    assert service_goal(worked, office, **told).baseline == 12 + 3
    assert service_goal(worked, office, **told, part=worked.roads).baseline == 3


def test_without_facts_there_is_no_baseline_and_activation_says_so(cast, draft, settings, tmp_path):
    settings.FACTS_ROOT = tmp_path / "nothing"
    goal = complete(cast, draft)
    assert goal.baseline is None
    assert "There is no baseline to change from" in refused(draft, cast.bob)


def test_another_period_computes_baselines_anew(worked, draft):
    goal = complete(worked, draft)
    before = goal.baseline_last
    actions.change_set(by=worked.bob, goal_set=draft, unit=worked.permits, title="Permits", owner=worked.bob,
                       first=date(2025, 6, 1), last=date(2026, 5, 31))  # fmt: skip
    goal.refresh_from_db()
    assert (before, goal.baseline_last) == (date(2024, 12, 1), date(2025, 5, 1))
    assert Guard.objects.get().baseline_last == date(2025, 5, 1)


# --- what is refused while writing


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"statement": " "}, "statement"),
        ({"kind": "profit"}, "kind"),
        ({"measure": "nothing"}, "measure"),
        ({"measure": "feedback-scores"}, "measure"),
        ({"form": "double"}, "form"),
        ({"form": "reduce", "number": 120}, "number"),
        ({"form": "at_least", "number": 5}, "form"),
        ({"form": "share", "number": 5, "counted_as": "meetings", "measure": ""}, "group"),
        ({"due": date(2024, 1, 1)}, "due"),
        ({"measure": "reopened", "form": "reach", "number": 1.2}, "form"),
    ],
)
def test_a_goal_that_makes_no_sense_is_refused_beside_its_field(worked, draft, told, name):
    with pytest.raises(ValidationError) as found:
        service_goal(worked, draft, **told)
    assert list(found.value.message_dict) == [name]
    assert not Goal.objects.exists()


def test_what_belongs_to_another_office_is_refused(worked, draft):
    for told in ({"service": worked.other_service}, {"part": worked.other_office}, {"owner": worked.charlie}):
        with pytest.raises(ValidationError):
            service_goal(worked, draft, **told)
    with pytest.raises(ValidationError):
        drafted(worked, owner=worked.charlie)


# --- activation


def test_a_lone_service_goal_is_refused_in_plain_words(worked, draft):
    guarded(worked, service_goal(worked, draft))
    (told,) = words(draft)
    assert told == (
        "A service goal stands alone. It can be met by serving people worse: set a value goal (what customers "
        "gain) or an orientation goal (what they need in the long run) beside it."
    )
    assert "A service goal stands alone." in refused(draft, worked.bob)


@pytest.mark.parametrize("kind", ["value", "orientation"])
def test_either_other_kind_stands_beside_it(worked, draft, kind):
    guarded(worked, service_goal(worked, draft))
    actions.write_goal(by=worked.bob, goal_set=draft, **{**AIDS, "kind": kind})
    assert words(draft) == []
    assert actions.activate(by=worked.bob, goal_set=draft).state == "active"


def test_a_service_goal_says_how_it_could_be_gamed_and_what_guards_it(worked, draft):
    goal = service_goal(worked, draft)
    actions.write_goal(by=worked.bob, goal_set=draft, **AIDS)
    assert "name a way in which it could be met while customers are worse off" in refused(draft, worked.bob)
    gaming = actions.add_gaming(by=worked.bob, goal=goal, way="own", words="We answer the phone and hang up.")
    assert words(draft) == [
        "“Fence permits come sooner.”: nothing guards against this way: We answer the phone and hang up."
    ]
    actions.set_guards(by=worked.bob, gaming=gaming, guards=["contacts-received:higher"])
    assert words(draft) == []


def test_a_goal_needs_a_measure_a_number_and_a_time_frame(worked, draft):
    actions.write_goal(by=worked.bob, goal_set=draft, kind="value", statement="Better.")
    assert words(draft) == [
        "“Better.”: nothing measures it. Choose a measure, or say what is counted by hand.",
        "“Better.”: it has no number to reach. Say how much.",
    ]
    with pytest.raises(ValidationError, match="after the first"):
        drafted(worked, last=date(2025, 1, 1))


def test_an_empty_set_is_refused(cast, draft):
    assert "There is no goal in this set." in refused(draft, cast.bob)


def test_activation_freezes_definitions_and_drafts_are_over(worked, draft):
    goal = complete(worked, draft)
    actions.activate(by=worked.bob, goal_set=draft)
    goal.refresh_from_db()
    assert goal.fingerprint == fingerprint("time-to-resolve")
    assert Guard.objects.get().fingerprint == fingerprint("reopened")
    with pytest.raises(ValidationError, match="not a draft any more"):
        service_goal(worked, draft)
    with pytest.raises(ValidationError, match="not a draft any more"):
        actions.remove_goal(by=worked.bob, goal=goal)
    with pytest.raises(ValidationError, match="not a draft any more"):
        actions.activate(by=worked.bob, goal_set=draft)


def test_two_definitions_never_share_a_fingerprint():
    assert len({fingerprint(slug) for slug in ("reopened", "withdrawn", "transferred", "time-to-resolve")}) == 4


# --- after activation


@pytest.fixture
def active(worked, draft):
    goal = complete(worked, draft)
    actions.activate(by=worked.bob, goal_set=draft)
    return goal


def change(goal: Goal, by, **told) -> Goal:
    usual = {"statement": goal.statement, "number": goal.number, "due": goal.due, "owner": goal.owner}
    return actions.change_active(by=by, goal=goal, **{**usual, "reason": "The law changed.", **told})


def test_a_change_in_the_open_stays_visible(worked, active):
    changed = change(active, worked.bob, number=10)
    assert changed.number == 10
    (kept,) = Change.objects.all()
    assert (kept.what, kept.before, kept.after, kept.reason) == ("number", "15", "10", "The law changed.")
    with pytest.raises(DatabaseError), transaction.atomic():
        Change.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Change.objects.update(reason="another")


def test_a_change_without_a_reason_or_without_a_change_is_refused(worked, active):
    for told in ({"number": 10, "reason": " "}, {}):
        with pytest.raises(ValidationError):
            change(active, worked.bob, **told)
    with pytest.raises(ValidationError):
        change(active, worked.bob, number=300)
    assert not Change.objects.exists()


def test_guards_taken_away_later_are_still_shown(worked, active):
    gaming = active.gamings.get()
    with pytest.raises(ValidationError, match="Say why"):
        actions.set_guards(by=worked.bob, gaming=gaming, guards=["withdrawn:higher"])
    why = "Nobody reopens here."
    standing = actions.set_guards(by=worked.bob, gaming=gaming, guards=["withdrawn:higher"], reason=why)
    assert [guard.measure for guard in standing] == ["withdrawn"]
    assert Guard.objects.get(measure="reopened").dropped_at is not None
    told = list(Change.objects.order_by("id").values_list("before", "after", "reason"))
    assert told == [("", "Withdrawn must not rise", why), ("Reopened must not rise", "", why)]
    with pytest.raises(ValidationError):
        actions.remove_gaming(by=worked.bob, gaming=gaming)


def test_values_by_hand_need_evidence_and_a_day_of_the_period(worked, active):
    aids = Goal.objects.get(counted_as="job aids")
    told = {"goal": aids, "value": 4, "evidence": "The list of March."}
    with pytest.raises(ValidationError):
        actions.enter_value(by=worked.bob, **{**told, "evidence": ""}, on=date(2025, 3, 1))
    for day in (date(2024, 12, 31), date(2025, 7, 11)):
        with pytest.raises(ValidationError):
            actions.enter_value(by=worked.bob, **told, on=day)
    with pytest.raises(ValidationError, match="measured by Regard"):
        actions.enter_value(by=worked.bob, **{**told, "goal": active}, on=date(2025, 3, 1))
    actions.enter_value(by=worked.bob, **told, on=date(2025, 3, 1))
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.update(value=40)


def test_findings_are_kept_and_an_ended_set_is_closed(worked, active):
    guard = Guard.objects.get()
    told = {"goal_set": active.goal_set, "goal": active, "guard": guard, "about": "Reopened"}
    with pytest.raises(ValidationError):
        actions.record_finding(by=worked.bob, found="", **told)
    actions.record_finding(by=worked.bob, found="A new form was unclear; mended.", **told)
    assert Finding.objects.get().found_by == worked.bob
    with pytest.raises(ValidationError):
        actions.end(by=worked.bob, goal_set=active.goal_set, words="")
    actions.end(by=worked.bob, goal_set=active.goal_set, words="Met, and nobody is worse off.")
    with pytest.raises(ValidationError, match="not active"):
        change(active, worked.bob, number=10)
    actions.record_finding(by=worked.bob, found="Looked again.", **told)


def test_every_change_is_in_the_trail(worked, active):
    change(active, worked.bob, number=10)
    wanted = {"make_set", "write_goal", "add_gaming", "set_guards", "activate", "change_active"}
    kept = AuditEntry.objects.filter(action__startswith="goals.")
    assert {entry.action.removeprefix("goals.") for entry in kept} == wanted
    assert {entry.office_id for entry in kept} == {worked.office.pk}
