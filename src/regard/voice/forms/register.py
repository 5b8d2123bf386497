"""What the register of feedback is narrowed to."""

from typing import Any

from django import forms

from regard.office.access import services_of_office, units_seen_by
from regard.office.models import Staff
from regard.voice.forms.fields import offer_colleagues
from regard.voice.models import Feedback
from regard.voice.models.loops import LOOP_STATES
from regard.voice.queries import Wanted

STATES = [("", "Any state"), ("open", "Open"), *LOOP_STATES, ("none", "Not handled here")]


class RegisterFilter(forms.Form):
    """What the register of feedback is narrowed to."""

    kind = forms.ChoiceField(choices=[("", "All kinds"), *Feedback.Kind.choices], required=False, label="Kind")
    state = forms.ChoiceField(choices=STATES, required=False, label="State")
    unit = forms.ModelChoiceField(queryset=None, required=False, empty_label="All units", label="Unit")
    service = forms.ModelChoiceField(queryset=None, required=False, empty_label="All services", label="Service")
    score = forms.ChoiceField(
        choices=[
            ("", "Any score"),
            ("low", "Below the middle"),
            ("high", "Above the middle"),
            ("none", "No score given"),
        ],
        required=False,
        label="Score",
    )
    owner = forms.ModelChoiceField(queryset=None, required=False, empty_label="Anybody", label="Owner")
    overdue = forms.BooleanField(required=False, label="Overdue only")
    words = forms.CharField(required=False, max_length=100, label="Words")

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_colleagues(self, staff, "owner")
        self.fields["unit"].queryset = units_seen_by(staff).order_by("name")  # type: ignore[attr-defined]
        self.fields["service"].queryset = services_of_office(staff).order_by("name")  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What to look for; everything when the address makes no sense."""
        data = self.cleaned_data if self.is_bound and self.is_valid() else {}
        chosen = {name: data[name].pk for name in ("unit", "service", "owner") if data.get(name)}
        told = {name: data[name] for name in ("kind", "state", "score", "words", "overdue") if data.get(name)}
        return Wanted(**chosen, **told)
