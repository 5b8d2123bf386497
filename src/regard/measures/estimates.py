"""From added-up rows to answers: which statistic each kind of measure gets. Pure: Arrow tables in, cells out."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regard.measures.definitions.model import Kind
from regard.measures.definitions.response import WHOLE
from regard.measures.facts.layout import STEPS_A_DOUBLING, seconds_of
from regard.measures.figures import SMALLEST_N, Answer, Cell, Estimate, add_months
from regard.measures.grouped import Curves, Quantiles
from regard.measures.statistics import (
    SurvivalCurve,
    TooFew,
    kaplan_meier,
    normal_quantile,
    t_quantile,
    wilson_bounds,
)
from regard.measures.statistics.distributions import SMALLEST_N_FOR_A_MEAN

Ints = NDArray[np.int64]
Columns = dict[str, NDArray[Any]]
Key = tuple[Any, ...]
MEDIAN, P90 = 0.5, 0.9
#: Half a step of a length that was compared in steps: no bound is nearer than that.
_HALF_STEP = 2 ** (0.5 / STEPS_A_DOUBLING)


@dataclass(frozen=True)
class Sums:
    """Added-up rows: the group each belongs to (its place in `keys`), and its columns. exact: lengths in seconds."""

    keys: list[Key]
    member: Ints
    columns: Columns
    exact: bool

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]

    def of(self, values: NDArray[Any]) -> Ints:
        """Values added up within each group."""
        return np.bincount(self.member, weights=values, minlength=len(self.keys)).astype(np.int64)

    def seconds(self, lengths: NDArray[Any]) -> NDArray[np.float64]:
        return lengths.astype(np.float64) if self.exact else seconds_of(lengths)


def cells_of(kind: Kind, found: pa.Table, by: Sequence[str], *, exact: bool) -> tuple[Cell, tuple[Cell, ...]]:
    """The answer for all rows together and for each group, in the order of the groups' keys.

    found: what the engine added up: the columns of `by`, `n`, and those of the kind.
    exact: whether lengths are in seconds, else in steps.
    """
    columns = {name: _numbers(found[name]) for name in found.column_names if name not in by}
    whole = _lengths_together(columns) if "done" in columns else columns
    total = _WORK[kind](Sums([()], np.zeros(whole["n"].size, np.int64), whole, exact))[0]
    if not by:
        return total, ()
    keys, member = _groups(found, by)
    return total, tuple(_WORK[kind](Sums(keys, member, columns, exact)))


def _lengths_together(c: Columns) -> Columns:
    """Rows of one length, whatever their group, as one row."""
    length, row = np.unique(c["length"], return_inverse=True)
    together = Sums([()] * length.size, row, c, exact=True)
    return {"length": length, "n": together.of(c["n"]), "done": together.of(c["done"])}


def curve_of(found: pa.Table, *, exact: bool) -> SurvivalCurve:
    """The survival curve of all rows together, lengths in seconds."""
    lengths, observed, counts = _spread(found, exact=exact)
    return kaplan_meier(lengths, observed, counts)


def lengths_of(found: pa.Table, *, exact: bool) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Every length in seconds, and whether it came to an end."""
    lengths, observed, counts = _spread(found, exact=exact)
    return np.repeat(lengths, counts), np.repeat(observed, counts)


def _spread(found: pa.Table, *, exact: bool) -> tuple[NDArray[np.float64], NDArray[np.bool_], Ints]:
    length, n, done = (_numbers(found[name]) for name in ("length", "n", "done"))
    seconds = length.astype(np.float64) if exact else seconds_of(length)
    some, still = done > 0, n > done
    observed = np.concatenate([np.ones(int(some.sum()), np.bool_), np.zeros(int(still.sum()), np.bool_)])
    counts = np.concatenate([done[some], (n - done)[still]]).astype(np.int64)
    return np.concatenate([seconds[some], seconds[still]]), observed, counts


def running(cells: Sequence[Cell], months: Sequence[date]) -> list[Cell]:
    """A stock at the end of each of `months`, from what came less what went. `cells`: by month first, then others."""
    changes: dict[Key, dict[date, int]] = {}
    for cell in cells:
        month, *group = cell.key
        if month is not None:
            changes.setdefault(tuple(group), {})[month] = int(cell.value or 0)
    found = []
    for key, told in changes.items():
        standing, month = 0, min(told)
        while months and month <= months[-1]:
            standing += told.get(month, 0)
            if month >= months[0]:
                found.append(Cell((month, *key), standing, Estimate(float(standing))))
            month = add_months(month, 1)
    return sorted(found, key=lambda cell: (cell.key[0], str(cell.key[1:])))


