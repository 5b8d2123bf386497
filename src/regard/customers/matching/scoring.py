"""The weight of one pair in plain Python: what the batch computes with Splink, for live look-ups. No Splink here.

Agrees with the batch to 1e-9 for the same pair and model (see tests/customers/test_matching_scoring.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regard.customers.matching.standardise import Standard
from regard.customers.matching.weights import COMPARISONS, Weights, carried

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one comparison says: the field, its level, its bits, a sentence, and whether it is a veto."""

    field: str
    level: str
    weight: float
    words: str
    veto: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As in the evidence of an edge."""
        return {"field": self.field, "level": self.level, "weight": self.weight}


@dataclass(frozen=True, slots=True)
class Scored:
    """weight: log2 posterior odds. evidence: comparisons that say something, in their order."""

    weight: float
    probability: float
    evidence: tuple[Evidence, ...]
    vetoed: bool = False


def score_pair(a: Standard, b: Standard, model: Weights) -> Scored:
    """The weight of two records being one customer. Raises ValueError if they are not both of the model's kind."""
    if a.kind != model.kind or b.kind != model.kind:
        raise ValueError(f"A model of {model.kind} records cannot compare {a.kind} with {b.kind}.")
    return score_carried(carried(a, model), carried(b, model), model)


def score_carried(a: Row, b: Row, model: Weights) -> Scored:
    """`score_pair` for rows of `weights.carried`: for one record against many, carry it once."""
    weight = model.prior
    found = []
    for comparison in COMPARISONS[model.kind]:
        level = comparison.level(a, b)
        if level is None:
            continue
        bits = model.bits(comparison, level, a, b)
        weight += bits
        shown = level.words.format(a=_shown(a, comparison.shows), b=_shown(b, comparison.shows))
        found.append(Evidence(comparison.field, level.label, bits, shown, model.vetoes(comparison.field, level.label)))
    return Scored(weight, probability(weight), tuple(found), any(e.veto for e in found))


def probability(weight: float) -> float:
    """The probability of a weight in bits."""
    return 1 / (1 + 2.0**-weight) if weight > -1000 else 0.0


def _shown(row: Row, column: str) -> str:
    value = str(row[column])
    if column == "birth" and len(value) == 8:
        return f"{value[:4]}-{value[4:6]}-{value[6:]}"
    if column == "own":
        return str(row["own_key"])
    return value


def words(evidence: Sequence[Evidence]) -> list[str]:
    """The evidence in plain words, the strongest first."""
    return [e.words for e in sorted(evidence, key=lambda e: -abs(e.weight))]
