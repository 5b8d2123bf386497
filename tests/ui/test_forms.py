"""Django forms in the look of the design system."""

from datetime import date, datetime

import pytest
from django import forms

from regard.ui.forms import DateInput, DateTimeInput
from regard.ui.styleguide import SampleForm
from tests.ui.markup import Markup


class Small(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the letter.")
    agree = forms.BooleanField(label="Agreed")
    way = forms.ChoiceField(label="Way", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)

    def clean(self) -> None:
        self.add_error(None, "These do not fit together.")


def test_an_empty_form_has_no_errors_and_dangles_nowhere() -> None:
    html = str(SampleForm())
    assert "Please check" not in html
    assert "aria-invalid" not in html
    assert Markup(html).dangling() == []


def test_errors_stand_on_top_and_lead_to_their_fields() -> None:
    html = str(Small({}))
    markup = Markup(html)
    assert markup.dangling() == []
    links = [attrs["href"] for tag, attrs in markup.elements if tag == "a"]
    assert links == ["#id_name", "#id_agree", "#id_way_0"]
    assert html.index("These do not fit together.") < html.index("As on the letter.")
    assert html.index('role="alert"') < html.index("id_name")


def test_a_wrong_field_points_at_its_hint_and_its_error() -> None:
    html = str(Small({}))
    name = next(attrs for tag, attrs in Markup(html).elements if attrs.get("id") == "id_name")
    assert name["aria-describedby"] == "id_name_helptext id_name_error"
    assert name["aria-invalid"] == "true"
    fieldset = next(attrs for tag, attrs in Markup(html).elements if tag == "fieldset")
    assert fieldset["aria-describedby"] == "id_way_error"


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        (forms.CharField(), 'class="usa-input"'),
        (forms.CharField(widget=forms.TextInput({"class": "usa-input--small"})), 'class="usa-input usa-input--small"'),
        (forms.CharField(widget=forms.Textarea), 'class="usa-textarea"'),
        (forms.ChoiceField(choices=[("a", "A")]), 'class="usa-select"'),
        (forms.BooleanField(), 'class="usa-checkbox__input"'),
        (forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect), 'class="usa-radio__input"'),
        (forms.FileField(), 'class="rg-file"'),
        (forms.CharField(widget=forms.HiddenInput), 'type="hidden" name="f"'),
        (forms.DateField(widget=DateInput), 'type="date"'),
        (forms.CharField(widget=forms.PasswordInput), 'type="password" name="f" class="usa-input"'),
    ],
)
def test_every_widget_has_its_class(field: forms.Field, wanted: str) -> None:
    form = type("One", (forms.Form,), {"f": field})()
    assert wanted in str(form)
    assert str(form).count('class="usa-input') <= 1


def test_what_is_optional_says_so() -> None:
    form = type("One", (forms.Form,), {"f": forms.CharField(required=False), "g": forms.CharField()})()
    assert str(form).count("(optional)") == 1


def test_dates_keep_their_value() -> None:
    assert 'value="2025-03-04"' in DateInput().render("d", date(2025, 3, 4))
    assert 'value="2025-03-04T14:05"' in DateTimeInput().render("d", datetime(2025, 3, 4, 14, 5))


def test_what_people_type_is_escaped() -> None:
    html = str(Small({"name": '"><script>'}))
    assert "<script>" not in html
