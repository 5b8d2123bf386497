"""The usual course of the year, to be taken out before a series is judged."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .answers import TooFew

Floats = NDArray[np.float64]

YEAR = 12
SMALLEST_SERIES = 2 * YEAR


def seasonal_factors(values: ArrayLike, months: ArrayLike, smallest: int = SMALLEST_SERIES) -> Floats | TooFew:
    """How far each month of the year lies above (> 1) or below (< 1) the level of the series: 12 factors.

    Ratio to moving average (Macaulay 1931; Shiskin 1967): each value over the centred mean of the year around
    it, averaged by month, scaled to a geometric mean of 1.

    values: one per month, > 0; NaN for a month without data. months: 1..12 of each. TooFew below `smallest`
    values. Raises ValueError for values <= 0 and for months that do not follow each other.
    """
    series, month = np.asarray(values, np.float64), np.asarray(months, np.int64)
    if series.shape != month.shape or series.ndim != 1:
        raise ValueError(f"Values and months must be flat and alike: {series.shape}, {month.shape}.")
    if month.size and not np.array_equal(month, (month[0] - 1 + np.arange(month.size)) % YEAR + 1):
        raise ValueError("Months must follow each other without a gap: give NaN where a month has no value.")
    if np.any(series <= 0):
        raise ValueError("Ratios to a moving average need values above zero.")
    known = int((~np.isnan(series)).sum())
    if known < smallest:
        return TooFew(known, smallest, "months")
    weights = np.ones(YEAR + 1)
    weights[[0, -1]] = 0.5
    half = YEAR // 2
    level = np.convolve(np.log(series), weights / YEAR, mode="valid")
    ratio = np.log(series)[half : half + level.size] - level
    centre = month[half : half + level.size]
    factors = np.array([np.nanmean(ratio[centre == number]) for number in range(1, YEAR + 1)])
    return np.exp(factors - factors.mean())
