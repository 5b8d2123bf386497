"""The filters of the audit trail's pages."""

from typing import Any

from django import forms

from regard.records.queries import Wanted, kinds_of_object
from regard.ui.forms import DateInput


class TrailFilter(forms.Form):
    """What to look for in the trail."""

    actor = forms.CharField(label="Who", required=False)
    action = forms.CharField(label="Action", required=False, help_text="office.set_roles, or desk. for all of the desk")
    object_type = forms.ChoiceField(label="Kind of object", required=False)
    object_id = forms.CharField(label="Its number", required=False)
    first_day = forms.DateField(label="From", required=False, widget=DateInput)
    last_day = forms.DateField(label="To", required=False, widget=DateInput)

    def __init__(self, *args: Any, table: str = "records_auditentry", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind, kind.replace(".", ": ").replace("_", " ")) for kind in kinds_of_object(table)]
        self.fields["object_type"].choices = [("", "Any"), *kinds]  # type: ignore[attr-defined]
        if table == "records_viewing":
            del self.fields["action"]

    def wanted(self) -> Wanted:
        """What was asked for; nothing of it when it makes no sense."""
        return Wanted(**self.cleaned_data) if self.is_valid() else Wanted()

    def active(self) -> int:
        """How many filters are set."""
        return sum(1 for value in self.cleaned_data.values() if value) if self.is_valid() else 0
