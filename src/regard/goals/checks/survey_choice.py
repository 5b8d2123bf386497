"""Surveys sent to those who will be content.

A model fitted on the answers of the baseline says what score a case will get from what is known at its closing
(part of the limit used, late, reopened, topic, end). Are those with a low expected score invited less than the others?
Beside it the R-indicator of the answers (Schouten, Cobben & Bethlehem 2009), which is advice.
"""

import math

import numpy as np
from numpy.typing import NDArray

from .asking import Scene, Variants, check, first_ids, fraction, need
from .cases import Cases, End, Floats, Mask
from .contrast import Estimate, less_baseline, odds_contrast
from .result import CannotTellError, Signature, Variant

SIGNATURE = Signature(
    "survey_choice",
    "Surveys sent to the content",
    (
        "Some channels have no address to send a survey to.",
        "A rule spares customers who complained, or who were asked lately.",
        "The survey tool failed for a week.",
    ),
    "Draw the sample by the system from all closed cases, and compare the answers.",
)
FLOOR, FLOOR_ALONE = math.log(1.2), math.log(1.7)
LEAST_ANSWERS, LEAST_SIDE = 50, 20
MOST_TOPICS = 40
WORST = 0.25  # of expected scores


@check(SIGNATURE)
def survey_choice(scene: Scene) -> Variants:
    """Odds of no invitation in the worst quarter of expected scores, beside the baseline."""
    now = scene.now
    need(now.invited >= 0, "who was invited", SIGNATURE.least)
    if not 0 < (now.invited == 1).sum() < (now.invited >= 0).sum():
        raise CannotTellError("everybody or nobody was invited: there was no choice.", len(now))
    fit = _fit(scene.before) if scene.before else None
    if fit is None:
        return [_alone(now)]
    expected, usual = _expected(now, fit), [_expected(part, fit) for part in scene.before]
    cut = float(np.quantile(np.concatenate(usual), WORST))
    told = _uninvited(now, expected <= cut)
    pairs = zip(scene.before, usual, strict=True)
    earlier = [e for e in (_uninvited(part, scores <= cut) for part, scores in pairs) if e]
    if not (told and earlier):
        return [_alone(now)]
    found = less_baseline(told, earlier)
    words = f"customers in the worst quarter are left out {math.exp(found.value):.1f} times as often as before."
    name = "not invited, worst quarter, log odds beside baseline"
    return [_variant(now, name, found, floor=FLOOR, words=words, low=expected <= cut)]


def _alone(now: Cases) -> Variant:
    """Late or reopened cases stand for the discontent where no baseline has answers."""
    used = fraction(now)
    low = (used > 1) | np.isfinite(now.reopened_at)
    found = _uninvited(now, low)
    if found is None:
        raise CannotTellError("too few late cases to see whether they were invited like the others.", len(now))
    words = f"late and reopened cases are left out of surveys {math.exp(found.value):.1f} times as often as others."
    return _variant(now, "not invited when late, log odds ratio", found, floor=FLOOR_ALONE, words=words, low=low)


def _variant(now: Cases, name: str, found: Estimate, *, floor: float, words: str, low: Mask) -> Variant:
    figures = {
        "invited_low": int((low & (now.invited == 1)).sum()),
        "not_invited_low": int((low & (now.invited == 0)).sum()),
        "r_indicator": r_indicator(now),
    }
    listed = first_ids(now, low & (now.invited == 0))
    return Variant(name, found.value, found.error, found.p, floor, found.value >= floor, words, listed, figures)


def _uninvited(cases: Cases, low: Mask) -> Estimate | None:
    told = cases.invited >= 0
    out, low = cases.invited == 0, low & told
    rest = told & ~low
    if low.sum() < LEAST_SIDE or rest.sum() < LEAST_SIDE:
        return None
    return odds_contrast((out & low).sum(), low.sum(), (out & rest).sum(), rest.sum())


def _known(cases: Cases) -> Floats:
    """What is known at the closing, as columns."""
    used = np.nan_to_num(np.minimum(fraction(cases), 3.0), nan=0.5)
    columns = [np.ones(len(cases)), used, used > 1, used > 1.5, np.isfinite(cases.reopened_at), cases.end == End.EXEMPT]
    return np.column_stack(columns).astype(np.float64)


def _fit(before: tuple[Cases, ...]) -> Floats | None:
    answered = [part.take(np.isfinite(part.score)) for part in before]
    score = np.concatenate([part.score for part in answered])
    if len(score) < LEAST_ANSWERS:
        return None
    topics = np.concatenate([_topic(part) for part in answered])[:, None] == np.arange(MOST_TOPICS)
    known = np.hstack([np.concatenate([_known(part) for part in answered]), topics.astype(np.float64)])
    # Ridge: a topic's few answers must not outweigh what is known of the case.
    ridge = np.diag([0.0] + [2.0] * (known.shape[1] - 1 - MOST_TOPICS) + [60.0] * MOST_TOPICS)
    return np.linalg.solve(known.T @ known + ridge, known.T @ score)


def _expected(cases: Cases, fit: Floats) -> Floats:
    known = _known(cases)
    by_topic = np.append(fit[known.shape[1] :], 0.0)
    return known @ fit[: known.shape[1]] + by_topic[_topic(cases)]


def _topic(cases: Cases) -> NDArray[np.int64]:
    """The topic's code; `MOST_TOPICS` for topics beyond, and for none."""
    return np.where((cases.topic >= 0) & (cases.topic < MOST_TOPICS), cases.topic, MOST_TOPICS)


def r_indicator(cases: Cases) -> float | None:
    """1 - 2 SD of the propensity to answer over groups of topic and lateness: 1 when all groups answer alike."""
    asked = cases.invited == 1
    if asked.sum() < LEAST_ANSWERS:
        return None
    group = (cases.topic[asked] + 1) * 2 + (fraction(cases)[asked] > 1)
    place = np.unique(group, return_inverse=True)[1]
    n = np.bincount(place)
    answered = np.bincount(place, weights=np.isfinite(cases.score[asked]))
    share = answered / n
    spread = float(np.average((share - answered.sum() / n.sum()) ** 2, weights=n))
    chance = float(np.average(share * (1 - share) / n, weights=n))
    return 1 - 2 * math.sqrt(max(0.0, spread - chance))
