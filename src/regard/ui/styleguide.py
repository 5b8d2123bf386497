"""Every component with sample data: the page that the components are tested on. It reads no data."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from regard.ui.forms import DateInput
from regard.ui.icons import CHANNELS, PATHS, STATES

_CHART = """<svg xmlns="http://www.w3.org/2000/svg" width="640" height="200" viewBox="0 0 640 200">
<g font-family="sans-serif" font-size="12px" fill="#565c65" style="stroke-width:0">
<text x="4" y="40">400</text><text x="4" y="110">200</text><text x="4" y="180">0</text></g>
<g stroke="#dfe1e2"><path d="M40 36H640M40 106H640M40 176H640" style="fill: none"/></g>
<g fill="#005ea2">{bars}</g></svg>"""
_MONTHS = [("Jan 2025", 312), ("Feb 2025", 287), ("Mar 2025", 341), ("Apr 2025", 366), ("May 2025", 298)]


class SampleForm(forms.Form):
    """One field of each kind that forms of Regard use."""

    subject = forms.CharField(label="What it is about", help_text="A few words that a colleague would search for.")
    email = forms.EmailField(label="E-mail", required=False)
    amount = forms.IntegerField(label="How many", widget=forms.NumberInput(attrs={"class": "usa-input--small"}))
    due = forms.DateField(label="Due", widget=DateInput, help_text="A working day.")
    service = forms.ChoiceField(
        label="Service", choices=[("", "Choose one"), ("w", "Water"), ("Streets", [("p", "Pothole"), ("l", "Light")])]
    )
    channel = forms.ChoiceField(
        label="How it came", choices=list(CHANNELS.items())[:3], widget=forms.RadioSelect, help_text="Choose one."
    )
    languages = forms.MultipleChoiceField(
        label="Languages", choices=[("en", "English"), ("es", "Spanish")], widget=forms.CheckboxSelectMultiple
    )
    text = forms.CharField(label="Message", widget=forms.Textarea, required=False)
    file = forms.FileField(label="File", help_text="Up to 200 MB.")
    urgent = forms.BooleanField(label="This cannot wait", required=False, help_text="Somebody may get hurt.")
    sent_from = forms.CharField(widget=forms.HiddenInput, required=False)


class FilterForm(forms.Form):
    """The filters of a list."""

    state = forms.ChoiceField(label="State", required=False, choices=[("", "Any"), *((s, s) for s in STATES)])
    owner = forms.CharField(label="Owner", required=False)
    overdue = forms.BooleanField(label="Overdue only", required=False)


def _chart() -> str:
    bars = "".join(
        f'<rect x="{60 + i * 115}" y="{176 - n * 0.35:.0f}" width="80" height="{n * 0.35:.0f}"/>'
        for i, (_, n) in enumerate(_MONTHS)
    )
    return _CHART.format(bars=bars)


def _linked_chart() -> str:
    bars = "".join(
        f'<a xlink:href="?month={i}" target="_blank"><rect aria-label="{month}: {n} cases" x="{60 + i * 115}" '
        f'y="{176 - n * 0.35:.0f}" width="80" height="{n * 0.35:.0f}"/></a>'
        for i, (month, n) in enumerate(_MONTHS)
    )
    return _CHART.replace("<svg ", '<svg xmlns:xlink="http://www.w3.org/1999/xlink" ', 1).format(bars=bars)


def _cases(now: datetime) -> list[dict[str, Any]]:
    names = ["Ana Ruiz", "Ruiz Paving, Inc.", "J. Okafor", "Dale and Sons"]
    return [
        {
            "number": f"2025-{1200 + i:05}",
            "customer": names[i % 4],
            "state": state,
            "channel": list(CHANNELS)[i % len(CHANNELS)],
            "due": now + timedelta(days=i - 2, hours=3),
            "late": i < 2,
            "age": 86_400 * (i + 1) * 2.3,
        }
        for i, state in enumerate(STATES)
    ]


def sample(now: datetime) -> dict[str, Any]:
    """The data that the style guide shows."""
    return {
        "now": now,
        "long_ago": now - timedelta(days=400),
        "yesterday": now - timedelta(hours=26),
        "soon": now + timedelta(hours=5),
        "cases": _cases(now),
        "states": list(STATES),
        "channels": list(CHANNELS),
        "icons": sorted(PATHS),
        "kinds": ["ok", "warn", "bad", "info", "neutral"],
        "alerts": ["info", "success", "warning", "error"],
        "svg": _chart(),
        "linked_svg": _linked_chart(),
        "columns": ["Month", "Cases received"],
        "rows": [[month, n] for month, n in _MONTHS] + [["Jun 2025", None]],
        "plain_form": SampleForm(),
        "wrong_form": SampleForm({"wrong-email": "nobody", "wrong-amount": "many"}, prefix="wrong"),
        "filter_form": FilterForm({"f-state": "open"}, prefix="f"),
        "options": [("w", "Water"), ("p", "Pothole")],
        "current_sort": "-due",
    }


def show(request: HttpRequest) -> HttpResponse:
    """The style guide; not there in production."""
    if not settings.DEBUG:
        raise Http404
    messages.success(request, "Saved. This is how a message looks.")
    return render(request, "ui/styleguide.html", sample(timezone.now()))


# `ui` stands above `office`, so it sets the rule's attribute itself: the page shows no data.
show.access_rule = "everyone"  # type: ignore[attr-defined]
