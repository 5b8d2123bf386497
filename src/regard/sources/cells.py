"""From the columns of a mapping to SQL: for each target column its value, and what can be wrong with it.

The SQL is a stack of SELECTs, each adding columns to the one below, so that a text is trimmed, split and parsed
once however often it is needed. All of it runs set-based over `raw`.
"""

import json
from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass

from regard.sources import dates
from regard.sources.mailheaders import mail_part
from regard.sources.mapping import Column, Mapping, Target, When
from regard.sources.mapping_parts import KEEP
from regard.sources.readers.base import literal, quoted
from regard.sources.targets import COLUMNS, DUCKDB_TYPES, DURATIONS, LIMITS, Slot

LAYERS = ("trimmed", "cell", "told", "squeezed", "word", "plain", "turned", "iso", "clock", "instant", "value")
_SPACES = literal(" \t\r\n\u00a0")
_TRUE, _FALSE = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_CLOCK_TIME = r"\d{1,4}:[0-5]\d(?::[0-5]\d(?:\.\d+)?)?"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that can be wrong with a row: when, which column, a code, and SQL for the sentence."""

    condition: str
    column: str
    source: str
    code: str
    message: str

    def reason(self) -> str:
        """SQL for the reason as JSON text, NULL where there is no fault."""
        return (
            f"CASE WHEN {self.condition} THEN CAST(json_object('column', {literal(self.column)}, 'source', "
            f"{literal(self.source)}, 'code', {literal(self.code)}, 'message', {self.message}) AS VARCHAR) END"
        )


def said(*pieces: str) -> str:
    """SQL that joins literal texts and, written as {sql}, values into one sentence."""
    return f"concat({', '.join(p[1:-1] if p.startswith('{') else literal(p) for p in pieces)})"


def listed(values: Sequence[str]) -> str:
    return "(" + ", ".join(literal(v) for v in values) + ")"


class Cells:
    """The SQL of one part of a mapping (one [[target]]), for a file with the given columns."""

    def __init__(self, mapping: Mapping, target: Target) -> None:
        self.mapping = mapping
        self.target = target
        self.layers: dict[str, list[tuple[str, str]]] = {layer: [] for layer in LAYERS}
        self.values: dict[str, str] = {}
        self.details: dict[str, str] = {}
        self.faults: list[Fault] = []
        self.undecided: dict[str, str] = {}
        """Date columns whose numeric dates depend on `date_order`: source column -> SQL of the told text."""
        self._cells: dict[str, str] = {}
        for name in COLUMNS[target.into]:
            if name in target.columns:
                self.values[name] = self._column(Slot(target.into, name), target.columns[name])
        for name, source in target.details.items():
            self.details[name] = self._cell(source)
        self._limits()

    def query(self, columns: Sequence[str], *, where: str = "") -> str:
        """SELECT `columns` (SQL with aliases) over `raw`, all layers below."""
        conditions = [c for c in (self._applies(), where) if c]
        inner = "SELECT _line" + "".join(f", {sql} AS {alias}" for alias, sql in self.layers["trimmed"]) + " FROM raw"
        if conditions:
            inner += " WHERE " + " AND ".join(conditions)
        for layer in LAYERS[1:]:
            if added := self.layers[layer]:
                inner = "SELECT *" + "".join(f", {sql} AS {alias}" for alias, sql in added) + f"\n FROM ({inner})"
        return f"SELECT {', '.join(columns)}\n FROM ({inner})"

    @property
    def bad(self) -> str:
        """SQL that is true for rows with any fault."""
        return " OR ".join(f"({f.condition})" for f in self.faults) or "FALSE"

    def _applies(self) -> str:
        return applies(self.target.when, self.mapping.blanks) if self.target.when else ""

    def _add(self, layer: str, alias: str, sql: str) -> str:
        self.layers[layer].append((alias, sql))
        return alias

    def _cell(self, column: str) -> str:
        """A source column, trimmed, NULL where blank."""
        if column not in self._cells:
            number = len(self._cells)
            trimmed = self._add("trimmed", f"t{number}", trimmed_of(quoted(column)))
            self._cells[column] = self._add("cell", f"s{number}", not_blank(trimmed, self.mapping.blanks))
        return self._cells[column]

    def _told(self, slot: Slot, column: Column) -> str:
        """What the source says for a column, as text."""
        if column.constant is not None:
            return self._add("told", f"x_{slot.name}", f"CAST({literal(column.constant)} AS VARCHAR)")
        cells = [self._cell(c) for c in column.columns]
        told = cells[0] if len(cells) == 1 else f"nullif(concat_ws({literal(column.join)}, {', '.join(cells)}), '')"
        if column.blanks:
            told = not_blank(told, column.blanks)
        if column.mail:
            told = mail_part(told, column.mail)
        if column.when:
            holds = " AND ".join(condition(part, self._cell(part.column)) for part in column.when.parts)
            told = f"CASE WHEN {holds} THEN {told} END"
        return told if told in cells else self._add("told", f"x_{slot.name}", told)

    def _column(self, slot: Slot, column: Column) -> str:
        told = self._told(slot, column)
        text = self._around(slot, column, self._word(slot, column, told))
        if slot.type == "timestamptz":
            value = self._instant(slot, column, text)
        elif slot.type == "date":
            value = self._birthday(slot, column, text)
        elif slot.type in ("double precision", "integer"):
            value = self._number(slot, column, text)
        elif slot.type == "boolean":
            value = self._boolean(slot, column, text)
        elif slot.words and not column.values and column.constant is None:
            value = self._own_word(slot, column, text)
        else:
            value = text
        if slot.required or (slot.name == "key" and column.constant is None):
            where = f" (column {column.source} is empty)" if column.source else ""
            missing = said(f"{slot.name} is missing{where}. Add it to the row.")
            self._fault(slot, column, f"{text} IS NULL AND {told} IS NULL", "missing", missing)
        return value

    def _around(self, slot: Slot, column: Column, text: str) -> str:
        if not (column.prefix or column.suffix):
            return text
        parts = [literal(column.prefix), text, literal(column.suffix)]  # || keeps what is not told untold
        return self._add("plain", f"z_{slot.name}", " || ".join(part for part in parts if part != "''"))

    def _fault(self, slot: Slot, column: Column, condition: str, code: str, message: str) -> None:
        self.faults.append(Fault(condition, slot.name, column.source, code, message))

    def _wrong(self, place: tuple[Slot, Column, str], condition: str, code: str, what: str, step: str) -> None:
        """A fault of the form: closed_at '2018-13-01' <what> (column datetimeclosed). <step>"""
        slot, column, text = place
        where = f" (column {column.source}). " if column.source else ". "
        message = said(f"{slot.name} '", f"{{left({text}, 80)}}", f"' {what}{where}", step)
        self._fault(slot, column, condition, code, message)

    def _word(self, slot: Slot, column: Column, told: str) -> str:
        """The told text with the value map applied; a fault for values that the map does not know."""
        if not column.values and (column.otherwise is None or not slot.words):
            return told
        words: dict[str, list[str]] = {}
        # A rest without values: our own words are themselves.
        for key, word in (column.values or {word: word for word in slot.words}).items():
            words.setdefault(word, []).append(key)
        same = self._add("squeezed", f"k_{slot.name}", folded(told))
        cases = " ".join(
            f"WHEN {same} IN {lowered(keys)} THEN {literal(word) if word else 'NULL'}" for word, keys in words.items()
        )
        rest = "NULL" if not column.otherwise else told if column.otherwise == KEEP else literal(column.otherwise)
        if column.otherwise is None:
            unknown = f"{told} IS NOT NULL AND {same} NOT IN {lowered(list(column.values))}"
            self._wrong(
                (slot, column, told), unknown, "unknown_value", "is no value that the mapping knows",
                "Add it to the mapping's values, or correct the row.",
            )  # fmt: skip
        return self._add("word", f"m_{slot.name}", f"CASE WHEN {told} IS NULL THEN NULL {cases} ELSE {rest} END")

    def _own_word(self, slot: Slot, column: Column, text: str) -> str:
        own = f"CASE WHEN lower({text}) IN {listed(slot.words)} THEN lower({text}) END"
        word = self._add("value", f"v_{slot.name}", own)
        self._wrong(
            (slot, column, text), f"{text} IS NOT NULL AND {word} IS NULL", "unknown_value",
            f"is none of {', '.join(slot.words)}", "Say in the mapping's values what it means.",
        )  # fmt: skip
        return word

    # --- dates -----------------------------------------------------------------------------------

    def _clock(self, slot: Slot, column: Column, text: str) -> tuple[list[str], list[str]]:
        """SQL for the local time and for the instant of a text, in the order they are tried."""
        forms = dates.divided(column.formats, self.mapping.date_order)
        local = dates.local_by_formats(text, forms.local)
        zoned = dates.zoned_by_formats(text, forms.zoned)
        if forms.iso:
            plain = self._add("plain", f"a_{slot.name}", dates.plain_of(text))
            other = f"CASE WHEN {plain} IS NULL AND {text} IS NOT NULL THEN {dates.rearranged(text, forms.order)} END"
            other = self._add("turned", f"r_{slot.name}", other)
            iso = f"CASE WHEN {other} IS NOT NULL THEN {dates.told_by_the_clock(other)} END"
            iso = self._add("iso", f"y_{slot.name}", iso)
            local += [plain, dates.local_of(iso)]
            zoned.append(dates.zoned_of(iso))
            if not column.formats and forms.order not in ("dmy", "mdy") and column.columns:
                self.undecided[column.source] = text
        return local, zoned

    def _instant(self, slot: Slot, column: Column, text: str) -> str:
        local, zoned = self._clock(slot, column, text)
        zone = self.mapping.time_zone
        clock = self._add("clock", f"l_{slot.name}", first(local, "TIMESTAMP"))
        told = [f"CASE WHEN {clock} IS NULL THEN {first(zoned, 'TIMESTAMPTZ')} END"] if zoned else []
        instant = self._add("instant", f"p_{slot.name}", first([*told, dates.utc_of(clock, zone)], "TIMESTAMPTZ"))
        value = dates.in_range(instant)
        if column.day == "end":
            value = f"CASE WHEN ({value}) IS NOT NULL THEN {dates.day_end(instant, zone)} END"
        value = self._add("value", f"v_{slot.name}", value)
        self._bad_date(slot, column, text, instant)
        self._wrong(
            (slot, column, text), f"{instant} IS NOT NULL AND {value} IS NULL", "out_of_range",
            f"lies outside {dates.EARLIEST[:4]} to {int(dates.LATEST[:4]) - 1}", "Correct the date, or make it blank.",
        )  # fmt: skip
        return value

    def _birthday(self, slot: Slot, column: Column, text: str) -> str:
        local, zoned = self._clock(slot, column, text)
        clock = self._add("clock", f"l_{slot.name}", first(local, "TIMESTAMP"))
        days = [f"CAST({clock} AS DATE)", *(f"CAST({z} AS DATE)" for z in zoned)]
        day = self._add("instant", f"p_{slot.name}", first(days, "DATE"))
        known = f"{day} >= DATE '{dates.EARLIEST_BIRTH}' AND {day} < DATE '{dates.LATEST}'"
        value = self._add("value", f"v_{slot.name}", f"CASE WHEN {known} THEN {day} END")
        self._bad_date(slot, column, text, day)
        self._wrong(
            (slot, column, text), f"{day} IS NOT NULL AND {value} IS NULL", "out_of_range",
            "is no date of birth", "Correct the date, or make it blank.",
        )  # fmt: skip
        return value

    def _bad_date(self, slot: Slot, column: Column, text: str, read: str) -> None:
        failed = f"{text} IS NOT NULL AND {read} IS NULL"
        step = "Correct the date or add its format to the mapping."
        if self.mapping.date_order not in ("dmy", "mdy"):
            ask = "Say in the mapping whether the day or the month comes first (date_order)."
            numeric = dates.match(text, dates.NUMERIC)
            step = f"{{CASE WHEN {numeric} THEN {literal(ask)} ELSE {literal(step)} END}}"
        self._wrong((slot, column, text), failed, "bad_date", "is not a date we can read", step)

    # --- numbers and yes/no ----------------------------------------------------------------------

    def _number(self, slot: Slot, column: Column, text: str) -> str:
        number = self._add("instant", f"p_{slot.name}", number_of(text, column.decimal, clock=slot.name in DURATIONS))
        low, high = LIMITS.get(slot.name, (None, None))
        value = number if low is None else f"CASE WHEN {number} BETWEEN {low} AND {high} THEN {number} END"
        if slot.type == "integer":
            value = f"CASE WHEN {number} = floor({number}) THEN try_cast({number} AS INTEGER) END"
        value = self._add("value", f"v_{slot.name}", value)
        place = (slot, column, text)
        step = "Correct it, or write decimal = ',' in the mapping." if column.decimal == "." else "Correct it."
        self._wrong(place, f"{text} IS NOT NULL AND {number} IS NULL", "bad_number", "is not a number", step)
        limits = f"must lie between {low} and {high:g}" if high is not None else "must be a whole number"
        self._wrong(place, f"{number} IS NOT NULL AND {value} IS NULL", "out_of_range", limits, "Correct it.")
        return value

    def _boolean(self, slot: Slot, column: Column, text: str) -> str:
        yes, no = f"lower({text}) IN {listed(_TRUE)}", f"lower({text}) IN {listed(_FALSE)}"
        value = self._add("value", f"v_{slot.name}", f"CASE WHEN {yes} THEN TRUE WHEN {no} THEN FALSE END")
        self._wrong(
            (slot, column, text), f"{text} IS NOT NULL AND {value} IS NULL", "bad_yes_no",
            "is neither yes nor no", "Say in the mapping's values what it means.",
        )  # fmt: skip
        return value

    def _limits(self) -> None:
        """A score outside its own scale."""
        score, low, high = (self.values.get(name) for name in ("score", "scale_min", "scale_max"))
        if not score or not (low or high):
            return
        sides = [f"{score} < {low}" if low else "", f"{score} > {high}" if high else ""]
        source = self.target.columns["score"].source
        self.faults.append(Fault(" OR ".join(s for s in sides if s), "score", source, "out_of_range", said(
            "score ", f"{{{score}}}", f" is not on its scale (column {source}). "
            "Correct it, or name it among the column's blanks when it means 'not asked'.")))  # fmt: skip


def trimmed_of(text: str) -> str:
    """SQL for a text without white space around it. DuckDB's trim of a set of characters costs six times the look."""
    ends = " OR ".join(f"ends_with({text}, chr({code}))" for code in (32, 9, 10, 13, 160))
    return f"CASE WHEN {text} < '!' OR {text} > '~' OR {ends} THEN trim({text}, {_SPACES}) ELSE {text} END"