# --- groups of rows to cells


def _counts(s: Sums) -> list[Cell]:
    return [Cell(key, n, Estimate(float(n))) for key, n in zip(s.keys, s.of(s["n"]).tolist(), strict=True)]


def _stocks(s: Sums) -> list[Cell]:
    if "change" not in s.columns:
        return _counts(s)
    change = s.of(s["change"]).tolist()
    return [Cell(key, abs(told), Estimate(float(told))) for key, told in zip(s.keys, change, strict=True)]


def _shares(s: Sums) -> list[Cell]:
    counted, hits = s.of(s["n"]), s.of(s["hits"])
    low, high = wilson_bounds(hits, counted)
    cells = []
    for g, (key, n, hit) in enumerate(zip(s.keys, counted.tolist(), hits.tolist(), strict=True)):
        answer = Estimate(hit / n, float(low[g]), float(high[g])) if n >= SMALLEST_N else _too_few(n)
        cells.append(Cell(key, n, answer, more={"hits": hit}))
    return cells


def _lengths(s: Sums) -> list[Cell]:
    curves = Curves(s.member, s["length"], s["n"], s["done"], len(s.keys))
    longest = s.seconds(curves.longest).tolist()
    median, p90 = (_quantiles(s, curves.quantiles(p), longest) for p in (MEDIAN, P90))
    cells = []
    for g, (key, n, done) in enumerate(zip(s.keys, curves.n.tolist(), curves.done.tolist(), strict=True)):
        answers = (median[g], p90[g]) if n >= SMALLEST_N else (_too_few(n), _too_few(n))
        cells.append(Cell(key, n, answers[0], still_open=n - done, more={"p90": answers[1], "longest": longest[g]}))
    return cells


def _ages(s: Sums) -> list[Cell]:
    """Every age is known, so the curve of ages is that of lengths that have all come to an end."""
    cells = _lengths(replace(s, columns=s.columns | {"done": s["n"]}))
    return [replace(cell, still_open=cell.n) for cell in cells]


def _oldest(s: Sums) -> list[Cell]:
    age = np.zeros(len(s.keys), np.int64)
    some = s["n"] > 0
    np.maximum.at(age, s.member[some], s["length"][some])
    told = zip(s.keys, s.of(s["n"]).tolist(), s.seconds(age).tolist(), strict=True)
    return [Cell(key, n, Estimate(seconds) if n else TooFew(0, 1, "cases"), still_open=n) for key, n, seconds in told]


def _within(s: Sums) -> list[Cell]:
    curves = Curves(s.member, s["length"], s["n"], s["done"], len(s.keys))
    share, low, high = curves.shares_within(WHOLE)
    early = s["length"] <= WHOLE
    on_time = s.of(np.where(early, s["done"], 0)).tolist()
    not_yet = s.of(np.where(early, s["n"] - s["done"], 0)).tolist()
    late = s.of(np.where(early, 0, s["n"])).tolist()
    cells = []
    for g, (key, n) in enumerate(zip(s.keys, curves.n.tolist(), strict=True)):
        answer: Answer = Estimate(float(share[g]), float(low[g]), float(high[g]))
        told = n - not_yet[g]
        if told < SMALLEST_N:  # as many must have met their limit, or missed it, as it takes to tell a share
            answer = TooFew(told, SMALLEST_N, "cases that met or missed their limit")
        more = {"on_time": on_time[g], "late": late[g], "not_yet": not_yet[g]}
        cells.append(Cell(key, n, answer, still_open=not_yet[g], more=more))
    return cells


def _scores(s: Sums) -> list[Cell]:
    """Scores of one wording on one scale: of several, the one asked most, for all groups the same."""
    told = zip(s["question"].tolist(), s["scale_min"].tolist(), s["scale_max"].tolist(), strict=True)
    wordings, asked = np.unique([_wording(*row) for row in told], return_inverse=True)
    if not wordings.size:
        return [Cell(key, 0, TooFew(0, SMALLEST_N_FOR_A_MEAN)) for key in s.keys]
    most = int(np.bincount(asked, weights=s["n"]).argmax())
    counted = np.where(asked == most, s["n"], 0)
    points, place = np.unique(s["score"], return_inverse=True)
    chosen = np.zeros((len(s.keys), points.size))
    np.add.at(chosen, (s.member, place), counted)
    used = chosen.sum(axis=0) > 0
    return [_score(key, points[used], row[used], str(wordings[most])) for key, row in zip(s.keys, chosen, strict=True)]


