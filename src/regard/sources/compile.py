"""A mapping compiled to SQL, and run: `raw` in; `mapped_<target>`, `quarantine` and `repeats` out.

Everything is set-based. For each target the statements are: make the table with a mark on faulty rows, put the
faulty ones into quarantine with all their reasons, take them out, then settle rows that share a key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from regard.sources import dates
from regard.sources.cells import Cells, Fault, applies, as_text, details_json, said, typed_null
from regard.sources.mailheaders import decode_headers
from regard.sources.mapping import AmbiguousDatesError, DateQuestion, Mapping, MappingError, Target
from regard.sources.readers.base import RawTable, lent, literal, quoted
from regard.sources.settling import same_keys
from regard.sources.targets import BOOKKEEPING, COLUMNS, DUCKDB_TYPES, ENDS

__all__ = ["COLUMNS", "Counts", "Mapped", "compile_mapping", "export_chunks", "run_mapping"]

MAPPING_SETTINGS = {"TimeZone": "UTC", "preserve_insertion_order": "false", "disabled_optimizers": "in_clause"}
"""Rows carry their `_line`, so their order need not be kept. A list of words is compared in place: made a join, as
DuckDB would from six words on, it draws all layers of a mapping into one expression that takes seconds to plan."""

_NOT_IN_DIGEST = ("_line", "key", "digest", "as_of")


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows a target applies to. rows = mapped + merged + repeats + quarantined, always."""

    rows: int
    mapped: int
    merged: int
    repeats: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class Mapped:
    """The outcome of a mapping. `unclaimed` rows belong to no target and are in quarantine as `no_target`."""

    counts: dict[str, Counts]
    unclaimed: int


def compile_mapping(mapping: Mapping, columns: Sequence[str]) -> list[str]:
    """The SQL statements that map `raw`, with the given source columns, in order.

    Raises MappingError when the file lacks a column that the mapping reads.
    """
    found = mapping.resolved(columns)
    statements = [_create("quarantine", BOOKKEEPING["quarantine"]), _create("repeats", BOOKKEEPING["repeats"])]
    for into in dict.fromkeys(t.into for t in found.targets):
        statements += _Compiling(found, into, columns).statements()
    if all(t.when for t in found.targets):
        statements.append(_unclaimed(found, columns))
    return statements


def run_mapping(con: duckdb.DuckDBPyConnection, mapping: Mapping, raw: RawTable) -> Mapped:
    """Map `raw` (as `open_raw` left it in `con`) into `mapped_<target>`, `quarantine` and `repeats`.

    Raises:
        AmbiguousDatesError: the file has dates like 1/2/2018 and the mapping does not say which number is the day.
        MappingError: the file lacks a column of the mapping, or a date format is none.
    """
    found = mapping.resolved(raw.columns)
    try:
        with lent(con, **MAPPING_SETTINGS):
            decode_headers(con, found)
            if mapping.date_order is None:
                _ask_about_dates(con, found)
            for statement in compile_mapping(mapping, raw.columns):
                con.execute(statement)
            return _counted(con, found)
    except duckdb.InvalidInputException as error:
        if "strptime" in str(error) or "format" in str(error).lower():
            raise MappingError(f"A date format in the mapping cannot be used: {error}") from error
        raise


def _create(table: str, columns: dict[str, str]) -> str:
    typed = ", ".join(f"{quoted(name)} {DUCKDB_TYPES[kind]}" for name, kind in columns.items())
    return f"CREATE OR REPLACE TABLE {table} ({typed})"


def _told(columns: Sequence[str]) -> str:
    """SQL for a row of `raw` as JSON."""
    return "json_object(" + ", ".join(f"{literal(c)}, raw.{quoted(c)}" for c in columns) + ")"


def _reasons(faults: Sequence[Fault]) -> str:
    return "CAST('[' || concat_ws(',', " + ", ".join(f.reason() for f in faults) + ") || ']' AS JSON)"


