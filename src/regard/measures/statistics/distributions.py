"""What values look like: histograms, quantiles, ratings; a mean only where a mean means something."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .answers import TooFew, level_checked
from .betas import t_quantile, two_sided

# Near the ceiling of a scale no interval for a mean holds its level at small n: at n = 10 the t interval covers
# 57 % for its 95 %.
SMALLEST_N_FOR_A_MEAN = 30

_MINUTE, _HOUR = 60.0, 3600.0
_WIDTHS_BELOW_A_DAY = (
    *(1.0, 2.0, 5.0, 10.0, 15.0, 30.0),
    *(minutes * _MINUTE for minutes in (1, 2, 5, 10, 15, 30)),
    *(hours * _HOUR for hours in (1, 2, 4, 6, 12)),
)
_WIDTHS_IN_DAYS = (1, 2, 7, 14, 28, 91, 182, 364, 1820)


@dataclass(frozen=True, slots=True)
class Mean:
    mean: float
    low: float
    high: float
    sd: float
    n: int
    level: float


@dataclass(frozen=True, slots=True)
class Quantile:
    """The value a share `p` stays at or below; `low`, `high` None where so few values bound it on that side."""

    p: float
    value: float
    low: float | None
    high: float | None
    n: int
    level: float


@dataclass(frozen=True, slots=True)
class Ratings:
    """How often each point of a scale was chosen. `blank`: asked but not answered, which is no zero."""

    scale: tuple[float, ...]
    counts: tuple[int, ...]
    n: int
    blank: int
    mean: Mean | TooFew


@dataclass(frozen=True, slots=True)
class DurationHistogram:
    """Cases by how long they took, in bars of `width` seconds from 0; the last bar has no upper edge.

    edges: lower edge of each bar. done, still_open: cases in it that were done, and that have waited so long.
    """

    width: float
    edges: tuple[float, ...]
    done: tuple[int, ...]
    still_open: tuple[int, ...]


def mean_or_too_few(values: ArrayLike, minimum: int = SMALLEST_N_FOR_A_MEAN, level: float = 0.95) -> Mean | TooFew:
    """Mean with Student's interval, or TooFew below `minimum` values. NaN is a value not given: left out."""
    known = _known(values)
    if known.size < max(minimum, 2):
        return TooFew(int(known.size), max(minimum, 2))
    mean, sd = float(known.mean()), float(known.std(ddof=1))
    reach = t_quantile(0.5 + level_checked(level) / 2, known.size - 1) * sd / math.sqrt(known.size)
    return Mean(mean, mean - reach, mean + reach, sd, int(known.size), level)


def quantile(values: ArrayLike, p: float, level: float = 0.95) -> Quantile | TooFew:
    """Quantile (the smallest value with a share `p` at or below it), bounded by two order statistics.

    The bounds assume nothing of the distribution: the ranks come from the binomial (David & Nagaraja 2003,
    section 7.1). For finished values only: durations with open cases belong in `kaplan_meier`.
    """
    if not 0.0 < p < 1.0:
        raise ValueError(f"A quantile is given as a share between 0 and 1 (0.9 for the 90th), not {p}.")
    known = np.sort(_known(values))
    n = int(known.size)
    if n == 0:
        return TooFew(0, 1, "values")
    below, above = _ranks(n, p, level_checked(level))
    return Quantile(
        p=p,
        value=float(known[max(math.ceil(n * p - 1e-9), 1) - 1]),
        low=float(known[below - 1]) if below >= 1 else None,
        high=float(known[above - 1]) if above <= n else None,
        n=n,
        level=level,
    )


def ratings(values: ArrayLike, scale: Sequence[float], minimum: int = SMALLEST_N_FOR_A_MEAN) -> Ratings:
    """The distribution of ratings over the points of their scale, with the mean where n allows one.

    Raises ValueError for a rating that is not on the scale (a 0 that meant "not asked", say).
    """
    given = np.asarray(values, np.float64)
    known = _known(given)
    if off := sorted(set(np.unique(known).tolist()) - set(map(float, scale))):
        raise ValueError(f"Ratings {off} are not on the scale {tuple(scale)}: what do they stand for?")
    return Ratings(
        scale=tuple(map(float, scale)),
        counts=tuple(int((known == point).sum()) for point in scale),
        n=int(known.size),
        blank=int(given.size - known.size),
        mean=mean_or_too_few(known, minimum),
    )


def duration_histogram(
    durations: ArrayLike, observed: ArrayLike | None = None, bars: int = 24, day: float = 86_400.0
) -> DurationHistogram | TooFew:
    """Durations in bars whose width a person would choose (5 minutes, 2 hours, a week, ...).

    The bars reach to the 98th percentile at least, then one bar holds the rest, so a single old case does not
    squeeze all others into one. durations: seconds >= 0. observed: false where a case is still open.
    day: seconds of a day, 86,400 elapsed or the open hours of one on the official clock.
    """
    seconds = np.asarray(durations, np.float64)
    done = np.ones(seconds.shape, np.bool_) if observed is None else np.asarray(observed, np.bool_)
    if np.isnan(seconds).any() or (seconds.size and seconds.min() < 0):
        raise ValueError("A duration is missing or negative: set such rows apart first, and say how many.")
    if seconds.size == 0:
        return TooFew(0, 1, "cases")
    reach = float(np.quantile(seconds, 0.98, method="higher"))
    widths = [w for w in _WIDTHS_BELOW_A_DAY if w < day] + [days * day for days in _WIDTHS_IN_DAYS]
    width = next((w for w in widths if reach / w < bars), reach / (bars - 1))
    last = int(reach // width) + 1
    bar = np.minimum(seconds // width, last).astype(np.int64)
    return DurationHistogram(
        width=width,
        edges=tuple(width * number for number in range(last + 1)),
        done=tuple(np.bincount(bar[done], minlength=last + 1).tolist()),
        still_open=tuple(np.bincount(bar[~done], minlength=last + 1).tolist()),
    )


def _known(values: ArrayLike) -> NDArray[np.float64]:
    flat = np.asarray(values, np.float64).reshape(-1)
    return flat[~np.isnan(flat)]


def _ranks(n: int, p: float, level: float) -> tuple[int, int]:
    """Ranks of the order statistics that bound a quantile; 0 and n + 1 where none does.

    How many of n values fall below the quantile is binomial; each tail is left at most (1 - level) / 2.
    """
    tail = (1 - level) / 2
    if n > 1000:
        reach = two_sided(level) * math.sqrt(n * p * (1 - p))
        return math.floor(n * p - reach), math.ceil(n * p + reach) + 1
    k = np.arange(n + 1)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    log_mass = log_factorial[n] - log_factorial - log_factorial[::-1] + k * math.log(p) + (n - k) * math.log1p(-p)
    at_most = np.cumsum(np.exp(log_mass))
    return int((at_most <= tail).sum()), int((at_most < 1 - tail).sum()) + 1
