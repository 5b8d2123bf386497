"""Counts of things that happen, and how sure they are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .answers import TooFew, level_checked
from .betas import two_sided


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` events over `exposure` (periods, thousands of contacts, ...), as a rate with its interval."""

    count: int
    exposure: float
    value: float
    low: float
    high: float
    level: float


@dataclass(frozen=True, slots=True)
class CountMean:
    """Mean count a period. `dispersion`: variance over mean; 1 when events come independently, often more."""

    n: int
    mean: float
    low: float
    high: float
    dispersion: float | None
    level: float


def count_interval(count: int, level: float = 0.95) -> tuple[float, float]:
    """Interval for the expected value of a Poisson count, by Byar's approximation.

    Breslow & Day (1987), volume II, p. 69; within 0.1 of the exact one (Garwood 1936) from counts of 1 upward.
    Raises ValueError for a negative count.
    """
    if count < 0:
        raise ValueError(f"A count cannot be negative: {count}.")
    z = two_sided(level_checked(level))
    more = count + 1
    low = count * (1 - 1 / (9 * count) - z / (3 * math.sqrt(count))) ** 3 if count else 0.0
    return max(low, 0.0), more * (1 - 1 / (9 * more) + z / (3 * math.sqrt(more))) ** 3


def rate(count: int, exposure: float, level: float = 0.95) -> Rate | TooFew:
    """Events per unit of exposure, with Byar's interval; TooFew without exposure."""
    low, high = count_interval(count, level)
    if not exposure > 0:
        return TooFew(0, 1, "periods")
    return Rate(count, exposure, count / exposure, low / exposure, high / exposure, level)


def mean_count(counts: Sequence[int] | NDArray[np.integer], level: float = 0.95) -> CountMean | TooFew:
    """Mean count a period with an interval: Byar's for the total, widened when counts scatter more than chance.

    The widening is by the square root of variance over mean where that exceeds 1 (quasi-Poisson, McCullagh &
    Nelder 1989, section 6.2); it needs two periods or more.
    """
    values = np.asarray(counts, np.float64)
    if values.size == 0:
        return TooFew(0, 1, "periods")
    total, n = int(values.sum()), values.size
    mean = total / n
    dispersion = float(values.var(ddof=1)) / mean if n > 1 and mean > 0 else None
    widen = math.sqrt(max(dispersion or 1.0, 1.0))
    low, high = (bound / n for bound in count_interval(total, level))
    return CountMean(n, mean, max(mean - widen * (mean - low), 0.0), mean + widen * (high - mean), dispersion, level)
