"""Forms about feedback."""

from typing import Any

from django import forms

from regard.office.access import services_of_office, units_seen_by
from regard.office.models import Staff
from regard.voice.models import Feedback


class RegisterFilter(forms.Form):
    """What the register of feedback is narrowed to."""

    kind = forms.ChoiceField(choices=[("", "All kinds"), *Feedback.Kind.choices], required=False, label="Kind")
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
    words = forms.CharField(required=False, max_length=100, label="Words")

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units_seen_by(staff).order_by("name")  # type: ignore[attr-defined]
        self.fields["service"].queryset = services_of_office(staff).order_by("name")  # type: ignore[attr-defined]
