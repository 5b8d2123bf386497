"""Complaints that are not let in.

Of complaint forms that were opened, how many were sent; inside against outside complaints; complaints per
discontented contact. Each less the baseline. PHSO (2012) on complaints that people give up; a new version of a form
is the innocent cause to look for first.
"""

import math

import numpy as np

from .asking import Scene, Variants, check, first_ids, need
from .cases import Cases, Mask
from .contrast import Estimate, less_baseline, log_odds, odds_contrast
from .result import CannotTellError, Signature, Variant

SIGNATURE = Signature(
    "suppression",
    "Complaints that are not let in",
    (
        "A new version of the form is longer, or broken on phones.",
        "Service became better, and people change their mind.",
        "A body outside the office began to advertise.",
    ),
    "Fill in the form yourself; ring some who opened it and did not send it.",
    by="arrival",
)
FLOOR = math.log(1.3)
LOW_SCORE = 2.0
FEWEST = 15


@check(SIGNATURE)
def suppression(scene: Scene) -> Variants:
    """Forms not sent, complaints outside, and the silence of the discontented, beside the baseline."""
    now = scene.now
    need(now.complaint_sent >= 0, "complaints", SIGNATURE.least)
    if not scene.before:
        raise CannotTellError("there is no baseline: how many forms are usually sent is not known.", len(now))
    ways = (
        ("forms not sent", _not_sent, "opened complaint forms are given up", (now.complaint_started == 1)),
        ("outside against inside", _outside, "complaints go outside the office", now.complaint_outside == 1),
        ("silent discontent", _silent, "discontented customers stay without a complaint", now.score <= LOW_SCORE),
    )
    variants = []
    for name, way, told, listed in ways:
        at, earlier = way(now), [e for e in map(way, scene.before) if e]
        if at and earlier:
            found = less_baseline(at, earlier)
            words = f"{told} {math.exp(found.value):.1f} times as often as before."
            variants.append(_variant(now, f"{name}, log odds beside baseline", found, words, listed))
    return variants


def _variant(now: Cases, name: str, found: Estimate, words: str, listed: Mask) -> Variant:
    figures = {
        "forms_opened": int((now.complaint_started == 1).sum()),
        "forms_sent": int((now.complaint_sent == 1).sum()),
        "outside": int((now.complaint_outside == 1).sum()),
    }
    ids = first_ids(now, listed & (now.complaint_sent != 1))
    return Variant(name, found.value, found.error, found.p, FLOOR, found.value >= FLOOR, words, ids, figures)


def _not_sent(cases: Cases) -> Estimate | None:
    opened, sent = (cases.complaint_started == 1).sum(), ((cases.complaint_started & cases.complaint_sent) == 1).sum()
    return log_odds(opened - sent, sent) if opened >= FEWEST else None


def _outside(cases: Cases) -> Estimate | None:
    outside, within = (cases.complaint_outside == 1).sum(), (cases.complaint_sent == 1).sum()
    return log_odds(outside, within) if outside + within >= FEWEST else None


def _silent(cases: Cases) -> Estimate | None:
    low, high = cases.score <= LOW_SCORE, np.asarray(cases.score > LOW_SCORE)
    silent = cases.complaint_sent == 0
    if low.sum() < FEWEST or high.sum() < FEWEST:
        return None
    return odds_contrast((silent & low).sum(), low.sum(), (silent & high).sum(), high.sum())
