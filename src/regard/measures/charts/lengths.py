"""Charts of how long things take: the histogram, and the Kaplan-Meier curve with its band."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from regard.measures.charts.picture import BLUE, HALF, HEIGHT, INK, QUIET, WORKING_DAY, Axis, Picture, axis_for
from regard.measures.charts.render import drawn
from regard.measures.definitions.model import In
from regard.measures.statistics import (
    DurationHistogram,
    Percentile,
    SurvivalCurve,
    TooFew,
    duration_histogram,
)
from regard.measures.wording import count_words, span_words, told
from regard.ui.wording import percent

#: So many steps of a curve can be told apart on paper.
MOST_STEPS = 160
MOST_BARS = 36
_HALF, _NINE_IN_TEN = 0.5, 0.9


def histogram_of(lengths: Any, observed: Any, told_in: In) -> DurationHistogram | TooFew:
    """Lengths in seconds in bars that a person would choose, in working days on the official clock."""
    day = WORKING_DAY if told_in == In.WORKING else 86_400.0
    return duration_histogram(lengths, observed, bars=MOST_BARS, day=day)


def histogram(
    title: str,
    found: DurationHistogram | TooFew,
    *,
    told_in: In,
    noun: str,
    done: str = "done",
    still: str = "still open",
) -> Picture:
    """How many took how long; those that have not ended stand on top of the others, in outline."""
    if isinstance(found, TooFew):
        return Picture(title, f"{count_words(found.n, noun)}: too few to tell.", "", (), ())
    spans = [_span(found, n, told_in) for n in range(len(found.edges))]
    axis = axis_for([found.edges[-1]], told_in, noun)
    rows = []
    for n, span in enumerate(spans):
        place = {"from": axis.of(found.edges[n]), "to": axis.of(found.edges[n] + found.width)}
        for part, (name, counts) in enumerate(((done, found.done), (still, found.still_open))):
            says = f"{span}: {count_words(counts[n], noun)} {name}"
            rows.append({**place, "n": counts[n], "part": name, "order": part, "says": says})
    show: dict[str, Any] = {"rows": rows, "axis": axis.title, "noun": noun.capitalize(), "parts": [done, still]}
    svg = drawn("histogram", show, lambda: _histogram(**show))
    table = tuple((span, d, o) for span, d, o in zip(spans, found.done, found.still_open, strict=True))
    columns = ("Length", done.capitalize(), still.capitalize())
    return Picture(title, _histogram_words(found, spans, noun), svg, columns, table)


def _span(found: DurationHistogram, n: int, told_in: In) -> str:
    low = told(found.edges[n], told_in) if n else "0"
    if n == len(found.edges) - 1:
        return f"{low} or longer" if n else "any length"
    return span_words(low, told(found.edges[n] + found.width, told_in))


def _histogram_words(found: DurationHistogram, spans: Sequence[str], noun: str) -> str:
    sums = [d + o for d, o in zip(found.done, found.still_open, strict=True)]
    most = int(np.argmax(sums))
    total, still = sum(sums), sum(found.still_open)
    words = f"Most frequent: {spans[most]}, {percent(sums[most] / total)} of {count_words(total, noun)}."
    if sums[-1] and most != len(sums) - 1:
        words += f" {count_words(sums[-1], noun).capitalize()} took {spans[-1]}; the last bar holds them all."
    if still:
        words += f" {still:,} have not ended: they stand at the time they have waited so far."
    return words


def _histogram(rows: list[dict[str, Any]], axis: str, noun: str, parts: list[str]) -> Any:
    import altair as alt  # takes a third of a second to load, which only a new drawing should pay

    look = alt.Legend(title=None, symbolStrokeWidth=1.2, symbolType="square")
    return (
        alt.Chart(alt.Data(values=rows))
        .transform_filter("datum.n > 0")
        .mark_bar(stroke=BLUE, strokeWidth=1.2, binSpacing=2)
        .encode(
            x=alt.X("from:Q", title=axis, bin="binned", axis=alt.Axis(grid=False, tickCount=8)),
            x2="to:Q",
            y=alt.Y("n:Q", title=noun, stack="zero", axis=alt.Axis(format=",.0f", tickCount=5)),
            fill=alt.Fill("part:N", scale=alt.Scale(domain=parts, range=[BLUE, "#ffffff"]), legend=look),
            order="order:Q",
            description="says:N",
        )
        .properties(width=HALF, height=HEIGHT)
    )


def survival(title: str, curve: SurvivalCurve, *, told_in: In, noun: str, done: str = "done") -> Picture:
    """The share that still waits after how long, with its 95 % band. Half and nine in ten are marked where reached."""
    if curve.n == 0:
        return Picture(title, f"No {noun}.", "", (), ())
    marks = [(share, curve.percentile(share)) for share in (_HALF, _NINE_IN_TEN)]
    reach = _reach(curve, marks)
    axis = axis_for([reach], told_in, noun)
    rows = _steps(curve, reach, axis)
    told_marks = [_mark(share, found, told_in, axis) for share, found in marks if isinstance(found, Percentile)]
    show: dict[str, Any] = {
        "rows": rows,
        "marks": told_marks,
        "axis": axis.title,
        "noun": f"Share of {noun} not yet {done}",
    }
    svg = drawn("survival", show, lambda: _survival(**show))
    words = " ".join(mark["sentence"].format(done=done) for mark in told_marks)
    if reach < curve.followed_to:
        words += (
            f" The drawing ends at {told(reach, told_in)}; the longest so far is {told(curve.followed_to, told_in)}."
        )
    still = curve.n - curve.done
    if still:
        words += f" {count_words(still, noun)} not yet {done} are counted as long as they have waited."
    columns = ("After", f"Not yet {done}", "95% sure", "Followed so long")
    return Picture(title, words.strip(), svg, columns, _survival_table(curve, reach, told_in))


def _reach(curve: SurvivalCurve, marks: Sequence[tuple[float, Percentile | TooFew]]) -> float:
    """Where the drawing ends: past nine in ten where that is reached; a long tail would squeeze the rest."""
    last = marks[-1][1]
    nine = last.value if isinstance(last, Percentile) else None
    reach = curve.followed_to if nine is None else min(curve.followed_to, nine * 2.2)
    return max(reach, 1.0)


def _steps(curve: SurvivalCurve, reach: float, axis: Axis) -> list[dict[str, Any]]:
    """The curve as points of a drawing: from all waiting at 0, at most MOST_STEPS, to where it ends."""
    low, high = curve.band()
    within = np.flatnonzero(curve.times <= reach)
    if within.size > MOST_STEPS:
        within = within[np.unique(np.linspace(0, within.size - 1, MOST_STEPS).astype(int))]
    rows: list[dict[str, Any]] = [{"at": 0.0, "share": 1.0, "low": 1.0, "high": 1.0}]
    for n in within.tolist():
        band = (_share(low[n], 0.0), _share(high[n], 1.0))
        rows.append(
            {
                "at": axis.of(curve.times[n]),
                "share": round(float(curve.survival[n]), 4),
                "low": band[0],
                "high": band[1],
            }
        )
    return [*rows, {**rows[-1], "at": axis.of(reach)}]


def _share(value: float, otherwise: float) -> float:
    return round(float(value), 4) if np.isfinite(value) else otherwise


def _mark(share: float, found: Percentile, told_in: In, axis: Axis) -> dict[str, Any]:
    name = "Half" if share == _HALF else "Nine in ten"
    if found.value is None:
        after = f"not reached, more than {told(found.more_than, told_in)}"
        sentence = f"{name} were not yet {{done}} after {told(found.more_than, told_in)}, the longest followed."
    else:
        after = told(found.value, told_in)
        sentence = f"{name} were {{done}} within {after}."
    return {"left": 1 - share, "at": axis.of(found.value), "label": f"{name}: {after}", "sentence": sentence}


def _survival_table(curve: SurvivalCurve, reach: float, told_in: In) -> tuple[tuple[Any, ...], ...]:
    """Ten instants along the drawing: more would not be read."""
    low, high = curve.band()
    rows = []
    for at in np.linspace(0, reach, 11)[1:].tolist():
        index = int(np.searchsorted(curve.times, at, side="right")) - 1
        left = float(curve.survival[index]) if index >= 0 else 1.0
        sure = f"{percent(_share(low[index], 0.0))} to {percent(_share(high[index], 1.0))}" if index >= 0 else None
        rows.append((told(at, told_in), percent(left), sure, int(curve.at_risk_at(at))))
    return tuple(rows)


def _survival(rows: list[dict[str, Any]], marks: list[dict[str, Any]], axis: str, noun: str) -> Any:
    import altair as alt  # as above

    base = alt.Chart(alt.Data(values=rows))
    ends = alt.Scale(domain=[0, rows[-1]["at"]], nice=False)
    x = alt.X("at:Q", title=axis, scale=ends, axis=alt.Axis(grid=False, tickCount=8))
    y = alt.Y(
        "share:Q",
        title=noun,
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%", values=[0, 0.1, 0.25, 0.5, 0.75, 1]),
    )
    area = base.mark_area(interpolate="step-after", color=BLUE, opacity=0.16)
    layers = [
        area.encode(x=x, y=alt.Y("low:Q", title=noun), y2="high:Q"),
        base.mark_line(interpolate="step-after", color=BLUE, strokeWidth=2).encode(x=x, y=y),
    ]
    told_ = alt.Chart(alt.Data(values=marks))
    reached = told_.transform_filter("isValid(datum.at)")
    right = alt.X("at:Q", scale=ends)
    layers += [
        told_.mark_rule(color=QUIET, strokeDash=[4, 4], strokeWidth=1).encode(y="left:Q"),
        reached.mark_point(shape="diamond", filled=True, size=110, color=INK, opacity=1).encode(x=right, y="left:Q"),
    ]
    # White below the words, so that a curve that runs through them leaves them legible.
    looks: tuple[dict[str, Any], ...] = ({"stroke": "#ffffff", "strokeWidth": 5}, {})
    for look in looks:
        words = told_.mark_text(align="right", baseline="bottom", dy=-4, dx=-2, fontSize=13, color=INK, **look)
        layers.append(words.encode(x=alt.value(HALF), y="left:Q", text="label:N"))
    return alt.layer(*layers).properties(width=HALF, height=HEIGHT)