class _Compiling:
    """The statements of all parts of a mapping that go into one target."""

    def __init__(self, mapping: Mapping, into: str, columns: Sequence[str]) -> None:
        self.mapping, self.into, self.columns = mapping, into, columns
        self.table = f"mapped_{into}"
        self.parts = [Cells(mapping, t) for t in mapping.targets if t.into == into]
        self.distinct = self.parts[0].target.grain == "distinct"
        used = {name for part in self.parts for name in part.values}
        self.filled = [name for name in COLUMNS[into] if name in used]
        self.kinds = COLUMNS[into]

    def statements(self) -> list[str]:
        return [*self._by_row(), *(self._merged() if self.distinct else []), *self._settled()]

    # --- one row of the file, one row of the table -----------------------------------------------

    def _by_row(self) -> list[str]:
        target = f"rows_{self.into}" if self.distinct else self.table
        done = []
        for number, part in enumerate(self.parts):
            faults = part.faults if self.distinct else [*part.faults, *self._order_faults(part)]
            part.faults = faults
            lead = f"CREATE OR REPLACE TABLE {target} AS" if number == 0 else f"INSERT INTO {target}"
            done.append(f"{lead} {part.query([*self._row(part), f'coalesce({part.bad}, FALSE) AS _bad'])}")
            done.append(self._quarantine(part, target))
            done.append(f"DELETE FROM {target} WHERE _bad")
        return [*done, f"ALTER TABLE {target} DROP COLUMN _bad"]

    def _row(self, part: Cells) -> list[str]:
        """The columns of a row: all of the target, or, before merging, those that are filled."""
        values = self._not_before(part.values)
        details = details_json(part.details)
        if self.distinct:
            told = [f"{values.get(name, typed_null(self.kinds[name]))} AS {quoted(name)}" for name in self.filled]
            return ["_line", *told, f"{details} AS details"]
        made = {"_line": "_line", "details": details, "digest": self._digest(values, details)}
        made["key"] = self._key(values, made["digest"])
        return [
            f"{made.get(name) or values.get(name) or typed_null(kind)} AS {quoted(name)}"
            for name, kind in self.kinds.items()
        ]

    def _digest(self, values: dict[str, str], details: str) -> str:
        """SQL for the md5 of all values, each in the place that its column has in the target, filled or not.

        So a column that is mapped later, or that a file lacks, changes the digest only where it tells something.
        """
        pieces, gap = [], ""
        for name, kind in self.kinds.items():
            if name not in _NOT_IN_DIGEST and name != "details":
                if name in values and name in self.filled:
                    pieces += [literal(gap), as_text(kind, values[name])]
                    gap = ""
                gap += "\x1f"
        return f"md5(concat({', '.join([*pieces, literal(gap), f'CAST({details} AS VARCHAR)'])}))"

    def _key(self, values: dict[str, str], digest: str) -> str:
        own = values.get("key") or (values.get("person_key") if self.into == "identity" else None)
        return f"coalesce({own}, 'row:' || {digest})" if own else f"'row:' || {digest}"

    def _quarantine(self, part: Cells, target: str) -> str:
        faulty = f"_line IN (SELECT _line FROM {target} WHERE _bad)"
        reasons = part.query(["_line", f"{_reasons(part.faults)} AS reasons"], where=faulty) if part.faults else ""
        if not reasons:
            return "SELECT 1"
        return self._keep(reasons)

    def _keep(self, found: str) -> str:
        """Put rows (_line, reasons) into quarantine, with the row as it was told."""
        return (
            f"INSERT INTO quarantine SELECT found._line, {literal(self.into)}, found.reasons, {_told(self.columns)} "
            f"FROM ({found}) found JOIN raw USING (_line)"
        )

    # --- what cannot come before arrival ----------------------------------------------------------

    def _not_before(self, values: dict[str, str]) -> dict[str, str]:
        """`values`, where an end told as a bare date, on the day of arrival, is read as not before the arrival."""
        received = values.get("received_at")
        if self.into not in ("case", "order") or received is None:
            return values
        zone = literal(self.mapping.time_zone)
        same_day = "timezone({zone}, {end}) = date_trunc('day', timezone({zone}, {received}))"
        changed = dict(values)
        for name in ENDS:
            if end := values.get(name):
                bare = same_day.format(zone=zone, end=end, received=received)
                changed[name] = f"CASE WHEN {end} < {received} AND {bare} THEN {received} ELSE {end} END"
        return changed

    def _order_faults(self, part: Cells) -> list[Fault]:
        return self._order_faults_of(self._not_before(part.values), part.target)

    def _order_faults_of(self, values: dict[str, str], target: Target) -> list[Fault]:
        received = values.get("received_at")
        if self.into not in ("case", "order") or received is None:
            return []
        zone = literal(self.mapping.time_zone)
        faults = []
        for name in ENDS:
            if (end := values.get(name)) is None:
                continue
            shown = [f"{{strftime(timezone({zone}, {v}), '%Y-%m-%d %H:%M:%S')}}" for v in (end, received)]
            message = said(f"{name} (", shown[0], ") is before received_at (", shown[1], "). Correct one of the two.")
            column = target.columns.get(name)
            faults.append(
                Fault(f"{end} < {received}", name, column.source if column else "", "order_of_dates", message)
            )
        return faults

    # --- rows of one key merged --------------------------------------------------------------------

    def _merged(self) -> list[str]:
        rows, source = f"rows_{self.into}", f"merged_{self.into}"
        firsts = [f"arg_min({quoted(n)}, _line) AS {quoted(n)}" for n in (*self.filled, "details") if n != "key"]
        merged = (
            f"CREATE OR REPLACE TABLE {source} AS SELECT min(_line) AS _line, key, {', '.join(firsts)} "
            f"FROM {rows} GROUP BY key"
        )
        values = self._not_before({n: quoted(n) for n in self.filled})
        faults = self._order_faults_of(values, self.parts[0].target)
        done = [merged]
        if faults:
            bad = " OR ".join(f"({f.condition})" for f in faults)
            found = f"SELECT _line, {_reasons(faults)} AS reasons FROM {source} WHERE {bad}"
            done.append(self._keep(found))
            done.append(f"DELETE FROM {source} WHERE {bad}")
        made = {"_line": "_line", "details": "details", "key": "key", "digest": self._digest(values, "details")}
        columns = ", ".join(
            f"{made.get(name) or values.get(name) or typed_null(kind)} AS {quoted(name)}"
            for name, kind in self.kinds.items()
        )
        return [*done, f"CREATE OR REPLACE TABLE {self.table} AS SELECT {columns} FROM {source} ORDER BY _line"]

    def _settled(self) -> list[str]:
        """Rows of one key; in orders, of one key and line number. What was merged already is settled."""
        if self.distinct or (self.into == "order" and "line_no" not in self.filled):
            return []
        compared = [n for n in self.filled if n not in _NOT_IN_DIGEST]
        if any(part.details for part in self.parts):
            compared.append("details")
        return same_keys(self.into, compared, _told(self.columns), by_line=self.into == "order")


