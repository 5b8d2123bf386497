"""The forms of the office's own pages. They read what was typed; actions decide what holds."""

from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.functional import lazy

from regard.office.access import colleagues_of, units_of_office, units_seen_by
from regard.office.calendar import WorkingHours
from regard.office.calendar.hours import WEEKDAYS
from regard.office.models import Staff, Standard, Unit, WorkingCalendar
from regard.office.queries import latest_calendars
from regard.office.queries.calendars import FIRST_YEAR
from regard.office.roles import Role
from regard.ui.forms import DateInput

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS_HINT = "Such as 08:00-12:00, 13:00-17:00. Leave it empty when you are closed."
TIME = Standard.MeasuredIn


def refused(form: forms.Form, error: ValidationError) -> None:
    """Show why an action refused, beside the fields at fault where the form has them."""
    told = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, messages in told.items():
        for message in messages:
            form.add_error(name if name in form.fields else None, message)


def spans_of(text: str) -> list[str]:
    """`08:00-12:00, 13:00-17:00` as a list of spans; "closed" and nothing are none."""
    if text.strip().lower() == "closed":
        return []
    return [part.strip().replace(" ", "") for part in text.replace(";", ",").split(",") if part.strip()]


def text_of(spans: list[list[str]]) -> str:
    """The other way round."""
    return ", ".join(f"{opening}-{closing}" for opening, closing in spans)


def time_zones() -> list[tuple[str, Any]]:
    """Time zones of places, by continent."""
    continents: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(available_timezones()):
        continent, slash, place = name.partition("/")
        if slash and continent not in {"Etc", "SystemV", "US", "Canada", "Brazil", "Chile", "Mexico"}:
            continents.setdefault(continent, []).append((name, place.replace("_", " ")))
    return [("", "Choose one"), ("UTC", "UTC"), *continents.items()]


def countries() -> list[tuple[str, str]]:
    """Countries whose public holidays are known."""
    from holidays.registry import COUNTRIES  # large: only pages that write a calendar need it

    names = {codes[1]: name.replace("_", " ").title() for name, codes in COUNTRIES.items()}
    return [("", "No public holidays"), *sorted(names.items(), key=lambda item: item[1])]


_zones = lazy(time_zones, list)
_countries = lazy(countries, list)
NARROW = {"class": "usa-input--small"}


def _sensible(day: date | None) -> date | None:
    if day is not None and not FIRST_YEAR <= day.year <= 2100:
        raise ValidationError(f"Give a year from {FIRST_YEAR} to 2100.")
    return day


