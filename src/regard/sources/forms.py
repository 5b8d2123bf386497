"""The forms of sources. They read what was typed; actions decide what holds."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.text import slugify

from regard.office.access import units_of_office, units_seen_by
from regard.office.models import Silo, Staff, Unit
from regard.sources.access import sources_seen_by
from regard.sources.answers import Basics, blanks_from
from regard.sources.labels import ROWS, reason_name
from regard.sources.mapping import check_time_zone
from regard.sources.models import QuarantinedRow

NARROW = {"class": "usa-input--small"}
ZONE_LIST = "time-zones"


def time_zones() -> list[str]:
    """Names of time zones of places, for the list behind the field."""
    return ["UTC", *sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))]


class UploadForm(forms.Form):
    """A file of a silo."""

    file = forms.FileField(
        label="File",
        help_text="CSV or other text tables, Excel (.xlsx), JSON, XES event logs, Open311 replies; also packed as "
        ".gz or .zip.",
        widget=forms.FileInput(attrs={"class": "rg-file"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["file"]
        field.help_text = f"{field.help_text} At most {filesizeformat(settings.REGARD_UPLOAD_LIMIT)}."


class SiloForm(forms.Form):
    """What we know about a source itself."""

    name = forms.CharField(label="Name", max_length=200)
    steward = forms.CharField(
        label="Steward", required=False, max_length=200, help_text="Whom to ask when a file is late or looks wrong."
    )
    rhythm_days = forms.FloatField(
        label="Days between files",
        required=False,
        min_value=0.01,
        max_value=3_660,
        widget=forms.NumberInput(attrs=NARROW),
        help_text="How often a file usually comes: 1 for daily, 7 for weekly. Empty: Regard goes by what it sees.",
    )
    time_zone = forms.CharField(
        label="Time zone",
        required=False,
        widget=forms.TextInput(attrs={"list": ZONE_LIST, "autocomplete": "off"}),
        help_text="Offered for new mappings of this source, such as America/Chicago.",
    )
    description = forms.CharField(
        label="What it holds", required=False, widget=forms.Textarea(attrs={"rows": 3, "class": "rg-short"})
    )

    @staticmethod
    def initial_of(silo: Silo) -> dict[str, Any]:
        """What the form starts with."""
        return {name: getattr(silo, name) for name in SiloForm.base_fields}

    def clean_time_zone(self) -> str:
        return cleaned_zone(self.cleaned_data["time_zone"])


def cleaned_zone(told: str) -> str:
    """The name of a time zone, or a ValidationError that says what one looks like. Nothing stays nothing."""
    name = told.strip()
    if name and (wrong := check_time_zone(name)):
        raise forms.ValidationError(wrong)
    return name


#: Codes that would hide a page of sources, or that Regard gives itself.
RESERVED = frozenset({"upload", "uploads", "mappings", "runs", "rows", Silo.OWN})
NEW = "+"  # no code of a source looks like this
CLEAR = "clear"
DATE_ORDERS = [
    (CLEAR, "No date in this file can be read in two ways"),
    ("dmy", "The day comes first, as in 31/12/2026"),
    ("mdy", "The month comes first, as in 12/31/2026"),
    ("ymd", "The year comes first, as in 2026-12-31"),
]


class BasicsForm(forms.Form):
    """What is asked about a mapping as a whole: whose file it is, and how its dates and blanks are read."""

    source = forms.ChoiceField(label="Source", help_text="The system that the file comes from.")
    new_name = forms.CharField(label="Name of the new source", required=False, max_length=200)
    new_code = forms.SlugField(
        label="Its short code",
        required=False,
        max_length=60,
        help_text="Letters, digits and hyphens, such as csb or phone-log. Empty: made from the name.",
    )
    new_unit = forms.ModelChoiceField(
        label="Unit it belongs to",
        queryset=Unit.objects.none(),
        required=False,
        help_text="Its people, and those above, see what comes in; rows that name no unit belong to it.",
    )
    name = forms.CharField(label="Name of this mapping", max_length=200, help_text="It is remembered for later files.")
    time_zone = forms.CharField(
        label="Time zone of its dates",
        widget=forms.TextInput(attrs={"list": ZONE_LIST, "autocomplete": "off"}),
        help_text="Such as America/Chicago. Times that carry their own offset keep it.",
    )
    blanks = forms.CharField(
        label="Words that mean: not told",
        required=False,
        help_text="Read as blank in every column, such as NA, N/A, none.",
    )
    date_order = forms.ChoiceField(
        label="How are dates like 3/4/2026 written here?", choices=DATE_ORDERS, widget=forms.RadioSelect
    )
    into = forms.ChoiceField(
        label="What is one row of this file?",
        choices=[(target, f"{name}: {words}") for target, (name, words) in ROWS.items()],
        widget=forms.RadioSelect,
    )

    def __init__(
        self, *args: Any, staff: Staff, as_text: bool = False, needs_source: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.staff, self.needs_source = staff, needs_source
        for name in ("name", "time_zone", "into", "date_order") if as_text else ():
            self.fields[name].required = False  # the text says it
        self.silos = {silo.code: silo for silo in sources_seen_by(staff).order_by("name")}
        self.office = units_of_office(staff)
        known = [(code, f"{silo.name} ({code})") for code, silo in self.silos.items()]
        self.fields["source"].choices = [(NEW, "A new source"), *known]  # type: ignore[attr-defined]
        self.fields["new_unit"].queryset = units_seen_by(staff).filter(active=True).order_by("path")  # type: ignore[attr-defined]

    def clean_time_zone(self) -> str:
        return cleaned_zone(self.cleaned_data["time_zone"])

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("source") == NEW:
            if not told.get("new_code") and "new_code" not in self.errors:
                told["new_code"] = slugify(told.get("new_name") or "")[:60]
            self._check_new(told)
        return told

    def _check_new(self, told: dict[str, Any]) -> None:
        code = told.get("new_code")
        if code in RESERVED:
            self.add_error("new_code", f"“{code}” is a word of Regard's own. Choose another code.")
        elif code in self.silos:
            self.add_error("new_code", f"There is a source {code} already. Choose it above, or another code.")
        elif code and Silo.objects.filter(code=code, unit__in=self.office).exists():
            self.add_error("new_code", f"Another unit has a source {code}. Choose another code.")
        wanted = {"new_name": "Name the source.", "new_code": "Give it a short code.", "new_unit": "Choose a unit."}
        for field, words in wanted.items() if self.needs_source else ():
            if not told.get(field) and field not in self.errors:
                self.add_error(field, words)

    @property
    def silo(self) -> Silo | None:
        """The source that was chosen, when it exists."""
        return self.silos.get(self["source"].value() or "")

    def renewed(self, answers: dict[str, Any]) -> "BasicsForm":
        """The form with some answers changed, not yet checked."""
        told = {name: self[name].value() for name in self.fields}
        return BasicsForm(staff=self.staff, initial=told | answers)

    def basics(self) -> Basics:
        """The valid answers; what is not valid is left empty, so that the page can be shown again."""
        told = self.cleaned_data
        return Basics(
            silo=(told.get("new_code") if told.get("source") == NEW else told.get("source")) or "",
            name=told.get("name") or "",
            time_zone=told.get("time_zone") or "",
            into=told.get("into") or "case",
            date_order=order if (order := told.get("date_order")) != CLEAR else None,
            blanks=blanks_from(told.get("blanks") or ""),
        )


class QuarantineFilter(forms.Form):
    """Which quarantined rows are shown."""

    ALL = "all"

    reason = forms.ChoiceField(label="Reason", required=False)
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("", "Waiting"), *QuarantinedRow.State.choices[1:], (ALL, "All")],
    )

    def __init__(self, data: Mapping[str, Any], *, reasons: list[tuple[str, str, int]]) -> None:
        super().__init__(data)
        choices = [(code, f"{reason_name(code)} ({count:,})") for code, _, count in reasons]
        told = self.data.get("reason", "")
        if told and told not in dict(choices):  # none of these waits any more; the address still says what to show
            choices.append((told, reason_name(told)))
        self.fields["reason"].choices = [("", "Any reason"), *choices]  # type: ignore[attr-defined]
