"""Many checks at once: how many of the alarms to believe."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def benjamini_hochberg(p_values: ArrayLike, rate: float = 0.05) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which of many tests to call, so that at most `rate` of the calls are expected to be false.

    Step-up procedure of Benjamini & Hochberg (1995). p_values: any shape; NaN (a test that could not be made)
    is left out of the count and never called. Returns (called, adjusted p-values), called = adjusted <= rate.
    Raises ValueError for p-values outside 0..1.
    """
    given = np.asarray(p_values, np.float64)
    made = given[~np.isnan(given)]
    if made.size and (made.min() < 0 or made.max() > 1):
        raise ValueError("A p-value lies between 0 and 1.")
    order = np.argsort(made)
    scaled = made[order] * made.size / np.arange(1, made.size + 1)
    # A smaller p is never adjusted to more than a larger one: running minimum from the largest down.
    stepped = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    back = np.empty_like(stepped)
    back[order] = stepped
    adjusted = np.full(given.shape, np.nan)
    adjusted[~np.isnan(given)] = back
    with np.errstate(invalid="ignore"):
        return adjusted <= rate, adjusted