class UnitForm(forms.Form):
    """A unit and its place in the office."""

    name = forms.CharField(label="Name", max_length=200)
    parent = forms.ModelChoiceField(
        label="Belongs to", queryset=Unit.objects.none(), empty_label="Choose the unit above"
    )
    lead = forms.ModelChoiceField(
        label="Led by",
        queryset=Staff.objects.none(),
        required=False,
        help_text="Work without an owner is shown to this person.",
    )
    calendar = forms.ModelChoiceField(
        label="Opening hours",
        queryset=WorkingCalendar.objects.none(),
        required=False,
        empty_label="Those of the unit above",
    )
    email = forms.EmailField(label="E-mail", required=False, help_text="Letters of this unit come from here.")
    active = forms.BooleanField(
        label="This unit works", required=False, initial=True, help_text="A closed unit is not offered for new work."
    )

    def __init__(self, *args: Any, staff: Staff, is_top: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = units_seen_by(staff).order_by("name")  # type: ignore[attr-defined]
        self.fields["lead"].queryset = colleagues_of(staff).order_by("name")  # type: ignore[attr-defined]
        self.fields["calendar"].queryset = latest_calendars(staff.office_id or 0)  # type: ignore[attr-defined]
        if is_top:
            del self.fields["parent"]
            self.fields["calendar"].required = True


class StaffForm(forms.Form):
    """Who somebody is, where they work and what they may do."""

    name = forms.CharField(label="Name", max_length=200)
    email = forms.EmailField(label="E-mail", help_text="They sign in with it.")
    unit = forms.ModelChoiceField(label="Unit", queryset=Unit.objects.none(), empty_label="Choose one")
    title = forms.CharField(label="Title", max_length=200, required=False, help_text="What their work is called.")
    code = forms.CharField(
        label="Short name in other systems",
        max_length=60,
        required=False,
        help_text="What the phone log or the permit system calls them, so that imports find them.",
    )
    roles = forms.MultipleChoiceField(
        label="Roles",
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Without a role they see nothing.",
    )

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units_seen_by(staff).filter(active=True).order_by("name")  # type: ignore[attr-defined]


class StaffFilter(forms.Form):
    """The filters of the staff list."""

    q = forms.CharField(label="Name, e-mail or short name", required=False)
    unit = forms.ModelChoiceField(label="Unit", queryset=Unit.objects.none(), required=False, empty_label="Any")
    role = forms.ChoiceField(label="Role", required=False, choices=[("", "Any"), *Role.choices, ("none", "None yet")])
    state = forms.ChoiceField(
        label="State", required=False, choices=[("", "Works here"), ("left", "Has left"), ("all", "Both")]
    )

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units_seen_by(staff).order_by("name")  # type: ignore[attr-defined]


class ServiceForm(forms.Form):
    """What the office offers, in the customers' words."""

    name = forms.CharField(label="Name", max_length=200, help_text="As a customer would say it: Report a pothole.")
    unit = forms.ModelChoiceField(label="Unit", queryset=Unit.objects.none(), empty_label="Choose one")
    code = forms.CharField(label="Code", max_length=120, help_text="What files and other systems call it.")
    description = forms.CharField(
        label="Description", required=False, widget=forms.Textarea(attrs={"rows": 4, "class": "rg-short"})
    )
    active = forms.BooleanField(label="We offer it now", required=False, initial=True)

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units_seen_by(staff).filter(active=True).order_by("name")  # type: ignore[attr-defined]


class ServiceFilter(forms.Form):
    """The filters of the list of services."""

    q = forms.CharField(label="Name or code", required=False)
    unit = forms.ModelChoiceField(label="Unit", queryset=Unit.objects.none(), required=False, empty_label="Any")
    state = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[
            ("", "Offered now"),
            ("review", "To be reviewed"),
            ("without", "Without a standard"),
            ("closed", "No longer offered"),
            ("all", "All"),
        ],
    )

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units_of_office(staff).order_by("name")  # type: ignore[attr-defined]


class StandardForm(forms.Form):
    """How long one stage of a service may take, from a day on."""

    amount = forms.DecimalField(
        label="Within",
        required=False,
        max_digits=8,
        decimal_places=2,
        min_value=0,
        widget=forms.NumberInput(attrs=NARROW),
    )
    measured_in = forms.ChoiceField(label="Measured in", choices=[("", "No standard"), *TIME.choices], required=False)
    promise_text = forms.CharField(
        label="In plain words", required=False, help_text="What customers read: We answer within two working days."
    )
    valid_from = forms.DateField(
        label="Valid from",
        required=False,
        widget=DateInput,
        help_text="Empty: it has always been so, and everything before is forgotten.",
    )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("amount") is not None and not told.get("measured_in"):
            self.add_error("measured_in", "Say what the time is measured in.")
        if told.get("measured_in") and told.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", "Say how long it may take, or choose no standard.")
        return told


