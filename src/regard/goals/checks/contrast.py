"""Contrasts inside a mechanism, less the same contrast in a baseline: what every check is made of."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value (mostly a log ratio) and the variance chance gives it."""

    value: float
    variance: float

    @property
    def error(self) -> float:
        return math.sqrt(self.variance)

    @property
    def p(self) -> float:
        """One-sided: how often chance shows at least this much above 0."""
        return p_above(self.value, self.error)

    def __sub__(self, other: "Estimate") -> "Estimate":
        return Estimate(self.value - other.value, self.variance + other.variance)


def p_above(value: float, error: float) -> float:
    if not (error > 0 and math.isfinite(value)):
        return 1.0
    return 0.5 * math.erfc(value / error / math.sqrt(2))


def log_odds(hits: float, others: float) -> Estimate:
    """Log odds with half a case added to each side (Haldane 1956; Anscombe 1956): defined for every count."""
    return Estimate(math.log((hits + 0.5) / (others + 0.5)), 1 / (hits + 0.5) + 1 / (others + 0.5))


def log_rate(count: float, exposure: float) -> Estimate:
    """Log of events per unit of exposure, half an event added."""
    return Estimate(math.log((count + 0.5) / max(exposure, 1e-9)), 1 / (count + 0.5))


def odds_contrast(hits: float, of: float, other_hits: float, other_of: float) -> Estimate:
    """Log odds ratio of `hits` among `of` against `other_hits` among `other_of`."""
    return log_odds(hits, of - hits) - log_odds(other_hits, other_of - other_hits)


def extra(hits: float, found: Estimate) -> float:
    """How many of `hits` are more than there would be without the log ratio `found`; below 0 when fewer."""
    return hits * (1 - math.exp(-max(found.value, -50.0)))


def pooled(estimates: Sequence[Estimate]) -> Estimate:
    """Several quarters' estimates as one, and the variance of *a further quarter's true value* in it.

    Random effects after DerSimonian & Laird (1986): what quarters differ by beyond chance, tau squared, is added,
    so that a contrast that always wanders is not called when it wanders once more. Counted from what chance alone
    exceeds once in ten, not from its mean: of four quarters half would else show a tau that is not there.
    """
    weights = [1 / estimate.variance for estimate in estimates]
    total = sum(weights)
    mean = sum(w * e.value for w, e in zip(weights, estimates, strict=True)) / total
    if len(estimates) < 2:
        return Estimate(mean, 1 / total)
    spread = sum(w * (e.value - mean) ** 2 for w, e in zip(weights, estimates, strict=True))
    freedom = len(estimates) - 1
    tau = max(0.0, (spread - _chance(freedom)) / (total - sum(w * w for w in weights) / total))
    weights = [1 / (estimate.variance + tau) for estimate in estimates]
    total = sum(weights)
    mean = sum(w * e.value for w, e in zip(weights, estimates, strict=True)) / total
    return Estimate(mean, 1 / total + tau)


def _chance(freedom: int) -> float:
    """What chi squared exceeds once in ten, by Wilson & Hilferty (1931)."""
    part = 2 / (9 * freedom)
    return freedom * (1 - part + 1.281552 * math.sqrt(part)) ** 3


def less_baseline(now: Estimate, before: Sequence[Estimate]) -> Estimate:
    """The contrast of now less that of the baseline quarters."""
    return now - pooled(before)
