"""Target up, guard down: advice, never a finding.

The share in time against what customers say and how often they come back. Aggregates have hardly any power to tell
one cause from another (at 5,000 cases a quarter at most a quarter of gamed offices show), so nothing is called here.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .asking import Period, Scene, Variants, came_back, check, counted, fraction, timed
from .cases import Cases
from .contrast import Estimate, less_baseline, log_odds
from .result import CannotTellError, Result, Signature, Variant

SIGNATURE = Signature(
    "guards",
    "The target beside its guards",
    ("Both move for reasons of their own: seasons, staff, customers.",),
    "Where the target rises and a guard falls, read the other checks first.",
)


@check(SIGNATURE)
def _guards(scene: Scene) -> Variants:
    """The change of the share in time, with the guards beside it."""
    if not scene.before:
        raise CannotTellError("there is no baseline to compare target and guards with.", counted([scene.now]))
    found = less_baseline(_in_time(scene.now), [_in_time(part) for part in scene.before])
    figures = {
        "in_time": _shares(scene, _in_time),
        "stays_closed": _shares(scene, _stays),
        "mean_score": _scores(scene),
    }
    back = less_baseline(_stays(scene.now), [_stays(part) for part in scene.before])
    target = "rose" if found.value > 0 else "did not rise"
    guard = "fell" if back.value < 0 else "did not fall"
    words = f"the share in time {target}, the share of cases that stay closed {guard}."
    name = "share in time, log odds"
    return [Variant(name, found.value, found.error, found.p, 0.0, reached=False, words=words, figures=figures)]


def guards(cases: Cases, period: Period) -> Result:
    """Advice only: shown beside the other checks, and left out of the count of what is worth a look."""
    found = _guards(cases, period)
    says = found.says.replace("Nothing stands out: ", "Advice only: ")
    return replace(found, says=says, advice_only=True, worth_a_look=False, p=None)


def _in_time(cases: Cases) -> Estimate:
    used = fraction(cases)[timed(cases)]
    return log_odds(int((used <= 1).sum()), int((used > 1).sum()))


def _stays(cases: Cases) -> Estimate:
    again, known = came_back(cases)
    return log_odds(int((known & ~again).sum()), int((known & again).sum()))


def _shares(scene: Scene, way: Callable[[Cases], Estimate]) -> list[float]:
    return [float(1 / (1 + np.exp(-way(part).value))) for part in (*scene.before, scene.now)]


def _scores(scene: Scene) -> list[float | None]:
    told = [part.score[np.isfinite(part.score)] for part in (*scene.before, scene.now)]
    return [float(scores.mean()) if len(scores) >= 30 else None for scores in told]
