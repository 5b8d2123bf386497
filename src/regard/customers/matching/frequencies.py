"""How common each value of the data is, and which keys are shared: counted by DuckDB, kept in the model.

A value's frequency is counted over distinct names, so that ten records of one customer do not make their name common.
A key (e-mail, phone, door, birth date) carried under several distinct names belongs to a household or an office, not to
a person. Both are counted over initials, so that slips of spelling do not make one person look like many.
"""

from dataclasses import replace
from typing import Any

import pyarrow as pa

from regard.customers.matching.weights import (
    INITIAL,
    KINSHIP,
    LEAST,
    NEAR_FAMILY,
    NEAR_GIVEN,
    SHARED_LEAST,
    Weights,
    prior_for,
)

#: From how many distinct names on a key is an office's rather than a household's. A household's is told apart pair by pair.
SHARED_FROM = {"email": 4, "phone": 5, "door": 9, "tax": 4}
#: A given name that goes with so many family names is a name, not a slip of another one.
KNOWN_FROM = 4
#: A birth date this many times as frequent as an ordinary one is a default somebody's form filled in.
DEFAULT_BIRTH = 40
#: Records of one customer that are not taken for a common value.
_OWN = 10


def count(con: Any, model: Weights) -> Weights:
    """The model with the frequencies and shared keys of table `standard` (records of the model's kind).

    Leaves table `frequency(what, value, p)` and `shared(what, value, names, records)` in the database.
    """
    ((records,),) = con.execute("SELECT count(*) FROM standard WHERE kind = ?", [model.kind]).fetchall()
    con.execute(f"CREATE OR REPLACE TEMP TABLE frequency AS {_frequencies(model.kind, records)}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE shared AS {_shared(model.kind, records)}")
    found: dict[str, dict[str, float]] = {}
    for what, value, p in con.execute("SELECT what, value, p FROM frequency ORDER BY ALL").fetchall():
        found.setdefault(what, {})[value] = p
    keys: dict[str, set[str]] = {}
    for what, value in con.execute("SELECT what, value FROM shared").fetchall():
        keys.setdefault(what, set()).add(value)
    return replace(
        model,
        prior=prior_for(records),
        frequencies=found,
        shared={what: frozenset(values) for what, values in keys.items()},
    )


def _frequencies(kind: str, records: int) -> str:
    """SQL of (what, value, p), values above the least only."""
    if kind == "person":
        parts = [
            _of_names("given", "given"), _of_names("root", "given_root"), _of_names("family", "family"),
            _of_records("full", "concat(given, ' ', family)", records, "given <> '' AND family <> ''"),
            _of_records("birth", "birth", records), _of_records("middle", "middle", records, own=0), _of_records("minitial", "left(middle, 1)", records, "middle <> ''", own=0),
            _known(records),
        ]  # fmt: skip
    else:
        parts = [_of_words(), _of_records("words", "words_key", records)]
    parts += [
        _of_records("email", "email", records), _of_records("phone", "phone", records),
        _of_records("door", "door", records), _of_records("postcode", "postcode", records, own=0),
        _of_records("city", "city", records, own=0),
    ]  # fmt: skip
    return f"WITH these AS (SELECT * FROM standard WHERE kind = '{kind}') " + " UNION ALL ".join(parts)


def _of_names(what: str, column: str) -> str:
    """Over distinct full names; over records where so few names have so many records that it is a placeholder."""
    return f"""
        SELECT '{what}' AS what, value, p FROM (
            SELECT {column} AS value, greatest(
                (count(DISTINCT (given, family)) - 0.5) / ((SELECT count(DISTINCT (given, family)) FROM these) + 200.0),
                (count(*) / 20.0 - {_OWN}) / (SELECT count(*) FROM these)) AS p
            FROM these WHERE {column} <> '' GROUP BY 1) WHERE p > {LEAST[what]}"""


