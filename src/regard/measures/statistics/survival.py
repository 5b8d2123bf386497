"""How long things take when some are not finished yet.

An open case has waited at least so long: it is censored, not missing. Leaving it out makes an office look fast
by the very cases it does not finish.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .answers import TooFew, level_checked
from .betas import two_sided
from .proportions import wilson_bounds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# The product of the estimate misses a round share by a few rounding errors: 0.5 is reached at 0.5 + 1e-12.
_SLACK = 1e-12


@dataclass(frozen=True, slots=True)
class Percentile:
    """By when a share `p` of cases were done, in the unit of the durations.

    value: None when not reached, because too many are still open: say "more than `more_than`".
    low, high: interval at `level`; None where that bound is not reached either (at least `more_than`).
    """

    p: float
    value: float | None
    low: float | None
    high: float | None
    more_than: float
    n: int
    events: int
    level: float

    @property
    def reached(self) -> bool:
        return self.value is not None


@dataclass(frozen=True, slots=True)
class ShareWithin:
    """The share of cases done within `limit`, open ones taken into account.

    known: False when no case has been followed as long as the limit; then `share` is a lower bound and `high` 1.
    """

    limit: float
    share: float
    low: float
    high: float
    known: bool
    n: int
    at_risk: int
    level: float


@dataclass(frozen=True, eq=False)
class SurvivalCurve:
    """Kaplan-Meier estimate: `survival[i]` is the share still open just after `times[i]`.

    times: distinct durations at which a case was done, rising. at_risk: cases open just before. events: done
    then. greenwood: the sum of Greenwood's formula, infinite once nobody is left.
    n: cases; followed_to: the longest duration seen, done or not.
    """

    times: Floats
    survival: Floats
    at_risk: Ints
    events: Ints
    greenwood: Floats
    n: int
    followed_to: float
    _followed: Floats = field(repr=False)  # all durations, sorted
    _gone: Ints | None = field(repr=False, default=None)  # cases before each and at the end; None: 0, 1, 2, ...

    @property
    def done(self) -> int:
        """Cases that were done; the others are still open."""
        return int(self.events.sum())

    def survival_at(self, durations: ArrayLike) -> Floats:
        """Share still open after each duration."""
        index = np.searchsorted(self.times, np.asarray(durations, np.float64), side="right")
        return np.concatenate([[1.0], self.survival])[index]

    def at_risk_at(self, durations: ArrayLike) -> Ints:
        """Cases followed at least as long as each duration."""
        index = np.searchsorted(self._followed, np.asarray(durations, np.float64), side="left")
        return self.n - (index if self._gone is None else self._gone[index])

    def band(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Lower and upper confidence limits of `survival`, point by point.

        On the log(-log) scale, so that they stay in 0..1 (Kalbfleisch & Prentice 1980), with Greenwood's
        variance (1926). Once nobody is left the variance is not defined: the upper limit stays as it was.
        """
        z = two_sided(level_checked(level))
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            error = z * np.sqrt(self.greenwood) / np.abs(np.log(self.survival))
            low, high = self.survival ** np.exp(error), self.survival ** np.exp(-error)
        if self.survival.size and self.survival[-1] == 0.0:
            low[-1] = 0.0
            high[-1] = high[-2] if high.size > 1 else 1.0
        return low, high

    def percentile(self, p: float, level: float = 0.95) -> Percentile | TooFew:
        """By when a share `p` (0.5: the median) was done: the first time with survival <= 1 - p.

        The interval holds the times at which the band includes 1 - p (Brookmeyer & Crowley 1982).
        TooFew without any case. Raises ValueError unless 0 < p < 1.
        """
        if not 0.0 < p < 1.0:
            raise ValueError(f"A percentile is given as a share between 0 and 1 (0.9 for the 90th), not {p}.")
        if self.n == 0:
            return TooFew(0, 1, "cases")
        low, high = self.band(level)
        return Percentile(
            p=p,
            value=self._first(self.survival, 1 - p),
            low=self._first(low, 1 - p),
            high=self._first(high, 1 - p),
            more_than=self.followed_to,
            n=self.n,
            events=self.done,
            level=level,
        )

    def median(self, level: float = 0.95) -> Percentile | TooFew:
        return self.percentile(0.5, level)

    def share_within(self, limit: float, level: float = 0.95) -> ShareWithin | TooFew:
        """Share done within `limit` (the limit itself included), 1 - S(limit), with an interval.

        Wilson's interval at the effective sample size of Greenwood's variance (Rothman 1978): exactly
        Wilson's for the plain proportion when no case is open. Where the variance says nothing, the cases
        followed to the limit count when none was done, the cases done when all were. TooFew without any case.
        """
        if self.n == 0:
            return TooFew(0, 1, "cases")
        index = int(np.searchsorted(self.times, limit, side="right")) - 1
        left = float(self.survival[index]) if index >= 0 else 1.0
        at_risk = int(self.at_risk_at(limit))
        known = left == 0.0 or limit <= self.followed_to
        if left == 1.0:
            size = float(at_risk)
        elif left == 0.0:
            size = float(self.done)
        else:
            size = (1 - left) / (left * float(self.greenwood[index]))
        low, high = wilson_bounds((1 - left) * size, size, level) if size > 0 else (np.float64(0), np.float64(1))
        return ShareWithin(
            limit=limit,
            share=1 - left,
            low=float(low),
            high=float(high) if known else 1.0,
            known=known,
            n=self.n,
            at_risk=at_risk,
            level=level,
        )

    def _first(self, curve: Floats, share: float) -> float | None:
        below = curve <= share + _SLACK
        return float(self.times[np.argmax(below)]) if below.any() else None


