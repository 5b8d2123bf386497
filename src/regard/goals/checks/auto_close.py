"""Cases closed by a rule, and counted as answered.

The share of "answered" closings that no person made, less the baseline; within the period: whether customers of cases
closed by a rule come back more often than those answered by a person (failure demand: Seddon 2003).
"""

import math

from .asking import Scene, Variants, came_back, check, ended, first_ids, need
from .cases import Cases, End
from .contrast import Estimate, less_baseline, log_odds, odds_contrast
from .result import Signature, Variant

SIGNATURE = Signature(
    "auto_close",
    "Closed by a rule, counted as answered",
    (
        "A rule closes cases whose customers did not reply to a question, as announced.",
        "Simple cases are now answered by the system, and well.",
    ),
    "Count closings by rule apart, and ask some of these customers whether they were served.",
)
FLOOR, FLOOR_BACK = math.log(1.3), math.log(2.0)
LEAST_MORE, LEAST_SHARE = 0.005, 0.01
FEWEST = 10


@check(SIGNATURE)
def auto_close(scene: Scene) -> Variants:
    """The share closed by a rule beside the baseline, and how often their customers come back."""
    now = scene.now
    need((now.auto >= 0) & ended(now, End.ANSWERED), "who closed answered cases", SIGNATURE.least)
    hits, of = _counts(now)
    share = hits / of
    ruled = ended(now, End.ANSWERED) & (now.auto == 1)
    figures, listed = {"by_rule": hits, "answered": of}, first_ids(now, ruled)
    words = f"{share:.1%} of the answered cases were closed by a rule."
    variants = []
    earlier = [counts for counts in map(_counts, scene.before) if counts[1]]
    if earlier:
        found = less_baseline(log_odds(hits, of - hits), [log_odds(h, n - h) for h, n in earlier])
        more = share - sum(h for h, _ in earlier) / sum(n for _, n in earlier)
        reached = found.value >= FLOOR and more >= LEAST_MORE
        name = "closed by a rule, log odds beside baseline"
        variants.append(Variant(name, found.value, found.error, found.p, FLOOR, reached, words, listed, figures))
    back = _back(now)
    if back:
        reached = back.value >= FLOOR_BACK and share >= LEAST_SHARE
        told = f"customers of cases closed by a rule come back {math.exp(back.value):.1f} times as often; {words}"
        name = "coming back after a closing by rule, log odds ratio"
        variants.append(Variant(name, back.value, back.error, back.p, FLOOR_BACK, reached, told, listed, figures))
    return variants


def _counts(cases: Cases) -> tuple[int, int]:
    answered = ended(cases, End.ANSWERED) & (cases.auto >= 0)
    return int((answered & (cases.auto == 1)).sum()), int(answered.sum())


def _back(cases: Cases) -> Estimate | None:
    again, known = came_back(cases)
    answered = ended(cases, End.ANSWERED) & known
    by_rule, by_person = answered & (cases.auto == 1), answered & (cases.auto == 0)
    if by_rule.sum() < FEWEST or by_person.sum() < FEWEST:
        return None
    return odds_contrast((again & by_rule).sum(), by_rule.sum(), (again & by_person).sum(), by_person.sum())