def _of_records(what: str, column: str, records: int, where: str = "", own: int = _OWN) -> str:
    return f"""
        SELECT '{what}' AS what, value, p FROM (
            SELECT {column} AS value, (count(*) - {own}.0) / {records or 1}.0 AS p
            FROM these WHERE {where or f"{column} <> ''"} GROUP BY 1) WHERE p > {LEAST[what]}"""


def _known(records: int) -> str:
    return f"""
        SELECT 'known' AS what, given AS value, 1.0::DOUBLE AS p FROM these WHERE length(given) > 1 GROUP BY 2
        HAVING count(DISTINCT family) >= {KNOWN_FROM} AND count(DISTINCT family) > 1e-4 * {records}"""


def _of_words() -> str:
    """Words of organisations' names, over distinct names."""
    return f"""
        SELECT 'core' AS what, value, p FROM (
            SELECT value, (count(*) - 0.5) / ((SELECT count(DISTINCT words) FROM these) + 200.0) AS p
            FROM (SELECT DISTINCT words_key, unnest(list_distinct(string_split(words, ' '))) AS value FROM these
                  WHERE words <> '') GROUP BY value) WHERE p > {LEAST["core"]}"""


def _shared(kind: str, records: int) -> str:
    """SQL of (what, value, names, records): keys that many distinct names carry, and default birth dates."""
    if kind == "person":
        # Slips make new spellings and turn names round; they do not make names that go with many families.
        who = "least(left(given, 1), left(family, 1)), greatest(left(given, 1), left(family, 1))"
        who = f"({who})"
        known = "count(DISTINCT given_root) FILTER (given IN (SELECT value FROM frequency WHERE what = 'known'))"
    else:
        who, known = "left(words_key, 3)", "0"
    parts = [
        f"""SELECT '{what}' AS what, {what} AS value, greatest({known}, count(DISTINCT {who})) AS names, count(*) AS records
            FROM these WHERE {what} <> '' GROUP BY 2 HAVING {known} >= {least} OR count(DISTINCT {who}) >= {2 * least}"""
        for what, least in SHARED_FROM.items()
    ]
    parts.append(
        f"""SELECT 'birth', birth, count(DISTINCT {who}), count(*) AS records FROM these WHERE birth <> '' GROUP BY 2
            HAVING count(*) - {_OWN} > {DEFAULT_BIRTH / 25_000} * {records} AND count(DISTINCT {who}) > {_OWN}"""
    )
    return f"WITH these AS (SELECT * FROM standard WHERE kind = '{kind}') " + " UNION ALL ".join(parts)


def carry(con: Any, model: Weights, table: str, source: str = "standard") -> None:
    """Make `table`: the records of the model's kind in `source` with the columns of `weights.carried`.

    Reads tables `frequency` and `shared`, as `count` or `hand_over` left them.
    """
    person = model.kind == "person"
    plain = ["email", "phone", "door", "birth", "postcode", "city"]
    looked_up = {name: name for name in plain}
    looked_up |= (
        {"given": "given", "root": "given_root", "family": "family", "middle": "middle"}
        if person
        else {"words": "words_key"}
    )
    joins = [f"LEFT JOIN frequency f_{what} ON f_{what}.what = '{what}' AND f_{what}.value = s.{column}"
             for what, column in looked_up.items()]  # fmt: skip
    if person:
        joins.append(
            "LEFT JOIN frequency f_full ON f_full.what = 'full' AND f_full.value = concat(s.given, ' ', s.family)"
        )
        joins.append("LEFT JOIN frequency f_known ON f_known.what = 'known' AND f_known.value = s.given")
        joins.append(
            "LEFT JOIN frequency f_minitial ON f_minitial.what = 'minitial' AND f_minitial.value = left(s.middle, 1)"
        )
    joins += [f"LEFT JOIN shared x_{what} ON x_{what}.what = '{what}' AND x_{what}.value = s.{what}"
              for what in ("email", "phone", "door", "birth", "tax")]  # fmt: skip
    names = [*looked_up, *(["full", "minitial"] if person else [])]
    p = ", ".join(f"coalesce(f_{what}.p, {model.least[what]!r}::DOUBLE) AS p_{what}" for what in names)
    flags = ", ".join(
        f"(x_{what}.value IS NOT NULL)::INTEGER AS {what}_shared" for what in ("email", "phone", "door", "birth", "tax")
    )
    flags += ", (f_known.value IS NOT NULL)::INTEGER AS given_known" if person else ", 0 AS given_known"
    columns = _person_columns() if person else _organisation_columns(con, model, source)
    con.execute(
        f"""CREATE OR REPLACE TABLE {table} AS
        WITH seen AS (SELECT s.*, {p}, {flags} FROM {source} s {" ".join(joins)} WHERE s.kind = '{model.kind}')
        SELECT * EXCLUDE ({", ".join(f"p_{what}" for what in names)}),
               {", ".join(_key_rarity(k) for k in ("email", "phone", "door"))},
               p_birth AS rare_birth, p_postcode AS rare_postcode, p_city AS rare_city, {columns} FROM seen"""
    )


