"""Whom a survey asks. Pure: who could be asked and a seed in, who is asked out. Nobody picks.

Each person gets a number from the seed and their own id; the lowest numbers of each stratum are asked. So a draw
depends on nothing but the seed, the plan and who was there: not on the order they came in, nor on the machine.
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]

#: Shares of answers that a plan is shown for: everybody, three in ten, one in ten.
RESPONSE_RATES = (1.0, 0.3, 0.1)


@dataclass(frozen=True)
class Plan:
    """How many are asked: a `share` of all (0 to 1), at least `minimum`, and at least `least` of each stratum."""

    share: float
    minimum: int = 0
    least: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ValueError("A share lies between 0 and 1.")
        if self.minimum < 0 or self.least < 0:
            raise ValueError("Nobody can ask fewer than none.")


def allocate(sizes: Mapping[int, int], plan: Plan) -> dict[int, int]:
    """How many of each stratum are asked: in proportion to its size, the largest remainders first.

    Never more than there are. `least` is filled up from above the proportion: a small stratum is asked more often.
    """
    total = sum(sizes.values())
    wanted = min(total, max(math.ceil(plan.share * total - 1e-9), plan.minimum))
    if not total or not wanted:
        return {key: min(size, plan.least) for key, size in sizes.items()}
    exact = {key: wanted * size / total for key, size in sizes.items()}
    given = {key: math.floor(part) for key, part in exact.items()}
    left = wanted - sum(given.values())
    for key in sorted(sizes, key=lambda one: (given[one] - exact[one], one))[:left]:
        given[key] += 1
    return {key: max(number, min(sizes[key], plan.least)) for key, number in given.items()}


def priorities(ids: Ids, seed: int) -> NDArray[np.uint64]:
    """A number for each id, as good as random and the same wherever it is computed.

    The finaliser of SplitMix64 (Steele, Lea and Flood 2014), which maps 64 bits one to one.
    """
    with np.errstate(over="ignore"):
        mixed = ids.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed % 2**64)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
        return mixed ^ (mixed >> np.uint64(31))


def draw(ids: Ids, strata: Ids, plan: Plan, seed: int) -> Ids:
    """The ids that are asked, in ascending order. `strata` names the stratum of each id.

    Raises ValueError when an id is there twice: somebody would have two chances.
    """
    if len(np.unique(ids)) != len(ids):
        raise ValueError("Somebody is in the frame twice.")
    if not len(ids):
        return ids.copy()
    keys, sizes = np.unique(strata, return_counts=True)
    given = allocate({int(key): int(size) for key, size in zip(keys, sizes, strict=True)}, plan)
    order = np.lexsort((ids, priorities(ids, seed), strata))
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    rank = np.arange(len(ids)) - np.repeat(starts, sizes)
    wanted = np.repeat([given[int(key)] for key in keys], sizes)
    return np.sort(ids[order[rank < wanted]])


def digest_of(*columns: Ids) -> str:
    """A digest of these ids (and what goes with them), so that a draw can be shown to be the one that was made."""
    order = np.argsort(columns[0], kind="stable")
    told = hashlib.sha256()
    for column in columns:
        told.update(column[order].astype("<i8").tobytes())
    return told.hexdigest()


def margin(answers: float, population: int, share: float = 0.5, z: float = 1.959964) -> float:
    """How far a share can be off, half the width of its 95 % interval, before anybody has answered.

    The normal approximation with the correction for a finite population (Cochran 1977, 3.2 and 4.4): good enough to
    plan with. `share` is what one expects; one half is the worst. Returns 1 when nobody answers.
    """
    if answers <= 0 or population <= 0:
        return 1.0
    if population <= 1 or answers >= population:
        return 0.0
    spread = share * (1 - share) / answers * (population - answers) / (population - 1)
    return min(z * math.sqrt(spread), 1.0)


@dataclass(frozen=True)
class Precision:
    """What can be seen with so many answers."""

    rate: float
    answers: int
    margin: float


def planned(drawn: int, population: int) -> list[Precision]:
    """What can be seen if all answer, or three in ten, or one in ten; at worst, when opinions are evenly split."""
    found = [(rate, round(drawn * rate)) for rate in RESPONSE_RATES]
    return [Precision(rate, answers, margin(answers, population)) for rate, answers in found]
