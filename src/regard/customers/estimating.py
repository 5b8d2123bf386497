"""How good a matching is, from a random sample that people looked at. Pure.

The sample is stratified: each stratum (pairs joined or kept apart, by probability) is drawn at random from all its
pairs, and weighed by how many there were. The estimates are therefore unbiased whatever the model thinks of itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

#: Simulated draws for an interval, and their seed: the same answers give the same interval.
DRAWS, SEED = 4_000, 20_261
LEVEL = 0.95
#: Fewer answers than this do not make an estimate.
FEWEST = 10


@dataclass(frozen=True)
class Stratum:
    """What is known of one stratum: how many pairs there are, how many were looked at, and how many were the same."""

    together: bool
    pairs: int
    looked_at: int
    same: int


@dataclass(frozen=True)
class Estimate:
    """A share with its interval; `n` answers it stands on. None where there are too few to tell."""

    share: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class Quality:
    """Of what was joined, how much is right; and of what should be joined, how much is (among scored pairs)."""

    precision: Estimate
    recall: Estimate


def quality(strata: Sequence[Stratum]) -> Quality:
    """Precision and recall of pairs, each with a 95% interval.

    A stratum's share is counted; where nobody has looked yet it is left out of the point estimate, and taken as quite
    unknown in the interval. Intervals by simulation from the posterior of each stratum (Jeffreys prior), which holds
    for a ratio of weighed shares where a formula for one share would not.
    """
    joined = [s for s in strata if s.together]
    seen_joined, seen = sum(s.looked_at for s in joined), sum(s.looked_at for s in strata)
    drawn = _drawn(strata)
    is_joined = np.array([s.together for s in strata], bool)
    sizes = np.array([s.pairs for s in strata], float)
    right = (drawn * sizes)[:, is_joined].sum(axis=1) if joined else np.zeros(DRAWS)
    all_same = (drawn * sizes).sum(axis=1) if len(strata) else np.zeros(DRAWS)
    total = sizes[is_joined].sum() if joined else 0.0
    precision = _told(_ratio(strata, recall=False), right / total if total else None, seen_joined)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = right / all_same
    recall = _told(_ratio(strata, recall=True), shares if len(strata) else None, seen)
    return Quality(precision, recall)


def _drawn(strata: Sequence[Stratum]) -> np.ndarray:
    """Plausible shares of same pairs in each stratum, a row for each simulated draw."""
    chance = np.random.default_rng(SEED)
    columns = [chance.beta(s.same + 0.5, s.looked_at - s.same + 0.5, DRAWS) for s in strata]
    # Where every pair of a stratum was looked at, nothing is left to chance.
    columns = [
        np.full(DRAWS, s.same / s.pairs) if s.pairs and s.looked_at >= s.pairs else column
        for s, column in zip(strata, columns, strict=True)
    ]
    return np.column_stack(columns) if columns else np.zeros((DRAWS, 0))


def _ratio(strata: Sequence[Stratum], *, recall: bool) -> float | None:
    seen = [s for s in strata if s.looked_at]
    same = {s: s.pairs * s.same / s.looked_at for s in seen}
    above = sum(found for s, found in same.items() if s.together)
    below = sum(same.values()) if recall else sum(s.pairs for s in seen if s.together)
    return above / below if below else None


def _told(share: float | None, draws: np.ndarray | None, n: int) -> Estimate:
    if share is None or draws is None or n < FEWEST:
        return Estimate(None, None, None, n)
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(share, min(float(low), share), max(float(high), share), n)