def applies(when: When, blanks: Sequence[str]) -> str:
    """SQL over `raw` that is true for the rows a condition holds for."""
    texts = {part: trimmed_of(quoted(part.column)) for part in when.parts}
    return " AND ".join(
        condition(part, text if part.values else not_blank(text, blanks)) for part, text in texts.items()
    )


def condition(when: When, text: str) -> str:
    """SQL for one condition on a text that is NULL where blank (which only matters without `values`)."""
    if when.values:
        return f"{folded(text)} IN {lowered(when.values)}"
    return f"({text}) IS {'NOT NULL' if when.told else 'NULL'}"


def folded(text: str) -> str:
    """SQL for a trimmed text as values are compared: lower case, single spaces (few have more, so look first)."""
    return f"lower(CASE WHEN contains({text}, '  ') THEN regexp_replace({text}, ' +', ' ', 'g') ELSE {text} END)"


def lowered(values: Sequence[str]) -> str:
    return listed([" ".join(v.split()).lower() for v in values])


def first(expressions: Sequence[str], kind: str) -> str:
    """SQL for the first that is not NULL."""
    if not expressions:
        return f"CAST(NULL AS {kind})"
    return expressions[0] if len(expressions) == 1 else f"coalesce({', '.join(expressions)})"


def not_blank(text: str, blanks: Sequence[str]) -> str:
    """SQL that is NULL where a text is among the blanks, whatever its case."""
    plain = sorted({b.strip().lower() for b in blanks})
    if plain == [""]:
        return f"nullif({text}, '')"
    longest = max(len(b.encode()) for b in plain)
    return f"CASE WHEN strlen({text}) <= {longest} AND lower({text}) IN {listed(plain)} THEN NULL ELSE {text} END"