class CalendarForm(forms.Form):
    """The weekly hours of an office and whose public holidays it keeps."""

    name = forms.CharField(label="Name", max_length=200)
    time_zone = forms.ChoiceField(label="Time zone", choices=_zones)
    country = forms.ChoiceField(label="Public holidays of", choices=_countries, required=False)
    subdivision = forms.CharField(
        label="State or province",
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs=NARROW),
        help_text="Its short form, such as MN. Empty: only the holidays of the whole country.",
    )
    since = forms.DateField(
        label="The weekly hours hold from",
        required=False,
        widget=DateInput,
        help_text="Before that day the old ones go on to count. Empty: the old ones were a mistake, and never held.",
    )
    reason = forms.CharField(label="Why", required=False, help_text="Kept with the version: new summer hours.")

    def __init__(self, *args: Any, is_new: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_new:
            del self.fields["since"]
        for number, name in enumerate(DAY_NAMES):
            hint = HOURS_HINT if number == 0 else ""
            self.fields[WEEKDAYS[number]] = forms.CharField(label=name, required=False, help_text=hint)
        self.order_fields(["name", *WEEKDAYS, "since", "time_zone", "country", "subdivision", "reason"])

    @staticmethod
    def initial_of(calendar: WorkingCalendar) -> dict[str, Any]:
        """What the form starts with for a calendar that exists."""
        fields = {name: getattr(calendar, name) for name in ("name", "time_zone", "country", "subdivision")}
        hours = WorkingHours.from_dict({"zone": calendar.time_zone, "weekly": calendar.weekly}).to_dict()["weekly"]
        return fields | {day: text_of(hours[day]) for day in WEEKDAYS}

    def clean_since(self) -> date | None:
        return _sensible(self.cleaned_data["since"])

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        weekly: dict[str, Any] = {}
        for number, day in enumerate(WEEKDAYS):
            spans = spans_of(told.get(day, ""))
            try:
                read = WorkingHours.from_dict({"zone": "UTC", "weekly": {day: spans}}).to_dict()["weekly"][day]
            except ValueError as error:
                self.add_error(day, str(error))
                continue
            if read:
                weekly[str(number)] = read
        told["weekly"] = weekly or {"0": []}
        return told

    def fields_told(self) -> dict[str, Any]:
        """The fields of a calendar, as actions take them."""
        names = ("name", "time_zone", "country", "subdivision", "weekly")
        return {name: self.cleaned_data[name] for name in names}


class HolidayForm(forms.Form):
    """One day on which the office is closed, or open at other hours."""

    day = forms.DateField(label="Day", widget=DateInput)
    name = forms.CharField(label="What it is", max_length=200, help_text="Snow closure, staff training, town fair.")
    hours = forms.CharField(
        label="Hours on that day", required=False, help_text="Empty: closed all day. Otherwise such as 10:00-14:00."
    )

    def clean_day(self) -> date | None:
        return _sensible(self.cleaned_data["day"])

    def clean_hours(self) -> list[list[str]]:
        spans = spans_of(self.cleaned_data["hours"])
        if not spans:
            return []
        try:
            read = WorkingHours.from_dict({"zone": "UTC", "weekly": {"mon": spans}})
        except ValueError as error:
            raise ValidationError(str(error).replace("On mon ", "").capitalize()) from error
        hours: list[list[str]] = read.to_dict()["weekly"]["mon"]
        return hours


class FirstRunForm(forms.Form):
    """A new office and its first administrator."""

    office = forms.CharField(label="Name of the office", max_length=200, help_text="As customers know it.")
    time_zone = forms.ChoiceField(label="Time zone", choices=_zones)
    country = forms.ChoiceField(label="Public holidays of", choices=_countries, required=False)
    subdivision = forms.CharField(
        label="State or province",
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs=NARROW),
        help_text="Its short form, such as MN.",
    )
    name = forms.CharField(label="Your name", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label="Your e-mail",
        help_text="You sign in with it.",
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label="Choose a password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters. A few words in a row are easy to remember and hard to guess.",
    )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("password"):
            someone = Staff(name=told.get("name", ""), email=told.get("email", ""))
            try:
                validate_password(told["password"], someone)
            except ValidationError as error:
                self.add_error("password", error)
        return told
