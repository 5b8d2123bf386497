"""Fields that several forms of voice share."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from regard.office.access import colleagues_of
from regard.office.models import Staff


def words(label: str, hint: str = "", *, required: bool = True, rows: int = 4) -> forms.CharField:
    """A field for more than a line."""
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=hint, required=required, max_length=20_000, widget=area)


def colleague(label: str, empty: str, hint: str = "", *, required: bool = False) -> forms.ModelChoiceField:
    """A field for a colleague; `offer_colleagues` fills it."""
    return forms.ModelChoiceField(
        Staff.objects.none(), label=label, empty_label=empty, help_text=hint, required=required
    )


def offer_colleagues(form: forms.Form, staff: Staff, *names: str) -> None:
    """Let these fields choose among the people of the office who hold a role."""
    for name in names:
        form.fields[name].queryset = colleagues_of(staff).exclude(roles=[])  # type: ignore[attr-defined]


def show_refusal(form: forms.Form, error: ValidationError) -> None:
    """Show why an action refused, beside the fields at fault where the form has them."""
    told: dict[str, Any] = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, messages in told.items():
        for message in messages:
            form.add_error(name if name in form.fields else None, message)
