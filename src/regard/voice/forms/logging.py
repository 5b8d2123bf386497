"""Logging what a customer said."""

from typing import Any

from django import forms

from regard.desk.access import find_case_for, find_customer_for
from regard.desk.models import Channel
from regard.office.access import services_of_office, units_of_office
from regard.office.models import Staff
from regard.ui.forms import DateTimeInput
from regard.voice import actions
from regard.voice.actions.taking import LOGGED
from regard.voice.forms.fields import colleague, offer_colleagues, words
from regard.voice.models import Feedback


class LogForm(forms.Form):
    """What somebody said, as fast as it can be written down. Nobody needs to give a name."""

    kind = forms.ChoiceField(label="What is it?", choices=[(kind.value, kind.label) for kind in LOGGED],
                             widget=forms.RadioSelect)  # fmt: skip
    text = words("What they said", "In their own words as far as you can.", rows=5)
    channel = forms.ChoiceField(label="How it came", choices=Channel.choices, initial=Channel.COUNTER)
    unit = forms.ModelChoiceField(queryset=None, label="About which unit", empty_label=None)
    service = forms.ModelChoiceField(
        None, label="About which service", empty_label="None, or not known", required=False
    )
    praised = colleague("Who is praised", "Nobody by name", "Of a compliment: they and who leads them are told today.")
    customer = forms.CharField(
        label="Customer number", required=False, max_length=20, help_text="As K0001234. Leave it empty for a person "
        "who gives no name.",
    )  # fmt: skip
    case = forms.CharField(label="Case number", required=False, max_length=20, help_text="As C0001234, if any.")
    answer_to = forms.EmailField(
        label="E-mail address for the answer", required=False,
        help_text="Without one they read the answer by a private link, which you can print or read out.",
    )  # fmt: skip
    at = forms.DateTimeField(label="When, if not now", required=False, widget=DateTimeInput())
    owner = colleague("Who looks after it", "I do", "Whoever answers the customer.")

    def __init__(self, data: Any = None, *, staff: Staff, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.staff = staff
        self.fields["unit"].queryset = units_of_office(staff).order_by("name")  # type: ignore[attr-defined]
        self.fields["unit"].initial = staff.unit_id
        self.fields["service"].queryset = services_of_office(staff).order_by("name")  # type: ignore[attr-defined]
        offer_colleagues(self, staff, "praised", "owner")

    def clean_customer(self) -> object:
        told = self.cleaned_data["customer"]
        found = find_customer_for(self.staff, told) if told else None
        if told and found is None:
            raise forms.ValidationError("There is no customer of this number. Leave it empty if you are not sure.")
        return found

    def clean_case(self) -> object:
        told = self.cleaned_data["case"]
        found = find_case_for(self.staff, told) if told else None
        if told and found is None:
            raise forms.ValidationError("There is no case of this number that you can see.")
        return found

    def act(self) -> Feedback:
        """Log it. Raises ValidationError when the action refuses."""
        return actions.log_feedback(by=self.staff, **self.cleaned_data)


class ReplyForm(forms.Form):
    """What somebody writes back by their private link."""

    text = words("Write back to us", rows=6)
