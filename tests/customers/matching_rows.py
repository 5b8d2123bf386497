"""Made-up records for tests of matching."""

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
    """Two hundred and eighty people who have nothing to do with those under test."""
    return [
        {
            "record_id": first_id + i, "silo": "town", "kind": "person", "given": given, "family": family,
            "email": f"{given}.{family}@town.example".lower(), "phone": f"+1503{5_000_000 + i * 137}",
            "address": f"{100 + i} {family} Street", "postcode": f"97{i % 40 + 100}",
            "birth_date": f"19{40 + i % 60:02}-{i % 12 + 1:02}-{i % 28 + 1:02}",
        }
        for i, (given, family) in enumerate((g, f) for g in GIVEN for f in FAMILY)
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
