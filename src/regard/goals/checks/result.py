"""What a check answers. It says where to look, never what somebody meant."""

import math
from dataclasses import dataclass, field
from typing import Any

#: One check alone calls only what chance would show in one quarter of five hundred. A conventional 0.005 let a
#: dozen checks call one honest office in twenty; power hardly pays for the difference.
ALPHA = 0.002


class CannotTellError(Exception):
    """The records do not allow an answer; the message says why, in plain words. `sized` keeps how many there were."""

    def __init__(self, why: str, n: int = 0) -> None:
        super().__init__(why)
        self.n = n


@dataclass(frozen=True, slots=True)
class Signature:
    """What a check is about: its name, what else could explain it, where to look, and how it splits time."""

    name: str
    title: str
    innocent: tuple[str, ...]
    look_next: str
    by: str = "closing"  # the quarter of a case is that of its `closing`, or of its `arrival`
    least: int = 100  # cases without which nothing is said


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to look for the signature: `value` with standard error `error`, called only above `floor`.

    `p` is one-sided: how often chance shows at least this. `reached` says whether the floor of every key is passed.
    """

    name: str
    value: float
    error: float
    p: float
    floor: float
    reached: bool
    words: str
    cases: tuple[Any, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """The answer of one check for one unit and period.

    statistic: named in `measure`; interval: its 95 % interval; effect: the same on the scale of a ratio (1 = no
    difference) where `measure` is a log ratio; p: one-sided, adjusted for the variants inside the check, None where
    nothing can be told. worth_a_look: p <= 0.002 and the effect floor passed (and, after `together.judge`, called
    among all checks). cases: ids to open first. chart: the numbers to draw.
    """

    check: str
    title: str
    n: int
    can_tell: bool
    why_not: str
    says: str
    innocent: tuple[str, ...]
    look_next: str
    measure: str = ""
    statistic: float | None = None
    interval: tuple[float, float] | None = None
    effect: float | None = None
    p: float | None = None
    floor_reached: bool = False
    worth_a_look: bool = False
    advice_only: bool = False
    cases: tuple[Any, ...] = ()
    chart: dict[str, Any] = field(default_factory=dict)

    @property
    def p_to_judge(self) -> float:
        """The p among many checks: 1 where the floor is not passed, NaN where nothing can be told."""
        if self.p is None:
            return math.nan
        return self.p if self.floor_reached else 1.0


def cannot_tell(signature: Signature, why: str, n: int = 0) -> Result:
    """The answer that there is none."""
    says = f"Cannot tell: {why}"
    return Result(
        signature.name,
        signature.title,
        n,
        can_tell=False,
        why_not=why,
        says=says,
        innocent=signature.innocent,
        look_next=signature.look_next,
    )


def best_of(signature: Signature, variants: list[Variant], n: int, note: str = "") -> Result:
    """The strongest of the variants that pass their floor, its p times how many were tried (Bonferroni)."""
    if not variants:
        raise CannotTellError("there are too few cases of the kind this check compares.", n)
    chosen = min(variants, key=lambda variant: (not variant.reached, variant.p))
    p = min(1.0, float(chosen.p) * len(variants))
    value, error, reached = float(chosen.value), float(chosen.error), bool(chosen.reached)
    worth = reached and p <= ALPHA
    opening = "Worth a look: " if worth else "Nothing stands out: "
    reach = 1.959964 * error
    chart: dict[str, Any] = {}
    for variant in variants:
        chart |= variant.figures
    chart["variants"] = {variant.name: {"value": float(variant.value), "p": float(variant.p)} for variant in variants}
    return Result(
        signature.name,
        signature.title,
        n,
        can_tell=True,
        why_not="",
        says=f"{opening}{chosen.words}{note}",
        innocent=signature.innocent,
        look_next=signature.look_next,
        measure=chosen.name,
        statistic=value,
        interval=(value - reach, value + reach),
        effect=math.exp(min(value, 50.0)),
        p=p,
        floor_reached=reached,
        worth_a_look=worth,
        cases=chosen.cases if worth else (),
        chart=chart,
    )
