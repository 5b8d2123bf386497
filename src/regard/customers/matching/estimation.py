"""Fits a model to the data at hand without labels: how often records of one customer agree here, in each way.

An EM step that leaves one comparison out (after Fellegi and Sunter 1969, Winkler 1988, Dempster, Laird and Rubin 1977): the
levels of a comparison are counted among pairs that all *other* comparisons already make sure, so that no comparison
confirms itself. The shipped chances stand as that many pairs seen before: a small office stays near them, a large one
is heard. Splink's own EM fits every m at once and needs blocking rules chosen by somebody who knows the data.
"""

import math
from dataclasses import replace
from typing import Any

import numpy as np

from regard.customers.matching.engine import column
from regard.customers.matching.weights import COMPARISONS, Weights, prior_for

#: What the shipped chances count, in pairs.
SEEN_BEFORE = 60.0
#: The same, where a level is a veto: a father and a son here and there shall not put it out of force.
SEEN_BEFORE_VETO = 400.0
#: From which weight without the comparison in question a pair is taken for sure. Bits.
SURE = 6.0
ROUNDS = 3
#: Sure pairs below which nothing is learned from them.
ENOUGH = 50
#: Pairs that are looked at, at most.
SAMPLE = 1_500_000
#: How far the prior may move from one other record for each record. Bits.
PRIOR_DOWN, PRIOR_UP = 1.0, 3.0


def fit(con: Any, model: Weights, table: str) -> Weights:
    """The model fitted to the weighed pairs of `table`, whose weights are brought in line with it."""
    fitted = _fitted(con, model, table)
    con.execute(f"CREATE OR REPLACE TABLE {table} AS {_reweighed(model, fitted, table)}")
    return fitted


def _fitted(con: Any, model: Weights, table: str) -> Weights:
    names = {c.field: column(c.field) for c in COMPARISONS[model.kind]}
    wanted = ", ".join(f"coalesce(level_{n}, 255) AS level_{n}, bits_{n}" for n in names.values())
    found = con.execute(f"SELECT {wanted} FROM {table} WHERE l <> r ORDER BY hash(l, r) LIMIT {SAMPLE}").fetchnumpy()
    ((records, pairs),) = con.execute(
        f"SELECT (SELECT count(*) FROM {model.kind}), (SELECT count(*) FROM {table})"
    ).fetchall()
    levels = {f: np.asarray(found[f"level_{n}"]) for f, n in names.items()}
    bits = {f: np.where(levels[f] == 255, 0.0, np.asarray(found[f"bits_{n}"], float)) for f, n in names.items()}
    chances = {f: dict(told) for f, told in model.chances.items()}
    prior = model.prior
    for _ in range(ROUNDS):
        for comparison in COMPARISONS[model.kind]:
            _one_field(model, comparison, prior, chances, levels, bits)
        total = np.sum([np.full(len(next(iter(bits.values()))), prior), *bits.values()], axis=0)
        prior = _prior(total, records, len(total) / max(pairs, 1))
    return replace(model, prior=prior, chances=chances, strict=True, version=f"{model.version}+fitted")


def _one_field(  # noqa: PLR0917 - the state of one EM round
    model: Weights,
    comparison: Any,
    prior: float,
    chances: Any,
    levels: dict[str, np.ndarray],
    bits: dict[str, np.ndarray],
) -> None:
    field = comparison.field
    rest = prior + sum(b for f, b in bits.items() if f != field)
    sure = (rest >= SURE) & (levels[field] != 255)
    labels = [level.label for level in comparison.all_levels]
    counts = np.bincount(levels[field][sure], minlength=len(labels)).astype(float)
    pooled = [number for number, level in enumerate(comparison.all_levels) if level.pooled]
    together = counts[pooled].sum()
    counts[pooled] = together
    if counts.sum() < ENOUGH or counts[-1] > counts.sum() / 2:
        # Too few to tell; or who agrees elsewhere mostly disagrees here: then they were not one customer.
        counts[:], together = 0.0, 0.0
    before_seen = SEEN_BEFORE_VETO if any(level.veto for level in comparison.all_levels) else SEEN_BEFORE
    total = counts.sum() - together * max(len(pooled) - 1, 0)
    seen = sum(
        model.chances[field][level.label][0]
        for level in comparison.all_levels
        if not level.pooled or level.label == "exact"
    )
    for number, label in enumerate(labels):
        m0, u = model.chances[field][label]
        m = float((counts[number] + before_seen * m0 / seen) / (total + before_seen))
        # Bits move by what the level's chance, a veto included, moves.
        before = model.chance_of(chances, field, label)[0]
        chances[field][label] = (m, u)
        after = model.chance_of(chances, field, label)[0]
        bits[field][levels[field] == number] += math.log2(after / before)


def _prior(weights: np.ndarray, records: int, share: float) -> float:
    base = prior_for(records)
    if (weights >= SURE).sum() < ENOUGH:
        return base
    # One sure match counts one; doubtful ones would add up to more than they are.
    expected = float((weights >= SURE).sum()) / max(share, 1e-9)
    possible = max(records * (records - 1) / 2, 1.0)
    told = math.log2(max(expected, 0.5) / possible)
    return min(max(told, base - PRIOR_DOWN), base + PRIOR_UP)


def _reweighed(before: Weights, after: Weights, table: str) -> str:
    """SQL: the pairs of `table` with weights and bits of `after`."""
    bits, total = [], [f"{after.prior - before.prior!r}::DOUBLE"]
    for comparison in COMPARISONS[before.kind]:
        name = column(comparison.field)
        moves = [
            math.log2(after.chance(comparison.field, lv.label)[0] / before.chance(comparison.field, lv.label)[0])
            for lv in comparison.all_levels
        ]
        move = (
            "CASE level_" + name + "".join(f" WHEN {i} THEN {m!r}::DOUBLE" for i, m in enumerate(moves)) + " ELSE 0 END"
        )
        bits.append(f"level_{name}, bits_{name} + {move} AS bits_{name}")
        total.append(move)
    return f"SELECT l, r, weight + {' + '.join(total)} AS weight, {', '.join(bits)} FROM {table}"
