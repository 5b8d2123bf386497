"""What the head of an office reads in one minute, and prints on one page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from regard.desk.access import cases_seen_by
from regard.measures import charts, engine
from regard.measures.access import Scope, scope_of
from regard.measures.charts import Picture
from regard.measures.definitions import CATALOGUE
from regard.measures.engine.sql import Page
from regard.measures.facts.refresh import freshness
from regard.measures.reading import Question, Reading, read
from regard.measures.views.asking import REFRESHERS, needs_facts
from regard.measures.wording import count_words
from regard.office.access import may, open_to_staff, staff_of
from regard.office.models import Staff
from regard.ui.wording import clock, day, duration
from regard.voice.access import feedback_seen_by
from regard.voice.queries import score_words

#: The figures of the page, in order; each leads to its measure.
CARDS = (
    "cases-received",
    "cases-resolved",
    "backlog",
    "resolved-within-standard",
    "promises-kept",
    "reopened",
    "contacts-received",
    "abandoned-contacts",
)
RESPONSE = ("time-to-first-answer", "time-to-resolve")
OLDEST = 5
COMMENTS = 3


@dataclass(frozen=True)
class Waiting:
    """An open case that has waited long."""

    number: str
    subject: str
    unit: str
    owner: str
    waited: str


@open_to_staff
@require_safe
@needs_facts
def dashboard(request: HttpRequest) -> HttpResponseBase:
    """Signals in words first; then volume, response on both clocks, what waits, and what customers say."""
    staff = staff_of(request)
    scope = scope_of(staff)
    question = Question(scope)
    readings = {slug: read(CATALOGUE[slug], question) for slug in _slugs()}
    context = {
        "cards": [readings[slug] for slug in CARDS],
        "response": [(readings[slug], readings[CATALOGUE[slug].twin]) for slug in RESPONSE],
        "news": [reading for reading in readings.values() if reading.is_news],
        "age_words": _age_words(readings["backlog-age"]),
        "oldest": _oldest(staff, scope),
        "scores": _scores(readings["feedback-scores"]),
        "comments": _comments(staff),
        "said_words": _said_words(readings["complaints"], readings["compliments"]),
        "unit": staff.unit,
        "period": readings["cases-received"].period_words,
        "as_of": _instant_words(engine.as_of()),
        "fresh": freshness(count_behind=True),
        "may_refresh": may(staff, *REFRESHERS),
    }
    return render(request, "measures/dashboard.html", context)


def _slugs() -> list[str]:
    twins = [CATALOGUE[slug].twin for slug in RESPONSE]
    return [*CARDS, *RESPONSE, *twins, "backlog-age", "feedback-scores", "complaints", "compliments"]


def _age_words(reading: Reading) -> str:
    """How old the open work is, in a sentence."""
    if not reading.cell.n:
        return ""
    count = count_words(reading.cell.n, "open cases")
    return f"{count}: half wait longer than {reading.value}, one in ten longer than {reading.p90}."


def _said_words(*readings: Reading) -> str:
    return ", ".join(count_words(reading.cell.n, reading.definition.noun) for reading in readings).capitalize() + "."


def _instant_words(when: datetime) -> str:
    here = timezone.localtime(when)
    return f"{day(here)}, {clock(here)}"


def _oldest(staff: Staff, scope: Scope) -> list[Waiting]:
    """The open cases that have waited longest, as they are now."""
    rows = engine.rows_behind(CATALOGUE["oldest-open"], scope=scope, page=Page(limit=OLDEST))
    cases = cases_seen_by(staff).select_related("unit", "owner").in_bulk([row.id for row in rows])
    return [
        Waiting(case.number, case.subject, case.unit.name, str(case.owner or "nobody"), duration(row.seconds or 0))
        for row in rows
        if (case := cases.get(row.id)) is not None and case.is_open
    ]


def _scores(reading: Reading) -> Picture | None:
    more = reading.cell.more
    if not reading.cell.n:
        return None
    href = reverse("measures-measure", args=[reading.definition.slug])
    title, question = "Scores that customers gave", str(more.get("question", ""))
    return charts.rating_chart(title, more.get("scale", ()), more.get("counts", ()), question=question, href=href)


def _comments(staff: Staff) -> list[dict[str, Any]]:
    """The newest words of customers."""
    told = feedback_seen_by(staff).exclude(text="").select_related("service", "unit").order_by("-at", "-id")
    return [
        {
            "text": one.text,
            "url": reverse("voice-feedback", args=[one.pk]),
            "kind": one.get_kind_display(),
            "about": one.service.name if one.service else one.unit.name,
            "at": one.at,
            "score": score_words(one),
        }
        for one in told[:COMMENTS]
    ]
