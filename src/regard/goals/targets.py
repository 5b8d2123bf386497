"""What a goal asks for: its forms, the value it comes to, and the way there. Pure.

Values are in the unit of the measure (shares 0 to 1, lengths in seconds); percentages are told as people write them:
12 is 12 %. Where a form counts from the start of the period (`COUNTED`), values are sums since then.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

#: How long a month is, in days.
MONTH = 365.25 / 12


class Form(StrEnum):
    """How a target is told."""

    INCREASE = "increase"  # by so many per cent
    REDUCE = "reduce"  # by so many per cent
    REACH = "reach"  # a value
    AT_LEAST = "at_least"  # so many a year
    QUARTERLY = "quarterly"  # so many per cent more each quarter
    SHARE = "share"  # so many per cent of a group reached
    ADD = "add"  # so many more each quarter


#: Forms that need to know how things stand today.
FROM_BASELINE = (Form.INCREASE, Form.REDUCE, Form.QUARTERLY)
#: Forms whose values add up from the first day of the period.
COUNTED = (Form.AT_LEAST, Form.SHARE, Form.ADD)


@dataclass(frozen=True)
class Target:
    """A target over a period. `group`: how many the group has, for a share of a group.

    Raises ValueError for a number that makes no sense, and for a form from a baseline without one.
    """

    form: Form
    number: float
    first: date
    due: date
    baseline: float | None = None
    group: int | None = None

    def __post_init__(self) -> None:
        told = {"first": self.first, "due": self.due, "baseline": self.baseline, "group": self.group}
        if problem := problem_of(self.form, self.number, **told):  # type: ignore[arg-type]
            raise ValueError(problem)

    @property
    def value(self) -> float:
        """What is to be reached on the last day."""
        return self.at(self.due)

    @property
    def is_counted(self) -> bool:
        return self.form in COUNTED

    @property
    def rises(self) -> bool:
        """Whether more is better by this target."""
        if self.form is Form.REACH:
            return self.baseline is None or self.number >= self.baseline
        return self.form is not Form.REDUCE

    def at(self, day: date) -> float:
        """Where one should be on a day, going evenly; before the period as at its start, after it as at its end."""
        part = (min(max(day, self.first), self.due) - self.first).days / max((self.due - self.first).days, 1)
        if self.form is Form.AT_LEAST:
            return self.number * self.months / 12 * part
        if self.form is Form.ADD:
            return self.number * self.months / 3 * part
        if self.form is Form.SHARE:
            return self.number / 100 * float(self.group or 0) * part
        start = self.baseline if self.baseline is not None else self.number
        if self.form is Form.QUARTERLY:
            return float(start * (1 + self.number / 100) ** (self.months / 3 * part))
        return start + (self._end(start) - start) * part

    @property
    def months(self) -> float:
        """How long the period is; whole where it ends on the day before it began. The last day belongs to it."""
        end = self.due + timedelta(days=1)
        whole = (end.year - self.first.year) * 12 + end.month - self.first.month
        return whole + (end.day - self.first.day) / MONTH

    def _end(self, start: float) -> float:
        if self.form is Form.REACH:
            return self.number
        change = self.number / 100 * (-1 if self.form is Form.REDUCE else 1)
        return start * (1 + change)

    def steps(self) -> tuple[tuple[date, float], ...]:
        """The first day, the end of each quarter in between, and the last day, each with its value."""
        days = [self.first]
        while (following := _later(days[-1], 3)) < self.due:
            days.append(following)
        return tuple((day, self.at(day)) for day in (*days, self.due))

    def is_met_by(self, value: float) -> bool:
        """Whether a value is at the target of the last day or past it."""
        slack = 1e-9 * max(abs(self.value), 1.0)
        return value >= self.value - slack if self.rises else value <= self.value + slack


def problem_of(
    form: Form, number: float, *, first: date, due: date, baseline: float | None, group: int | None
) -> str | None:
    """Why this is no target, in plain words; None when it is one."""
    reasons = (
        (due <= first, "The last day must come after the first one."),
        (not number > 0 and form is not Form.REACH, "Give a number above zero."),
        (form is Form.REDUCE and number > 100, "Nothing can be reduced by more than 100 %."),
        (form is Form.SHARE and number > 100, "A share of a group is at most 100 %."),
        (form is Form.SHARE and not group, "Say how many the group has: a share needs a whole."),
        (
            form in FROM_BASELINE and baseline is None,
            "There is no baseline to change from. Choose another target, or a measure with data.",
        ),
        (form is Form.REDUCE and baseline == 0, "The baseline is zero: there is nothing to reduce."),
        (
            form in (Form.INCREASE, Form.QUARTERLY) and baseline == 0,
            "A per cent of nothing is nothing: the baseline is zero. Ask for a number instead.",
        ),
    )
    return next((words for wrong, words in reasons if wrong), None)


def _later(day: date, months: int) -> date:
    """The same day so many months later; the last one of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, wanted = day.year + years, day.day
    while True:
        try:
            return date(year, month + 1, wanted)
        except ValueError:
            wanted -= 1
