"""Made-up records for tests of matching."""

import random
from typing import Any

import pyarrow as pa

from regard.customers.matching import Decision, Matched, match

#: A town, so that a handful of records under test is not the whole world: given and family names by turns.
GIVEN = tuple(
    "Ada Bela Cora Dora Edda Fina Gerd Hans Ines Jost Kurt Lena Mara Nils Olga Piet Rita Sven Tina Udo".split()
)
FAMILY = tuple(
    "Arnold Becker Clausen Dorsey Eckhart Farley Gibbs Harmon Ivers Jarvis Keller Lowry Mercer Norris".split()
)


def town(first_id: int = 10_000) -> list[dict[str, Any]]:
    """Two hundred and eighty people who have nothing to do with those under test, nor with each other."""
    rng = random.Random(4)
    names = [(given, family) for given in GIVEN for family in FAMILY]
    return [
        {
            "record_id": first_id + i, "silo": "town", "kind": "person", "given": given, "family": family,
            "email": f"{given}.{family}@{rng.choice(FAMILY)}{rng.choice(GIVEN)}.example".lower(),
            "phone": f"+1{rng.randint(212, 989)}{rng.randint(2_100_000, 9_999_999)}",
            "address": f"{rng.randint(1, 9999)} {rng.choice(GIVEN)}{rng.choice(FAMILY).lower()} Street",
            "postcode": f"{rng.randint(10_000, 99_000)}",
            "birth_date": f"{rng.randint(1930, 2004)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
        }
        for i, (given, family) in enumerate(names)
    ]  # fmt: skip


def table(rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as `match` takes them; what a row does not tell is ''."""
    columns = sorted({name for row in rows for name in row})
    made: dict[str, Any] = {}
    for name in columns:
        values = [row.get(name) for row in rows]
        if name == "record_id":
            made[name] = pa.array(values, pa.int64())
        elif name == "own_key":
            made[name] = pa.array([bool(v) for v in values], pa.bool_())
        else:
            made[name] = pa.array([str(v or "") for v in values], pa.string())
    return pa.table(made)


def run(*rows: dict[str, Any], with_town: bool = True, decisions: tuple[Decision, ...] = (), **kwargs: Any) -> Matched:
    """Match these records, numbered from 1, in a town of others."""
    told = [{"record_id": n, "kind": "person", "silo": f"s{n}", **row} for n, row in enumerate(rows, 1)]
    return match(table(told + (town() if with_town else [])), decisions=decisions, **kwargs)


def groups(matched: Matched, up_to: int = 9_999) -> list[list[int]]:
    """The clusters of the records under test, as lists of numbers."""
    found: dict[int, list[int]] = {}
    for record, cluster in zip(
        matched.clusters["record_id"].to_pylist(), matched.clusters["cluster_id"].to_pylist(), strict=True
    ):
        if record <= up_to:
            found.setdefault(cluster, []).append(record)
    return sorted(sorted(members) for members in found.values())
