"""What every chart answers with, and the axis that fits its values. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from regard.measures.definitions.model import In

BLUE, RED, GOLD, INK, QUIET, LINE, BAND = "#005ea2", "#b50909", "#946100", "#1b1b1b", "#565c65", "#dfe1e2", "#cfe8ff"
#: Room for a chart beside its axis, in pixels of the drawing; the page scales it. HALF: two stand side by side.
WIDTH, HALF, HEIGHT = 720, 500, 250
WORKING_DAY = 8 * 3600.0


@dataclass(frozen=True)
class Picture:
    """A chart and what it says: the drawing, one sentence, and the same figures as a table.

    Its fields are the attributes of the component `c-chart`.
    """

    title: str
    caption: str
    svg: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Axis:
    """How values are drawn: divided by `per`, the numbers formatted (d3-format), the unit as title."""

    per: float
    title: str
    number: str

    def of(self, value: float | None) -> float | None:
        """The value as it is drawn; None where there is none."""
        return None if value is None or value != value else round(value / self.per, 6)  # noqa: PLR0124 (NaN)


#: (longest value from which on the unit reads well, seconds of it, its name)
_ELAPSED = ((3 * 86_400.0, 86_400.0, "days"), (3 * 3600.0, 3600.0, "hours"), (180.0, 60.0, "minutes"))
_WORKING = ((2 * WORKING_DAY, WORKING_DAY, "working days"), (3 * 3600.0, 3600.0, "working hours"))


def axis_for(values: Iterable[float | None], told_in: In, noun: str) -> Axis:
    """The axis of values in the measure's own unit (seconds, shares, numbers)."""
    largest = max((value for value in values if value is not None and value == value), default=0.0)  # noqa: PLR0124
    if told_in == In.SHARE:
        return Axis(1.0, f"Share of {noun}", ".0%" if largest > 0.05 else ".1%")
    if told_in in (In.ELAPSED, In.WORKING):
        units = _WORKING if told_in == In.WORKING else _ELAPSED
        last = (60.0, "working minutes") if told_in == In.WORKING else (1.0, "seconds")
        per, name = next(((per, name) for limit, per, name in units if largest >= limit), last)
        return Axis(per, name.capitalize(), "~r" if largest / per < 10 else ",.0f")
    return Axis(1.0, "Score" if told_in == In.SCORE else noun.capitalize(), "~r" if largest < 10 else ",.0f")