def _unclaimed(mapping: Mapping, columns: Sequence[str]) -> str:
    """Rows that no target applies to are not dropped."""
    claimed = " OR ".join(f"({applies(t.when, mapping.blanks)})" for t in mapping.targets if t.when)
    read = ", ".join(dict.fromkeys(part.column for t in mapping.targets if t.when for part in t.when.parts))
    message = f"No part of the mapping applies to this row (column {read}). Add its value to a 'when' of the mapping."
    fault = Fault("TRUE", "", read, "no_target", said(message))
    into = literal(mapping.targets[0].into)
    return (
        f"INSERT INTO quarantine SELECT _line, {into}, {_reasons([fault])}, {_told(columns)} "
        f"FROM raw WHERE NOT coalesce({claimed}, FALSE)"
    )


def _ask_about_dates(con: duckdb.DuckDBPyConnection, mapping: Mapping) -> None:
    """Raises AmbiguousDatesError when the file has dates of three numbers and nobody said how to read them."""
    questions = {}
    for target in mapping.targets:
        cells = Cells(mapping, target)
        for source, text in cells.undecided.items():
            day, month = (f"CAST({dates.part('told', dates.NUMERIC, group)} AS INTEGER)" for group in (1, 2))
            likely = f"({text}[2] IN ('/', '.', '-') OR {text}[3] IN ('/', '.', '-'))"
            inner = cells.query([f"{text} AS told"])
            found = con.execute(
                f"SELECT told, {day}, {month} FROM ({inner}) WHERE {likely.replace(text, 'told')} "
                f"AND {dates.match('told', dates.NUMERIC)} "
                f"ORDER BY greatest({day}, {month}) > 12, {day} = {month} LIMIT 1"
            ).fetchone()
            if found and source not in questions:
                questions[source] = DateQuestion(source, found[0], readings_of(found[1], found[2]))
    if questions:
        raise AmbiguousDatesError(list(questions.values()))


