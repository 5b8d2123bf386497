"""Closings that crowd just below the limit, and were not finished.

Key one is the local odds of closing in [L - w, L] against (L, L + w], less the same at placebo cut-offs where no
limit is, less both in the baseline. A jump of a density at a cut-off: McCrary (2008), "Manipulation of the running
variable"; local comparison of both sides: Cattaneo, Jansson & Ma (2020); bunching and its counterfactual: Kleven
(2016). An honest rush to a deadline bunches too, so there is key two: do the cases closed just below the limit come
back more often than those of the donut further below? Both must turn.
"""

import math

import numpy as np

from .asking import LEAST_EXTRA, Scene, Variants, came_back, check, first_ids, fraction, need, timed
from .cases import Cases
from .contrast import Estimate, extra, less_baseline, log_odds, odds_contrast
from .result import CannotTellError, Signature, Variant

SIGNATURE = Signature(
    "bunching",
    "Closings just below the limit",
    (
        "People work hardest on what is nearly due: an honest rush crowds closings too, but they do not come back.",
        "Hard cases take long and come back more often by nature.",
        "A reminder or a meeting at a fixed age of cases.",
    ),
    "Read the answers of the listed cases: were they finished when they were closed?",
)
WIDTHS = (0.03, 0.06, 0.12, 0.2)
CUTS = (0.65, 0.75, 0.85, 1.15, 1.25, 1.35)
FLOOR_CROWD, FLOOR_QUALITY = math.log(1.25), math.log(1.35)
FLOOR_ALONE = math.log(2.0)  # without a baseline both keys must be larger: nothing removes what is always so
#: The second key protects against honest crowding; under honesty the two keys are independent.
FEWEST = 8


@check(SIGNATURE)
def bunching(scene: Scene) -> Variants:
    """Two keys at four widths, against the baseline; and within the period alone."""
    need(timed(scene.now), "limits and times", SIGNATURE.least)
    if not any(came_back(part)[0].any() for part in (scene.now, *scene.before)):
        raise CannotTellError(_one_key(scene.now), len(scene.now))
    variants = []
    for width in WIDTHS:
        found = _crowd_and_quality(scene.now, width)
        if found is None:
            continue
        earlier = [pair for pair in (_crowd_and_quality(part, width) for part in scene.before) if pair]
        if earlier:
            crowd = less_baseline(found[0], [pair[0] for pair in earlier])
            quality = less_baseline(found[1], [pair[1] for pair in earlier])
            variants.append(_variant(scene.now, width, crowd, quality, alone=False))
    alone = _crowd_and_quality(scene.now, WIDTHS[1])
    if alone:
        variants.append(_variant(scene.now, WIDTHS[1], *alone, alone=True))
    return variants


def _one_key(now: Cases) -> str:
    crowd = crowding(now, WIDTHS[1])
    told = (
        f" Closings just below the limit are {math.exp(crowd.value):.1f} times as crowded as elsewhere."
        if crowd
        else ""
    )
    return f"nobody is recorded as coming back, and crowding alone may be an honest rush.{told}"


def _variant(now: Cases, width: float, crowd: Estimate, quality: Estimate, *, alone: bool) -> Variant:
    floors = (FLOOR_ALONE, FLOOR_ALONE) if alone else (FLOOR_CROWD, FLOOR_QUALITY)
    used = fraction(now)
    back = (used >= 1 - width) & (used <= 1) & came_back(now)[0]
    many = extra(int(back.sum()), quality) >= LEAST_EXTRA * len(now) / 2  # not all who were put off come again
    reached = crowd.value >= floors[0] and quality.value >= floors[1] and many
    words = (
        f"closings in the last {width:.0%} before the limit are {math.exp(crowd.value):.1f} times as crowded as "
        f"{'elsewhere' if alone else 'before'}, and come back {math.exp(quality.value):.1f} times as often as those "
        f"closed a little earlier{'' if alone else ', beside the same before'}."
    )
    name = "crowding below the limit, log odds" + (", within the period" if alone else f", {width:.0%} wide")
    listed = first_ids(now, back)
    bars = np.histogram(used[np.isfinite(used)], bins=np.linspace(0, 2, 81))[0]
    figures = {"closings_by_fortieth_of_limit": bars.tolist(), "came_back_log_odds": quality.value}
    p = max(crowd.p, quality.p)
    return Variant(name, crowd.value, crowd.error, p, math.log(1.25), reached, words, listed, figures)


def _crowd_and_quality(cases: Cases, width: float) -> tuple[Estimate, Estimate] | None:
    used = fraction(cases)[timed(cases)]
    again, known = (part[timed(cases)] for part in came_back(cases))
    crowd = crowding(cases, width)
    just_below = (used >= 1 - width) & (used <= 1) & known
    donut = (used >= 0.6) & (used < 1 - max(width, 0.06) - 0.02) & known
    if crowd is None or just_below.sum() < FEWEST or donut.sum() < FEWEST:
        return None
    return crowd, odds_contrast(again[just_below].sum(), just_below.sum(), again[donut].sum(), donut.sum())


def crowding(cases: Cases, width: float) -> Estimate | None:
    """Key one alone: log odds of closing just below the limit against just above, less the usual of other cut-offs."""
    used = fraction(cases)[timed(cases)]
    at_limit = _both_sides(used, 1.0, width)
    if at_limit is None:
        return None
    placebos = [_both_sides(used, cut, width) for cut in CUTS if abs(cut - 1) >= 2 * width]
    told = [placebo for placebo in placebos if placebo]
    if not told:
        return at_limit
    weights = np.array([1 / placebo.variance for placebo in told])
    usual = float(np.average([placebo.value for placebo in told], weights=weights))
    return at_limit - Estimate(usual, float(1 / weights.sum()))


def _both_sides(used: np.ndarray, cut: float, width: float) -> Estimate | None:
    below = int(((used >= cut - width) & (used <= cut)).sum())
    above = int(((used > cut) & (used <= cut + width)).sum())
    return log_odds(below, above) if below + above >= FEWEST else None
