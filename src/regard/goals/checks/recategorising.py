"""Cases moved to a category that does not count, when they are late or about to be.

Ends as exempt, cancelled or merged among closings beyond 0.7 of the limit against those before, log odds ratio less
the baseline. Beside it a funnel of staff with random effects (Spiegelhalter 2005, "Handling over-dispersion of
performance indicators"): one desk that moves far more than the others differ among themselves.
"""

import math

import numpy as np

from .asking import LEAST_EXTRA, Scene, Variants, check, ended, first_ids, fraction, need, timed
from .cases import Cases, End, Mask
from .contrast import Estimate, extra, less_baseline, log_odds, odds_contrast, p_above
from .result import Signature, Variant

SIGNATURE = Signature(
    "recategorising",
    "Late cases moved out of the count",
    (
        "A rule on what is exempt changed.",
        "Duplicates are found and merged when cases are read, which is late for those read late.",
        "One person is the one who handles exempt cases.",
    ),
    "Have somebody who does not know the outcome code a sample of the listed cases again.",
)
OUT = (End.EXEMPT, End.CANCELLED, End.MERGED)
FLOOR, FLOOR_ALL, FLOOR_ALONE, FLOOR_STAFF = math.log(1.3), math.log(1.15), math.log(3.0), math.log(3.0)
LEAST_OF_STAFF = 20


@check(SIGNATURE)
def recategorising(scene: Scene) -> Variants:
    """Moves beyond 0.7 of the limit against earlier ones, and between members of staff."""
    need(ended(scene.now, *End), "how cases ended", SIGNATURE.least)
    need(timed(scene.now), "limits and times", SIGNATURE.least)
    variants = []
    now = _contrast(scene.now)
    moved = ended(scene.now, *OUT)
    near = moved & (fraction(scene.now) >= 0.7)
    if scene.before:
        found = less_baseline(now, [_contrast(part) for part in scene.before])
        words = f"late cases leave the count {math.exp(found.value):.1f} times as often as before, beside early ones."
        variants.append(
            _variant(
                scene.now, "late cases moved, log odds beside baseline", found, floor=FLOOR, words=words, listed=near
            )
        )
        found = less_baseline(_share(scene.now), [_share(part) for part in scene.before])
        words = f"cases leave the count {math.exp(found.value):.1f} times as often as before, early and late."
        name = "cases moved, log odds beside baseline"
        variants.append(_variant(scene.now, name, found, floor=FLOOR_ALL, words=words, listed=moved))
    words = f"late cases leave the count {math.exp(now.value):.1f} times as often as early ones."
    variants.append(
        _variant(scene.now, "late cases moved, log odds ratio", now, floor=FLOOR_ALONE, words=words, listed=near)
    )
    staff = _funnel(scene.now, moved)
    if staff:
        variants.append(staff)
    return variants


def _variant(now: Cases, name: str, found: Estimate, *, floor: float, words: str, listed: Mask) -> Variant:
    used, moved = fraction(now), ended(now, *OUT)
    figures = {"moved_by_tenth_of_limit": np.histogram(used[moved], bins=np.linspace(0, 2, 21))[0].tolist()}
    reached = found.value >= floor and extra(int(listed.sum()), found) >= LEAST_EXTRA * len(now)
    return Variant(name, found.value, found.error, found.p, floor, reached, words, first_ids(now, listed), figures)


def _contrast(cases: Cases) -> Estimate:
    used, moved, counted = fraction(cases), ended(cases, *OUT), timed(cases)
    late, early = counted & (used >= 0.7), counted & (used < 0.7)
    return odds_contrast(moved[late].sum(), late.sum(), moved[early].sum(), early.sum())


def _share(cases: Cases) -> Estimate:
    moved = int((ended(cases, *OUT)).sum())
    return log_odds(moved, len(cases) - moved)


def _funnel(now: Cases, moved: Mask) -> Variant | None:
    """The member of staff furthest above the others, the spread between the others taken as usual."""
    told = now.staff >= 0
    staff, place = np.unique(now.staff[told], return_inverse=True)
    n = np.bincount(place)
    hits = np.bincount(place, weights=moved[told])
    if (n >= LEAST_OF_STAFF).sum() < 5:
        return None
    staff, n, hits = staff[n >= LEAST_OF_STAFF], n[n >= LEAST_OF_STAFF], hits[n >= LEAST_OF_STAFF]
    logit = np.log((hits + 0.5) / (n - hits + 0.5))
    middle = float(np.median(logit))
    chance = 1 / (hits + 0.5) + 1 / (n - hits + 0.5)
    # What members differ by beyond chance, robustly: the one looked for must not widen it.
    off = np.abs(logit - middle)
    tau = max(0.0, (1.4826 * float(np.median(off))) ** 2 - float(np.median(chance)))
    z = (logit - middle) / np.sqrt(chance + tau)
    worst = int(np.argmax(z))
    found = Estimate(float(logit[worst] - middle), float(chance[worst] + tau))
    p = min(1.0, p_above(float(z[worst]), 1.0) * len(n))
    words = (
        f"one member of staff moves cases out of the count {math.exp(found.value):.1f} times as often as the others."
    )
    listed = first_ids(now, moved & (now.staff == staff[worst]))
    figures = {"staff_cases": n.tolist(), "staff_moved": hits.astype(int).tolist()}
    name = "moves by staff, log odds above the median"
    return Variant(name, found.value, found.error, p, FLOOR_STAFF, found.value >= FLOOR_STAFF, words, listed, figures)
