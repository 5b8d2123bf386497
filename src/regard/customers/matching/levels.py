"""Comparison levels as data: one definition that runs as SQL over millions of pairs and as Python over one.

A `Test` says something about a pair (l, r) of records whose columns are never null: text that was not told is '',
a number not told is 0. So no test has a third truth value, and both forms agree. Jaro-Winkler (Winkler 1990) and
Damerau-Levenshtein are DuckDB's and rapidfuzz's, which count bytes of UTF-8 here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Test:
    """One yes-or-no question about a pair, in both forms. SQL names the columns `x_l` and `x_r`."""

    sql: str
    holds: Callable[[Row, Row], bool]

    def __and__(self, other: "Test") -> "Test":
        mine, theirs = self.holds, other.holds
        return Test(f"({self.sql} AND {other.sql})", lambda a, b: mine(a, b) and theirs(a, b))

    def __or__(self, other: "Test") -> "Test":
        mine, theirs = self.holds, other.holds
        return Test(f"({self.sql} OR {other.sql})", lambda a, b: mine(a, b) or theirs(a, b))

    def __invert__(self) -> "Test":
        mine = self.holds
        return Test(f"(NOT {self.sql})", lambda a, b: not mine(a, b))


def same(column: str) -> Test:
    """Both told it, and told the same."""
    return Test(
        f"({column}_l = {column}_r AND {column}_l <> '')", lambda a, b: bool(a[column]) and a[column] == b[column]
    )


def crossed(one: str, other: str) -> Test:
    """One column here is the other column there, or the reverse."""
    return Test(
        f"(({one}_l = {other}_r AND {one}_l <> '') OR ({other}_l = {one}_r AND {other}_l <> ''))",
        lambda a, b: (bool(a[one]) and a[one] == b[other]) or (bool(a[other]) and a[other] == b[one]),
    )


def swapped(one: str, other: str) -> Test:
    """Both columns, each in the other's place."""
    return Test(
        f"({one}_l = {other}_r AND {other}_l = {one}_r AND {one}_l <> '' AND {other}_l <> '')",
        lambda a, b: bool(a[one]) and bool(a[other]) and a[one] == b[other] and a[other] == b[one],
    )


def untold(column: str) -> Test:
    """At least one side did not tell it."""
    return Test(f"({column}_l = '' OR {column}_r = '')", lambda a, b: not a[column] or not b[column])


def told(column: str) -> Test:
    """Both sides told it."""
    return Test(f"({column}_l <> '' AND {column}_r <> '')", lambda a, b: bool(a[column]) and bool(b[column]))


def flagged(column: str) -> Test:
    """A number that is not 0 on either side."""
    return Test(f"({column}_l > 0 OR {column}_r > 0)", lambda a, b: a[column] > 0 or b[column] > 0)


def both(column: str) -> Test:
    """A number that is not 0 on both sides."""
    return Test(f"({column}_l > 0 AND {column}_r > 0)", lambda a, b: a[column] > 0 and b[column] > 0)


def _edge_sql(one: str, other: str) -> str:
    return f"(left({one}_l, 1) = left({other}_r, 1) OR right({one}_l, 1) = right({other}_r, 1))"


def _edge(one: str, other: str) -> bool:
    return one[:1] == other[:1] or one[-1:] == other[-1:]


def alike(one: str, least: float, other: str | None = None) -> Test:
    """Jaro-Winkler similarity of at least `least` (0 to 1); `other` compares across columns, both ways round.

    The first or the last letter must agree: nearly all slips leave one of them, and most pairs need no more looking.
    """
    if other is None:
        return _alike_across(one, one, least)
    return _alike_across(one, other, least) & _alike_across(other, one, least)


def _alike_across(one: str, other: str, least: float) -> Test:
    return Test(
        f"({one}_l <> '' AND {other}_r <> '' AND {_edge_sql(one, other)} "
        f"AND jaro_winkler_similarity({one}_l, {other}_r) >= {least})",
        lambda a, b: (
            bool(a[one]) and bool(b[other]) and _edge(a[one], b[other]) and _jaro_winkler(a[one], b[other]) >= least
        ),
    )


