"""One form for each thing a person does to a case. Each knows its action and says what was done."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils import timezone

from regard.desk import actions
from regard.desk.access import find_case_for, hides_customer
from regard.desk.forms.selecting import LongSelect
from regard.desk.lifecycle import Promise, PromiseState
from regard.desk.models import OPEN_STATES, Case, Channel, Contact, Direction
from regard.desk.queries.due import in_working_days
from regard.desk.queries.timeline import promises_of
from regard.office.access import colleagues_of, services_of_office, units_of_office
from regard.office.models import Service, Staff, Unit
from regard.ui.forms import DateTimeInput

SHORT = {"rows": 3}
LONG = {"rows": 8}


def when(label: str, hint: str = "", *, required: bool = True) -> forms.DateTimeField:
    """A field for a due time."""
    return forms.DateTimeField(label=label, help_text=hint, required=required, widget=DateTimeInput())


def words(label: str, hint: str = "", *, required: bool = True, long: bool = False) -> forms.CharField:
    """A field for more than a line."""
    area = forms.Textarea(attrs=LONG if long else SHORT)
    return forms.CharField(label=label, help_text=hint, required=required, max_length=20_000, widget=area)


def colleague(label: str, empty: str, hint: str = "", *, required: bool = False) -> forms.ModelChoiceField:
    """A field for a colleague; `offer_colleagues` fills it."""
    return pick(Staff, label, empty, hint, required=required)


def pick(
    model: type[Model], label: str, empty: str, hint: str = "", *, required: bool = True
) -> forms.ModelChoiceField:
    """A field for one of many; the form sets which."""
    found = model._default_manager.none()
    return forms.ModelChoiceField(
        found, label=label, empty_label=empty, help_text=hint, required=required, widget=LongSelect()
    )


def offer(form: forms.Form, name: str, among: QuerySet) -> None:
    """Let a field choose among these; nothing when the form has no such field."""
    field = form.fields.get(name)
    if isinstance(field, forms.ModelChoiceField):
        field.queryset = among


def offer_colleagues(form: forms.Form, staff: Staff) -> None:
    """Let every field for a person choose among those of the office who hold a role."""
    for name in ("owner", "person"):
        offer(form, name, colleagues_of(staff).exclude(roles=[]))


def show_refusal(form: forms.Form, error: ValidationError) -> None:
    """Show why an action refused, beside the fields at fault where the form has them."""
    told = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, messages in told.items():
        for message in messages:
            form.add_error(name if name in form.fields else None, message)


class CaseForm(forms.Form):
    """A change of one case. `seen` is how many events the page showed, so that nobody overwrites a colleague."""

    done: ClassVar[str] = "Saved."
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, case: Case, staff: Staff) -> None:
        super().__init__(data, initial={"seen": case.events_seen})
        self.case, self.staff = case, staff
        offer_colleagues(self, staff)
        self.prepare()
        first = next(iter(self.visible_fields()), None)
        if first is not None and data is None:
            first.field.widget.attrs["autofocus"] = True

    def prepare(self) -> None:
        """Set choices and initial values that depend on the case."""

    def refuse(self, error: ValidationError) -> None:
        """Show why the action refused. The next try is made on the case as it is by then."""
        show_refusal(self, error)
        if isinstance(error, actions.ChangedMeanwhileError):
            fresh = Case.objects.only("events_seen").get(pk=self.case.pk)
            self.data = {**{name: self.data[name] for name in self.data}, "seen": fresh.events_seen}

    def act(self) -> object:
        """Do it. Raises ValidationError when the action refuses."""
        told = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        return self.run(by=self.staff, case=self.case, seen=self.cleaned_data.get("seen"), **told)

    def run(self, **told: Any) -> object:
        raise NotImplementedError


class NoteForm(CaseForm):
    done = "The note is saved."
    text = words("Note for colleagues")

    def run(self, **told: Any) -> object:
        told.pop("seen")  # two notes at once do not clash
        return actions.note(**told)


class ReplyForm(CaseForm):
    done = "The reply is on its way."
    to = forms.EmailField(label="To")
    subject = forms.CharField(label="Subject", max_length=200)
    body = words("Reply", "Plain text. Your name, your unit and the case number are added below.", long=True)

    def prepare(self) -> None:
        hidden = hides_customer(self.staff, self.case.customer)
        self.fields["to"].initial = "" if hidden else address_of(self.case)
        self.fields["subject"].initial = f"Your case {self.case.number}: {self.case.subject}"[:200]

    def run(self, **told: Any) -> object:
        return actions.reply(**told)


def address_of(case: Case) -> str:
    """The e-mail address to answer to: the customer's, else the one the case came from."""
    if case.customer is not None and case.customer.email:
        return case.customer.email
    wanted = {"case": case, "channel": Channel.EMAIL, "direction": Direction.IN}
    found = Contact.objects.filter(**wanted).order_by("-started_at").values_list("counterpart", flat=True).first()
    return found or ""


class AssignForm(CaseForm):
    done = "The case has a new owner."
    owner = colleague("New owner", "Choose a colleague", required=True)
    reason = words("Why", required=False)

    def run(self, **told: Any) -> object:
        return actions.assign(**told)


class TransferForm(CaseForm):
    done = "The case is handed over. It waits there until somebody accepts it."
    unit = pick(Unit, "To which unit", "Choose a unit")
    person = colleague("To a person", "Whoever leads the unit", "Without a name it waits for the lead of the unit.")
    reason = words("Why it belongs there")
    context = words("What they need to know", "So that the customer does not have to say it twice.")

    def prepare(self) -> None:
        offer(self, "unit", units_of_office(self.staff).exclude(pk=self.case.unit_id))

    def run(self, **told: Any) -> object:
        return actions.transfer(**told)


