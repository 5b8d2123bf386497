"""You said, we did: the form."""

from typing import Any

from django import forms

from regard.office.access import services_of_office, units_seen_by
from regard.office.models import Staff
from regard.voice import actions
from regard.voice.forms.fields import words
from regard.voice.models import Improvement, Loop


class ImprovementForm(forms.Form):
    """What customers said, and what was changed, in words for everybody."""

    said = words("You said", "In your own words, so that nobody can be recognised.", rows=3)
    did = words("We did", "What is different now for customers.", rows=3)
    unit = forms.ModelChoiceField(queryset=None, label="Unit", empty_label=None)
    service = forms.ModelChoiceField(queryset=None, label="Service", empty_label="None in particular", required=False)

    def __init__(
        self, data: Any = None, *, staff: Staff, improvement: Improvement | None = None, loop: Loop | None = None
    ) -> None:
        super().__init__(data)
        self.staff, self.improvement, self.loop = staff, improvement, loop
        self.fields["unit"].queryset = units_seen_by(staff).order_by("name")  # type: ignore[attr-defined]
        self.fields["service"].queryset = services_of_office(staff).order_by("name")  # type: ignore[attr-defined]
        if improvement is not None:
            names = ("said", "did", "unit", "service")
            self.initial = {name: getattr(improvement, name) for name in names}
        elif loop is not None:
            feedback = loop.feedback
            self.initial = {"did": loop.lesson, "unit": feedback.unit_id, "service": feedback.service_id}
        else:
            self.initial = {"unit": staff.unit_id}

    def act(self) -> Improvement:
        """Write it down. Raises ValidationError when the action refuses."""
        loops = [self.loop] if self.loop is not None else []
        return actions.make_improvement(by=self.staff, improvement=self.improvement, loops=loops, **self.cleaned_data)
