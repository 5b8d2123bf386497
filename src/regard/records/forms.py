"""The filters of the audit trail's pages."""

from itertools import groupby
from typing import Any

from django import forms

from regard.records.naming import action_words, type_words
from regard.records.queries import Wanted, actions_of_office, kinds_of_object
from regard.ui.forms import DateInput


class TrailFilter(forms.Form):
    """What to look for in the trail."""

    actor = forms.CharField(label="Who", required=False)
    action = forms.ChoiceField(label="Action", required=False)
    object_type = forms.ChoiceField(label="Object", required=False)
    object_id = forms.CharField(label="Its number", required=False)
    first_day = forms.DateField(label="From", required=False, widget=DateInput)
    last_day = forms.DateField(label="To", required=False, widget=DateInput)

    def __init__(self, *args: Any, office_id: int | None, table: str = "records_auditentry", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = sorted((type_words(kind), kind) for kind in kinds_of_object(table))
        self.fields["object_type"].choices = [("", "Any"), *((kind, words) for words, kind in kinds)]  # type: ignore[attr-defined]
        if table == "records_viewing":
            del self.fields["action"]
        else:
            self.fields["action"].choices = _actions(office_id)  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What was asked for; nothing of it when it makes no sense."""
        return Wanted(**self.cleaned_data) if self.is_valid() else Wanted()

    def active(self) -> int:
        """How many filters are set."""
        return sum(1 for value in self.cleaned_data.values() if value) if self.is_valid() else 0


def _actions(office_id: int | None) -> list[tuple[str, Any]]:
    """The actions that occur, room by room; a room's own entry means all of them."""
    choices: list[tuple[str, Any]] = [("", "Any")]
    for room, found in groupby(actions_of_office(office_id), key=lambda action: action.partition(".")[0]):
        name = room.capitalize()
        choices.append((name, [(f"{room}.", f"{name}: anything"), *((a, action_words(a)) for a in found)]))
    return choices
