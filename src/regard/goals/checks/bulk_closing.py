"""Hundreds of cases closed in one sitting.

Closings a day beside what the unit closes on such a weekday, with the spread that its days really have; and closings
by one member of staff within the same hour. A robust control chart for counts (Laney 2002, p' and u' charts) whose
centre and spread are those of the ordinary days.
"""

import math

import numpy as np

from .asking import Scene, Variants, check, first_ids, need
from .cases import Cases, End, Floats, Mask
from .contrast import p_above
from .result import CannotTellError, Signature, Variant

SIGNATURE = Signature(
    "bulk_closing",
    "Many cases closed at once",
    (
        "A backlog was cleared, or an outage repaired that many cases were about.",
        "Stamps are typed in at the end of the day or the week.",
        "Cases were moved to another system.",
    ),
    "Read some of the listed closings: was each customer answered?",
)
#: Beyond what is usual, this share of the period's closings.
FLOOR = 0.008
LEAST_DAYS = 20
AT_LEAST = 1.6  # times the usual of the day: what is usual is itself known from a dozen days
NEAR = 5  # days on each side that say what is usual


@check(SIGNATURE)
def bulk_closing(scene: Scene) -> Variants:
    """The days with more closings than the unit's days have, and the hours of one member of staff."""
    now = scene.now
    # A rule that closes is the matter of the check of closings by rule.
    by_person = (now.auto != 1) & (now.end != End.GONE)
    need(by_person, "closings by people", SIGNATURE.least)
    return [_days(scene, by_person), *_hours(scene, by_person)]


def _days(scene: Scene, by_person: Mask) -> Variant:
    now = scene.now
    day = np.floor(now.closing / 24).astype(np.int64)
    counts, first = _daily(day[by_person])
    if len(counts) < LEAST_DAYS:
        raise CannotTellError(f"{len(counts)} days are too few to know what is usual.", len(now))
    usual, spread = _usual(counts, first)
    z = (counts - usual) / spread
    # Counts are skewed: the square root makes the tail of an ordinary day that of a normal one.
    root = 2 * (np.sqrt(counts + 0.375) - np.sqrt(usual + 0.375)) * np.sqrt(np.maximum(usual, 1)) / spread
    worst = int(np.argmax(root))
    out = np.flatnonzero(root > 4)
    excess = float((counts - usual)[out].sum() if len(out) else counts[worst] - usual[worst])
    excess -= _put_off(counts, usual, worst)
    share = excess / counts.sum()
    p = min(1.0, p_above(float(root[worst]), 1.0) * len(counts))
    words = f"on one day {counts[worst]} cases were closed, where {usual[worst]:.0f} are usual."
    days = (out if len(out) else np.array([worst])) + first
    listed = first_ids(now, by_person & np.isin(day, days))
    figures = {"closings_by_day": counts.tolist(), "usual_by_day": np.round(usual, 1).tolist()}
    name = "share of closings beyond the usual of their day"
    error = share / max(float(z[worst]), 1e-9) if share > 0 else 1.0
    reached = share >= FLOOR and counts[worst] >= AT_LEAST * usual[worst]
    return Variant(name, share, abs(error), p, FLOOR, bool(reached), words, listed, figures)


def _put_off(counts: np.ndarray, usual: Floats, day: int) -> float:
    """What was not closed in three weeks before because next to nothing was: a holiday's backlog is no wonder."""
    before = slice(max(0, day - 21), day)
    idle = counts[before] < 0.5 * usual[before]
    return float((usual[before] - counts[before])[idle].sum())


def _daily(day: np.ndarray) -> tuple[np.ndarray, int]:
    first = int(day.min())
    return np.bincount(day - first), first


def _usual(counts: np.ndarray, first: int) -> tuple[Floats, Floats]:
    """The median of each weekday, times the level of the weeks around it, and the robust spread of days about it."""
    weekday = (np.arange(len(counts)) + first) % 7
    medians = np.array([np.median(counts[weekday == i]) if (weekday == i).any() else 0.0 for i in range(7)])
    base = medians[weekday]
    ratio = np.where(base > 0, counts / np.maximum(base, 1e-9), np.nan)
    # A backlog after a holiday lifts many days together: the days around, most of them, say what is usual now.
    # The 70th percentile, so that the edge of such a time counts to it, and two or three days alone do not.
    # And no less than the middle of the days around: an office with a long queue closes as much on a Sunday.
    level, middle = np.ones(len(counts)), np.zeros(len(counts))
    for i in range(len(counts)):
        near = np.concatenate([ratio[max(0, i - NEAR) : i], ratio[i + 1 : i + NEAR + 1]])
        middle[i] = np.median(np.concatenate([counts[max(0, i - NEAR) : i], counts[i + 1 : i + NEAR + 1]]))
        level[i] = np.nanquantile(near, 0.7) if np.isfinite(near).any() else 1.0
    usual = base * np.clip(level, 0.5, 5.0)
    poisson = np.sqrt(np.maximum(usual, 1.0))
    off = np.abs(counts - usual)[usual > 0] / poisson[usual > 0]
    over = max(1.0, 1.4826 * float(np.median(off)) if len(off) else 1.0)
    usual = np.maximum(usual, middle)
    return usual, np.sqrt(np.maximum(usual, 1.0)) * over


def _hours(scene: Scene, by_person: Mask) -> Variants:
    """The most one member of staff closed within an hour, beside the most in any baseline quarter."""
    now = scene.now
    told = by_person & (now.staff >= 0)
    before = [part for part in scene.before if (part.staff >= 0).any()]
    if not told.any() or not before:
        return []
    size, place = _sittings(now, told)
    usual = max(float(np.max(_sittings(part, (part.staff >= 0) & (part.auto != 1))[0], initial=1)) for part in before)
    large = size > 2 * usual
    excess = float((size[large] - usual).sum())
    share = excess / max(int(by_person.sum()), 1)
    most = float(size.max())
    # The largest sitting of so many is Gumbel-like: its square root in units of a Poisson spread.
    p = min(1.0, p_above(2 * (math.sqrt(most) - math.sqrt(usual)), 1.0) * 4)
    words = f"one member of staff closed {most:.0f} cases within an hour; the most before was {usual:.0f}."
    rows = np.zeros(len(now), bool)
    rows[np.flatnonzero(told)] = large[place]
    name = "share of closings in sittings twice the largest before"
    figures = {"largest_sitting": most, "largest_before": usual}
    return [Variant(name, share, max(share, 1e-9) / 3, p, FLOOR, share >= FLOOR, words, first_ids(now, rows), figures)]


def _sittings(cases: Cases, chosen: Mask) -> tuple[np.ndarray, np.ndarray]:
    staff, hour = cases.staff[chosen], np.floor(cases.closing[chosen]).astype(np.int64)
    if not len(staff):
        return np.zeros(0), np.zeros(0, np.int64)
    key = staff * (hour.max() - hour.min() + 2) + hour - hour.min()
    _, place, size = np.unique(key, return_inverse=True, return_counts=True)
    return size.astype(float), place
