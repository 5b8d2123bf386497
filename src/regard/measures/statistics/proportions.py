"""Shares of a whole, and how sure they are."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .answers import TooFew, level_checked
from .betas import beta_cdf, beta_quantile, two_sided


@dataclass(frozen=True, slots=True)
class Proportion:
    """`count` of `n`, with the interval `low`..`high` at confidence `level`; all shares in 0..1."""

    count: float
    n: float
    share: float
    low: float
    high: float
    level: float


def wilson(count: float, n: float, level: float = 0.95) -> Proportion | TooFew:
    """Share with Wilson's score interval (Wilson 1927; recommended by Brown, Cai & DasGupta 2001).

    Never leaves 0..1 and holds its level for small n and shares near 0 or 1. `n` need not be whole (effective
    sample sizes). TooFew when n is 0. Raises ValueError unless 0 <= count <= n.
    """
    _checked(count, n)
    if n == 0:
        return TooFew(0, 1, "cases")
    low, high = wilson_bounds(count, n, level)
    return Proportion(count, n, count / n, float(low), float(high), level)


def wilson_bounds(
    count: ArrayLike, n: ArrayLike, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson's interval for many shares at once: arrays of lower and upper bounds, NaN where n is 0."""
    z = two_sided(level_checked(level))
    k, m = np.asarray(count, np.float64), np.asarray(n, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = k / m
        weight = 1 / (1 + z * z / m)
        centre = weight * (share + z * z / (2 * m))
        reach = weight * z * np.sqrt(share * (1 - share) / m + z * z / (4 * m * m))
    # At the ends the bound is exact; rounding would leave 1e-17 of it.
    low = np.where(k <= 0, np.where(m > 0, 0.0, np.nan), np.maximum(centre - reach, 0.0))
    high = np.where(k >= m, np.where(m > 0, 1.0, np.nan), np.minimum(centre + reach, 1.0))
    return low, high


def jeffreys(count: float, n: float, level: float = 0.95) -> Proportion | TooFew:
    """Share with the equal-tailed interval of the posterior Beta(count + 1/2, n - count + 1/2).

    Brown, Cai & DasGupta (2001), section 3.1.3, with their end points: 0 when count is 0, 1 when it is n.
    """
    _checked(count, n)
    if n == 0:
        return TooFew(0, 1, "cases")
    tail = (1 - level_checked(level)) / 2
    a, b = count + 0.5, n - count + 0.5
    low = 0.0 if count == 0 else beta_quantile(tail, a, b)
    high = 1.0 if count == n else beta_quantile(1 - tail, a, b)
    return Proportion(count, n, count / n, low, high, level)


def jeffreys_below(count: float, n: float, floor: float) -> float:
    """The posterior probability that the true share lies below `floor`, from Jeffreys' prior."""
    _checked(count, n)
    return beta_cdf(floor, count + 0.5, n - count + 0.5)


def _checked(count: float, n: float) -> None:
    if not (0 <= count <= n and math.isfinite(n)):
        raise ValueError(f"A share needs 0 <= count <= n, not {count} of {n}.")
