"""Kaplan-Meier for many groups at once: the numbers of `statistics.kaplan_meier`, for all groups in one pass.

A figure by month and unit has hundreds of curves of hundreds of points; one after the other they take longer than
adding up the ten million rows behind them. Pure.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regard.measures.statistics import normal_quantile, wilson_bounds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_SLACK = 1e-12  # rounding of a product of many factors must not move a percentile


@dataclass(frozen=True)
class Quantiles:
    """By when a share was done in each group; NaN where not reached. Bounds at 95 %, NaN where not reached either."""

    value: Floats
    low: Floats
    high: Floats


class Curves:
    """The survival curves of groups 0 .. groups - 1, from rows (group, length, n, done): `done` of `n` ended then.

    Lengths are whole numbers >= 0 (seconds, or steps), below 2**32.
    n, done, longest: of each group: how many cases, how many came to an end, the longest length seen.
    """

    def __init__(self, group: Ints, length: Ints, n: Ints, done: Ints, groups: int) -> None:
        self.groups = groups
        order = np.argsort((group << 32) | length)  # one key: sorting by two takes five times as long
        self._group, self._length = group[order], length[order]
        counted, ended = n[order].astype(np.float64), done[order].astype(np.float64)
        self.n = np.bincount(self._group, weights=counted, minlength=groups).astype(np.int64)
        self.done = np.bincount(self._group, weights=ended, minlength=groups).astype(np.int64)
        self.longest = np.zeros(groups, np.int64)
        last = np.append(self._group[1:] != self._group[:-1], True)[: self._group.size]
        self.longest[self._group[last]] = self._length[last]
        gone = np.cumsum(counted) - counted
        before = np.concatenate([[0], np.cumsum(self.n)])[:-1]
        # Rows of one group and length count as one: both see the same cases at risk.
        self._at_risk = _first_of_ties(self.n[self._group] - (gone - before[self._group]), self._group, self._length)
        self._survive(ended)

    def _survive(self, ended: Floats) -> None:
        event = np.flatnonzero(ended > 0)
        group, length = self._group[event], self._length[event]
        new = np.append(True, (group[1:] != group[:-1]) | (length[1:] != length[:-1]))[: event.size]
        begin = np.flatnonzero(new)
        self._event_group, self._event_length = group[begin], length[begin]
        d = np.add.reduceat(ended[event], begin) if begin.size else np.zeros(0)
        risk = self._at_risk[event][begin]
        last = d >= risk  # nobody is left: only ever the last point of a group
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.where(last, 0.0, np.log1p(-d / risk))
            spread = np.where(last, 0.0, d / (risk * (risk - d)))
        self.survival = np.where(last, 0.0, np.exp(_running(factor, self._event_group)))
        self.greenwood = np.where(last, np.inf, _running(spread, self._event_group))

    def quantiles(self, p: float) -> Quantiles:
        """By when a share `p` was done, in the unit of the lengths; bounds as those of `SurvivalCurve.percentile`."""
        z = normal_quantile(0.975)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            error = z * np.sqrt(self.greenwood) / np.abs(np.log(self.survival))
            low, high = self.survival ** np.exp(error), self.survival ** np.exp(-error)
        zero = np.flatnonzero(self.survival == 0.0)
        low[zero] = 0.0
        alone = (zero == 0) | (self._event_group[zero - 1] != self._event_group[zero])
        high[zero] = np.where(alone, 1.0, high[zero - 1])
        return Quantiles(*(self._first(curve, 1 - p) for curve in (self.survival, low, high)))

    def _first(self, curve: Floats, share: float) -> Floats:
        """The length at which each group's curve first is at or below `share`."""
        found = np.full(self.groups, np.nan)
        below = np.flatnonzero(curve <= share + _SLACK)
        group = self._event_group[below]
        first = np.append(True, group[1:] != group[:-1])[: group.size]
        found[group[first]] = self._event_length[below[first]]
        return found

    def shares_within(self, limit: int) -> tuple[Floats, Floats, Floats]:
        """The share of each group done within `limit`, and its interval: as `SurvivalCurve.share_within`."""
        left, spread = np.ones(self.groups), np.zeros(self.groups)
        inside = np.flatnonzero(self._event_length <= limit)
        group = self._event_group[inside]
        last = np.append(group[1:] != group[:-1], True)[: group.size]
        left[group[last]], spread[group[last]] = self.survival[inside[last]], self.greenwood[inside[last]]
        at_risk = self.n - self._gone_before(limit)
        with np.errstate(divide="ignore", invalid="ignore"):
            size = np.where(left == 1, at_risk, np.where(left == 0, self.done, (1 - left) / (left * spread)))
        low, high = wilson_bounds((1 - left) * size, size)
        nothing = size <= 0
        low, high = np.where(nothing, 0.0, low), np.where(nothing, 1.0, high)
        known = (left == 0) | (limit <= self.longest)
        return 1 - left, low, np.where(known, high, 1.0)

    def _gone_before(self, limit: int) -> Ints:
        """How many cases of each group were followed for less than `limit`."""
        index = np.flatnonzero(self._length >= limit)
        group = self._group[index]
        first = np.append(True, group[1:] != group[:-1])[: group.size]
        gone = self.n.copy()
        gone[group[first]] = self.n[group[first]] - self._at_risk[index[first]].astype(np.int64)
        return gone


def _running(values: Floats, group: Ints) -> Floats:
    """Sums so far within each run of equal groups."""
    if not values.size:
        return values
    total = np.cumsum(values)
    begin = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    before = np.concatenate([[0.0], total])[begin]
    return total - np.repeat(before, np.diff(np.append(begin, values.size)))


def _first_of_ties(values: Floats, group: Ints, length: Ints) -> Floats:
    """The value of the first of each run of equal group and length, for all of the run."""
    if not values.size:
        return values
    begin = np.flatnonzero(np.append(True, (group[1:] != group[:-1]) | (length[1:] != length[:-1])))
    return np.repeat(values[begin], np.diff(np.append(begin, values.size)))
