"""Filters and tags of every page: `{% load ui %}`. docs/ui.md shows each in use."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.template.context import Context
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from regard.ui import icons, svg, wording

register = template.Library()


@register.filter(expects_localtime=True)
def local_time(when: datetime | date | None, style: str = "") -> str:
    """`<time>` with the office's local date and time; with "date" the date only, with "time" the time only."""
    if not when:
        return wording.NOT_KNOWN
    if style == "time" and isinstance(when, datetime):
        words = wording.clock(when)
    else:
        words = wording.day(when)
        if style != "date" and isinstance(when, datetime):
            words = f"{words}, {wording.clock(when)}"
    return _time_element(when.isoformat(), words)


def _time_element(machine: str, words: str, title: str = "") -> SafeString:
    # Both are our own words and digits; the quick way matters in long tables.
    hint = f' title="{title}"' if title else ""
    return mark_safe(f'<time datetime="{machine}"{hint}>{words}</time>')  # noqa: S308


@register.filter
def ago(when: datetime | None) -> str:
    """`<time title="Mar 4, 2025, 2:05 PM">3 days ago</time>`."""
    if not when:
        return wording.NOT_KNOWN
    here = timezone.localtime(when)
    exact = f"{wording.day(here)}, {wording.clock(here)}"
    return _time_element(here.isoformat(), wording.ago(when, timezone.now()), exact)


@register.filter
def duration(seconds: float | timedelta | None, style: str = "") -> str:
    """Seconds or a timedelta in words. "working" counts working days of 8 hours, "working:7.5" of 7.5 hours."""
    if seconds is None or seconds == "":
        return wording.NOT_KNOWN
    length = seconds.total_seconds() if isinstance(seconds, timedelta) else float(seconds)
    if not style:
        return wording.duration(length)
    return wording.working_duration(length, float(style.partition(":")[2] or 8))


@register.filter
def number(value: float | Decimal | None, decimals: int = 0) -> str:
    """Thousands separated: 12,345."""
    return wording.NOT_KNOWN if value is None or value == "" else wording.number(float(value), decimals)


@register.filter
def percent(share: float | Decimal | None, decimals: int = 0) -> str:
    """A share from 0 to 1 as a percentage: 43%."""
    return wording.NOT_KNOWN if share is None or share == "" else wording.percent(float(share), decimals)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An inline line icon. Give `label` only when no words stand beside it. An unknown name draws nothing."""
    path = icons.PATHS.get(name)
    if path is None:
        return mark_safe("")
    if label:
        return format_html(
            '<svg class="rg-icon" viewBox="0 0 24 24" role="img" aria-label="{}"><path d="{}"/></svg>', label, path
        )
    # Icons repeat by the hundred in long tables; their paths are our own constants and need no escaping.
    return mark_safe(  # noqa: S308
        f'<svg class="rg-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{path}"/></svg>'
    )


@register.simple_tag
def badge(words: str, kind: str = "neutral", icon_name: str = "") -> SafeString:
    """Words in a coloured tag with an icon. Kinds: ok, warn, bad, info, neutral."""
    return format_html(
        '<span class="rg-badge rg-badge--{}">{}{}</span>',
        kind,
        icon(icon_name or icons.KIND_ICONS.get(kind, "")),
        words,
    )


@register.simple_tag
def state_badge(state: str) -> SafeString:
    """The badge of a case's state: open, paused, resolved, closed, withdrawn, merged."""
    look = icons.STATES.get(state) or icons.Look("neutral", "", str(state))
    return badge(look.words, look.kind, look.icon)


@register.simple_tag
def channel(code: str) -> SafeString:
    """The channel's icon and its name."""
    words = icons.CHANNELS.get(code, str(code))
    return format_html('<span class="rg-with-icon">{}{}</span>', icon(code), words)


@register.filter
def kind_icon(kind: str) -> str:
    """The icon name of an event kind or channel; three dots for one without its own."""
    return icons.KINDS.get(kind, "other")


@register.filter
def clean_svg(text: str, title: str = "") -> str:
    """A chart's SVG made fit for the page; see `regard.ui.svg.clean`."""
    return svg.clean(text, title) if text else ""


@register.filter
def alert_kind(tags: str) -> str:
    """A message's level tags as an alert kind."""
    for tag, kind in (("error", "error"), ("warning", "warning"), ("success", "success")):
        if tag in (tags or ""):
            return kind
    return "info"


@register.filter
def id_for(given: str, name: str) -> str:
    """The id of a control: the one given, or `id_<name>` as Django makes them."""
    return str(given) or f"id_{name}"


@register.simple_tag(takes_context=True)
def sort_state(context: Context, key: str) -> dict[str, str]:
    """Where a sortable heading leads and what it says: `href`, `direction` (ascending, descending or none).

    The sort in force is `?sort=`, else the context variable `current_sort`. The link keeps every other parameter
    and goes back to the first page.
    """
    query = context["request"].GET.copy()
    current = query.get("sort") or str(context.get("current_sort") or "")
    direction = {key: "ascending", f"-{key}": "descending"}.get(current, "none")
    for parameter in ("after", "before", "page"):
        query.pop(parameter, None)
    query["sort"] = f"-{key}" if direction == "ascending" else key
    return {"href": f"?{query.urlencode()}", "direction": direction}


@register.simple_tag(takes_context=True)
def other_parameters(context: Context, *names: str) -> list[tuple[str, str]]:
    """The query parameters named here that are set, for hidden inputs of a GET form."""
    query = context["request"].GET
    return [(name, value) for name in names for value in query.getlist(name)]


@register.simple_tag
def cell(value: Any) -> SafeString:
    """A table cell's content: numbers separated by thousands, nothing as a dash."""
    if value is None or value == "":
        return mark_safe('<span aria-hidden="true">-</span><span class="usa-sr-only">no figure</span>')
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return conditional_escape(str(value) if isinstance(value, bool) else value)
    return conditional_escape(f"{value:,}")


@register.filter
def is_number(value: Any) -> bool:
    """True for what belongs to the right edge of a table."""
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
