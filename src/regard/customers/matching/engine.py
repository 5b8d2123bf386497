"""Splink: candidate pairs in, weighed pairs out. The only file that knows it.

The settings are made from our comparisons and weights, so that Splink on DuckDB, Splink on Spark and `scoring` in plain
Python are three readings of one model.
"""

import logging
import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from regard.customers.matching.levels import Comparison, Level
from regard.customers.matching.weights import COMPARISONS, Weights

logging.getLogger("splink").setLevel(logging.ERROR)

#: Pairs below this weight are of no use to anybody: far below what is asked, and no veto.
FLOOR = -12.0
#: Below any pair.
BOTTOM = -1000.0


def settings(model: Weights, dialect: str = "duckdb") -> dict[str, Any]:
    """The model as Splink's settings dictionary."""
    odds = 2.0**model.prior
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record_id",
        "probability_two_random_records_match": odds / (1 + odds),
        "comparisons": [_comparison(c, model) for c in COMPARISONS[model.kind]],
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": "l.record_id = r.record_id", "sql_dialect": dialect}
        ],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": True,
        "em_convergence": 0.001,
        "max_iterations": 20,
    }


def column(field: str) -> str:
    """The field's name as a column."""
    return field.replace(" ", "_").replace("-", "_")


def _comparison(comparison: Comparison, model: Weights) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": comparison.silent.sql, "label_for_charts": "silent", "is_null_level": True}
    ]
    chances = {level.label: model.chance(comparison.field, level.label) for level in comparison.all_levels}
    levels += [_level(level, chances) for level in comparison.levels]
    m, u = chances[comparison.otherwise.label]
    levels.append(
        {
            "sql_condition": "ELSE",
            "label_for_charts": comparison.otherwise.label,
            "m_probability": m,
            "u_probability": u,
        }
    )
    return {"output_column_name": column(comparison.field), "comparison_levels": levels}


def _level(level: Level, chances: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    m, u = chances[level.label]
    made: dict[str, Any] = {
        "sql_condition": level.test.sql, "label_for_charts": level.label, "m_probability": m, "u_probability": u,
    }  # fmt: skip
    if level.rarity:
        made |= {
            "tf_adjustment_column": level.rarity,
            "tf_adjustment_weight": 1.0,
            "disable_tf_exact_match_detection": True,
        }
    return made


def rarities(model: Weights) -> list[str]:
    """The columns that say how rare a value is, which the model's levels ask for."""
    asked = (level.rarity for c in COMPARISONS[model.kind] for level in c.all_levels if level.rarity)
    return list(dict.fromkeys(asked))


def _linker(con: Any, model: Weights, source: str) -> tuple[Any, Any]:
    from splink import DuckDBAPI, Linker  # heavy, and only a batch needs it

    api = DuckDBAPI(con)
    linker = Linker(api.register(source), settings(model), log_level=None, validate_settings=False)
    # Our frequencies are computed already, by rules Splink does not know. Its look-up tables map each to itself.
    for name in rarities(model):
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE look_{name} AS SELECT DISTINCT {name}, {name} AS tf_{name} FROM {source}"
        )
        linker.table_management.register_term_frequency_lookup(api.register(f"look_{name}"), name)
    return linker, api


#: Candidate pairs weighed at a time: Splink's own table of a chunk is wide.
CHUNK = 800_000


def weigh(con: Any, model: Weights, source: str, out: str, floor: float = FLOOR) -> int:
    """Make table `out`: the pairs of table `pair`, weighed. Returns how many are above the floor.

    Columns: l, r (record ids), weight (log2 posterior odds), and for each comparison level_<field>, the number of its
    level in `Comparison.all_levels` or NULL where it is silent, and bits_<field>, what it says in bits.
    """
    linker, api = _linker(con, model, source)
    ((pairs,),) = con.execute("SELECT count(*) FROM pair").fetchall()
    chunks = max(1, math.ceil(pairs / CHUNK))
    _create(con, model, out)
    for chunk in range(chunks):
        name = f"pair_chunk_{chunk}"
        where = f"WHERE hash(join_key_l) % {chunks} = {chunk}" if chunks > 1 else ""
        con.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM pair {where}")
        linker.table_management.register_blocked_pairs_for_predict(api.register(name))
        scored = linker.inference.predict(threshold_match_weight=floor, warning_mode="never")
        con.execute(
            f"INSERT INTO {out} SELECT record_id_l, record_id_r, match_weight, {_condensed(model)} FROM {scored.physical_name}"
        )
        scored.drop_table_from_database_and_remove_from_cache()
        con.execute(f"DROP VIEW {name}")
    linker.table_management.delete_tables_created_by_splink_from_db()
    for name in rarities(model):
        con.execute(f"DROP TABLE look_{name}")
    ((count,),) = con.execute(f"SELECT count(*) FROM {out}").fetchall()
    return int(count)


def _create(con: Any, model: Weights, out: str) -> None:
    columns = "".join(
        f", level_{column(c.field)} UTINYINT, bits_{column(c.field)} DOUBLE" for c in COMPARISONS[model.kind]
    )
    con.execute(f"CREATE OR REPLACE TABLE {out} (l BIGINT, r BIGINT, weight DOUBLE{columns})")


def _condensed(model: Weights) -> str:
    """SQL of level_* and bits_*. Splink tells the level only along with all columns it compared, so it is read off its
    weight: `check_distinct` sees to it that no two levels weigh the same."""
    parts = []
    for comparison in COMPARISONS[model.kind]:
        name = column(comparison.field)
        cases = "".join(
            f" WHEN abs(mw_{name} - {_plain_bits(*model.chance(comparison.field, level.label))!r}) < 1e-9 THEN {number}"
            for number, level in enumerate(comparison.all_levels)
        )
        has_rarity = any(level.rarity for level in comparison.all_levels)
        bits = f"mw_{name} + mw_tf_adj_{name}" if has_rarity else f"mw_{name}"
        parts += [f"CASE{cases} END", bits]
    return ", ".join(parts)


def _plain_bits(m: float, u: float) -> float:
    return math.log2(m / u)


def check_distinct(model: Weights) -> None:
    """Raise ValueError if two levels of a comparison weigh the same or one weighs nothing: see `_condensed`."""
    for comparison in COMPARISONS[model.kind]:
        bits = sorted(_plain_bits(*model.chance(comparison.field, level.label)) for level in comparison.all_levels)
        gaps = [b - a for a, b in pairwise(bits)] + [abs(b) for b in bits]
        if min(gaps) < 1e-7:
            raise ValueError(
                f"Two levels of {comparison.field!r} in {model.version} weigh the same, or one weighs nothing."
            )