_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip


def readings_of(one: int, two: int) -> tuple[tuple[str, str], ...]:
    """The ways to read a date that starts with two numbers: (date_order, day and month in words)."""
    readings = []
    if 1 <= two <= 12 and 1 <= one <= 31:
        readings.append(("dmy", f"{one} {_MONTHS[two - 1]}"))
    if 1 <= one <= 12 and 1 <= two <= 31:
        readings.append(("mdy", f"{two} {_MONTHS[one - 1]}"))
    return tuple(readings)


def _counted(con: duckdb.DuckDBPyConnection, mapping: Mapping) -> Mapped:
    no_target = "json_extract_string(reasons, '$[0].code') = 'no_target'"
    counts = {}
    for into in dict.fromkeys(t.into for t in mapping.targets):
        parts = [t for t in mapping.targets if t.into == into]
        where = [applies(t.when, mapping.blanks) if t.when else "TRUE" for t in parts]
        rows = sum(_one(con, f"SELECT count(*) FROM raw WHERE {condition}") for condition in where)
        mapped = _one(con, f"SELECT count(*) FROM mapped_{into}")
        repeats = _one(con, f"SELECT count(*) FROM repeats WHERE target = {literal(into)}")
        quarantined = _one(con, f"SELECT count(*) FROM quarantine WHERE target = {literal(into)} AND NOT {no_target}")
        merged = rows - mapped - repeats - quarantined if parts[0].grain == "distinct" else 0
        counts[into] = Counts(rows, mapped, merged, repeats, quarantined)
    return Mapped(counts, _one(con, f"SELECT count(*) FROM quarantine WHERE {no_target}"))


def _one(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(query).fetchone()
    return int(row[0]) if row else 0


def export_chunks(con: duckdb.DuckDBPyConnection, target: str, folder: Path, rows: int = 200_000) -> list[Path]:
    """Write `mapped_<target>` as CSV files fit for PostgreSQL's `COPY ... (FORMAT csv, NULL '')`.

    Columns in the order of COLUMNS[target], no header; NULL is an empty field, an empty text is "". The files hold up
    to `rows` rows each in order of `_line`, so the same file always gives the same chunks.
    """
    columns = COLUMNS.get(target) or BOOKKEEPING[target]
    table = f"mapped_{target}" if target in COLUMNS else target
    names = ", ".join(quoted(c) for c in columns)
    numbered = f"SELECT _line, (row_number() OVER (ORDER BY _line) - 1) // {int(rows)} AS chunk FROM {table}"
    # One line may have become several rows: a chunk ends with a line, so that none is in two chunks.
    ends = con.execute(f"SELECT DISTINCT max(_line) FROM ({numbered}) GROUP BY chunk ORDER BY 1").fetchall()
    con.execute("SET TimeZone = 'UTC'")
    paths, after = [], -1
    for number, (end,) in enumerate(ends, start=1):
        path = folder / f"{target}-{number:05}.csv"
        con.execute(
            f"COPY (SELECT {names} FROM {table} WHERE _line > {after} AND _line <= {end} ORDER BY _line) "
            f"TO {literal(str(path))} (FORMAT csv, HEADER false, NULLSTR '')"
        )
        paths.append(path)
        after = end
    return paths