def near(column: str, most: int, longer_than: int = 0, likely: float = 0.0) -> Test:
    """At most `most` letters typed wrong, left out, added or exchanged; texts of more than `longer_than` bytes.

    The first or the last letter must agree, see `alike`. For long texts `likely` is a Jaro-Winkler similarity below which
    nobody counts the slips: that costs the square of the length.
    """
    if likely:
        return alike(column, likely) & near(column, most, longer_than)
    return Test(
        f"(strlen({column}_l) > {longer_than} AND strlen({column}_r) > {longer_than} "
        f"AND abs(strlen({column}_l) - strlen({column}_r)) <= {most} AND {_edge_sql(column, column)} "
        f"AND damerau_levenshtein({column}_l, {column}_r) <= {most})",
        lambda a, b: (
            min(len(_bytes(a[column])), len(_bytes(b[column]))) > longer_than
            and abs(len(_bytes(a[column])) - len(_bytes(b[column]))) <= most
            and _edge(a[column], b[column])
            and DamerauLevenshtein.distance(_bytes(a[column]), _bytes(b[column]), score_cutoff=most) <= most
        ),
    )


def begins_alike(column: str, letters: int) -> Test:
    """Both told it, and the first letters agree."""
    return Test(
        f"({column}_l <> '' AND left({column}_l, {letters}) = left({column}_r, {letters}))",
        lambda a, b: bool(a[column]) and a[column][:letters] == b[column][:letters],
    )


def initial(column: str) -> Test:
    """One side told only the first letter of what the other side told."""
    return Test(
        f"({column}_l <> '' AND {column}_r <> '' AND (length({column}_l) = 1 OR length({column}_r) = 1) "
        f"AND left({column}_l, 1) = left({column}_r, 1))",
        lambda a, b: (
            bool(a[column])
            and bool(b[column])
            and 1 in (len(a[column]), len(b[column]))
            and a[column][0] == b[column][0]
        ),
    )


def within(column: str) -> Test:
    """The words of one side stand, in order and as whole words, inside those of the other."""
    return Test(
        f"({column}_l <> '' AND {column}_r <> '' AND (contains(concat(' ', {column}_l, ' '), concat(' ', {column}_r, ' ')) "
        f"OR contains(concat(' ', {column}_r, ' '), concat(' ', {column}_l, ' '))))",
        lambda a, b: (
            bool(a[column])
            and bool(b[column])
            and (f" {b[column]} " in f" {a[column]} " or f" {a[column]} " in f" {b[column]} ")
        ),
    )


def word_in(word: str, words: str) -> Test:
    """The one word of either side stands among the words of the other side."""
    return Test(
        f"(({word}_l <> '' AND contains(concat(' ', {words}_r, ' '), concat(' ', {word}_l, ' '))) "
        f"OR ({word}_r <> '' AND contains(concat(' ', {words}_l, ' '), concat(' ', {word}_r, ' '))))",
        lambda a, b: (
            (bool(a[word]) and f" {a[word]} " in f" {b[words]} ")
            or (bool(b[word]) and f" {b[word]} " in f" {a[words]} ")
        ),
    )


def _bytes(text: str) -> bytes:
    return text.encode()


def _jaro_winkler(one: str, other: str) -> float:
    if one.isascii() and other.isascii():
        return JaroWinkler.similarity(one, other)
    return JaroWinkler.similarity(one.encode(), other.encode())


@dataclass(frozen=True, slots=True)
class Level:
    """One degree of agreement.

    `label` names it in evidence and in the weights file; `words` is the sentence for staff, with {a} and {b} for the
    two values; `rarity` is the column that says how often a random other record agrees in this way on this value
    (else the level's u stands); `veto` means no other evidence can outweigh it.
    `pooled` levels are one level told apart by how common the value is: they have one chance m between them.
    """

    label: str
    test: Test
    words: str
    rarity: str = ""
    veto: bool = False
    pooled: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """One question about two records. The first level that holds counts; `silent` holds where there is nothing to say."""

    field: str
    silent: Test
    levels: tuple[Level, ...]
    otherwise: Level
    shows: str  # the column whose values are put into the words

    def level(self, a: Row, b: Row) -> Level | None:
        """The level of a pair; None where one side told nothing."""
        if self.silent.holds(a, b):
            return None
        for level in self.levels:
            if level.test.holds(a, b):
                return level
        return self.otherwise

    @property
    def all_levels(self) -> tuple[Level, ...]:
        return (*self.levels, self.otherwise)
