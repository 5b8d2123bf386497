"""The plan of a draw. There is no field for a person: the system draws."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from regard.customers.models import Kind
from regard.office.models import Staff
from regard.ui.forms import DateInput
from regard.voice import actions
from regard.voice.models import By, Sample, Survey
from regard.voice.sampling import Plan


class SampleForm(forms.Form):
    """How many customers to ask, of those served in a time."""

    served_from = forms.DateField(label="Customers served from", widget=DateInput(),
                                  help_text="Whose case ended, well or not, or who was in touch with us.")  # fmt: skip
    served_to = forms.DateField(label="to, that day included", widget=DateInput())
    share = forms.FloatField(label="Ask how many of 100", min_value=0, max_value=100, initial=3,
                             help_text="100 asks everybody.")  # fmt: skip
    minimum = forms.IntegerField(label="but at least so many customers", min_value=0, max_value=1_000_000, initial=400)
    strata = forms.MultipleChoiceField(label="Spread evenly over", choices=By.choices, required=False,
                                       widget=forms.CheckboxSelectMultiple)  # fmt: skip
    least = forms.IntegerField(label="and at least so many of each", min_value=0, max_value=10_000, initial=0)
    kind = forms.ChoiceField(label="Whom", choices=[("", "Persons and organisations"), *Kind.choices], required=False)
    fatigue_days = forms.IntegerField(label="Leave out whoever was asked in the last so many days", min_value=0,
                                      max_value=1_000, initial=90)  # fmt: skip
    remind_after = forms.IntegerField(label="Remind once after so many days", min_value=0, max_value=60, initial=7,
                                      help_text="0 sends no reminder by itself.")  # fmt: skip

    def __init__(self, data: Any = None, *, staff: Staff, survey: Survey) -> None:
        today = timezone.localdate()
        super().__init__(data, initial={"served_from": today - timedelta(days=90), "served_to": today})
        self.staff, self.survey = staff, survey

    def act(self) -> Sample:
        told = dict(self.cleaned_data)
        plan = Plan(share=told.pop("share") / 100, minimum=told.pop("minimum"), least=told.pop("least"))
        start, end = told.pop("served_from"), told.pop("served_to") + timedelta(days=1)
        days = {"served_from": _midnight(start), "served_to": _midnight(end)}
        return actions.draw_sample(by=self.staff, survey=self.survey, plan=plan, **days, **told)


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
