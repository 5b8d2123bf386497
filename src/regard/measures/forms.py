"""The filters of measures, as their addresses have them."""

from datetime import date

from django import forms
from django.http import QueryDict

from regard.desk.models import Channel
from regard.measures.figures import Filters, Period, add_months
from regard.measures.names import Names
from regard.measures.wording import month_words

#: What an address may hold; where a list starts is not part of it.
FIELDS = ("unit", "alone", "service", "channel", "first", "last")
_MOST_MONTHS = 120
#: Stands for rows whose service is not known; no service has this number.
NO_SERVICE = "0"


class MeasureFilter(forms.Form):
    """Whatever of an address makes sense narrows the figure; the rest is said to be wrong and left out."""

    first = forms.ChoiceField(label="From", required=False)
    last = forms.ChoiceField(label="To", required=False)
    unit = forms.ChoiceField(label="Unit", required=False)
    alone = forms.BooleanField(label="Without the units below it", required=False)
    service = forms.ChoiceField(label="Service", required=False)
    channel = forms.ChoiceField(label="Channel", required=False, choices=[("", "Any channel"), *Channel.choices])

    def __init__(self, data: QueryDict, *, names: Names, known: Period | None, has_period: bool = True) -> None:
        super().__init__(data)
        self.names, self._known = names, known
        self._offer("unit", [("", "All my units"), *((str(u.pk), self._indented(u.path, u.name)) for u in names.units)])
        services = ((str(pk), name) for pk, name in names.services.items())
        self._offer("service", [("", "Any service"), *services, (NO_SERVICE, "Service not known")])
        months = [(f"{month:%Y-%m}", month_words(month)) for month in self._months()]
        self._offer("first", [("", "Twelve months back"), *months])
        self._offer("last", [("", "Newest month"), *months])
        if not has_period:
            del self.fields["first"], self.fields["last"]
        if len(names.units) < 2:
            del self.fields["unit"]
        if not self._has_units_below():
            del self.fields["alone"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = choices

    def _months(self) -> list[date]:
        """The months that can be chosen, newest first."""
        if self._known is None:
            return []
        first = max(self._known.first, add_months(self._known.last, 1 - _MOST_MONTHS))
        return Period(first, self._known.last).months()[::-1]

    def _indented(self, path: str, name: str) -> str:
        above = sum(path.startswith(other.path) for other in self.names.units) - 1
        return f"{chr(0xA0) * 3 * above}{name}"

    def _has_units_below(self) -> bool:
        told = self.data.get("unit", "") if self.is_bound else ""
        return told.isascii() and told.isdigit() and len(self.names.below(int(told))) > 1

    def clean(self) -> dict[str, object]:
        told = super().clean() or self.cleaned_data
        first, last = told.get("first"), told.get("last")
        if first and last and first > last:
            self.add_error("last", "Choose a month that is not before the first one.")
        return told

    @property
    def filters(self) -> Filters:
        """What the figure is narrowed to. Call `is_valid` first."""
        told = self.cleaned_data
        unit = told.get("unit")
        below = () if not unit else (int(unit),) if told.get("alone") else self.names.below(int(unit))
        services = (int(told["service"]),) if told.get("service") else ()
        return Filters(below, services, (told["channel"],) if told.get("channel") else ())

    def period(self, usual: Period | None) -> Period | None:
        """The months asked for; None when none was chosen. An end left open is the usual one's, or its own year's."""
        first, last = (_month(self.cleaned_data.get(name)) for name in ("first", "last"))
        if usual is None or (first is None and last is None):
            return None
        if first is None:
            return Period(add_months(last, -11), last) if last else None
        return Period(first, max(last or usual.last, first))

    @property
    def active(self) -> int:
        """How many filters are set."""
        return sum(bool(self.cleaned_data.get(name)) for name in FIELDS) if self.is_bound else 0


def _month(told: str | None) -> date | None:
    return date.fromisoformat(f"{told}-01") if told else None
