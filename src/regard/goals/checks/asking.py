"""How a check is asked: the quarter to look at, the quarters before, and when it says that it cannot tell."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .cases import Cases, End, Floats, Mask
from .result import CannotTellError, Result, Signature, Variant, best_of, cannot_tell

QUARTER = 91.3125 * 24
FORTNIGHT = 14 * 24.0
#: A quarter with fewer closed cases is pooled with the three before it.
SMALL = 1500
#: One customer with more of the cases than this is what the figures would be about.
GIANT = 0.3
#: Fewer cases than this share of all are too few to be the way a goal was met, however sure it is that there are some.
LEAST_EXTRA = 0.005
#: A baseline quarter so many times smaller or larger is another unit: split, merged or renamed.
OTHER_SIZE = 3.0


@dataclass(frozen=True, slots=True)
class Period:
    """Spans of hours, from (included) to (excluded): the one looked at, and those it is compared with."""

    now: tuple[float, float]
    before: tuple[tuple[float, float], ...] = ()

    @classmethod
    def ending(cls, end: float, *, pooled: bool = False, baseline: int = 4, quarter: float = QUARTER) -> "Period":
        """The quarter that ends at `end`, or the four that do, and as many as `baseline` quarters before."""
        length = quarter * 4 if pooled else quarter
        start = end - length
        spans = [(start - (i + 1) * quarter, start - i * quarter) for i in range(baseline)]
        return cls((start, end), tuple(spans[::-1]))

    @classmethod
    def fitting(cls, cases: Cases, end: float) -> "Period":
        """The quarter that ends at `end`; where it has fewer than 1,500 closed cases, the four quarters."""
        closed = inside(cases.closing, (end - QUARTER, end)).sum()
        return cls.ending(end, pooled=bool(closed < SMALL))


@dataclass(frozen=True, slots=True)
class Scene:
    """The cases of the period looked at, and those of each baseline quarter that can be compared (maybe none)."""

    now: Cases
    before: tuple[Cases, ...]


Variants = list[Variant]
Check = Callable[[Cases, Period], Result]


def inside(times: Floats, span: tuple[float, float]) -> Mask:
    return (times >= span[0]) & (times < span[1])


def check(signature: Signature) -> Callable[[Callable[[Scene], Variants]], Check]:
    """Make a check of a function that returns the variants it could compute. The check answers, and never raises."""

    def made(variants: Callable[[Scene], Variants]) -> Check:
        def ask(cases: Cases, period: Period) -> Result:
            try:
                scene, note = _scene(signature, cases, period)
                return best_of(signature, variants(scene), len(scene.now), note)
            except CannotTellError as error:
                return cannot_tell(signature, str(error), error.n)

        ask.__name__ = signature.name
        ask.__doc__ = variants.__doc__
        return ask

    return made


def _scene(signature: Signature, cases: Cases, period: Period) -> tuple[Scene, str]:
    now = cases.within(signature.by, period.now)
    if not len(now):
        raise CannotTellError("the period has no such cases.")
    if len(now) < signature.least:
        raise CannotTellError(f"{len(now)} cases are too few; {signature.least} are needed.", len(now))
    share = _largest_customer(now)
    if share > GIANT:
        why = f"one customer sent {share:.0%} of the cases, and the figures would be about that customer."
        raise CannotTellError(f"{why} Look at it apart.", len(now))
    length = period.now[1] - period.now[0]
    kept, unlike = [], 0
    for span in period.before:
        part = cases.within(signature.by, span)
        expected = len(now) * (span[1] - span[0]) / length
        if len(part) and expected / OTHER_SIZE <= len(part) <= expected * OTHER_SIZE:
            kept.append(part)
        elif len(part):
            unlike += 1
    note = "" if kept else " There is no baseline: compared within the period alone."
    if unlike:
        note += " Earlier quarters of a very different size were left out: was the unit split, merged or renamed?"
    return Scene(now, tuple(kept)), note


def _largest_customer(cases: Cases) -> float:
    told = cases.customer[cases.customer >= 0]
    if not len(told):
        return 0.0
    return float(np.unique(told, return_counts=True)[1].max() / len(cases))


def timed(cases: Cases) -> Mask:
    """Closed by a person, counted as answered or not, with a limit and a clock."""
    return (cases.limit > 0) & np.isfinite(cases.elapsed) & np.isfinite(cases.closing) & (cases.elapsed >= 0)


def fraction(cases: Cases) -> Floats:
    """How much of its limit a case used; NaN without a limit."""
    return np.divide(cases.elapsed, cases.limit, out=np.full(len(cases), np.nan), where=cases.limit > 0)


def came_back(cases: Cases) -> tuple[Mask, Mask]:
    """Whether a case was reopened or its customer came again within 14 days, and whether that can be known yet."""
    known = cases.closing + FORTNIGHT <= cases.until
    with np.errstate(invalid="ignore"):
        again = (cases.reopened_at - cases.closing <= FORTNIGHT) | (cases.recontact_at - cases.closing <= FORTNIGHT)
    return again, known


def need(told: Mask, what: str, least: int = 1) -> None:
    """Raise CannotTellError unless at least so many rows tell `what`."""
    if int(told.sum()) < least:
        raise CannotTellError(f"the records tell too little of {what}.", len(told))


def ended(cases: Cases, *kinds: End) -> Mask:
    return np.isin(cases.end, kinds)


def first_ids(cases: Cases, chosen: Mask, most: int = 50) -> tuple[object, ...]:
    """At most so many of the chosen, spread over all of them: the first would be those of the first days."""
    rows = np.flatnonzero(chosen)
    if len(rows) > most:
        rows = rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]
    return tuple(cases.id[rows].tolist())


def counted(parts: Sequence[Cases]) -> int:
    return sum(len(part) for part in parts)
