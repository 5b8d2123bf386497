"""Forms about customers."""

from collections.abc import Iterable
from typing import Any

from django import forms

from regard.customers import normalise
from regard.customers.following import Loose
from regard.customers.models import Customer, IdentityRecord, Kind, Link, Relation, Verdict


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


def reason_field(hint: str = "A colleague should be able to follow it later.") -> forms.CharField:
    """Why somebody changes who is who."""
    return forms.CharField(
        label="Reason", max_length=2_000, help_text=hint, widget=forms.Textarea(attrs={"rows": 2, "class": "rg-short"})
    )


class DecisionForm(forms.Form):
    """What somebody says of a pair in the review queue."""

    pair = forms.IntegerField(widget=forms.HiddenInput)
    verdict = forms.ChoiceField(choices=Verdict.choices)
    reason = forms.CharField(label="Reason", max_length=2_000, required=False)


class PolicyForm(forms.Form):
    """How the office decides who is who."""

    reviewers = forms.TypedChoiceField(
        choices=((1, "One person decides"), (2, "Two people must agree")), coerce=int, widget=forms.RadioSelect,
        label="Each pair",
    )  # fmt: skip


class MergeForm(forms.Form):
    """Two customers are one: which number stays, and why."""

    keep = forms.ChoiceField(widget=forms.RadioSelect, label="Which number stays?")
    reason = reason_field()

    def __init__(self, *args: Any, one: Customer, other: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keep"].choices = [(c.number, f"{c.number}, {c}") for c in (one, other)]  # type: ignore[attr-defined]
        self.initial.setdefault("keep", one.number)


class SplitForm(forms.Form):
    """Some records of a customer belong to somebody else."""

    records = forms.TypedMultipleChoiceField(
        coerce=int, widget=forms.CheckboxSelectMultiple, label="Records that belong to somebody else",
        error_messages={"required": "Choose the records that belong to somebody else."},
    )  # fmt: skip
    rows = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, required=False, label="What goes with them",
        help_text="These came by no record of a source. Choose those that belong to the other customer.",
    )  # fmt: skip
    reason = reason_field()

    def __init__(self, *args: Any, records: Iterable[IdentityRecord], rows: Iterable[Loose], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[tuple[Any, str]]] = {
            "records": [(record.pk, _named(record)) for record in records],
            "rows": [(f"{row.label}:{row.id}", row.title) for row in rows],
        }
        for name, told in choices.items():
            self.fields[name].choices = told  # type: ignore[attr-defined]
        if not choices["rows"]:
            del self.fields["rows"]

    def chosen_rows(self) -> list[tuple[str, int]]:
        """The chosen rows of other rooms, as (label, id)."""
        told = (value.rpartition(":") for value in self.cleaned_data.get("rows", ()))
        return [(label, int(pk)) for label, _, pk in told]


def _named(record: IdentityRecord) -> str:
    told = [record.name or "no name", record.phone, record.email, record.address]
    return f"{', '.join(filter(None, told))} ({record.silo.name}, {record.as_of:%b %-d, %Y})"


class UnlinkForm(forms.Form):
    """A record belongs to somebody else: to a known customer, or to one of its own."""

    to = forms.CharField(
        label="Customer it belongs to", required=False, max_length=24,
        help_text="A number such as K0001234. Leave it empty when you do not know: it becomes a customer of its own.",
        widget=forms.TextInput(attrs={"class": "usa-input--medium"}),
    )  # fmt: skip
    reason = reason_field()


class UndoForm(forms.Form):
    """Why a change is taken back."""

    reason = reason_field()


class SubjectForm(forms.Form):
    """The answer to a customer who asks what is held of them: each record that is not sure is checked by a person."""

    checked = forms.TypedMultipleChoiceField(
        coerce=int, widget=forms.CheckboxSelectMultiple, label="I checked that these are theirs",
        error_messages={"required": "Check each of them, or take it off on the page of sources first."},
        help_text="Regard is not sure enough of them to tell them to anybody. First take off what is not theirs.",
    )  # fmt: skip
    form = forms.ChoiceField(
        choices=(("json", "JSON"), ("csv", "CSV, for a spreadsheet")), initial="csv", widget=forms.RadioSelect,
        label="As",
    )  # fmt: skip
    reason = reason_field("How did you make sure that it is them who ask?")

    def __init__(self, *args: Any, weak: Iterable[Link], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(link.pk, f"{_named(link.record)}: {link.reason}, {link.score:.0%} sure") for link in weak]
        self.fields["checked"].choices = choices  # type: ignore[attr-defined]
        self.wanted = {pk for pk, _ in choices}
        if not choices:
            del self.fields["checked"]

    def clean_checked(self) -> list[int]:
        checked = self.cleaned_data["checked"]
        if set(checked) != self.wanted:
            raise forms.ValidationError("Check each of them, or take it off on the page of sources first.")
        return checked


class RelationForm(forms.Form):
    """What a customer is to another."""

    kind = forms.ChoiceField(choices=Relation.Kind.choices, label="This customer")
    other = forms.CharField(
        label="Whom", max_length=24, help_text="A customer number such as K0001234. The search finds it.",
        widget=forms.TextInput(attrs={"class": "usa-input--medium"}),
    )  # fmt: skip
    reason = forms.CharField(label="How do we know?", max_length=2_000)


TRUST_WORDS = {9: "9, above all others", 5: "5, the same as usual", 1: "1, only when nobody else says"}


class TrustForm(forms.Form):
    """How far a source is trusted, field by field."""

    def __init__(self, *args: Any, fields: Iterable[str], told: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = [("", "as usual"), *((str(n), TRUST_WORDS.get(n, str(n))) for n in range(9, 0, -1))]
        for name in fields:
            label = "Everything it says" if name == "*" else name.capitalize().replace("Email", "E-mail")
            field = forms.TypedChoiceField(
                choices=levels, coerce=int, empty_value=None, required=False, label=label,
                initial=str(told.get(name, "")),
            )  # fmt: skip
            self.fields[name] = field
