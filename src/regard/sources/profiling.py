"""What the values of each column look like: shapes, ranges and the commonest values, counted in DuckDB."""

from dataclasses import dataclass

import duckdb

from regard.sources.dates import NUMERIC, PLAIN, ZONED, match, part
from regard.sources.readers.base import RawTable, literal, quoted

SAMPLE = 5_000
TOP = 40
NOT_TOLD = (
    "na",
    "n/a",
    "null",
    "none",
    "nil",
    "-",
    "--",
    "n.a.",
    "nan",
    "#n/a",
    "no data",
    "not applicable",
    "(null)",
    "?",
)
"""What systems write where nothing is told (beside the empty text)."""

_SHAPES = {
    "iso": f"{PLAIN}|{ZONED}",
    "numeric_date": NUMERIC,
    "named_date": r"(?:[A-Za-z]{3,9}\.?,? +)?(?:\d{1,2}[ -][A-Za-z]{3,9}|[A-Za-z]{3,9} \d{1,2}),?[ -]\d{2,4}.*",
    "compact": r"(?:19|20)\d{2}[01]\d[0-3]\d(?:[T ]?\d{4,6}Z?)?",
    "yymmdd": r"\d{2}[01]\d[0-3]\d",
    "epoch": r"1\d{9}(?:\.\d+)?",
    "epoch_ms": r"1\d{12}",
    "serial": r"[34]\d{4}(?:\.\d+)?",
    "clock": r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?",
    "any_clock": r"[012]?\d[:.][0-5]\d(?:[:.][0-5]\d(?:\.\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?",
    "email": r"[^@\s<>]+@[^@\s<>]+\.[A-Za-z]{2,}",
    "mailbox": r"[^@]*[^@\s<>]+@[^@\s<>]+\.[A-Za-z]{2,}>?(?:[,;].*)?",
    "phone": r"\+?[\d(][\d\s().\-/]{5,17}\d(?: ?(?:x|ext\.?) ?\d+)?",
    "whole": r"[+-]?\d+",
    "number": r"[+-]?(?:\d+|\d{1,3}(?:[,.' ]\d{3})+)(?:[.,]\d+)?",
    "bare_day": r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{2,4})"
    r"(?:[ T]0?0:00(?::00(?:\.0+)?)?(?:Z|[+-]\d{2}:?\d{2})?| 12:00(?::00)? AM)?",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """One column of a sample: how many values are told and different, their shapes (shares), and the commonest."""

    column: str
    rows: int
    told: int
    distinct: int
    shapes: dict[str, float]
    low: float | None
    high: float | None
    length: float
    values: tuple[tuple[str, int], ...]
    not_told: tuple[str, ...]
    days: tuple[int, int] | None
    """Of dates of three numbers: the largest first and the largest second number."""
    example: str | None
    """One such date, the most ambiguous there is."""

    @property
    def dates(self) -> float:
        """Share of values that are dates in a form that says so."""
        return sum(self.shapes[name] for name in ("iso", "numeric_date", "named_date"))

    @property
    def is_unique(self) -> bool:
        return self.told > 0 and self.distinct >= 0.9 * self.told


def profiles_of(con: duckdb.DuckDBPyConnection, raw: RawTable, sample: int = SAMPLE) -> list[Profile]:
    """Profiles of all columns of `raw`, from its first rows and as many spread over the rest."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE regard_sample AS (SELECT * FROM raw ORDER BY _line LIMIT {sample // 2}) UNION "
        f"(SELECT * FROM raw ORDER BY hash(_line) LIMIT {sample // 2})"
    )
    try:
        return [_profile(con, column) for column in raw.columns]
    finally:
        con.execute("DROP TABLE regard_sample")


def _profile(con: duckdb.DuckDBPyConnection, column: str) -> Profile:
    blanks = ", ".join(literal(b) for b in NOT_TOLD)
    told = f"SELECT trim({quoted(column)}) AS x FROM regard_sample WHERE trim({quoted(column)}) <> ''"
    number = "try_cast(replace(x, ',', '') AS DOUBLE)"
    shapes = ", ".join(f"avg(CAST({match('x', pattern)} AS INT))" for pattern in _SHAPES.values())
    numeric = f"CASE WHEN {match('x', NUMERIC)} THEN x END"
    one, two = (f"try_cast({part('x', NUMERIC, group)} AS INTEGER)" for group in (1, 2))
    row = con.execute(
        f"WITH all_told AS ({told}), real AS (SELECT * FROM all_told WHERE lower(x) NOT IN ({blanks})) "
        f"SELECT (SELECT count(*) FROM regard_sample), count(*), count(DISTINCT x), avg(length(x)), min({number}), "
        f"max({number}), max({one}), max({two}), arg_min({numeric}, greatest({one}, {two})), {shapes}, "
        f"(SELECT list(DISTINCT x) FROM all_told WHERE lower(x) IN ({blanks})) FROM real"
    ).fetchall()[0]
    rows, count, distinct, length, low, high, first, second, example, *rest = row
    values = con.execute(
        f"SELECT x, count(*) AS n FROM ({told}) WHERE lower(x) NOT IN ({blanks}) "
        f"GROUP BY 1 ORDER BY n DESC, x LIMIT {TOP}"
    ).fetchall()
    return Profile(
        column=column,
        rows=rows,
        told=count,
        distinct=distinct,
        shapes={name: share or 0.0 for name, share in zip(_SHAPES, rest[:-1], strict=True)},
        low=low,
        high=high,
        length=length or 0.0,
        values=tuple(values),
        not_told=tuple(sorted(rest[-1] or ())),
        days=(first, second) if first is not None and second is not None else None,
        example=example,
    )
