"""Figures in words: values in their unit, intervals, "more than", signals. Pure."""

import math
from collections.abc import Sequence
from datetime import date

from regard.measures.definitions.model import In
from regard.measures.figures import Answer
from regard.measures.statistics import Chart, Signal, TooFew
from regard.ui import wording

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ON_THE_CLOCK = " of working time"  # as `regard.ui.wording` says it
#: Narrower than this, an interval of shares (or of scores) shows with one more digit.
_NARROW_SHARE, _NARROW_SCORE = 0.02, 0.2


def month_words(month: date) -> str:
    """`March 2025`."""
    return f"{_MONTHS[month.month - 1]} {month.year}"


def count_words(count: int, noun: str) -> str:
    """`1 case`, `1,204 cases`: `noun` is the plural."""
    return f"{count:,} {singular(noun) if count == 1 else noun}"


def singular(noun: str) -> str:
    """`cases` -> `case`, `open cases` -> `open case`."""
    return noun.removesuffix("s")


def told(value: float | None, told_in: In, *, digits: int = 0) -> str:
    """A value in its unit: `1,204`, `43%`, `3 days 4 h`, `2.5 working days`. `digits`: more of a share."""
    if value is None or math.isnan(value):
        return "no figure"
    if told_in == In.SHARE:
        return wording.percent(value, digits)
    if told_in == In.ELAPSED:
        return wording.duration(value)
    if told_in == In.WORKING:
        return wording.working_duration(value)
    if told_in == In.SCORE:
        return f"{value:.{1 + digits}f}"
    return wording.number(value)


def answer_words(answer: Answer, told_in: In) -> str:
    """`4 days 2 h`, `more than 60 days`, `too few to tell`, `none` where there is nothing to tell of."""
    if isinstance(answer, TooFew):
        return "too few to tell" if answer.n else "none"
    if answer.value is None:
        return "no figure" if answer.more_than is None else f"more than {told(answer.more_than, told_in)}"
    return told(answer.value, told_in, digits=_digits(answer, told_in))


def interval_words(answer: Answer, told_in: In) -> str:
    """`3 days to 5 days`, `at least 3 days`; empty where there is none."""
    if isinstance(answer, TooFew) or (answer.low is None and answer.high is None):
        return ""
    digits = _digits(answer, told_in)
    if answer.high is None:
        return f"at least {told(answer.low, told_in, digits=digits)}"
    if answer.low is None:
        return f"at most {told(answer.high, told_in, digits=digits)}"
    return span_words(told(answer.low, told_in, digits=digits), told(answer.high, told_in, digits=digits))


def span_words(low: str, high: str) -> str:
    """`20 to 34 days` of `20 days` and `34 days`; what has no unit in common stays as it is."""
    if low.endswith(_ON_THE_CLOCK) and high.endswith(_ON_THE_CLOCK):
        low = low.removesuffix(_ON_THE_CLOCK)
    number, _, unit = low.partition(" ")
    same = unit and high.partition(" ")[2].removesuffix(_ON_THE_CLOCK) in (unit, f"{unit}s")
    return f"{number if same else low} to {high}"


def _digits(answer: Answer, told_in: In) -> int:
    if isinstance(answer, TooFew) or answer.low is None or answer.high is None:
        return 0
    narrow = {In.SHARE: _NARROW_SHARE, In.SCORE: _NARROW_SCORE}.get(told_in, 0.0)
    return int(answer.high - answer.low < narrow)


def usual_words(low: float, high: float, told_in: In) -> str:
    """`20 to 34 days`; `up to 34 days` where the lower limit lies at or below nothing."""
    if told_in == In.SHARE:
        low, high = max(low, 0.0), min(high, 1.0)
    if low <= 0:
        return f"up to {told(high, told_in)}"
    return span_words(told(low, told_in), told(high, told_in))


def signal_words(chart: Chart, signal: Signal, months: Sequence[date], told_in: In, run: int = 8) -> str:
    """`June 2025 lies above the limits: 41 days against 20 to 34 days usual.`"""
    at = signal.index
    month = month_words(months[at])
    centre = told(float(chart.centre[at]), told_in)
    if signal.rule == "outside":
        low, high = float(chart.lower[at]), float(chart.upper[at])
        value, usual = told(float(chart.values[at]), told_in), usual_words(low, high, told_in)
        just = "just " if value == told(high if signal.side == "above" else low, told_in) else ""
        return f"{month} lies {just}{signal.side} the limits: {value} against {usual} usual."
    if signal.rule == "run":
        return f"{month}: {_NUMBERS[run]} months in a row {signal.side} the usual level of {centre}."
    return f"{month}: two of three months far {signal.side} the usual level of {centre}."
