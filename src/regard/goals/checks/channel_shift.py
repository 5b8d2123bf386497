"""A better figure because other cases are counted where it is easy.

Cases whose channel was changed after arrival, late in their limit against early, less the baseline; and, as a
figure, the change of the share in time split into mix and within (Kitagawa 1955; Oaxaca 1973), with the headline at a
fixed mix.
"""

import math

import numpy as np

from .asking import LEAST_EXTRA, Scene, Variants, check, first_ids, fraction, need, timed
from .cases import Cases, Floats
from .contrast import Estimate, extra, less_baseline, log_odds, odds_contrast, p_above
from .result import CannotTellError, Signature, Variant

SIGNATURE = Signature(
    "channel_shift",
    "The mix moved, not the service",
    (
        "Customers prefer another channel of themselves.",
        "An office or a telephone line was closed, which customers may or may not feel.",
        "Channels recorded wrongly are now put right.",
    ),
    "Read the figure at a fixed mix; ask those who changed channel whether they wanted to.",
)
FLOOR = math.log(1.3)
FLOOR_MIX = 0.01  # one point of the share in time
LEAST_CHANNEL = 20


@check(SIGNATURE)
def channel_shift(scene: Scene) -> Variants:
    """Changed channels beside the baseline, and the part of the change that the mix explains."""
    now = scene.now
    need(now.channel >= 0, "channels", SIGNATURE.least)
    if not scene.before:
        raise CannotTellError("there is no baseline: what the mix was is not known.", len(now))
    figures, mix = _kitagawa(scene)
    variants = [_changed(scene, late=late, figures=figures) for late in (False, True) if _told(now)]
    if mix:
        words = f"the mix of channels moved the share in time by {100 * mix.value:+.1f} points."
        reached = mix.value >= FLOOR_MIX and mix.value >= 0.5 * abs(figures["change"])
        p = p_above(mix.value, mix.error)
        name = "share in time moved by the mix"
        variants.append(Variant(name, mix.value, mix.error, p, FLOOR_MIX, reached, words, (), figures))
    return variants


def _told(cases: Cases) -> bool:
    return bool((cases.first_channel >= 0).any())


def _changed(scene: Scene, *, late: bool, figures: dict[str, float]) -> Variant:
    way = _late_changes if late else _changes
    found = less_baseline(way(scene.now), [way(part) for part in scene.before])
    moved = _moved(scene.now)
    kind = "late cases" if late else "cases"
    words = f"{kind} change their channel after arrival {math.exp(found.value):.1f} times as often as before."
    reached = found.value >= FLOOR and extra(int(moved.sum()), found) >= LEAST_EXTRA * len(moved)
    name = f"channel changed, {kind}, log odds beside baseline"
    listed = first_ids(scene.now, moved)
    return Variant(name, found.value, found.error, found.p, FLOOR, reached, words, listed, figures)


def _moved(cases: Cases) -> np.ndarray:
    return (cases.first_channel >= 0) & (cases.channel >= 0) & (cases.first_channel != cases.channel)


def _changes(cases: Cases) -> Estimate:
    moved = int(_moved(cases).sum())
    return log_odds(moved, len(cases) - moved)


def _late_changes(cases: Cases) -> Estimate:
    late, moved = fraction(cases) >= 0.7, _moved(cases)
    return odds_contrast((moved & late).sum(), late.sum(), (moved & ~late).sum(), (~late).sum())


def _kitagawa(scene: Scene) -> tuple[dict[str, float], Estimate | None]:
    channels = max(int(part.channel.max(initial=0)) for part in (scene.now, *scene.before)) + 1
    now = _table(scene.now, channels)
    before = [_table(part, channels) for part in scene.before]
    n0, met0 = sum(part[0] for part in before), sum(part[1] for part in before)
    total_now, total_before = now[0].sum(), np.sum(n0)
    if not (total_now and total_before):
        return {"change": 0.0}, None
    share1, share0 = now[0] / total_now, np.asarray(n0 / total_before)
    kept = (now[0] >= LEAST_CHANNEL) & (n0 >= LEAST_CHANNEL)
    rate1 = np.divide(now[1], now[0], out=np.zeros(channels), where=now[0] > 0)
    rate0 = np.divide(met0, n0, out=np.zeros(channels), where=n0 > 0)
    rate1, rate0 = np.where(kept, rate1, 0.0), np.where(kept, rate0, 0.0)
    worth = (rate1 + rate0) / 2
    mix = float(((share1 - share0) * worth)[kept].sum())
    within = float(((share1 + share0) / 2 * (rate1 - rate0))[kept].sum())
    change = float(now[1].sum() / total_now - np.sum(met0) / total_before)
    figures = {"mix": mix, "within": within, "change": change, "at_fixed_mix": float((share0 * rate1)[kept].sum())}
    # The mix of each quarter, valued alike: what it wanders by itself is part of the error.
    valued = [float((part[0] / max(part[0].sum(), 1) * worth)[kept].sum()) for part in before]
    spread = float(np.var(valued, ddof=1)) if len(valued) > 1 else 0.0
    chance = _variance(share1, worth) / total_now + _variance(share0, worth) / total_before
    return figures, Estimate(mix, chance + spread)


def _variance(share: Floats, worth: Floats) -> float:
    return float((share * worth**2).sum() - (share * worth).sum() ** 2)


def _table(cases: Cases, channels: int) -> tuple[Floats, Floats]:
    counted = timed(cases) & (cases.channel >= 0)
    place = cases.channel[counted]
    met = fraction(cases)[counted] <= 1
    n, in_time = (np.bincount(place, weights, minlength=channels) for weights in (None, met))
    return n.astype(np.float64), in_time.astype(np.float64)
