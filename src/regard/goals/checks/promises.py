"""Promises kept on paper.

Three ways: rows without a target counted as on time; work recorded as done on exactly the promised day, far beside
the days before and after; promises moved after their day had come, or after the work was done. Each less the baseline
where there is one. On figures met by how they are kept: Bevan & Hood (2006), "What's measured is what matters".
"""

import math
from collections.abc import Callable

import numpy as np

from .asking import Scene, Variants, check, first_ids
from .cases import Cases, Floats, Mask
from .contrast import Estimate, less_baseline, log_odds
from .result import CannotTellError, Signature, Variant

SIGNATURE = Signature(
    "promises",
    "Promises kept on paper",
    (
        "Work is made to be ready on the promised day, as it should be.",
        "The customer asked for another day, and it was recorded later.",
        "Some services have no target, and a report counts them as on time.",
    ),
    "Ask the listed customers on which day they were served, and which day they had been told.",
)
FLOOR = math.log(1.3)
FLOOR_ALONE = {"no target, counted as on time": 0.02, "moved after the fact": 0.02}
LEAST_MORE = 0.005
FLOOR_EXACT, FLOOR_EXACT_ALONE = math.log(1.3), math.log(3.0)
FEWEST = 50
#: Days. A quarter in which everything comes earlier or later has other shares of each day, honestly.
MOST_SHIFT = 0.35


@check(SIGNATURE)
def promises(scene: Scene) -> Variants:
    """No target counted as met, moved after the fact, exactly on the day."""
    now = scene.now
    variants = []
    if (now.counted_met >= 0).any():
        variants += _shares(scene, "no target, counted as on time", _untargeted)
    if np.isfinite(now.promised_first).any():
        variants += _shares(scene, "moved after the fact", _moved_late)
    if np.isfinite(now.promised).sum() >= FEWEST:
        variants += _exact(scene)
    if not variants:
        raise CannotTellError("the records tell nothing of promises.", len(now))
    return variants


def _shares(scene: Scene, what: str, way: Callable[[Cases], tuple[Mask, Mask]]) -> Variants:
    hits, of = way(scene.now)
    n = int(of.sum())
    if n < FEWEST:
        return []
    share = float(hits.sum() / n)
    words = f"{share:.1%} of {n} promises: {what}."
    figures, listed = {what: [int(hits.sum()), n]}, first_ids(scene.now, hits)
    earlier = [(part_hits.sum(), part_of.sum()) for part_hits, part_of in map(way, scene.before)]
    earlier = [(h, m) for h, m in earlier if m >= FEWEST]
    if earlier:
        found = less_baseline(log_odds(hits.sum(), n - hits.sum()), [log_odds(h, m - h) for h, m in earlier])
        usual = float(sum(h for h, _ in earlier) / sum(m for _, m in earlier))
        reached = found.value >= FLOOR and share - usual >= LEAST_MORE
        name = f"{what}, log odds beside baseline"
        return [Variant(name, found.value, found.error, found.p, FLOOR, reached, words, listed, figures)]
    floor = FLOOR_ALONE[what]
    found = Estimate(share - 0.01, max(share * (1 - share), 1e-4) / n)
    return [
        Variant(f"{what}, beyond 1 %", found.value, found.error, found.p, floor, share >= floor, words, listed, figures)
    ]


def _untargeted(cases: Cases) -> tuple[Mask, Mask]:
    # Of all that is reported, not of what was met: an honest office that slows down meets less.
    met = cases.counted_met == 1
    return met & ~(cases.limit > 0) & ~np.isfinite(cases.promised), cases.counted_met >= 0


def _moved_late(cases: Cases) -> tuple[Mask, Mask]:
    promised = np.isfinite(cases.promised_first)
    due = np.fmin(cases.promised_first, cases.closing)
    return promised & (cases.promise_moved_at > due) & (cases.promised > cases.promised_first), promised


def _exact(scene: Scene) -> Variants:
    """The exact day against the geometric mean of the days before and after: what drifts moves both."""
    name = "done on exactly the promised day, log odds"
    now = _day(scene.now)
    if now is None:
        return []
    days = np.round((scene.now.closing - scene.now.promised) / 24)
    figures = {"days_after_promise": np.histogram(days[np.isfinite(days)], bins=np.arange(-10.5, 11))[0].tolist()}
    listed = first_ids(scene.now, _on_day(scene.now) == 0)
    alike = [part for part in scene.before if abs(_middle(part) - _middle(scene.now)) <= MOST_SHIFT]
    if len(alike) < min(3, len(scene.before)):  # fewer do not show how much quarters differ
        return []
    earlier = [told for told in map(_day, alike) if told]
    found, floor = (less_baseline(now, earlier), FLOOR_EXACT) if earlier else (now, FLOOR_EXACT_ALONE)
    beside = "as before" if earlier else "as the days around it"
    words = f"closings fall on exactly the promised day {math.exp(found.value):.1f} times as often {beside}."
    return [Variant(name, found.value, found.error, found.p, floor, found.value >= floor, words, listed, figures)]


def _on_day(cases: Cases) -> Floats:
    """Calendar days from the promised to the closing day."""
    return np.floor(cases.closing / 24) - np.floor(cases.promised / 24)


def _middle(cases: Cases) -> float:
    """Mean days after the promise, those far off counted as three."""
    days = _on_day(cases)
    days = days[np.isfinite(days)]
    return float(np.clip(days, -3, 3).mean()) if len(days) else 0.0


def _day(cases: Cases) -> Estimate | None:
    days = _on_day(cases)
    exact = int((days == 0).sum())
    around = [int((days == side).sum()) for side in (-1, 1)]
    if exact + sum(around) < FEWEST:
        return None
    sides = [log_odds(exact, count) for count in around]
    variance = 1 / (exact + 0.5) + sum(1 / (count + 0.5) for count in around) / 4
    return Estimate((sides[0].value + sides[1].value) / 2, variance)
