"""Forms for one goal: as a draft, and after activation."""

from typing import Any

from django import forms
from django.utils import timezone

from regard.desk.models import Channel
from regard.goals import actions
from regard.goals.forms.fields import day, offer_owners, reason, words
from regard.goals.models import FORMS, Entry, Finding, Goal, GoalSet, Guard, Kind
from regard.goals.targets import Form
from regard.goals.telling import measure_choices, per_of, raw_of, typed_of
from regard.measures.definitions import find
from regard.office.access import services_of_office, units_seen_by
from regard.office.models import Staff

_KINDS = (
    (Kind.SERVICE, "Service: support before, during and after"),
    (Kind.VALUE, "Value: what customers gain against the cost, or against going elsewhere"),
    (Kind.ORIENTATION, "Orientation: what customers need in the long run"),
)
_COPIED = (
    "kind",
    "statement",
    "measure",
    "part",
    "service",
    "channel",
    "counted_as",
    "baseline",
    "form",
    "group",
    "group_words",
    "due",
    "owner",
)


class GoalForm(forms.Form):
    """A goal of a draft. What is left empty is asked for at activation."""

    kind = forms.ChoiceField(label="Kind", choices=_KINDS, widget=forms.RadioSelect)
    statement = words("The goal in one plain sentence", "Such as: Customers get their fence permit sooner.", rows=2)
    measure = forms.ChoiceField(
        label="Measure", required=False, help_text="Its baseline is computed when you save: the year before the period."
    )
    part = forms.ModelChoiceField(queryset=None, label="Only this unit", empty_label="The whole unit", required=False)
    service = forms.ModelChoiceField(queryset=None, label="Only this service", empty_label="All", required=False)
    channel = forms.ChoiceField(label="Only this channel", required=False, choices=[("", "All"), *Channel.choices])
    counted_as = forms.CharField(
        label="Or counted by hand: what",
        required=False,
        max_length=80,
        help_text="Such as: job aids, vendors, meetings. Each entry needs evidence.",
    )
    baseline = forms.FloatField(label="Baseline, when counted by hand", required=False)
    form = forms.ChoiceField(label="Target", required=False, choices=[("", "Not told yet"), *FORMS])
    number = forms.FloatField(
        label="How much",
        required=False,
        help_text="12 for 12 per cent. A value to reach: per cent of shares, days of times.",
    )
    group = forms.IntegerField(
        label="How many the group has", required=False, min_value=1, help_text="Only for a share of a group."
    )
    group_words = forms.CharField(label="Who the group is", required=False, max_length=120)
    due = day("Its own last day", "Empty: the last day of the goal set.", required=False)
    owner = forms.ModelChoiceField(queryset=None, label="Owner", empty_label="The owner of the set", required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        staff: Staff,
        goal_set: GoalSet,
        goal: Goal | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial or {})
        self.staff, self.goal_set, self.goal = staff, goal_set, goal
        below = units_seen_by(staff).filter(path__startswith=goal_set.unit.path).exclude(pk=goal_set.unit_id)
        self.fields["part"].queryset = below.order_by("path")  # type: ignore[attr-defined]
        self.fields["service"].queryset = services_of_office(staff).order_by("name")  # type: ignore[attr-defined]
        measures = [("", "None: counted by hand"), *measure_choices()]
        self.fields["measure"].choices = measures  # type: ignore[attr-defined]
        offer_owners(self, staff)
        if goal is not None:
            self.initial = {name: getattr(goal, name) for name in _COPIED}
            self.initial["number"] = typed_of(goal.number, find(goal.measure), goal.form)
            if goal.measure:
                self.initial["baseline"] = None

    def act(self) -> Goal:
        """Raises ValidationError when the action refuses."""
        told = dict(self.cleaned_data)
        if told["number"] is not None:
            told["number"] = raw_of(told["number"], find(told["measure"]), told["form"])
        return actions.write_goal(by=self.staff, goal_set=self.goal_set, goal=self.goal, **told)


class ChangeForm(forms.Form):
    """What may change of an active goal, in the open."""

    statement = words("The goal in one plain sentence", rows=2)
    number = forms.FloatField(label="How much")
    due = day("Its own last day", "Empty: the last day of the goal set.", required=False)
    owner = forms.ModelChoiceField(queryset=None, label="Owner", empty_label="The owner of the set", required=False)
    reason = reason()

    def __init__(self, data: Any = None, *, staff: Staff, goal: Goal) -> None:
        super().__init__(data)
        self.staff, self.goal, self.definition = staff, goal, find(goal.measure)
        offer_owners(self, staff)
        self.initial = {name: getattr(goal, name) for name in ("statement", "due", "owner")}
        self.initial["number"] = typed_of(goal.number, self.definition, goal.form)
        if goal.form == Form.REACH:
            self.fields["number"].help_text = f"Told in {per_of(self.definition)[1]}."

    def act(self) -> Goal:
        """Raises ValidationError when the action refuses."""
        told = dict(self.cleaned_data)
        told["number"] = raw_of(told["number"], self.definition, self.goal.form)
        return actions.change_active(by=self.staff, goal=self.goal, **told)


class EntryForm(forms.Form):
    """A value that was counted by hand."""

    on = day("Day")
    value = forms.FloatField(label="How many")
    evidence = words("Evidence", "What shows it, and where it lies: a list, a sheet, a folder.", rows=2)
    link = forms.URLField(label="Link to it", required=False, max_length=500, assume_scheme="https")

    def __init__(self, data: Any = None, *, staff: Staff, goal: Goal) -> None:
        super().__init__(data, initial={"on": timezone.localdate()})
        self.staff, self.goal = staff, goal
        if goal.counted_as:
            self.fields[
                "value"
            ].help_text = f"In {goal.counted_as}: what is new since the last entry, where the target counts up."

    def act(self) -> Entry:
        """Raises ValidationError when the action refuses."""
        return actions.enter_value(by=self.staff, goal=self.goal, **self.cleaned_data)


class FindingForm(forms.Form):
    """What the office found when it looked."""

    about = forms.CharField(label="What you looked at", max_length=200, help_text="A guard, or the name of a check.")
    found = words("What you found", "Also when it was nothing. Name no person.", rows=3)

    def __init__(
        self, data: Any = None, *, staff: Staff, goal: Goal, guard: Guard | None = None, about: str = ""
    ) -> None:
        super().__init__(data, initial={"about": about})
        self.staff, self.goal, self.guard = staff, goal, guard

    def act(self) -> Finding:
        """Raises ValidationError when the action refuses."""
        told = {"goal_set": self.goal.goal_set, "goal": self.goal, "guard": self.guard, **self.cleaned_data}
        return actions.record_finding(by=self.staff, **told)
