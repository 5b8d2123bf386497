"""Constrained average linkage: nothing is chained, nothing that must not be one is one."""

from hypothesis import given
from hypothesis import strategies as st

from regard.customers.matching.clusters import cluster, components

NODES = list(range(12))
PAIRS = st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).filter(lambda p: p[0] < p[1])
EDGES = st.dictionaries(PAIRS, st.floats(-14, 14), max_size=40).map(lambda d: [(a, b, w) for (a, b), w in d.items()])


def test_a_chain_breaks():
    edges = [(n, n + 1, 8.0) for n in range(6)]
    found = cluster(range(7), edges, threshold=3.0)
    assert max(list(found.values()).count(c) for c in found.values()) == 2


def test_a_triangle_with_one_weak_side_holds():
    assert set(cluster("abc", [("a", "b", 12.0), ("b", "c", 12.0), ("a", "c", 1.0)], threshold=3.0).values()) == {"a"}


def test_a_pair_that_was_never_found_alike_counts_against():
    assert cluster("abc", [("a", "b", 12.0), ("b", "c", 4.0)], threshold=3.0) == {"a": "a", "b": "a", "c": "c"}


def test_people_decide():
    edges = [("a", "b", 12.0), ("b", "c", 12.0), ("a", "c", 12.0)]
    parted = cluster("abc", edges, cannot=[("a", "c")], threshold=3.0)
    assert parted["a"] != parted["c"]
    assert cluster("ab", [], must=[("a", "b")], threshold=3.0) == {"a": "a", "b": "a"}


@given(EDGES, st.lists(PAIRS, max_size=4), st.lists(PAIRS, max_size=4))
def test_constraints_hold(
    edges: list[tuple[int, int, float]], must: list[tuple[int, int]], cannot: list[tuple[int, int]]
):
    found = cluster(NODES, edges, must=must, cannot=cannot, threshold=3.0)
    assert set(found) == set(NODES)
    assert all(found[a] == found[b] for a, b in must)
    bound = {node: group[0] for group in components(NODES, must) for node in group}
    assert all(found[a] != found[b] for a, b in cannot if bound[a] != bound[b])
    assert all(min(n for n in NODES if found[n] == c) == c for c in set(found.values()))


@given(EDGES)
def test_components_can_be_worked_one_by_one(edges: list[tuple[int, int, float]]):
    strong = [(a, b) for a, b, weight in edges if weight >= 3.0]
    whole = cluster(NODES, edges, threshold=3.0)
    parts: dict[int, int] = {}
    for members in components(NODES, strong):
        inside = [e for e in edges if e[0] in members and e[1] in members]
        parts |= cluster(members, inside, threshold=3.0)
    assert parts == whole
