"""A goal set, and the three questions that find its goals."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from regard.goals import actions
from regard.goals.forms.fields import day, offer_owners, words
from regard.goals.models import GoalSet, Kind
from regard.goals.queries.known import Candidate, Known
from regard.goals.targets import Form
from regard.office.access import units_seen_by
from regard.office.models import Staff

#: Each question with the kind of goal that an answer in one's own words becomes, unless told otherwise.
QUESTIONS = (
    ("benefit", "What is the benefit of working with us rather than another?", Kind.VALUE),
    ("problems", "What problems do our customers have?", Kind.SERVICE),
    ("knowledge", "What do we know that could improve it?", Kind.ORIENTATION),
)


class GoalSetForm(forms.Form):
    """What a goal set is about."""

    title = forms.CharField(label="Name", max_length=200, help_text="Such as: Permits, 2027")
    unit = forms.ModelChoiceField(queryset=None, label="Unit", empty_label=None)
    first = day("First day", "A whole month is easiest to tell of: the first of one.")
    last = day("Last day", "It may be years away.")
    owner = forms.ModelChoiceField(queryset=None, label="Owner", empty_label=None)

    def __init__(self, data: Any = None, *, staff: Staff, goal_set: GoalSet | None = None) -> None:
        super().__init__(data)
        self.staff, self.goal_set = staff, goal_set
        self.fields["unit"].queryset = units_seen_by(staff).order_by("path")  # type: ignore[attr-defined]
        offer_owners(self, staff)
        year = timezone.localdate().year + 1
        usual = {"unit": staff.unit_id, "owner": staff.pk, "first": date(year, 1, 1), "last": date(year, 12, 31)}
        names = ("title", "unit", "first", "last", "owner")
        self.initial = {name: getattr(goal_set, name) for name in names} if goal_set else usual

    def act(self) -> GoalSet:
        """Raises ValidationError when the action refuses."""
        if self.goal_set is None:
            return actions.make_set(by=self.staff, **self.cleaned_data)
        return actions.change_set(by=self.staff, goal_set=self.goal_set, **self.cleaned_data)


class QuestionsForm(forms.Form):
    """The three questions: what is known is ticked, what only people know is written."""

    def __init__(self, data: Any = None, *, staff: Staff, goal_set: GoalSet, found: Known) -> None:
        super().__init__(data)
        self.staff, self.goal_set, self.found = staff, goal_set, found
        self.initial = {name: getattr(goal_set, name) for name, _, _ in QUESTIONS}
        for name, _, kind in QUESTIONS:
            self.fields[name] = words("Your answer", "What you say here is kept with the goal set.", required=False)
            self.fields[f"take_{name}"] = forms.MultipleChoiceField(
                label="Take as goals", choices=found.choices(name), required=False, widget=forms.CheckboxSelectMultiple
            )
            hint = "In one sentence. You choose the measure on the next page."
            self.fields[f"own_{name}"] = forms.CharField(
                label="A goal of your own", help_text=hint, required=False, max_length=500
            )
            self.fields[f"kind_{name}"] = forms.ChoiceField(label="Its kind", choices=Kind.choices, initial=kind)

    def act(self) -> int:
        """Keep the answers and write the goals; how many. Raises ValidationError when an action refuses."""
        told, made = self.cleaned_data, 0
        answers = {name: told[name] for name, _, _ in QUESTIONS}
        actions.keep_answers(by=self.staff, goal_set=self.goal_set, **answers)
        for name, _, _ in QUESTIONS:
            for candidate in self.found.of(name):
                if candidate.key in told[f"take_{name}"]:
                    self._take(candidate)
                    made += 1
            if own := told[f"own_{name}"].strip():
                kind = told[f"kind_{name}"]
                actions.write_goal(by=self.staff, goal_set=self.goal_set, kind=kind, statement=own, owner=self.staff)
                made += 1
        return made

    def _take(self, one: Candidate) -> None:
        told: dict[str, Any] = {"measure": one.measure, "counted_as": one.counted_as, "group_words": one.group_words}
        told["service"] = one.service
        if one.form is not Form.SHARE:  # a share waits until somebody says how many the group has
            told |= {"form": one.form, "number": one.number}
        told |= {"kind": one.kind, "statement": one.statement, "owner": self.staff}
        actions.write_goal(by=self.staff, goal_set=self.goal_set, **told)
