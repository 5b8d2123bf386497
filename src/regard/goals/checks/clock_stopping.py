"""Clocks stopped when the limit comes near.

Pause starts per hour at risk in [0.7 L, L) over the geometric mean of those in [0.4 L, 0.7 L) and [L, 1.5 L), less
the same in the baseline. Audit Scotland (2013), "Management of patients on NHS waiting lists", found unavailability
codes used so. Without a baseline: "empty" pauses (no question put to the customer, or ended by staff) near the limit
against those far from it.
"""

import math

import numpy as np

from .asking import LEAST_EXTRA, Scene, Variants, check, first_ids, need
from .cases import Cases, Mask
from .contrast import Estimate, extra, less_baseline, log_rate, odds_contrast
from .result import Signature, Variant

SIGNATURE = Signature(
    "clock_stopping",
    "Clocks stopped near the limit",
    (
        "Cases are read in the order they are due, so what is missing is noticed late.",
        "A new form that lets customers send less.",
        "Staff now record pauses that they used to leave out.",
    ),
    "Open the listed pauses: what was the customer asked, and what ended the pause?",
)
FLOOR, FLOOR_EMPTY = math.log(1.3), math.log(2.0)
FEWEST = 5


@check(SIGNATURE)
def clock_stopping(scene: Scene) -> Variants:
    """The rate of pauses near the limit, and of empty ones among them."""
    need(np.asarray(scene.now.limit > 0), "limits", SIGNATURE.least)
    everything = [scene.now, *scene.before]
    if not any(len(part.pauses.case) for part in everything):
        need(np.zeros(len(scene.now), bool), "pauses")
    variants = []
    if scene.before:
        late_too = all(_starts(part, 1.0, 1.5)[0] >= FEWEST for part in everything)
        rate = less_baseline(_near(scene.now, late_too), [_near(part, late_too) for part in scene.before])
        words = f"clocks are stopped {math.exp(rate.value):.1f} times as often near the limit as before"
        variants.append(_variant(scene.now, "pauses near the limit, log rate ratio", rate, FLOOR, words))
    empty = _emptiness(scene.now)
    if empty:
        words = f"pauses near the limit are {math.exp(empty.value):.1f} times as often without a question"
        variants.append(_variant(scene.now, "empty pauses near the limit, log odds ratio", empty, FLOOR_EMPTY, words))
        earlier = [told for told in map(_emptiness, scene.before) if told]
        if earlier:
            beside = less_baseline(empty, earlier)
            words = f"empty pauses near the limit are {math.exp(beside.value):.1f} times as common as before"
            variants.append(_variant(scene.now, "empty pauses beside the baseline, log odds", beside, FLOOR, words))
    return variants


def _variant(now: Cases, name: str, found: Estimate, floor: float, words: str) -> Variant:
    near = _at(now, 0.7, 1.0) & _empty(now)
    rows = np.zeros(len(now), bool)
    rows[now.pauses.case[near]] = True
    parts = np.histogram(_part(now), bins=np.linspace(0, 2, 21))[0]
    figures = {"pauses_by_tenth_of_limit": parts.tolist()}
    reached = found.value >= floor and extra(int(_at(now, 0.7, 1.0).sum()), found) >= LEAST_EXTRA * len(now)
    return Variant(name, found.value, found.error, found.p, floor, reached, f"{words}.", first_ids(now, rows), figures)


def _part(cases: Cases) -> np.ndarray:
    limit = cases.limit[cases.pauses.case]
    return np.divide(cases.pauses.start, limit, out=np.full(len(limit), np.nan), where=limit > 0)


def _at(cases: Cases, low: float, high: float) -> Mask:
    part = _part(cases)
    return (part >= low) & (part < high)


def _empty(cases: Cases) -> Mask:
    return ~cases.pauses.asked | cases.pauses.by_staff


def _starts(cases: Cases, low: float, high: float) -> tuple[int, float]:
    """Pauses started, and hours the clocks of all cases ran, between two parts of the limit."""
    hours = np.clip(cases.elapsed, low * cases.limit, high * cases.limit) - low * cases.limit
    return int(_at(cases, low, high).sum()), float(np.nansum(hours))


def _near(cases: Cases, late_too: bool) -> Estimate:  # noqa: FBT001 - decided once for all quarters
    near, early = log_rate(*_starts(cases, 0.7, 1.0)), log_rate(*_starts(cases, 0.4, 0.7))
    if not late_too:
        return near - early
    late = log_rate(*_starts(cases, 1.0, 1.5))
    return near - Estimate((early.value + late.value) / 2, (early.variance + late.variance) / 4)


def _emptiness(cases: Cases) -> Estimate | None:
    near, far, empty = _at(cases, 0.7, 1.0), _at(cases, 0.0, 0.7), _empty(cases)
    if near.sum() < FEWEST or far.sum() < FEWEST:
        return None
    return odds_contrast((empty & near).sum(), near.sum(), (empty & far).sum(), far.sum())
