"""Writing down how a measure stood before the period, on the spot."""

from regard.goals.models import GoalSet, Measured
from regard.goals.queries.figures import Standing, asked_of, baseline_of, units_below
from regard.measures.engine import NoFactsError


def set_baseline(measured: Measured, goal_set: GoalSet) -> None:
    """Fill the baseline of a goal or guard from the facts; empty where there are none. A hand-entered one stays."""
    asked = asked_of(measured, units_below(goal_set.unit))
    if asked is None:
        return
    try:
        found = baseline_of(asked, goal_set.first)
    except NoFactsError:
        found = None
    _write(measured, found)


def _write(measured: Measured, found: Standing | None) -> None:
    months = found.months if found else None
    measured.baseline = found.value if found else None
    measured.baseline_low = found.low if found else None
    measured.baseline_high = found.high if found else None
    measured.baseline_n = found.n if found else None
    measured.dispersion = found.dispersion if found else None
    measured.baseline_as_of = found.as_of if found else None
    measured.baseline_first = months.first if months else None
    measured.baseline_last = months.last if months else None
