"""Control charts: is the newest point news, or the usual up and down?

Limits come from a baseline, not from the points they judge. Only signals that are new ask for attention.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .answers import TooFew
from .seasonal import SMALLEST_SERIES, Seasons, seasonal_factors

Floats = NDArray[np.float64]

BASELINE = 12
SMALLEST_BASELINE = 6
RUN = 8
# Wheeler (1993): 3 / d2 and D4 for moving ranges of two points, d2 = 1.128.
_LIMIT, _RANGE_LIMIT, _D2 = 2.66, 3.267, 1.128
_WORDS = {
    "outside": "{label}: {value} lies {side} the usual range ({low} to {high}).",
    "run": "{label}: {run} points in a row {side} the usual level of {centre}.",
    "two_of_three": "{label}: two of three points far {side} the usual level of {centre}.",
}


@dataclass(frozen=True, slots=True)
class Signal:
    """One sign that something changed: at point `index` rule `rule` was first met, on that side.

    rule: outside, run, two_of_three. side: above, below. new: not in what was seen before.
    """

    index: int
    rule: str
    side: str
    new: bool
    words: str


@dataclass(frozen=True, eq=False)
class Chart:
    """A series with its usual level and limits, point by point, in the unit of the series.

    With seasons taken out, or with varying n, level and limits differ from point to point.
    signals: all, in order; notes: what was done to the data, in words. has_limits: False when the baseline does
    not vary at all, so no limits can be drawn (they are NaN) and nothing is signalled.
    """

    values: Floats
    centre: Floats
    lower: Floats
    upper: Floats
    signals: tuple[Signal, ...]
    notes: tuple[str, ...]
    has_limits: bool

    @property
    def new_signals(self) -> tuple[Signal, ...]:
        return tuple(signal for signal in self.signals if signal.new)


def xmr_chart(
    values: ArrayLike,
    labels: Sequence[str] | None = None,
    *,
    baseline: int | None = None,
    log: bool = False,
    months: ArrayLike | None = None,
    run: int = RUN,
    new_from: int | None = None,
) -> Chart | TooFew:
    """Chart of individual values and moving ranges (XmR; Shewhart 1931, Wheeler 1993).

    Limits are the baseline's mean +- 2.66 times its mean moving range, moving ranges beyond 3.267 times that
    mean screened out once. Signals: a point outside, `run` in a row on one side, two of three beyond two thirds
    of the way to a limit. On stable data the newest point shows one about 1 time in 25.

    values: one per period, in order; NaN where there is none. labels: names of the points, for the words.
    baseline: how many known points, from the first, set the limits; 12, or 24 where seasons are taken out.
    log: work on logarithms (skewed times).
    months: 1..12 of each point, when monthly: seasons are taken out where there are 24 points or more and the
    course of the year is plain. They are found from the points before `new_from`, and limits are widened or
    narrowed by how sure they are, so a new point cannot hide itself.
    new_from: index from which signals are new; the last point when not given.
    TooFew below `baseline` points. Raises ValueError for log of values <= 0.
    """
    series = np.asarray(values, np.float64)
    known = np.flatnonzero(~np.isnan(series))
    if baseline is not None and baseline < SMALLEST_BASELINE:
        raise ValueError(f"Limits need a baseline of {SMALLEST_BASELINE} points or more, not {baseline}.")
    if known.size < (baseline or BASELINE):
        return TooFew(int(known.size), baseline or BASELINE, "points")
    if log and np.any(series <= 0):
        raise ValueError("Logarithms need values above zero: leave `log` out for this series.")
    seasons, notes = _seasons(series, months, new_from)
    first = known[: baseline or (BASELINE if seasons is None else SMALLEST_SERIES)]
    factors = seasons.by_point if seasons else np.ones(series.shape)
    worked = np.log(series / factors) if log else series / factors
    centre = float(worked[first].mean())
    reach = _LIMIT * _mean_range(worked[first]) * np.ones(series.shape)
    if seasons:
        reach *= seasons.noise / seasons.step_noise(first)
    if not reach.any():
        reach, notes = reach * np.nan, [*notes, _flat(first.size)]
    lines = np.full(series.shape, centre), centre - reach, centre + reach
    level, lower, upper = ((np.exp(line) if log else line) * factors for line in lines)
    scaled = (worked - centre) / reach
    return _chart(series, (level, lower, upper), scaled, labels=labels, run=run, new_from=new_from, notes=notes)


def laney_chart(
    counts: ArrayLike,
    totals: ArrayLike,
    labels: Sequence[str] | None = None,
    *,
    baseline: int = BASELINE,
    run: int = RUN,
    new_from: int | None = None,
) -> Chart | TooFew:
    """p' chart for shares of large numbers (Laney 2002).

    With tens of thousands of cases a month the binomial limits shrink until every point is a signal. Here the
    scatter between periods, measured on standardised shares, widens (or narrows) the limits.

    counts of totals, one pair per period; a period with total 0 has no point. TooFew below `baseline` points.
    """
    count, total = np.asarray(counts, np.float64), np.asarray(totals, np.float64)
    if count.shape != total.shape or np.any(count > total) or np.any(count < 0):
        raise ValueError("Shares need 0 <= count <= total, one pair per period.")
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(total > 0, count / total, np.nan)
    known = np.flatnonzero(~np.isnan(share))
    if baseline < SMALLEST_BASELINE:
        raise ValueError(f"Limits need a baseline of {SMALLEST_BASELINE} points or more, not {baseline}.")
    if known.size < baseline:
        return TooFew(int(known.size), baseline, "points")
    first = known[:baseline]
    centre = float(count[first].sum() / total[first].sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(centre * (1 - centre) / total)
        standard = (share - centre) / spread
    between = _mean_range(standard[first]) / _D2 if centre not in {0.0, 1.0} else 0.0
    notes = []
    if between > 0:
        scaled, reach = standard / (3 * between), 3 * spread * between
    else:
        scaled, reach = np.full(share.shape, np.nan), np.full(share.shape, np.nan)
        notes.append(_flat(baseline))
    limits = np.full(share.shape, centre), np.maximum(centre - reach, 0.0), np.minimum(centre + reach, 1.0)
    return _chart(share, limits, scaled, labels=labels, run=run, new_from=new_from, notes=notes)


def _mean_range(values: Floats) -> float:
    """Mean moving range, those beyond their own limit screened out once: a jump is no usual variation."""
    ranges = np.abs(np.diff(values))
    kept = ranges[ranges <= _RANGE_LIMIT * ranges.mean()]
    return float(kept.mean())


def _flat(points: int) -> str:
    return f"The first {points} points do not vary: no limits can be drawn."


def _seasons(series: Floats, months: ArrayLike | None, new_from: int | None) -> tuple[Seasons | None, list[str]]:
    """The seasons to take out, if any, and what to say about it."""
    if months is None:
        return None, []
    if np.any(series <= 0):
        return None, ["The course of the year was left in: some values are zero or below."]
    found = seasonal_factors(series, months, fit_to=series.size - 1 if new_from is None else new_from)
    if isinstance(found, TooFew):
        return None, [f"The course of the year was left in: {found}."]
    if not found.plain:
        return None, ["The course of the year was left in: none is plain in these months."]
    return found, ["The usual course of the year was taken out."]


def _chart(
    series: Floats,
    limits: tuple[Floats, Floats, Floats],
    scaled: Floats,
    *,
    labels: Sequence[str] | None,
    run: int,
    new_from: int | None,
    notes: list[str],
) -> Chart:
    names = [str(label) for label in labels] if labels is not None else [f"Point {i + 1}" for i in range(series.size)]
    if len(names) != series.size:
        raise ValueError(f"{series.size} points need as many labels, not {len(names)}.")
    centre, lower, upper = limits
    fresh = series.size - 1 if new_from is None else new_from
    signals = []
    for index, rule, side in _signals(scaled, run):
        words = _WORDS[rule].format(
            label=names[index],
            value=_text(series[index]),
            side=side,
            low=_text(lower[index]),
            high=_text(upper[index]),
            centre=_text(centre[index]),
            run=run,
        )
        signals.append(Signal(index, rule, side, index >= fresh, words))
    return Chart(series, centre, lower, upper, tuple(signals), tuple(notes), has_limits=not np.isnan(scaled).all())


def _signals(scaled: Floats, run: int) -> list[tuple[int, str, str]]:
    """Where each rule is first met, on values in units of the way from level to limit; NaN is no point."""
    known = np.flatnonzero(~np.isnan(scaled))
    points = scaled[known]
    found = []
    for side, high in (("above", points), ("below", -points)):
        outside, far = high > 1, high > 2 / 3
        near = np.concatenate([[False, False], far])
        two = far & (near[1:-1] | near[:-2])
        # A state that goes on is one signal: told when it starts.
        two &= ~np.concatenate([[False], two[:-1]])
        length = 0
        for at, index in enumerate(known.tolist()):
            length = length + 1 if high[at] > 0 else 0
            rules = ((outside[at], "outside"), (length == run, "run"), (two[at], "two_of_three"))
            found += [(index, rule, side) for met, rule in rules if met]
    return sorted(found)


def _text(value: float) -> str:
    """Three figures that carry, without an exponent."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
