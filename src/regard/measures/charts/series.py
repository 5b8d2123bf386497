"""Charts over time: the run chart with its limits, and a small line without words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from regard.measures.charts.picture import BLUE, GOLD, HEIGHT, INK, QUIET, RED, WIDTH, Axis, Picture, axis_for
from regard.measures.charts.render import drawn, link
from regard.measures.definitions.model import In
from regard.measures.statistics import Chart, Signal, TooFew
from regard.measures.wording import month_words, signal_words, told, usual_words

#: None: limits would mislead (the caption's note says why).
Limits = Chart | TooFew | None
#: A place to click on, wider than the mark itself: 26 px across.
_TARGET = 530
_SHAPES = {
    "outside": ("triangle-up", "triangle-down"),
    "run": ("diamond", "diamond"),
    "two_of_three": ("square", "square"),
}
_SHAPE_WORDS = {
    "outside": "A triangle marks a month outside the limits",
    "run": "a diamond the eighth month in a row on one side",
    "two_of_three": "a square the second of three months far off",
}


@dataclass(frozen=True)
class Point:
    """One month of a series. value: None where there is no figure; `words` says what is told instead."""

    month: date
    value: float | None
    words: str
    n: int
    href: str = ""


def run_chart(
    title: str, points: Sequence[Point], limits: Limits, *, told_in: In, noun: str, note: str = ""
) -> Picture:
    """Months in order with their usual level and limits; signals are marked by shape as well as by colour."""
    signals = _by_point(limits) if isinstance(limits, Chart) else {}
    axis = axis_for([*(point.value for point in points), *_limit_values(limits)], told_in, noun)
    rows = [
        _drawn_row(point, n, limits, signal=signals.get(n), axis=axis, told_in=told_in)
        for n, point in enumerate(points)
    ]
    show: dict[str, Any] = {"rows": rows, "axis": axis.title, "number": axis.number, "zero": _from_zero(rows, told_in)}
    svg = drawn("run", show, lambda: _run_chart(**show)) if points else ""
    caption = " ".join(part for part in (series_words(points, limits, told_in=told_in), _legend(signals), note) if part)
    table = tuple(_table_row(point, n, limits, signals.get(n), told_in) for n, point in enumerate(points))
    return Picture(title, caption, svg, _COLUMNS, table)


def series_words(points: Sequence[Point], limits: Limits, *, told_in: In) -> str:
    """What a series shows, in a sentence: the newest signals, else what is usual."""
    months = [point.month for point in points]
    if isinstance(limits, TooFew):
        return f"{limits.n} of the {limits.needed} months that limits need: too few to tell what is usual."
    if limits is None or not limits.has_limits:
        return f"{month_words(months[-1])}: {points[-1].words}." if points else ""
    newest = limits.new_signals or limits.signals[-1:]
    if newest:
        when = "" if limits.new_signals else "Nothing new. Last sign of a change: "
        return when + " ".join(signal_words(limits, signal, months, told_in) for signal in newest)
    usual = usual_words(float(limits.lower[-1]), float(limits.upper[-1]), told_in)
    return f"No month stands out: what is usual is {usual}."


def all_signals(points: Sequence[Point], limits: Limits, *, told_in: In) -> list[tuple[str, bool]]:
    """Every signal in words, newest first, and whether it is new."""
    if not isinstance(limits, Chart):
        return []
    months = [point.month for point in points]
    return [(signal_words(limits, signal, months, told_in), signal.new) for signal in reversed(limits.signals)]


_COLUMNS = ("Month", "Figure", "n", "Usual level", "Lower limit", "Upper limit", "Signal")
_RULE_WORDS = {"outside": "{side} the limits", "run": "run {side} the level", "two_of_three": "two of three far {side}"}


def _by_point(limits: Chart) -> dict[int, Signal]:
    """The strongest signal of each point."""
    strength = list(_SHAPES)
    found: dict[int, Signal] = {}
    for signal in limits.signals:
        held = found.get(signal.index)
        if held is None or strength.index(signal.rule) < strength.index(held.rule):
            found[signal.index] = signal
    return found


def _limit_values(limits: Limits) -> list[float]:
    return limits.upper.tolist() if isinstance(limits, Chart) and limits.has_limits else []


def _drawn_row(
    point: Point, n: int, limits: Limits, *, signal: Signal | None, axis: Axis, told_in: In
) -> dict[str, Any]:
    row: dict[str, Any] = {"month": point.month.isoformat() + "T00:00:00Z", "value": axis.of(point.value)}
    row["says"] = f"{month_words(point.month)}: {point.words}" + (f", {_rule_words(signal)}" if signal else "")
    row["href"] = link(point.href)
    if signal:
        row["shape"] = _SHAPES[signal.rule][signal.side == "below"]
        row["colour"] = RED if signal.rule == "outside" else GOLD
    if isinstance(limits, Chart):
        row["centre"] = axis.of(float(limits.centre[n]))
        if limits.has_limits:
            lower = max(float(limits.lower[n]), 0.0)
            upper = float(limits.upper[n])
            row["lower"], row["upper"] = axis.of(lower), axis.of(min(upper, 1.0) if told_in == In.SHARE else upper)
    return row


def _from_zero(rows: Sequence[dict[str, Any]], told_in: In) -> bool:
    """Start the axis at zero, except for shares and scores that all lie far from it."""
    if told_in not in (In.SHARE, In.SCORE):
        return True
    values = [row[name] for row in rows for name in ("value", "lower") if row.get(name) is not None]
    return not values or min(values) < 0.5 * max(values)


def _rule_words(signal: Signal) -> str:
    return _RULE_WORDS[signal.rule].format(side=signal.side)


def _legend(signals: dict[int, Signal]) -> str:
    rules = {signal.rule for signal in signals.values()}
    words = [words for rule, words in _SHAPE_WORDS.items() if rule in rules]
    if not words:
        return ""
    text = ", ".join(words)
    return text[0].upper() + text[1:] + "."


def _table_row(point: Point, n: int, limits: Limits, signal: Signal | None, told_in: In) -> tuple[Any, ...]:
    lines: tuple[str | None, ...] = (None, None, None)
    if isinstance(limits, Chart):
        centre, lower, upper = (float(line[n]) for line in (limits.centre, limits.lower, limits.upper))
        upper = min(upper, 1.0) if told_in == In.SHARE else upper
        lines = (told(centre, told_in), None, None)
        if limits.has_limits:
            lines = (told(centre, told_in), told(max(lower, 0.0), told_in), told(upper, told_in))
    return month_words(point.month), point.words, point.n, *lines, _rule_words(signal) if signal else None


def _run_chart(rows: list[dict[str, Any]], axis: str, number: str, *, zero: bool) -> Any:
    import altair as alt  # takes a third of a second to load, which only a new drawing should pay

    # The year stands below its first month. UTC throughout: else months shift with the machine's own zone.
    with_year = "[utcFormat(datum.value, '%b'), utcFormat(datum.value, '%Y')]"
    label = f"utcmonth(datum.value) == 0 || datum.index == 0 ? {with_year} : utcFormat(datum.value, '%b')"
    ticks = alt.Axis(labelExpr=label, title=None, tickCount="month", labelOverlap=True, labelFlush=False)
    x = alt.X("month:T", scale=alt.Scale(type="utc", padding=14), axis=ticks)
    scale = alt.Scale(zero=True, nice=True) if zero else alt.Scale(zero=False, nice=True, padding=8)
    left = alt.Axis(format=number, tickCount=5)
    y = alt.Y("value:Q", title=axis, scale=scale, axis=left)
    base = alt.Chart(alt.Data(values=rows)).encode(x=x)
    layers = []
    if any("upper" in row for row in rows):
        layers.append(base.mark_area(color="#e7f1fa").encode(y=alt.Y("lower:Q", title=axis), y2="upper:Q"))
        dashed = base.mark_line(color="#6b8cae", strokeDash=[5, 4], strokeWidth=1.2)
        layers += [dashed.encode(y=f"{line}:Q") for line in ("lower", "upper")]
    if any(row.get("centre") is not None for row in rows):
        layers.append(base.mark_line(color=QUIET, strokeWidth=1.2).encode(y="centre:Q"))
    layers.append(base.mark_line(color=BLUE, strokeWidth=2).encode(y=y))
    plain = base.transform_filter("isValid(datum.value) && !isValid(datum.shape)")
    layers.append(plain.mark_point(color=BLUE, filled=True, size=55, opacity=1).encode(y=y))
    marked = base.transform_filter("isValid(datum.value) && isValid(datum.shape)")
    layers.append(
        marked.mark_point(filled=True, size=150, opacity=1, stroke=INK, strokeWidth=0.8).encode(
            y=y,
            shape=alt.Shape("shape:N", scale=None, legend=None),
            color=alt.Color("colour:N", scale=None, legend=None),
        )
    )
    layers.append(_targets(alt, base.transform_filter("isValid(datum.value)"), y=y))
    return alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)


def _targets(alt: Any, base: Any, **place: Any) -> Any:
    """Unseen discs over the marks: what a finger can hit, with the words that a screen reader tells."""
    targets = base.mark_point(shape="circle", filled=True, size=_TARGET, opacity=0)
    return targets.encode(href=alt.Href("href:N"), description=alt.Description("says:N"), **place)


def sparkline(values: Sequence[float | None], width: int = 120, height: int = 28) -> str:
    """A small line without words, for a list: what it shows must stand beside it. Empty below two points."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    across, up = (width - 6) / max(len(values) - 1, 1), (height - 8) / ((high - low) or 1.0)
    pieces: list[list[str]] = [[]]
    last = (0.0, 0.0)
    for n, value in enumerate(values):
        if value is None:
            pieces.append([])
            continue
        last = (3 + n * across, height - 4 - (value - low) * up if high > low else height / 2)
        pieces[-1].append(f"{last[0]:.1f} {last[1]:.1f}")
    path = "".join(f"M{'L'.join(piece)}" for piece in pieces if piece)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'aria-hidden="true" focusable="false"><path d="{path}" fill="none" stroke="{BLUE}" stroke-width="1.6"/>'
        f'<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="2.6" fill="{BLUE}"/></svg>'
    )