class AcceptForm(CaseForm):
    done = "The case is yours."
    next_step = forms.CharField(label="What you do next", required=False, max_length=200)

    def prepare(self) -> None:
        self.fields["next_step"].initial = self.case.next_step

    def run(self, **told: Any) -> object:
        return actions.accept(**told)


class PromiseForm(CaseForm):
    done = "The promise is recorded."
    text = words("What we promise", "In the words the customer hears.")
    due = when("By when")
    stage = forms.ChoiceField(
        label="What keeps it",
        choices=[("resolve", "The case is resolved"), ("answer", "The customer has our answer")],
        widget=forms.RadioSelect,
        initial="resolve",
    )

    def run(self, **told: Any) -> object:
        return actions.promise(**told)


class _PromiseChoice(CaseForm):
    """A form about one of the case's open promises."""

    promise_id = forms.TypedChoiceField(label="Which promise", coerce=int, widget=forms.RadioSelect)

    def prepare(self) -> None:
        still = [p for p in promises_of(self.case) if p.state is PromiseState.OPEN]
        field = self.fields["promise_id"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(p.id, _promise_words(p)) for p in still]
        if len(still) == 1:
            self.fields["promise_id"].initial = still[0].id


def _promise_words(promise: Promise) -> str:
    return f"{promise.text or 'A promise'} (by {timezone.localtime(promise.due_at):%b %-d, %Y, %-I:%M %p})"


class MovePromiseForm(_PromiseChoice):
    done = "The promise has a new time."
    due = when("New time")
    agreed = forms.TypedChoiceField(
        label="Did the customer agree?",
        choices=[("yes", "Yes"), ("no", "No")],
        coerce=lambda told: told == "yes",
        widget=forms.RadioSelect,
        help_text="A promise moved without their yes is shown as such.",
    )
    reason = words("Why")

    def run(self, **told: Any) -> object:
        return actions.move_promise(**told)


class KeepPromiseForm(_PromiseChoice):
    done = "The promise is settled."
    note = words("What was done", required=False)

    def run(self, **told: Any) -> object:
        return actions.keep_promise(**told)


class NextStepForm(CaseForm):
    done = "The next step is set."
    text = forms.CharField(label="What is to be done", max_length=200)
    due = when("By when")
    owner = colleague("By whom", "The owner of the case")

    def prepare(self) -> None:
        self.fields["due"].initial = in_working_days(self.case.unit, timezone.now())

    def run(self, **told: Any) -> object:
        return actions.set_next_step(**told)


class PauseForm(CaseForm):
    done = "The official clock is stopped until the customer answers."
    question = words("The question put to the customer", "As they were asked it. It is shown to them and to reviewers.")
    reason = words("Why we cannot go on without the answer")
    ask_again = when("Ask again by", "Left empty: in five working days.", required=False)

    def run(self, **told: Any) -> object:
        return actions.pause(**told)


class ResumeForm(CaseForm):
    done = "The official clock runs again."
    text = words("What the customer answered", required=False)

    def run(self, **told: Any) -> object:
        return actions.resume(**told)


class ResolveForm(CaseForm):
    done = "The case is resolved."
    outcome = words("What was done for the customer")

    def run(self, **told: Any) -> object:
        return actions.resolve(**told)


class CloseForm(CaseForm):
    done = "The case is closed."
    text = words("What was done for the customer", required=False)

    def prepare(self) -> None:
        self.fields["text"].required = self.case.state in OPEN_STATES

    def run(self, **told: Any) -> object:
        return actions.close(**told)


class ReopenForm(CaseForm):
    done = "The case is open again."
    reason = words("Why it comes back")
    owner = colleague("Who takes it up", "Its last owner")

    def run(self, **told: Any) -> object:
        return actions.reopen(**told)


class WithdrawForm(CaseForm):
    done = "The case is withdrawn."
    reason = words("Why the customer no longer needs it")

    def run(self, **told: Any) -> object:
        return actions.withdraw(**told)


class MergeForm(CaseForm):
    done = "The two cases are one."
    into = forms.CharField(label="Number of the case to go on with", max_length=20)
    reason = words("How you know they are the same", required=False)

    def clean_into(self) -> Case:
        found = find_case_for(self.staff, self.cleaned_data["into"])
        if found is None:
            raise ValidationError("There is no such case among those you can see. Enter its number, such as C0001234.")
        return found

    def run(self, **told: Any) -> object:
        return actions.merge(**told)


class RecategoriseForm(CaseForm):
    done = "The case is about another service now."
    service = pick(Service, "Service", "Choose a service")
    reason = words("Why")

    def prepare(self) -> None:
        offer(self, "service", services_of_office(self.staff))

    def run(self, **told: Any) -> object:
        return actions.recategorise(**told)


class AmendForm(CaseForm):
    done = "The case is corrected."
    subject = forms.CharField(label="Subject", max_length=500)
    description = words("What the customer told us", required=False, long=True)
    address = forms.CharField(label="Where", max_length=500, required=False)
    channel = forms.ChoiceField(label="How it came in", choices=Channel.choices)

    def prepare(self) -> None:
        for name in ("subject", "description", "address", "channel"):
            self.fields[name].initial = getattr(self.case, name)

    def run(self, **told: Any) -> object:
        return actions.amend(**told)


class UndoForm(CaseForm):
    done = "Your last change is taken back."

    def run(self, **told: Any) -> object:
        return actions.undo(**told)
