"""Opening a case and logging a contact: few fields, quick to fill."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from regard.customers.models import Customer
from regard.desk import actions
from regard.desk.access import find_case_for, find_customer_for
from regard.desk.forms.acting import colleague, offer, offer_colleagues, pick, show_refusal, when, words
from regard.desk.models import OPEN_STATES, Case, Channel, Contact, Direction, Outcome
from regard.office.access import services_of_office, units_of_office
from regard.office.models import Service, Staff, Unit
from regard.ui.forms import DateTimeInput

#: What can come of an exchange that a person logs; the others are told by phone systems and mail servers.
OUTCOMES = (Outcome.ANSWERED, Outcome.MESSAGE, Outcome.LEFT)
WAYS = [(c.value, c.label) for c in Channel if c not in (Channel.API, Channel.ORDER)]


class DeskForm(forms.Form):
    """A form of one person, about a customer who may be known already."""

    customer = forms.CharField(
        label="Customer number",
        help_text="Such as K0001234. Leave it empty when the customer is not known yet.",
        required=False,
        max_length=20,
    )

    def __init__(self, data: Any = None, *, staff: Staff, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.staff = staff
        offer_colleagues(self, staff)
        self.prepare()

    def prepare(self) -> None:
        """Set choices and initial values that depend on the person."""

    def clean_customer(self) -> Customer | None:
        number = self.cleaned_data["customer"]
        if not number:
            return None
        found = find_customer_for(self.staff, number)
        if found is None:
            raise ValidationError("There is no such customer in your office. Search by name, phone or e-mail.")
        return found

    def refuse(self, error: ValidationError) -> None:
        """Show why the action refused."""
        show_refusal(self, error)


class NewCaseForm(DeskForm):
    """What the customer needs; everything else has a sensible default."""

    subject = forms.CharField(
        label="What it is about", max_length=500, widget=forms.TextInput(attrs={"autofocus": True})
    )
    service = pick(Service, "Service", "Not known yet", required=False)
    channel = forms.ChoiceField(label="How it came in", choices=WAYS, initial=Channel.COUNTER)
    description = words("What the customer told us", required=False, long=True)
    address = forms.CharField(label="Where", max_length=500, required=False)
    unit = pick(Unit, "Unit that handles it", "Choose a unit")
    owner = colleague("Owner", "Me, or the lead of the unit")
    received_at = forms.DateTimeField(
        label="Received", required=False, help_text="Left empty: now.", widget=DateTimeInput()
    )
    next_step = forms.CharField(
        label="Next step", required=False, max_length=200, help_text="Left empty: first answer."
    )
    next_step_due = when("Next step by", "Left empty: what the service's standard allows.", required=False)
    field_order = ("subject", "service", "customer", "channel", "description", "address", "unit", "owner")

    def prepare(self) -> None:
        offer(self, "service", services_of_office(self.staff))
        offer(self, "unit", units_of_office(self.staff))
        self.fields["unit"].initial = self.staff.unit_id

    def act(self) -> Case:
        """Open the case. Raises ValidationError when the action refuses."""
        return actions.open_case(by=self.staff, **self.cleaned_data)


class ContactForm(DeskForm):
    """One exchange, logged while the customer is still on the phone."""

    channel = forms.ChoiceField(label="How", choices=WAYS, initial=Channel.PHONE)
    direction = forms.ChoiceField(label="Which way", choices=Direction.choices, initial=Direction.IN)
    counterpart = forms.CharField(
        label="Who", required=False, max_length=200, help_text="Name, phone number or e-mail address, as given."
    )
    body = forms.CharField(label="What", max_length=20_000, widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}))
    outcome = forms.ChoiceField(
        label="What came of it",
        choices=[("", "Nothing more"), *((o.value, o.label) for o in OUTCOMES)],
        required=False,
    )
    case = forms.CharField(label="About case", required=False, max_length=20, help_text="Its number, if there is one.")
    next_step = forms.CharField(
        label="Next step", required=False, max_length=200, help_text="With a next step and no case, a case is opened."
    )
    next_step_due = when("Next step by", "Left empty: the end of the next working day.", required=False)
    field_order = (
        "body",
        "channel",
        "direction",
        "customer",
        "counterpart",
        "outcome",
        "next_step",
        "next_step_due",
        "case",
    )

    def __init__(self, data: Any = None, *, returns: Contact | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.returns = returns

    def clean_case(self) -> Case | None:
        number = self.cleaned_data["case"]
        if not number:
            return None
        found = find_case_for(self.staff, number)
        if found is None:
            raise ValidationError("There is no such case among those you can see. Enter its number, such as C0001234.")
        return found

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("next_step_due") and not told.get("next_step"):
            self.add_error("next_step", "Say what is to be done by that time.")
        case = told.get("case")
        if case is not None and told.get("next_step") and case.state not in OPEN_STATES:
            self.add_error("next_step", f"Case {case.number} is {case.state}. Reopen it, or leave the next step empty.")
        return told

    def act(self) -> Contact:
        """Log it. Raises ValidationError when the action refuses."""
        told = dict(self.cleaned_data)
        unit = told["case"].unit if told["case"] else self.staff.unit
        if unit is None:
            raise ValidationError("You belong to no unit yet. Ask your administrator.")
        return actions.log_contact(by=self.staff, unit=unit, at=timezone.now(), returns=self.returns, **told)


class HandledForm(forms.Form):
    """What was done about a message."""

    how = words("What was done about it")
