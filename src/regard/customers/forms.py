"""Forms about customers."""

from typing import Any

from django import forms

from regard.customers import normalise
from regard.customers.models import Kind


class CustomerForm(forms.Form):
    """What a customer tells us of themselves, at the counter or on the phone."""

    kind = forms.ChoiceField(choices=Kind.choices, initial=Kind.PERSON, widget=forms.RadioSelect, label="This is a")
    name = forms.CharField(max_length=200, label="Name", help_text="A person's full name, or the organisation's.")
    phone = forms.CharField(max_length=40, required=False, label="Phone")
    email = forms.CharField(max_length=200, required=False, label="E-mail")
    address = forms.CharField(max_length=300, required=False, label="Address")
    postcode = forms.CharField(max_length=20, required=False, label="Postcode")
    language = forms.CharField(
        max_length=12, required=False, label="Language", help_text="Only when it is not the office's own, such as es."
    )

    def __init__(self, *args: Any, country: str = "US", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country

    def clean_phone(self) -> str:
        told = self.cleaned_data["phone"].strip()
        if told and not normalise.phone(told, self.country):
            raise forms.ValidationError(
                "This cannot be dialled. Check the number, or write it with its country code, such as +49 30 1234567."
            )
        return told

    def clean_email(self) -> str:
        told = self.cleaned_data["email"].strip()
        if told and not normalise.email(told):
            raise forms.ValidationError("This is not an e-mail address. It looks like name@example.org.")
        return told

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        if not normalise.fold_name(name):
            raise forms.ValidationError("Write the name. Without one, log the contact as anonymous instead.")
        return name
