"""Why two records may be one customer, in plain words and as a chart."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
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


def explain(evidence: Sequence[dict[str, Any]], weight: float) -> Explained:
    """The evidence of a pair, the strongest first. `weight` is the log2 of the odds all together."""
    parts = sorted(
        ((words_of(one), float(one["weight"])) for one in evidence), key=lambda part: abs(part[1]), reverse=True
    )
    found = waterfall.steps(parts, weight)
    return Explained(
        speaks_for=[label for label, part in parts if part > 0],
        speaks_against=[label for label, part in parts if part < 0],
        odds=waterfall.odds_in_words(weight),
        svg=waterfall.draw(found) if parts else "",
        table=[[step.label, f"{step.end if step.is_total else step.weight:+.1f}"] for step in found] if parts else [],
    )


def words_of(one: dict[str, Any]) -> str:
    """One comparison in words."""
    from regard.customers.matching import scoring  # loads the model's library, which few pages need

    return scoring.sentence(str(one["field"]), str(one["level"]))


def in_words(evidence: str) -> str:
    """Evidence as JSON, in plain words: "same e-mail; name written differently"."""
    return "; ".join(dict.fromkeys(filter(None, map(words_of, json.loads(evidence)))))
