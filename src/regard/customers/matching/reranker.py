"""Learning from reviewed pairs: a second weight for candidate pairs, from what people decided.

Fellegi and Sunter's weights add up evidence as if each field spoke for itself. Gradient boosting (Friedman 2001, here the
histogram form of scikit-learn) over the same evidence learns where that is wrong in this office. Two things keep it honest:
more evidence never makes a match less likely (monotonic constraints), and its outcome is calibrated on folds it did not learn
from (Platt 1999). With few decisions it stays near the model it corrects; with none there is none.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from regard.customers.matching.engine import column
from regard.customers.matching.results import Decision, Matched
from regard.customers.matching.weights import COMPARISONS, REVIEW, Weights

#: Decisions of each kind below which nothing is learned.
ENOUGH = 30
#: How many decisions weigh as much as the model that ships.
TRUST = 60.0
#: Edges from this weight on are rivals of each other. Bits.
RIVAL_FROM = -4.0
_MOST = 20.0
#: Below this only a veto brings a pair.
_VETOED = -25.0
_FOLDS = 5
_LN2 = math.log(2)


@dataclass(frozen=True, slots=True)
class _Learned:
    booster: Any
    slope: float
    shift: float
    decisions: int
    used: tuple[int, ...]  # columns of the features that were told often enough to learn from


class Reranker:
    """Learned second weights, one for each kind of customer."""

    def __init__(self, learned: Mapping[str, _Learned]) -> None:
        self._learned = dict(learned)

    @property
    def decisions(self) -> dict[str, int]:
        """How many decisions each kind was learned from."""
        return {kind: learned.decisions for kind, learned in self._learned.items()}

    @classmethod
    def learn(cls, matched: Matched, decisions: Sequence[Decision]) -> "Reranker":
        """From a run without a reranker and decisions on its edges. Decisions on other pairs say nothing here."""
        told = {(min(d.left_id, d.right_id), max(d.left_id, d.right_id)): d.same for d in decisions}
        edges = matched.edges.select(["left_id", "right_id", "kind", "weight"])
        left, right = edges["left_id"].to_numpy(), edges["right_id"].to_numpy()
        weight, kinds = edges["weight"].to_numpy(), np.array(edges["kind"].to_pylist())
        learned = {}
        for kind in matched.models:
            here = np.flatnonzero(kinds == kind)
            rivals = _rivals(left[here], right[here], weight[here])
            rows = [i for i, at in enumerate(here) if (int(left[at]), int(right[at])) in told]
            if not rows:
                continue
            reviewed = [json.loads(matched.edges["evidence"][int(here[i])].as_py()) for i in rows]
            features = np.column_stack([_of_evidence(kind, reviewed), weight[here][rows], rivals[rows]])
            answers = np.array([told[int(left[here[i]]), int(right[here[i]])] for i in rows])
            fitted = _fit(features, answers, len(COMPARISONS[kind]))
            if fitted:
                learned[kind] = fitted
        return cls(learned)

    def apply(self, con: Any, model: Weights, table: str) -> None:
        """Put learned weights in place of those of `table`, `<kind>_edge` of a run. Vetoes stay as they are."""
        learned = self._learned.get(model.kind)
        ((count,),) = con.execute(f"SELECT count(*) FROM {table}").fetchall()
        if learned is None or not count:
            return
        fields = [(c, column(c.field)) for c in COMPARISONS[model.kind]]
        bits = ", ".join(
            f"CASE WHEN level_{n} IS NULL THEN NULL ELSE bits_{n} END AS b{i}" for i, (_, n) in enumerate(fields)
        )
        found = con.execute(f"SELECT rowid AS at, l, r, weight, {bits} FROM {table}").fetchnumpy()
        told: np.ndarray = np.column_stack(
            [np.ma.filled(np.ma.asarray(found[f"b{i}"], float), np.nan) for i in range(len(fields))]
        )
        weight = np.asarray(found["weight"], float)
        features = np.column_stack([told, weight, _rivals(found["l"], found["r"], weight)])
        fresh = np.where(weight < _VETOED, weight, _second(learned, features, weight))
        con.register("fresh_weight", pa.table({"at": pa.array(found["at"]), "weight": pa.array(fresh)}))
        con.execute(f"UPDATE {table} SET weight = f.weight FROM fresh_weight f WHERE f.at = {table}.rowid")
        con.unregister("fresh_weight")

    def weight_of(
        self, kind: str, evidence: Sequence[Mapping[str, Any]], weight: float, rivals: Sequence[float]
    ) -> float:
        """The learned weight of one pair. `rivals`: weights of the other candidates. Set OMP_NUM_THREADS=1 for speed."""
        learned = self._learned.get(kind)
        if learned is None or weight < _VETOED:
            return weight
        others = [w for w in rivals if w >= RIVAL_FROM]
        gap = weight - max([weight, *others])
        alike = sum(w >= REVIEW for w in [weight, *others])
        features = np.column_stack([_of_evidence(kind, [evidence]), [weight], [[gap, gap, alike, alike]]])
        return float(_second(learned, features, np.array([weight]))[0])


def _of_evidence(kind: str, evidence: Sequence[Sequence[Mapping[str, Any]]]) -> np.ndarray:
    """Bits by comparison, nan where silent: one row a pair."""
    place = {c.field: i for i, c in enumerate(COMPARISONS[kind])}
    made = np.full((len(evidence), len(place)), np.nan)
    for row, told in enumerate(evidence):
        for item in told:
            made[row, place[item["field"]]] = item["weight"]
    return made


def _rivals(left: np.ndarray, right: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """For each pair: how far it is below the best pair of its left and right record, and how many they have."""
    ids, place = np.unique(np.concatenate([left, right]), return_inverse=True)
    one, other = place[: len(left)], place[len(left) :]
    best = np.full(len(ids), -np.inf)
    np.maximum.at(best, one, weight)
    np.maximum.at(best, other, weight)
    alike = weight >= REVIEW
    count = np.bincount(one[alike], minlength=len(ids)) + np.bincount(other[alike], minlength=len(ids))
    # The same whichever record is the left one.
    gaps = np.sort(np.column_stack([weight - best[one], weight - best[other]]), axis=1)
    counts = np.sort(np.column_stack([count[one], count[other]]), axis=1)
    return np.column_stack([gaps, counts])


#: A comparison that fewer reviewed pairs speak of is left to the first weight.
_TOLD_OFTEN = 25


def _booster(used: Sequence[int], fields: int) -> Any:
    # scikit-learn takes a second to load; only who learns or applies decisions needs it.
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=120, learning_rate=0.08, max_leaf_nodes=12, min_samples_leaf=12, l2_regularization=2.0, random_state=1,
        early_stopping=False, monotonic_cst=[int(i < fields + 3) for i in used],
    )  # fmt: skip


def _fit(features: np.ndarray, answers: np.ndarray, fields: int) -> _Learned | None:
    if min(answers.sum(), (~answers).sum()) < ENOUGH:
        return None
    from sklearn.model_selection import StratifiedKFold  # as above: slow to load

    told = (~np.isnan(features)).sum(axis=0)
    used = tuple(int(i) for i in np.flatnonzero(told >= _TOLD_OFTEN))
    features = features[:, used]
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=1)
    with _one_thread():
        return _trained(features, answers, fields, used, folds)


def _one_thread() -> Any:
    """On so few rows threads wait for each other longer than they work, most of all beside other programs."""
    from threadpoolctl import threadpool_limits  # comes with scikit-learn, and is loaded with it

    return threadpool_limits(limits=1)


def _trained(features: np.ndarray, answers: np.ndarray, fields: int, used: tuple[int, ...], folds: Any) -> _Learned:
    from sklearn.linear_model import LogisticRegression  # as above: slow to load
    from sklearn.model_selection import cross_val_predict

    unseen = cross_val_predict(_booster(used, fields), features, answers, cv=folds, method="decision_function")
    platt = LogisticRegression(C=10.0).fit(unseen.reshape(-1, 1), answers)
    booster = _booster(used, fields).fit(features, answers)
    return _Learned(booster, float(platt.coef_[0, 0]), float(platt.intercept_[0]), len(answers), used)


def _second(learned: _Learned, features: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Learned weights in bits, drawn towards the first weights where there are few decisions."""
    with _one_thread():
        told = (learned.booster.decision_function(features[:, learned.used]) * learned.slope + learned.shift) / _LN2
    trust = learned.decisions / (learned.decisions + TRUST)
    return np.clip(weight, -_MOST, _MOST) * (1 - trust) + np.clip(told, -_MOST, _MOST) * trust
