"""Fields that several forms of goals share."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from regard.office.access import colleagues_of
from regard.office.models import Staff
from regard.ui.forms import DateInput


def words(label: str, hint: str = "", *, required: bool = True, rows: int = 3) -> forms.CharField:
    """A field for more than a line."""
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=hint, required=required, max_length=5_000, widget=area)


def day(label: str, hint: str = "", *, required: bool = True) -> forms.DateField:
    return forms.DateField(label=label, help_text=hint, required=required, widget=DateInput())


def reason() -> forms.CharField:
    """Why an active goal set is changed."""
    return words("Why", "Changes after activation stay visible for ever, with their reason.", rows=2)


def offer_owners(form: forms.Form, staff: Staff) -> None:
    """Let `owner` choose among the people of the office who hold a role."""
    form.fields["owner"].queryset = colleagues_of(staff).exclude(roles=[])  # type: ignore[attr-defined]


def show_refusal(form: forms.Form, error: ValidationError) -> None:
    """Show why an action refused, beside the fields at fault where the form has them."""
    told: dict[str, Any] = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, messages in told.items():
        for message in messages:
            form.add_error(name if name in form.fields else None, message)
