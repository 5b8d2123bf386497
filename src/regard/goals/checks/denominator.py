"""Cases that were received and are in no count any more.

By arrival cohort: received = answered + open + withdrawn + merged + exempt + cancelled + transferred; the residual
must be 0. `End.GONE` is a case that an independent register of arrivals (numbers given out, messages received) knows
and the case file does not. Checks of completeness before any figure: Pidd (2005), "Perversity in public service
performance measurement".
"""

import math

import numpy as np

from .asking import Scene, Variants, check, ended, first_ids, need
from .cases import Cases, End
from .contrast import Estimate, less_baseline, log_odds
from .result import Signature, Variant

SIGNATURE = Signature(
    "denominator",
    "Cases that are in no count",
    (
        "Numbers given out for forms that nobody sent.",
        "An import that failed, and was not repeated.",
        "Test cases, deleted.",
    ),
    "Find out for each listed number what was received, and who removed it.",
    by="arrival",
)
#: An honest office loses some numbers: up to this share of arrivals is not called.
USUAL = 0.003
FLOOR, FLOOR_ALONE = math.log(2.0), 0.0
LEAST = 0.005


@check(SIGNATURE)
def denominator(scene: Scene) -> Variants:
    """The residual share, against the baseline and against what an honest office loses."""
    now = scene.now
    need(ended(now, *End), "how cases ended", SIGNATURE.least)
    gone = ended(now, End.GONE)
    share = float(gone.mean())
    words = f"of {len(now)} cases received, {int(gone.sum())} are neither open nor closed in any way."
    figures = {"received": len(now), **{kind.name.lower(): int((now.end == kind).sum()) for kind in End}}
    listed, variants = first_ids(now, gone), []
    if scene.before:
        found = less_baseline(_residual(now), [_residual(part) for part in scene.before])
        reached = found.value >= FLOOR and share >= LEAST
        name = "share in no count, log odds beside baseline"
        variants.append(Variant(name, found.value, found.error, found.p, FLOOR, reached, words, listed, figures))
    allowed = USUAL * len(now)
    error = 1 / math.sqrt(max(allowed, 1.0))
    value = math.log(max(float(gone.sum()), 0.5) / allowed)
    p = poisson_above(int(gone.sum()), allowed)
    name = "share in no count, log of times the usual"
    reached = value >= FLOOR_ALONE and share >= LEAST
    variants.append(Variant(name, value, error, p, FLOOR_ALONE, reached, words, listed, figures))
    return variants


def _residual(cases: Cases) -> Estimate:
    gone = int(ended(cases, End.GONE).sum())
    return log_odds(gone, len(cases) - gone)


def poisson_above(count: int, expected: float) -> float:
    """How often a Poisson count of that mean is at least `count`."""
    if count <= 0:
        return 1.0
    if expected > 200:
        return 0.5 * math.erfc((count - 0.5 - expected) / math.sqrt(2 * expected))
    below = np.arange(count)
    logs = below * math.log(max(expected, 1e-12)) - expected - np.array([math.lgamma(k + 1) for k in below])
    return float(max(0.0, 1 - np.exp(logs).sum()))