def _wording(question: str | None, low: float, high: float) -> str:
    scale = "" if math.isnan(low) or math.isnan(high) else f"({low:g} to {high:g})"
    return f"{question or ''} {scale}".strip()


def _score(key: Key, points: NDArray[np.float64], counts: NDArray[np.float64], question: str) -> Cell:
    """The distribution over the points of the scale; a mean only where a mean means something."""
    n = int(counts.sum())
    answer: Answer = TooFew(n, SMALLEST_N_FOR_A_MEAN)
    if n >= SMALLEST_N_FOR_A_MEAN:
        mean = float(counts @ points) / n
        spread = math.sqrt(float(counts @ (points - mean) ** 2) / (n - 1))
        reach = _student(n) * spread / math.sqrt(n)
        answer = Estimate(mean, mean - reach, mean + reach)
    scale, told = tuple(points.tolist()), tuple(int(count) for count in counts)
    return Cell(key, n, answer, more={"scale": scale, "counts": told, "question": question})


@lru_cache(maxsize=4096)
def _student(n: int) -> float:
    """The 97.5 % point of Student's t for n values. From 1,000 on that of the normal is as good: 0.2 % less."""
    return normal_quantile(0.975) if n >= 1_000 else t_quantile(0.975, n - 1)


_WORK: dict[Kind, Callable[[Sums], list[Cell]]] = {
    Kind.COUNT: _counts,
    Kind.STOCK: _stocks,
    Kind.SHARE: _shares,
    Kind.LENGTH: _lengths,
    Kind.WITHIN: _within,
    Kind.AGE: _ages,
    Kind.OLDEST: _oldest,
    Kind.SCORES: _scores,
}


def _too_few(n: int) -> TooFew:
    return TooFew(n, SMALLEST_N, "cases")


def _quantiles(s: Sums, found: Quantiles, longest: list[float]) -> list[Estimate]:
    """Quantiles in seconds. Bounds take in the width of a step where lengths were compared in steps."""
    blur = 1.0 if s.exact else _HALF_STEP
    value, low, high = (s.seconds(lengths) for lengths in (found.value, found.low, found.high))
    columns = ([None if math.isnan(x) else x for x in column.tolist()] for column in (value, low / blur, high * blur))
    return [
        Estimate(told, least, most, more_than if told is None else None)
        for told, least, most, more_than in zip(*columns, longest, strict=True)
    ]


def _groups(found: pa.Table, by: Sequence[str]) -> tuple[list[Key], Ints]:
    """The distinct keys in order (what is not known comes last), and which of them each row has."""
    member = np.zeros(found.num_rows, np.int64)
    values: list[list[Any]] = []
    for name in by:
        column = pc.dictionary_encode(found[name].combine_chunks(), null_encoding="encode")
        told = column.dictionary.to_pylist()
        order = sorted((n for n, value in enumerate(told) if value is not None), key=told.__getitem__)
        order += [n for n, value in enumerate(told) if value is None]
        rank = np.empty(len(told), np.int64)
        rank[order] = np.arange(len(told))
        values.append([told[n] for n in order])
        member = member * max(len(told), 1) + rank[column.indices.to_numpy(zero_copy_only=False)]
    distinct, group = np.unique(member, return_inverse=True)
    shape = [max(len(told), 1) for told in values]
    places = np.unravel_index(distinct, shape)
    keys = [tuple(told[int(n)] for told, n in zip(values, place, strict=True)) for place in zip(*places, strict=True)]
    return keys, group


def _numbers(column: pa.ChunkedArray) -> NDArray[Any]:
    """A column as numbers or words. Engines add up integers as decimals: those become integers again."""
    if pa.types.is_decimal(column.type) or pa.types.is_integer(column.type):
        return column.cast(pa.int64()).to_numpy()
    if pa.types.is_floating(column.type):
        return column.to_numpy()
    return np.asarray(column.to_pylist(), object)