def _key_rarity(what: str) -> str:
    return f"CASE WHEN {what}_shared > 0 THEN greatest(p_{what}, {SHARED_LEAST!r}::DOUBLE) ELSE p_{what} END AS rare_{what}"


def _person_columns() -> str:
    return f"""
        least(greatest(p_given * p_family * {KINSHIP!r}::DOUBLE, p_full), 1.0::DOUBLE) AS rare_full,
        least(p_root * p_family * {KINSHIP!r}::DOUBLE, 1.0::DOUBLE) AS rare_nick,
        p_family * {NEAR_GIVEN!r}::DOUBLE AS rare_near, p_given * {NEAR_FAMILY!r}::DOUBLE AS rare_given_near,
        p_family * {INITIAL!r}::DOUBLE AS rare_initial, p_family AS rare_family, p_given AS rare_given,
        least((CASE WHEN given <> '' THEN p_given ELSE 0.0::DOUBLE END)
              + (CASE WHEN family <> '' THEN p_family ELSE 0.0::DOUBLE END) + 1e-9::DOUBLE, 1.0::DOUBLE) AS rare_single,
        p_middle AS rare_middle, p_minitial AS rare_minitial"""


def _organisation_columns(con: Any, model: Weights, source: str) -> str:
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE core AS
        WITH word AS (SELECT words, unnest(string_split(words, ' ')) AS word
                      FROM (SELECT DISTINCT words FROM {source} WHERE kind = 'organisation')),
        long AS (SELECT words, word FROM word QUALIFY length(word) > 2 OR max(length(word)) OVER (PARTITION BY words) <= 2),
        seen AS (SELECT words, word, coalesce(p, {model.least["core"]!r}::DOUBLE) AS p
                 FROM long LEFT JOIN frequency ON what = 'core' AND value = word)
        SELECT words, arg_min(word, (p, -length(word), word)) AS core, min(p) AS p FROM seen GROUP BY words"""
    )
    return """
        (SELECT core.core FROM core WHERE core.words = seen.words) AS core,
        (SELECT core.p FROM core WHERE core.words = seen.words) AS rare_core, p_words AS rare_words"""


def hand_over(con: Any, model: Weights) -> None:
    """Make tables `frequency` and `shared` from a model counted before (see `match_new`)."""
    rows = [(what, value, p) for what, values in model.frequencies.items() for value, p in values.items()]
    shared = [(what, value) for what, values in model.shared.items() for value in values]
    _register(con, "frequency", rows, (("what", pa.string()), ("value", pa.string()), ("p", pa.float64())))
    _register(con, "shared", shared, (("what", pa.string()), ("value", pa.string())))


def _register(con: Any, name: str, rows: list[tuple[Any, ...]], schema: tuple[tuple[str, Any], ...]) -> None:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    table = pa.table({n: pa.array(c, t) for (n, t), c in zip(schema, columns, strict=True)})
    con.register("handed", table)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM handed")
    con.unregister("handed")
