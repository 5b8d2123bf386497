"""Which records are one customer, given weighed pairs: average linkage under constraints. Pure.

Chaining is the enemy: A is like B, B is like C, and a thousand records are one customer although A and C have nothing in
common (transitive closure). Average linkage joins two groups only if *all* their pairs are alike on average, a pair that was
never found similar counting against. A human 'same' joins first, a human 'different' or a veto is never joined over.

Method: agglomerative average linkage (Sokal and Michener 1958) on the sparse graph, within connected components, so that a
change is recomputed only where it can reach.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, TypeVar

#: Numbers or texts: anything that hashes and can be put in order.
Node = TypeVar("Node", bound=Any)

#: What a pair that is no candidate or fell below the floor counts, in bits.
ABSENT = -6.0
#: One pair says at most this much, so that no single e-mail outweighs five contradictions. Bits.
AT_MOST, AT_LEAST = 14.0, -14.0


def cluster(
    nodes: Iterable[Node],
    edges: Iterable[tuple[Node, Node, float]],
    *,
    must: Iterable[tuple[Node, Node]] = (),
    cannot: Iterable[tuple[Node, Node]] = (),
    threshold: float,
) -> dict[Node, Node]:
    """node -> its cluster, named by the cluster's lowest node (nodes must be comparable with each other).

    `edges` are (node, node, weight in bits); groups are joined while their average weight is at least `threshold`.
    `must` pairs are joined whatever their weight; where `must` and `cannot` contradict each other, `must` wins between
    those two and the `cannot` is ignored.
    """
    group = _Groups(nodes, edges, must, cannot)
    group.join_all(threshold)
    return {node: min(members) for members in group.members.values() for node in members}


def components(nodes: Iterable[Node], pairs: Iterable[tuple[Node, Node]]) -> list[list[Node]]:
    """The connected components, each a list of nodes; by union-find with path halving."""
    parent = {node: node for node in nodes}

    def top(node: Node) -> Node:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for a, b in pairs:
        one, other = top(a), top(b)
        if one != other:
            parent[max(one, other)] = min(one, other)
    found: dict[Node, list[Node]] = defaultdict(list)
    for node in parent:
        found[top(node)].append(node)
    return list(found.values())


class _Groups:
    """Groups of nodes, with the sum of weights between any two of them that have an edge."""

    def __init__(
        self,
        nodes: Iterable[Node],
        edges: Iterable[tuple[Node, Node, float]],
        must: Iterable[tuple[Node, Node]],
        cannot: Iterable[tuple[Node, Node]],
    ) -> None:
        wanted = list(must)
        joined = components(nodes, wanted)
        self.members: dict[int, list[Any]] = dict(enumerate(joined))
        home = {node: number for number, members in self.members.items() for node in members}
        self.between: dict[int, dict[int, float]] = defaultdict(dict)
        self.known: dict[int, dict[int, int]] = defaultdict(dict)
        for a, b, weight in edges:
            one, other = home[a], home[b]
            if one != other:
                self._add(one, other, min(max(weight, AT_LEAST), AT_MOST), 1)
        self.apart: dict[int, set[int]] = defaultdict(set)
        for a, b in cannot:
            one, other = home[a], home[b]
            if one != other:
                self.apart[one].add(other)
                self.apart[other].add(one)

    def _add(self, one: int, other: int, weight: float, count: int) -> None:
        for here, there in ((one, other), (other, one)):
            self.between[here][there] = self.between[here].get(there, 0.0) + weight
            self.known[here][there] = self.known[here].get(there, 0) + count

    def average(self, one: int, other: int) -> float:
        """The mean weight of all pairs across two groups, absent ones included."""
        pairs = len(self.members[one]) * len(self.members[other])
        known = self.known[one].get(other, 0)
        # More than one edge may be told for one pair; then none counts as absent.
        return (self.between[one].get(other, 0.0) + max(pairs - known, 0) * ABSENT) / max(pairs, known)

    def join_all(self, threshold: float) -> None:
        """Join the two most alike groups until none are alike enough."""
        heap = [
            (-self.average(one, other), one, other)
            for one, others in self.between.items()
            for other in others
            if one < other and self.average(one, other) >= threshold
        ]
        heapq.heapify(heap)
        fresh = max(self.members, default=0) + 1
        while heap:
            _, one, other = heapq.heappop(heap)
            if one not in self.members or other not in self.members or other in self.apart[one]:
                continue
            self._join(one, other, fresh)
            for third in self.between[fresh]:
                average = self.average(fresh, third)
                if average >= threshold:
                    heapq.heappush(heap, (-average, third, fresh))
            fresh += 1

    def _join(self, one: int, other: int, fresh: int) -> None:
        self.members[fresh] = self.members.pop(one) + self.members.pop(other)
        for old in (one, other):
            for third, weight in self.between.pop(old, {}).items():
                count = self.known[old][third]
                self.between[third].pop(old, None)
                self.known[third].pop(old, None)
                if third not in (one, other):
                    self._add(fresh, third, weight, count)
            self.known.pop(old, None)
            for third in self.apart.pop(old, set()):
                self.apart[third].discard(old)
                self.apart[third].add(fresh)
                self.apart[fresh].add(third)
