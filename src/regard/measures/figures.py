"""What an answer looks like: a figure with how sure it is, over how many, and how many are still open. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from regard.measures.statistics import TooFew

#: Below this many, a median or a share says more of chance than of the office. Counts are always told.
SMALLEST_N = 5


@dataclass(frozen=True)
class Period:
    """Whole months, both ends included; days are the first of their month."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first.day != 1 or self.last.day != 1 or self.first > self.last:
            raise ValueError(
                f"A period runs over whole months, the first before the last: {self.first} to {self.last}."
            )

    def months(self) -> list[date]:
        """The first day of each month."""
        count = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        return [add_months(self.first, n) for n in range(count)]


def add_months(day: date, months: int) -> date:
    """The first day of the month so many months after that of `day`."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


@dataclass(frozen=True)
class Filters:
    """What a figure is narrowed to; empty is not narrowed.

    A unit stands for itself alone: name those below it too. Service 0 stands for rows whose service is not known.
    """

    units: tuple[int, ...] = ()
    services: tuple[int, ...] = ()
    channels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Estimate:
    """A value and its 95 % interval, in the measure's unit. None where it is not reached: "more than `more_than`"."""

    value: float | None
    low: float | None = None
    high: float | None = None
    more_than: float | None = None


Answer = Estimate | TooFew


@dataclass(frozen=True)
class Cell:
    """The answer for one group. `key`: its month, unit, ... in the order of `Figure.by`; empty for all together.

    n: over how many. still_open: how many of them have not come to an end (their time so far is counted).
    more: further answers by name (p90, kept, ...).
    """

    key: tuple[Any, ...]
    n: int
    answer: Answer
    still_open: int = 0
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def value(self) -> float | None:
        """The value, where there is one to tell."""
        return self.answer.value if isinstance(self.answer, Estimate) else None


@dataclass(frozen=True)
class Figure:
    """The answer of a measure: for all together (`total`) and for each group (`cells`).

    as_of: the instant up to which open work has waited. token: the set of facts it was computed from.
    exact: whether lengths were compared to the second, or in steps of 2.2 %. sql: what ran.
    """

    slug: str
    by: tuple[str, ...]
    total: Cell
    cells: tuple[Cell, ...]
    as_of: datetime
    token: str
    exact: bool
    sql: str

    def cell(self, *key: Any) -> Cell | None:
        return next((cell for cell in self.cells if cell.key == key), None)
