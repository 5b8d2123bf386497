"""Why two records may be one customer, in plain words and as a chart."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from regard.customers import waterfall


@dataclass(frozen=True)
class Explained:
    """The evidence of a pair: what speaks for one customer, what for two, and the chart with its table."""

    speaks_for: list[str]
    speaks_against: list[str]
    odds: str
    svg: str
    table: list[list[Any]]


def explain(evidence: Sequence[dict[str, Any]], weight: float, kind: str) -> Explained:
    """The evidence of a pair, the strongest first. `weight` is the log2 of the odds all together."""
    parts = sorted(
        ((words_of(kind, one), float(one["weight"])) for one in evidence), key=lambda part: abs(part[1]), reverse=True
    )
    found = waterfall.steps(parts, weight)
    return Explained(
        speaks_for=[label for label, part in parts if part > 0],
        speaks_against=[label for label, part in parts if part < 0],
        odds=waterfall.odds_in_words(weight),
        svg=waterfall.draw(found) if parts else "",
        table=[[step.label, f"{step.end if step.is_total else step.weight:+.1f}"] for step in found] if parts else [],
    )


def words_of(kind: str, one: dict[str, Any]) -> str:
    """One comparison in words, without the values: those stand beside it, and belong in no reason."""
    return _words(kind, str(one["field"]), str(one["level"]))


@lru_cache(maxsize=20_000)
def _words(kind: str, field: str, level: str) -> str:
    from regard.customers.matching.weights import COMPARISONS  # loads the model's library, which few pages need

    for comparison in COMPARISONS.get(kind, ()):
        for one in comparison.all_levels:
            if (comparison.field, one.label) == (field, level) and _VALUES.search(one.words):
                return _VALUES.sub("", one.words)
    return f"{field}: {level}"


#: Where the values of a pair would stand in the words of a level.
_VALUES = re.compile(r": \{a\}( / \{b\})?$")


def in_words(kind: str, evidence: str) -> str:
    """Evidence as JSON, in plain words, the strongest first: "same e-mail; names spelled alike"."""
    found = sorted(json.loads(evidence), key=lambda one: -abs(one["weight"]))
    return "; ".join(dict.fromkeys(words_of(kind, one) for one in found))
