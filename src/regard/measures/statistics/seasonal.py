"""The usual course of the year, to be taken out before a series is judged."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .answers import TooFew
from .betas import beta_cdf

Floats = NDArray[np.float64]

YEAR = 12
SMALLEST_SERIES = 2 * YEAR
# A course of the year less plain than this is left in: taking out noise would cost sight of real changes.
PLAIN = 0.1


@dataclass(frozen=True, eq=False)
class Seasons:
    """What each month of the year does to a series.

    factors: January..December, above 1 where the month runs high; their geometric mean is 1.
    p_value: how often a series without seasons would show as much (F test); `plain` when that is seldom.
    by_point: the factor of each point. noise: the noise of each point over its factor, relative to the noise of
    the point itself: below 1 where it helped to find the factors, above 1 where it did not.
    _influence: what each point's logarithm owes to every other once seasons are out.
    """

    factors: Floats
    p_value: float
    by_point: Floats
    noise: Floats
    _influence: Floats

    @property
    def plain(self) -> bool:
        return self.p_value < PLAIN

    def step_noise(self, points: NDArray[np.int64]) -> float:
        """Mean noise of the steps between these points, relative to steps of a series left as it is."""
        steps = np.diff(self._influence[points], axis=0)
        return float(np.linalg.norm(steps, axis=1).mean()) / math.sqrt(2)


def seasonal_factors(values: ArrayLike, months: ArrayLike, fit_to: int | None = None) -> Seasons | TooFew:
    """How far each month of the year lies above or below the level of its year.

    Ratio to the level of the year: logarithms fitted by a level for each twelve months from the first point and
    an effect for each month, by least squares. The classical ratio to a *centred moving* average (Macaulay 1931)
    was tried and dropped: with 24 points it has one ratio a month, so the middle year becomes the moving
    average itself, and 97 % of stable series then show a signal. The reference for long series is STL
    (Cleveland, Cleveland, McRae & Terpenning 1990); this one needs two years and no package.

    values: one per month, > 0; NaN for a month without. months: 1..12 of each, without a gap.
    fit_to: how many points, from the first, the factors are found from (all when None; at least 23 are taken):
    leave out the points to be judged. TooFew below 24 values, or when a month of the year is never seen.
    Raises ValueError for values <= 0 and months that do not follow each other.
    """
    series, month = np.asarray(values, np.float64), np.asarray(months, np.int64)
    if series.shape != month.shape or series.ndim != 1:
        raise ValueError(f"Values and months must be flat and alike: {series.shape}, {month.shape}.")
    if month.size and not np.array_equal(month, (month[0] - 1 + np.arange(month.size)) % YEAR + 1):
        raise ValueError("Months must follow each other without a gap: give NaN where a month has no value.")
    if np.any(series <= 0):
        raise ValueError("Seasons as factors need values above zero.")
    known = ~np.isnan(series)
    used = known & (np.arange(series.size) < max(series.size if fit_to is None else fit_to, SMALLEST_SERIES - 1))
    if known.sum() < SMALLEST_SERIES or np.unique(month[used]).size < YEAR:
        return TooFew(int(known.sum()), SMALLEST_SERIES, "months")
    return _fitted(np.log(series), month, used)


def _fitted(logs: Floats, month: NDArray[np.int64], used: NDArray[np.bool_]) -> Seasons:
    points = np.arange(logs.size)
    levels = np.eye(logs.size // YEAR + 1)[points // YEAR]
    levels = levels[:, levels[used].any(axis=0)]
    # Effects add up to zero: the twelfth is what the other eleven leave.
    effects = np.vstack([np.eye(YEAR - 1), -np.ones(YEAR - 1)])
    design = np.hstack([levels, effects[month - 1]])
    solve = np.linalg.pinv(design[used])
    found = solve @ logs[used]
    effect = effects @ found[levels.shape[1] :]
    influence = np.eye(logs.size)
    influence[:, used] -= effects[month - 1] @ solve[levels.shape[1] :]
    return Seasons(
        factors=np.exp(effect),
        p_value=_f_test(logs[used], levels[used], design[used]),
        by_point=np.exp(effect)[month - 1],
        noise=np.linalg.norm(influence, axis=1),
        _influence=influence,
    )


def _f_test(logs: Floats, levels: Floats, design: Floats) -> float:
    """How often noise alone would make the months differ as much, levels of the years allowed for."""
    rest, rest_without = (float(((logs - x @ (np.linalg.pinv(x) @ logs)) ** 2).sum()) for x in (design, levels))
    explained = max(rest_without - rest, 0.0)
    if explained <= 1e-18 * max(rest_without, 1e-300):
        return 1.0
    freedom = logs.size - design.shape[1]
    return 1.0 - beta_cdf(explained / (explained + rest), (YEAR - 1) / 2, freedom / 2)
