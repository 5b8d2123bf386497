"""Whether a change could be seen at all: power of a comparison of two periods, and what could be seen. Pure.

Two-sided tests at 5 % unless told otherwise. Counts: difference of two Poisson counts over their summed variance,
times the overdispersion. Shares: difference of two proportions with their own variances (Fleiss, Levin & Paik 2003,
section 4.2). Medians: difference of logarithms, with the standard error that the baseline's own interval tells.
"""

import math
from dataclasses import dataclass

from regard.measures.statistics import normal_quantile

ALPHA, POWER = 0.05, 0.80
_LARGEST = 100.0  # a change by this factor is sought no further


@dataclass(frozen=True)
class Seen:
    """Whether a change could be seen. power: how likely it shows if it comes true.

    smallest: the least change in the same direction that would show in 80 of 100 cases, as a part of the baseline (of
    shares: in points); None when no change could.
    """

    power: float
    smallest: float | None

    @property
    def enough(self) -> bool:
        return self.power >= POWER


def _needed(power: float = POWER) -> float:
    return (normal_quantile(1 - ALPHA / 2) + normal_quantile(power)) ** 2


def _power_of(effect: float) -> float:
    """The power of a two-sided test when the truth lies `effect` standard errors from nothing."""
    z = normal_quantile(1 - ALPHA / 2)
    return _cdf(effect - z) + _cdf(-effect - z)


def _cdf(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


# --- counts


def events_needed(change: float, *, power: float = POWER, dispersion: float = 1.0) -> float:
    """How many events a period must have so that a change by `change` (-0.15, 0.12) shows between two periods.

    dispersion: variance over mean. Raises ValueError for no change at all and for one below -1.
    """
    _checked_change(change)
    return _needed(power) * dispersion * (2 + change) / change**2


def count_seen(events: float, change: float, *, dispersion: float = 1.0) -> Seen:
    """Can a count of `events` a period be seen to change by the part `change`?"""
    _checked_change(change)
    if not events > 0:
        return Seen(0.0, None)
    spread = max(dispersion, 1.0)
    error = math.sqrt(spread * events * (2 + change))
    return Seen(_power_of(events * abs(change) / error), _smallest_count(events, spread, rises=change > 0))


def _smallest_count(events: float, dispersion: float, *, rises: bool) -> float | None:
    """Solves events c^2 = k (2 +- c) for c."""
    k = _needed() * dispersion
    root = math.sqrt(k * k + 8 * events * k)
    found = (root + k if rises else root - k) / (2 * events)
    return found if rises or found <= 1 else None


# --- shares


def share_seen(n: float, before: float, after: float) -> Seen:
    """Can a share be seen to go from `before` to `after`, with `n` in each period?"""
    if not n > 0:
        return Seen(0.0, None)
    end = 1.0 if after >= before else 0.0
    return Seen(_share_power(n, before, after), _smallest_share(n, before, end))


def _share_power(n: float, before: float, after: float) -> float:
    # Near 0 and 1 the plain variance vanishes: half a case each way keeps it honest.
    p, q = ((share * n + 0.5) / (n + 1) for share in (before, after))
    error = math.sqrt((p * (1 - p) + q * (1 - q)) / n)
    return _power_of(abs(after - before) / error)


def _smallest_share(n: float, before: float, end: float) -> float | None:
    if _share_power(n, before, end) < POWER:
        return None
    low, high = 0.0, abs(end - before)
    for _ in range(50):
        middle = (low + high) / 2
        enough = _share_power(n, before, before + math.copysign(middle, end - before)) >= POWER
        low, high = (low, middle) if enough else (middle, high)
    return high


# --- medians


def median_seen(n: float, change: float, *, error: float) -> Seen:
    """Can a median be seen to change by the part `change`, with `n` in each period?

    error: the standard error of the logarithm of the median, times the root of how many it was told of.
    """
    _checked_change(change)
    if not n > 0 or not error > 0 or change <= -1:
        return Seen(0.0 if not n > 0 or not error > 0 else 1.0, None)
    of_both = error * math.sqrt(2 / n)
    reach = math.sqrt(_needed()) * of_both
    smallest = math.exp(reach) - 1 if change > 0 else 1 - math.exp(-reach)
    return Seen(_power_of(abs(math.log1p(change)) / of_both), smallest if smallest <= _LARGEST else None)


def error_of(low: float, high: float, n: int) -> float | None:
    """What `median_seen` wants, from the 95 % interval of a median over `n`; None where it cannot be told."""
    if not (0 < low < high) or n < 1:
        return None
    return (math.log(high) - math.log(low)) / (2 * normal_quantile(0.975)) * math.sqrt(n)


# --- samples


def sample_margin(population: int, share_asked: float, *, response: float = 1.0, expected: float = 0.8) -> float:
    """How far off a share told by a sample may be: half of its 95 % interval, with the correction for a finite group.

    share_asked: part of the population that is asked; response: part of them that answer; expected: the share.
    Infinite when nobody answers.
    """
    answers = population * share_asked * response
    if answers < 1 or population < 2:
        return math.inf
    left = max(population - answers, 0.0) / (population - 1)
    return normal_quantile(0.975) * math.sqrt(expected * (1 - expected) / answers * left)


def _checked_change(change: float) -> None:
    if change == 0 or change < -1:
        raise ValueError(f"A change is above or below nothing, and at most all of it is lost: {change}.")
