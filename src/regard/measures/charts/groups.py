"""Charts of groups side by side: bars for counts, points with intervals for what is estimated, ratings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from regard.measures.charts.picture import BLUE, HALF, INK, QUIET, Axis, Picture, axis_for
from regard.measures.charts.render import drawn, link
from regard.measures.definitions.model import In
from regard.measures.wording import count_words, told
from regard.ui.wording import percent

#: More groups than this make a chart that nobody reads; the table beside it has all.
MOST = 20


@dataclass(frozen=True)
class Group:
    """One group. value: None where it is not told; `words` and `interval` say what is, in the measure's unit."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    words: str
    interval: str = ""
    href: str = ""


def breakdown(
    title: str, groups: Sequence[Group], *, told_in: In, noun: str, whole: float | None, whole_words: str, heading: str
) -> Picture:
    """Groups in the order given. Counts are bars from zero; estimates are points with their interval and the whole."""
    shown = list(groups[:MOST])
    axis = axis_for([g.high if g.high is not None else g.value for g in shown], told_in, noun)
    rows = [_drawn_row(group, axis) for group in shown]
    counts = told_in == In.NUMBER
    show: dict[str, Any] = {
        "rows": rows,
        "axis": axis.title,
        "number": axis.number,
        "whole": None if counts else axis.of(whole),
    }
    svg = drawn("breakdown", show, lambda: _breakdown(**show, bars=counts)) if _any_value(shown) else ""
    table = tuple((g.name, g.words, g.interval or None, g.n) for g in groups)
    columns = (heading, "Figure", "95% sure", "n")
    return Picture(title, _breakdown_words(groups, "" if counts else whole_words), svg, columns, table)


def _any_value(groups: Sequence[Group]) -> bool:
    return any(group.value is not None for group in groups)


def _drawn_row(group: Group, axis: Axis) -> dict[str, Any]:
    sure = f" (95% sure: {group.interval})" if group.interval else ""
    return {
        "name": group.name,
        "value": axis.of(group.value),
        "low": axis.of(group.low),
        "high": axis.of(group.high),
        "href": link(group.href),
        "says": f"{group.name}: {group.words}{sure}, n = {group.n:,}",
    }


def _breakdown_words(groups: Sequence[Group], whole_words: str) -> str:
    told_ = [group for group in groups if group.value is not None]
    if not told_:
        return "Too few in any group to tell."
    first, last = max(told_, key=lambda g: g.value or 0), min(told_, key=lambda g: g.value or 0)
    words = f"{first.name}: {first.words}." if len(told_) == 1 else (
        f"From {last.words} ({last.name}) to {first.words} ({first.name})."
    )  # fmt: skip
    if whole_words:
        words += f" The line is all together, {whole_words}; the bar through each point is its 95% interval."
    if len(groups) > MOST:
        words += f" Drawn are {MOST} of {len(groups)}; the table has all."
    missing = sum(group.value is None for group in groups[:MOST])
    return words + (f" {missing} without a figure: too few, or not reached." if missing else "")


def _breakdown(rows: list[dict[str, Any]], axis: str, number: str, whole: float | None, *, bars: bool) -> Any:
    import altair as alt  # takes a third of a second to load, which only a new drawing should pay

    names = [row["name"] for row in rows]
    left = alt.Axis(labelLimit=190, domain=False, ticks=False, labelPadding=8)
    y = alt.Y("name:N", sort=names, title=None, axis=left)
    scale = alt.Scale(zero=True, nice=True)
    bottom = alt.Axis(format=number, tickCount=5, grid=True, domain=False)
    x = alt.X("value:Q", title=axis, scale=scale, axis=bottom)
    base = alt.Chart(alt.Data(values=rows)).encode(y=y)
    layers = []
    if bars:
        bar = base.mark_bar(color=BLUE, height={"band": 0.62})
        layers.append(bar.encode(x=x, href="href:N", description="says:N"))
    else:
        if whole is not None:
            mark = alt.Chart(alt.Data(values=[{"whole": whole}])).mark_rule(color=QUIET, strokeDash=[5, 4])
            layers.append(mark.encode(x=alt.X("whole:Q", title=axis, scale=scale, axis=bottom)))
        bounded = base.transform_filter("isValid(datum.low) && isValid(datum.high)")
        rule = bounded.mark_rule(color=BLUE, strokeWidth=3, opacity=0.45)
        layers.append(rule.encode(x=alt.X("low:Q", title=axis), x2="high:Q"))
        known = base.transform_filter("isValid(datum.value)")
        layers.append(
            known.mark_point(filled=True, size=90, color=BLUE, opacity=1, stroke=INK, strokeWidth=0.5).encode(x=x)
        )
        target = known.mark_point(shape="circle", filled=True, size=530, opacity=0)
        layers.append(target.encode(x=x, href="href:N", description="says:N"))
    return alt.layer(*layers).properties(width=HALF - 130, height=alt.Step(28))


def rating_chart(
    title: str, scale: Sequence[float], counts: Sequence[int], *, question: str, href: str = ""
) -> Picture:
    """How often each point of a scale was chosen, the highest on top."""
    n = sum(counts)
    rows = [
        {"name": f"{point:g}", "value": count, "words": percent(count / n) if n else "", "href": link(href),
         "says": f"{point:g}: {count_words(count, 'answers')}"}
        for point, count in sorted(zip(scale, counts, strict=True), reverse=True)
    ]  # fmt: skip
    svg = drawn("ratings", rows, lambda: _ratings(rows)) if n else ""
    table = tuple((row["name"], row["value"], row["words"]) for row in rows)
    return Picture(title, _rating_words(scale, counts, question), svg, ("Score", "Answers", "Share"), table)


def _rating_words(scale: Sequence[float], counts: Sequence[int], question: str) -> str:
    n = sum(counts)
    if not n:
        return "Nobody has answered."
    middle = (min(scale) + max(scale)) / 2
    high = sum(count for point, count in zip(scale, counts, strict=True) if point > middle)
    low = sum(count for point, count in zip(scale, counts, strict=True) if point < middle)
    asked = f" Asked: {question}" if question else ""
    upper = f"{percent(high / n)} of {count_words(n, 'answers')} lie in the upper half of the scale"
    return f"{upper}, {percent(low / n)} in the lower.{asked}"


def _ratings(rows: list[dict[str, Any]]) -> Any:
    import altair as alt  # as above

    y = alt.Y("name:N", sort=[row["name"] for row in rows], title="Score", axis=alt.Axis(domain=False, ticks=False))
    x = alt.X("value:Q", title="Answers", axis=alt.Axis(format=",.0f", tickCount=5, grid=True, domain=False))
    base = alt.Chart(alt.Data(values=rows)).encode(y=y, x=x)
    bar = base.mark_bar(color=BLUE, height={"band": 0.7})
    words = base.mark_text(align="left", dx=5, fontSize=13, color=INK)
    links = {"href": "href:N"} if any(row["href"] for row in rows) else {}
    return alt.layer(bar.encode(description="says:N", **links), words.encode(text="words:N")).properties(
        width=HALF - 130, height=alt.Step(26)
    )


__all__ = ["MOST", "Group", "breakdown", "rating_chart", "told"]
