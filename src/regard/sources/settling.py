"""Rows of one file that share a key: repeats, superseded versions, and contradictions."""

from collections.abc import Sequence

from regard.sources.cells import Fault, said
from regard.sources.readers.base import literal, quoted


def same_keys(into: str, compared: Sequence[str], told: str, *, by_line: bool = False) -> list[str]:
    """The statements that leave one row a key in `mapped_<into>`.

    Of rows with the same values the newest by `as_of`, else the first, stands; the others are repeats of it. Of rows
    with different values the newest by `as_of` stands and older ones are listed as superseded; where `as_of` does not
    decide, the first row stands and the others go into quarantine, each with the columns that differ.

    Args:
        into: the target.
        compared: the columns its digest is made of.
        told: SQL for a row of `raw` as JSON.
        by_line: rows are the lines of orders: their key is that of the order with `line_no`. Lines that have no
            number may be equal: they are all kept.
    """
    table, name = f"mapped_{into}", literal(into)
    key, told_at_all = ("concat(key, '/', line_no)", "line_no IS NOT NULL") if by_line else ("key", "TRUE")
    shared = (
        f"CREATE OR REPLACE TEMP TABLE same_key AS WITH keyed AS ("
        f"SELECT _line, {key} AS key, digest, as_of FROM {table} WHERE {told_at_all}) "
        f"SELECT * FROM keyed SEMI JOIN (SELECT key FROM keyed GROUP BY key HAVING count(*) > 1) twice USING (key)"
    )
    kept = (
        "CREATE OR REPLACE TEMP TABLE version AS SELECT *, "
        "first_value(_line) OVER (PARTITION BY key, digest ORDER BY as_of DESC NULLS LAST, _line) AS kept FROM same_key"
    )
    standing = (
        "CREATE OR REPLACE TEMP TABLE contender AS SELECT *, "
        "first_value(_line) OVER newest AS standing, first_value(as_of) OVER newest AS standing_as_of "
        "FROM version WHERE _line = kept WINDOW newest AS (PARTITION BY key ORDER BY as_of DESC NULLS LAST, _line)"
    )
    older, moved = "as_of < standing_as_of", "_line <> standing"
    gone = f"SELECT _line FROM version WHERE _line <> kept UNION ALL SELECT _line FROM contender WHERE {moved}"
    return [
        shared,
        kept,
        standing,
        f"INSERT INTO repeats SELECT _line, {name}, key, kept, FALSE FROM version WHERE _line <> kept",
        f"INSERT INTO repeats SELECT _line, {name}, key, standing, TRUE FROM contender WHERE {moved} AND {older}",
        f"INSERT INTO quarantine {_contradictions(table, name, compared, told, older)}",
        f"DELETE FROM {table} WHERE _line IN ({gone})",
        "DROP TABLE contender",
        "DROP TABLE version",
        "DROP TABLE same_key",
    ]


def _contradictions(table: str, name: str, compared: Sequence[str], told: str, older: str) -> str:
    pairs = [(f"a.{quoted(c)}", f"b.{quoted(c)}", literal(c)) for c in compared]
    named = [f"CASE WHEN {a} IS DISTINCT FROM {b} THEN {column} END" for a, b, column in pairs]
    message = said(
        "The key '", "{left(c.key, 80)}", "' stands on line ", "{c.standing}", " already with other values (",
        f"{{concat_ws(', ', {', '.join(named) or 'NULL'})}}",
        "). Keep one of the two, or map an as_of date so that the newest counts.",
    )  # fmt: skip
    fault = Fault("TRUE", "key", "", "key_disagrees", message)
    return (
        f"SELECT c._line, {name}, CAST('[' || {fault.reason()} || ']' AS JSON), {told} FROM contender c "
        f"JOIN {table} a ON a._line = c._line JOIN {table} b ON b._line = c.standing JOIN raw ON raw._line = c._line "
        f"WHERE c._line <> c.standing AND NOT coalesce(c.{older.replace('standing', 'c.standing')}, FALSE)"
    )
