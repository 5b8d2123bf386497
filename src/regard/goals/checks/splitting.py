"""One need counted as several cases.

Cases per distinct need: same customer, near-duplicate text, within 14 days. The share of cases that repeat one
already there, less the baseline; and of these the share that repeats within the hour, which customers seldom do.
On counting demand that the office makes itself: Seddon (2003), failure demand.
"""

import math
from typing import Any

import numpy as np

from .asking import FORTNIGHT, Scene, Variants, check, first_ids, need
from .cases import Cases, Mask
from .contrast import Estimate, less_baseline, log_odds, p_above
from .result import Signature, Variant

SIGNATURE = Signature(
    "splitting",
    "One need, several cases",
    (
        "Customers press Send twice, or write by two channels.",
        "A new form asks for one case for each address.",
        "An outage makes many people ask again.",
    ),
    "Read the listed cases beside the earlier one of the same customer: one need or two?",
    by="arrival",
)
FLOOR, FLOOR_ALONE = math.log(1.3), 0.05
HASTY = 0.03  # what an office of hasty customers shows within the hour
AT_ONCE = 1.0


@check(SIGNATURE)
def splitting(scene: Scene) -> Variants:
    """Repeats within 14 days and within the hour, beside the baseline; repeats within the hour alone."""
    now = scene.now
    need((now.customer >= 0) & (now.need >= 0), "which texts are alike", SIGNATURE.least)
    variants = []
    for hours, label in ((AT_ONCE, "an hour"), (FORTNIGHT, "14 days")):
        again = repeats(now, hours)
        if scene.before:
            found = less_baseline(_share(again), [_share(repeats(part, hours)) for part in scene.before])
            words = f"cases repeat one of the same customer within {label} {math.exp(found.value):.1f} times as often."
            name = f"repeats within {label}, log odds beside baseline"
            reached = found.value >= FLOOR and _grew(again, scene.before, hours)
            variants.append(_variant(now, name, found, again, floor=FLOOR, reached=reached, words=words))
    at_once = repeats(now, AT_ONCE)
    share = float(at_once.mean())
    found = Estimate(share - HASTY, max(share * (1 - share), 1e-4) / len(now))
    words = f"{share:.1%} of cases repeat another of the same customer within the hour."
    name = "repeats within an hour, beyond 3 %"
    variants.append(_variant(now, name, found, at_once, floor=HASTY, reached=share >= FLOOR_ALONE, words=words))
    return variants


def _grew(again: Mask, before: tuple[Cases, ...], hours: float) -> bool:
    usual = sum(int(repeats(part, hours).sum()) for part in before) / sum(map(len, before))
    return float(again.mean()) - usual >= 0.005


def _variant(now: Cases, name: str, found: Estimate, again: Mask, **told: Any) -> Variant:
    needs = len(now) - int(repeats(now, FORTNIGHT).sum())
    figures = {"cases": len(now), "distinct_needs": needs}
    p = p_above(found.value, found.error)
    return Variant(name, found.value, found.error, p, cases=first_ids(now, again), figures=figures, **told)


def _share(again: Mask) -> Estimate:
    return log_odds(int(again.sum()), int((~again).sum()))


def repeats(cases: Cases, hours: float) -> Mask:
    """Whether the same customer sent a near-duplicate text in so many hours before."""
    order = np.lexsort((cases.arrival, cases.need, cases.customer))
    customer, text, arrival = cases.customer[order], cases.need[order], cases.arrival[order]
    again = np.zeros(len(cases), bool)
    same = (customer[1:] == customer[:-1]) & (text[1:] == text[:-1]) & (customer[1:] >= 0) & (text[1:] >= 0)
    again[order[1:]] = same & (arrival[1:] - arrival[:-1] <= hours)
    return again
