"""How imports are shown: `{% load sources %}`."""

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString

from regard.sources import labels
from regard.sources.mapping import DateQuestion
from regard.sources.models import QuarantinedRow, Run, RunState
from regard.ui.templatetags.ui import badge

register = template.Library()

STATES = {
    RunState.WAITING: ("neutral", "clock"),
    RunState.RUNNING: ("info", "play"),
    RunState.DONE: ("ok", ""),
    RunState.CANCELLED: ("neutral", "close"),
    RunState.FAILED: ("bad", ""),
}
ROW_STATES = {
    QuarantinedRow.State.WAITING: "warn",
    QuarantinedRow.State.RELEASED: "ok",
    QuarantinedRow.State.SET_ASIDE: "neutral",
}
#: What rows become, as one counts them.
PLURALS = {
    "case": "Cases",
    "order": "Order lines",
    "event": "Events",
    "contact": "Contacts",
    "promise": "Promises",
    "feedback": "Feedback",
    "identity": "People and organisations",
}


@register.simple_tag
def run_badge(run: Run) -> SafeString:
    """The state of an import."""
    kind, icon = STATES[RunState(run.state)]
    return badge(run.get_state_display(), kind, icon)


@register.simple_tag
def row_badge(row: QuarantinedRow) -> SafeString:
    """The state of a quarantined row."""
    return badge(row.get_state_display(), ROW_STATES[QuarantinedRow.State(row.state)])


@register.filter
def target_name(target: str) -> str:
    """Cases, contacts, ...: what a target's rows are called."""
    return PLURALS.get(target, target)


@register.filter
def size(count: int) -> str:
    """Bytes in words: 3.4 MB."""
    return filesizeformat(count)


@register.filter
def reason_name(code: str) -> str:
    """The code of a reason in words."""
    return labels.reason_name(code)


@register.filter
def item(values: dict[str, str], name: str) -> str:
    """The value under a name that a template cannot spell."""
    return values.get(name, "")


@register.filter
def question_words(question: DateQuestion) -> str:
    """The question about a date that can be read in two ways."""
    return labels.question_words(question)