def kaplan_meier(durations: ArrayLike, observed: ArrayLike, counts: ArrayLike | None = None) -> SurvivalCurve:
    """How many are still open after how long (Kaplan & Meier 1958), from one row per case or per group of rows.

    durations: time to completion, or to the instant of counting for cases still open; any unit, >= 0.
    observed: true where the case was done, false where it is open (right-censored).
    counts: how many cases each row stands for; lets an engine add up equal durations first.
    Cases withdrawn or merged are neither: leave them out and say how many, or count them as open until then.
    Raises ValueError for negative or missing durations, and shapes that differ.
    """
    times, done = np.asarray(durations, np.float64), np.asarray(observed, np.bool_)
    if times.ndim != 1 or times.shape != done.shape:
        raise ValueError(f"Durations and observed must be flat and alike: {times.shape}, {done.shape}.")
    if np.isnan(times).any() or (times.size and times.min() < 0):
        raise ValueError("A duration is missing or negative: set such rows apart first, and say how many.")
    if counts is None:
        return _from_rows(times, done)
    weight = np.asarray(counts, np.int64)
    if weight.shape != times.shape or (weight.size and weight.min() < 0):
        raise ValueError("Counts must be as many as the durations, and none negative.")
    return _from_counts(times[weight > 0], done[weight > 0], weight[weight > 0])


def kaplan_meier_by(
    groups: ArrayLike, durations: ArrayLike, observed: ArrayLike, counts: ArrayLike | None = None
) -> dict[Hashable, SurvivalCurve]:
    """One curve for each distinct value of `groups` (months of arrival, units, ...), in sorted order."""
    names, member = np.unique(np.asarray(groups), return_inverse=True)
    # Small numbers are sorted by their digits, four times as fast.
    order = np.argsort(member.astype(np.uint16) if names.size <= 1 << 16 else member, kind="stable")
    cuts = np.searchsorted(member[order], np.arange(1, names.size))
    columns = [np.asarray(durations)[order], np.asarray(observed)[order]]
    if counts is not None:
        columns.append(np.asarray(counts)[order])
    parts = zip(*(np.split(column, cuts) for column in columns), strict=True)
    return {name: kaplan_meier(*part) for name, part in zip(names.tolist(), parts, strict=False)}


def _from_rows(times: Floats, done: NDArray[np.bool_]) -> SurvivalCurve:
    followed = np.sort(times)
    at, events = np.unique(times[done], return_counts=True)
    at_risk = times.size - np.searchsorted(followed, at, side="left")
    return _curve(at, events, at_risk, followed, None)


def _from_counts(times: Floats, done: NDArray[np.bool_], weight: Ints) -> SurvivalCurve:
    followed, row = np.unique(times, return_inverse=True)
    everyone = np.bincount(row, weights=weight, minlength=followed.size).astype(np.int64)
    finished = np.bincount(row[done], weights=weight[done], minlength=followed.size).astype(np.int64)
    gone = np.concatenate([[0], np.cumsum(everyone)])
    some = finished > 0
    return _curve(followed[some], finished[some], gone[-1] - gone[:-1][some], followed, gone)


def _curve(at: Floats, events: Ints, at_risk: Ints, followed: Floats, gone: Ints | None) -> SurvivalCurve:
    left = at_risk - events
    with np.errstate(divide="ignore"):
        greenwood = np.cumsum(events / (at_risk * left.astype(np.float64)))
    return SurvivalCurve(
        times=at,
        survival=np.cumprod(left / at_risk, dtype=np.float64),
        at_risk=at_risk,
        events=events,
        greenwood=greenwood,
        n=int(followed.size if gone is None else gone[-1]),
        followed_to=float(followed[-1]) if followed.size else 0.0,
        _followed=followed,
        _gone=gone,
    )
