"""Forms that say how a goal could be gamed, and what guards it."""

from typing import Any

from django import forms

from regard.goals import actions
from regard.goals.forms.fields import reason, words
from regard.goals.models import Gaming, Goal, Guard
from regard.goals.queries.sets import standing_guards
from regard.goals.ways import guard_choices, guard_key, usual_guards, way_choices
from regard.office.models import Staff


class GamingForm(forms.Form):
    """A way in which a goal could be met while customers are worse off."""

    way = forms.ChoiceField(label="How could it be met while customers are worse off?", choices=way_choices,
                            widget=forms.RadioSelect)  # fmt: skip
    words = words("In your own words", "What it would look like here.", required=False, rows=2)

    def __init__(self, data: Any = None, *, staff: Staff, goal: Goal) -> None:
        super().__init__(data)
        self.staff, self.goal = staff, goal
        if goal.goal_set.is_active:
            self.fields["reason"] = reason()

    def act(self) -> Gaming:
        """Raises ValidationError when the action refuses."""
        return actions.add_gaming(by=self.staff, goal=self.goal, **self.cleaned_data)


class GuardsForm(forms.Form):
    """The measures that guard against one way: those that usually show it first."""

    guards = forms.MultipleChoiceField(label="What would show it?", widget=forms.CheckboxSelectMultiple,
                                       help_text="Those that usually show this way come first.")  # fmt: skip

    def __init__(self, data: Any = None, *, staff: Staff, gaming: Gaming) -> None:
        super().__init__(data)
        self.staff, self.gaming = staff, gaming
        usual = usual_guards(gaming.way)
        choices = sorted(guard_choices(), key=lambda choice: choice[0] not in usual)
        self.fields["guards"].choices = choices  # type: ignore[attr-defined]
        standing = [guard_key(guard.measure, guard.worse) for guard in standing_guards(gaming)]
        goal_key = {guard_key(gaming.goal.measure, side) for side in ("higher", "lower")}
        self.initial = {"guards": standing or [key for key in usual if key not in goal_key]}
        if gaming.goal.goal_set.is_active:
            self.fields["reason"] = reason()

    def act(self) -> list[Guard]:
        """Raises ValidationError when the action refuses."""
        return actions.set_guards(by=self.staff, gaming=self.gaming, **self.cleaned_data)