def number_of(text: str, decimal: str, *, clock: bool = False) -> str:
    """SQL for the number in a text: thousands separators, currency signs, (1.00) for minus; h:mm:ss if `clock`."""
    bare = f"regexp_replace({text}, '[\\s\\x{{A0}}\\x{{202F}}$£€¥'']', '', 'g')"
    bare = f"regexp_replace({bare}, '^\\((.*)\\)$', '-\\1')"
    if decimal == ",":
        grouped = r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?|[+-]?\d+(?:,\d+)?"
        plain = f"replace(replace({bare}, '.', ''), ',', '.')"
        messy = f"CASE WHEN {dates.match(bare, grouped)} THEN try_cast({plain} AS DOUBLE) END"
        cases = ""
    else:
        grouped = r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?"
        messy = (
            f"CASE WHEN {dates.match(bare, grouped)} THEN try_cast(replace({bare}, ',', '') AS DOUBLE) "
            f"WHEN {dates.match(bare, _NUMBER)} THEN try_cast({bare} AS DOUBLE) END"
        )
        cases = f"WHEN {dates.match(text, _NUMBER)} THEN try_cast({text} AS DOUBLE) "
    if clock:
        parts = f"string_split({text}, ':')"
        seconds = f"list_reduce(list_transform({parts}, lambda p: CAST(p AS DOUBLE)), lambda a, b: a * 60 + b)"
        cases += f"WHEN {dates.match(text, _CLOCK_TIME)} THEN {seconds} "
    return f"CASE {cases}ELSE {messy} END" if cases else messy


def as_text(kind: str, value: str) -> str:
    """SQL for a value as text, the same on every machine, for digests."""
    if kind in ("text", "jsonb"):
        return value
    return f"CAST(epoch_us({value}) AS VARCHAR)" if kind == "timestamptz" else f"CAST({value} AS VARCHAR)"


def details_json(details: Dict[str, str]) -> str:
    """SQL for the details as a JSON object of those that are told; NULL when none is."""
    if not details:
        return "CAST(NULL AS JSON)"
    pairs = ", ".join(
        f"{literal(json.dumps(name, ensure_ascii=False) + ':')} || CAST(to_json({value}) AS VARCHAR)"
        for name, value in details.items()
    )
    return f"CAST('{{' || nullif(concat_ws(',', {pairs}), '') || '}}' AS JSON)"


def typed_null(kind: str) -> str:
    return f"CAST(NULL AS {DUCKDB_TYPES[kind]})"
