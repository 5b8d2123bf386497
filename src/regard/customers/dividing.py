"""Which records go, when a person says that two records of one customer are two customers. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence


class ContradictionError(Exception):
    """The two were said to be one customer, directly or through others."""


def divide(
    records: Sequence[int],
    weights: Mapping[tuple[int, int], float],
    *,
    stays: int,
    goes: int,
    same: Iterable[tuple[int, int]] = (),
) -> set[int]:
    """The records that go with `goes` when it parts from `stays`; all others stay.

    Records that people said are one customer keep together. Of the rest, the one most strongly tied to either side
    goes to that side, by the mean weight of its ties to it; then the next. Records tied to neither side stay.
    Raises ContradictionError when people said that `stays` and `goes` are one.
    """
    group = _groups(records, same)
    if group[stays] == group[goes]:
        raise ContradictionError
    members: dict[int, set[int]] = defaultdict(set)
    for record in records:
        members[group[record]].add(record)
    sides = {True: set(members.pop(group[goes])), False: set(members.pop(group[stays]))}
    while members:
        ties = [
            (_mean(found, sides[side], weights), side, name)
            for name, found in members.items()
            for side in (False, True)
        ]
        strongest, side, name = max(ties, key=lambda tie: (tie[0], not tie[1], -tie[2]))
        sides[side if strongest > 0 else False] |= members.pop(name)
    return sides[True]


def _mean(some: set[int], side: set[int], weights: Mapping[tuple[int, int], float]) -> float:
    found = [w for a in some for b in side if (w := weights.get((min(a, b), max(a, b)))) is not None]
    return sum(found) / len(found) if found else 0.0


def _groups(records: Sequence[int], same: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The lowest record of each group of records said to be one, by record."""
    lowest = {record: record for record in records}

    def find(record: int) -> int:
        while lowest[record] != record:
            lowest[record] = lowest[lowest[record]]
            record = lowest[record]
        return record

    for left, right in same:
        if left in lowest and right in lowest:
            a, b = sorted((find(left), find(right)))
            lowest[b] = a
    return {record: find(record) for record in records}
