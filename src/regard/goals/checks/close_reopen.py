"""Cases closed in time that open again, or whose customers come again at once.

Of closes in [0.74 L, L], how many are reopened or followed by the same customer with the same topic within 14 days,
against those of earlier closes: log odds ratio less the same in the baseline. Within the period alone: against
closes on both sides of the limit. What comes back is failure demand: Seddon (2003).
"""

import math

from .asking import LEAST_EXTRA, Scene, Variants, came_back, check, first_ids, fraction, need, timed
from .cases import Cases
from .contrast import Estimate, extra, less_baseline, odds_contrast
from .result import CannotTellError, Signature, Variant

SIGNATURE = Signature(
    "close_reopen",
    "Closed in time, then open again",
    (
        "Hard cases take long and come back more often by nature.",
        "A form or a letter changed, and customers ask again.",
        "A new rule reopens cases by itself when a customer says thank you.",
    ),
    "Read what the customer wrote after the closing: was it the same need?",
)
FLOOR, FLOOR_ALONE = math.log(1.3), math.log(2.0)
FEWEST = 10
SPANS = ((0.6, 1.0), (0.74, 1.0), (0.9, 1.0))


@check(SIGNATURE)
def close_reopen(scene: Scene) -> Variants:
    """Late closes against early ones, beside the baseline; and in the period alone."""
    need(timed(scene.now), "limits and times", SIGNATURE.least)
    if not any(came_back(part)[0].any() for part in (scene.now, *scene.before)):
        raise CannotTellError("nobody is recorded as coming back.", len(scene.now))
    variants = []
    for low, high in SPANS:
        now = _contrast(scene.now, low, high, 0.05)
        earlier = [told for told in (_contrast(part, low, high, 0.05) for part in scene.before) if told]
        if now and earlier:
            variants.append(_variant(scene.now, low, less_baseline(now, earlier), FLOOR, "as before"))
    alone = _contrast(scene.now, 0.8, 1.0, 0.4)
    if alone:
        variants.append(_variant(scene.now, 0.8, alone, FLOOR_ALONE, "as earlier closings of the same period"))
    return variants


def _variant(now: Cases, low: float, found: Estimate, floor: float, beside: str) -> Variant:
    used, (again, _) = fraction(now), came_back(now)
    words = f"cases closed shortly before the limit come back {math.exp(found.value):.1f} times as often {beside}."
    bars = [
        [int(((used >= i / 10) & (used < (i + 1) / 10) & chosen).sum()) for i in range(20)]
        for chosen in (again, ~again)
    ]
    figures = {"came_back_by_tenth_of_limit": bars[0], "stayed_closed_by_tenth_of_limit": bars[1]}
    back = again & (used >= low) & (used <= 1)
    reached = found.value >= floor and extra(int(back.sum()), found) >= LEAST_EXTRA * len(now)
    listed = first_ids(now, back)
    name = f"coming back after closing in {low:.0%}-100% of the limit, log odds ratio, {beside}"
    return Variant(name, found.value, found.error, found.p, floor, reached, words, listed, figures)


def _contrast(cases: Cases, low: float, high: float, from_: float) -> Estimate | None:
    used = fraction(cases)
    again, known = came_back(cases)
    counted = timed(cases) & known
    late, early = counted & (used >= low) & (used <= high), counted & (used >= from_) & (used < min(low, 0.74))
    if late.sum() < FEWEST or early.sum() < FEWEST:
        return None
    return odds_contrast(again[late].sum(), late.sum(), again[early].sum(), early.sum())
