"""The filters of the case list, as its address has them."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.http import QueryDict
from django.utils import timezone

from regard.desk.forms.selecting import LongSelect
from regard.desk.models import CASE_STATES, Channel
from regard.desk.queries.listing import ANY, ME, NOBODY, OPEN, CaseFilter
from regard.office.access import colleagues_of, services_of_office, units_seen_by
from regard.office.models import Staff, Unit
from regard.ui.forms import DateInput

FIELDS = ("q", "state", "unit", "service", "channel", "owner", "overdue", "received_from", "received_to")
#: A date from here on; the database keeps no earlier instant of a case.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 1, 1)


class FilterForm(forms.Form):
    """Whatever of an address makes sense narrows the list; the rest is left out and said to be wrong."""

    q = forms.CharField(
        label="Number or words", required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    state = forms.ChoiceField(label="State", required=False, choices=[])
    unit = forms.ChoiceField(label="Unit", required=False, widget=LongSelect())
    service = forms.ChoiceField(label="Service", required=False, widget=LongSelect())
    channel = forms.ChoiceField(label="Channel", required=False, choices=[("", "Any channel"), *Channel.choices])
    owner = forms.ChoiceField(label="Owner", required=False, widget=LongSelect())
    received_from = forms.DateField(label="Received from", required=False, widget=DateInput())
    received_to = forms.DateField(label="Received to", required=False, widget=DateInput())
    overdue = forms.BooleanField(label="Overdue only", required=False)

    def __init__(self, data: QueryDict, *, staff: Staff) -> None:
        super().__init__(data)
        self.units = list(units_seen_by(staff).only("name", "path").order_by("path"))
        services = services_of_office(staff).filter(unit__in=[unit.pk for unit in self.units]).select_related(None)
        people = colleagues_of(staff).select_related(None).filter(unit__in=[unit.pk for unit in self.units])
        self._offer("state", [(OPEN, "Open or paused"), (ANY, "Any state"), *_single_states()])
        self._offer("unit", [("", "All my units"), *((str(u.pk), _indented(u, self.units)) for u in self.units)])
        self._offer("service", [("", "Any service"), *((str(pk), n) for pk, n in services.values_list("pk", "name"))])
        named = [(str(pk), name) for pk, name in people.values_list("pk", "name")]
        self._offer("owner", [("", "Anybody"), (ME, "Me"), (NOBODY, "Nobody"), *named])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = choices

    def clean_received_from(self) -> date | None:
        return _possible(self.cleaned_data["received_from"])

    def clean_received_to(self) -> date | None:
        return _possible(self.cleaned_data["received_to"])

    def chosen(self, order: str) -> CaseFilter:
        """The filter that the valid fields make."""
        self.is_valid()
        told = self.cleaned_data
        day, last = told.get("received_from"), told.get("received_to")
        return CaseFilter(
            units=self._units_below(told.get("unit")),
            service=int(told["service"]) if told.get("service") else None,
            state=told.get("state") or OPEN,
            channel=told.get("channel") or "",
            owner=told.get("owner") or "",
            overdue=bool(told.get("overdue")),
            received_from=_midnight(day) if day else None,
            received_before=_midnight(last + timedelta(days=1)) if last else None,
            text=told.get("q") or "",
            order=order,
        )

    def _units_below(self, unit: str | None) -> tuple[int, ...] | None:
        if not unit:
            return None
        path = next(u.path for u in self.units if str(u.pk) == unit)
        return tuple(u.pk for u in self.units if u.path.startswith(path))

    @property
    def active(self) -> int:
        """How many filters are set."""
        told = self.cleaned_data if self.is_bound else {}
        other_state = told.get("state") not in (None, "", OPEN)
        return other_state + sum(bool(told.get(name)) for name in FIELDS if name != "state")


def _single_states() -> list[tuple[str, str]]:
    return [(state, f"Only {words.lower()}") for state, words in CASE_STATES]


def _indented(unit: Unit, units: list[Unit]) -> str:
    above = sum(unit.path.startswith(other.path) for other in units) - 1
    return f"{chr(0xA0) * 3 * above}{unit.name}"


def _possible(day: date | None) -> date | None:
    if day is not None and not FIRST_DAY <= day < LAST_DAY:
        raise forms.ValidationError("Enter a date between 1900 and 2099.")
    return day


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
