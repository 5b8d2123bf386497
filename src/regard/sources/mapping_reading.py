"""Reading a mapping's TOML, with every problem found and said at once."""

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import fields
from typing import Any
from zoneinfo import ZoneInfo

from regard.sources.mapping_parts import (
    DATE_FORMATS,
    DATE_ORDERS,
    DIRECTIVES,
    KEEP,
    MAIL_PARTS,
    Column,
    MappingError,
    Target,
    When,
    nearest,
)
from regard.sources.readers.base import FORMATS, ReadOptions
from regard.sources.targets import COLUMNS, MADE, REQUIRED, TARGETS, WORDS, fillable, is_free_text


def check_time_zone(name: str) -> str | None:
    """What is wrong with the name of a time zone, or None."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return f"'{name}' is not a time zone. Write one like 'America/Chicago'."
    return None


def parts_of(told: dict[str, Any]) -> dict[str, Any]:
    """The fields of a `Mapping` from its plain TOML. Raises MappingError with every problem found."""
    return _Reading(told).parts()


class _Reading:
    """Turns plain TOML into a mapping, collecting what is wrong with it."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told
        self.problems: list[str] = []

    def parts(self) -> dict[str, Any]:
        known = ("silo", "name", "time_zone", "date_order", "blanks", "read", "target")
        self._only(self.told, known, "the mapping")
        silo = self._text(self.told, "silo", "the mapping")
        zone = self._text(self.told, "time_zone", "the mapping")
        if zone and (wrong := check_time_zone(zone)):
            self.problems.append(f"time_zone: {wrong}")
        order = self.told.get("date_order")
        if order is not None and order not in DATE_ORDERS:
            self.problems.append(f"date_order is '{order}'. Write one of {', '.join(DATE_ORDERS)}.")
        read = self._read(self.told.get("read", {}))
        listed = self.told.get("target", [])
        if not isinstance(listed, list) or not listed:
            self.problems.append("The mapping has no [[target]]. Add at least one.")
            listed = []
        targets = tuple(t for i, part in enumerate(listed, start=1) if (t := self._target(part, i)) is not None)
        self._grains(targets)
        blanks = self._texts(self.told.get("blanks", [""]), "blanks")
        if self.problems:
            raise MappingError(*self.problems)
        return {
            "silo": silo,
            "name": str(self.told.get("name") or silo),
            "time_zone": zone,
            "targets": targets,
            "date_order": order,
            "blanks": blanks if "" in blanks else ("", *blanks),
            "read": read,
        }

    def _only(self, told: Dict[str, Any], known: Sequence[str], where: str) -> None:
        for name in told:
            if name not in known:
                self.problems.append(f"'{name}' means nothing in {where}.{nearest(name, known)}")

    def _text(self, told: Dict[str, Any], name: str, where: str) -> str:
        value = told.get(name)
        if not isinstance(value, str) or not value.strip():
            self.problems.append(f'{name} is missing in {where}. Add {name} = "...".')
            return ""
        return value

    def _texts(self, value: Any, where: str) -> tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(v, str | int | float) for v in value):
            return tuple(str(v) for v in value)
        self.problems.append(f'{where} is not a list of texts. Write it like ["a", "b"].')
        return ()

    def _read(self, told: Any) -> ReadOptions:
        names = [f.name for f in fields(ReadOptions)]
        if not isinstance(told, dict):
            self.problems.append("read is not a table. Write [read] and its settings below.")
            return ReadOptions()
        self._only(told, names, "[read]")
        if told.get("format") not in (None, *FORMATS):
            self.problems.append(f"format is '{told['format']}' in [read]. Write one of {', '.join(FORMATS)}.")
        header = told.get("header_row")
        if header is not None and (not isinstance(header, int) or header < 0):
            self.problems.append("header_row in [read] is not a line number. Write 1 for the first line, 0 for none.")
        return ReadOptions(**{name: told[name] for name in names if name in told})

    def _grains(self, targets: Sequence[Target]) -> None:
        for into in {t.into for t in targets}:
            if len({t.grain for t in targets if t.into == into}) > 1:
                self.problems.append(f"Two targets into {into} have different grains. Give both the same.")

    def _target(self, told: Any, number: int) -> Target | None:
        where = f"[[target]] {number}"
        if not isinstance(told, dict) or told.get("into") not in TARGETS:
            into = told.get("into") if isinstance(told, dict) else None
            self.problems.append(f"into is '{into}' in {where}. Write one of {', '.join(TARGETS)}.")
            return None
        into = told["into"]
        where = f"{where} ({into})"
        self._only(told, ("into", "grain", "columns", "details", "when"), where)
        grain = told.get("grain", "row")
        if grain not in ("row", "distinct"):
            self.problems.append(f"grain is '{grain}' in {where}. Write 'row' or 'distinct'.")
        columns = self._columns(into, told.get("columns", {}), where)
        details = told.get("details", {})
        if not isinstance(details, dict) or not all(isinstance(v, str) for v in details.values()):
            self.problems.append(f'details in {where} is not a table of texts. Write plain name = "source column".')
            details = {}
        self._required(into, columns, grain, where)
        return Target(into, columns, details, grain, self._when(told.get("when"), where))

    def _columns(self, into: str, told: Any, where: str) -> dict[str, Column]:
        if not isinstance(told, dict):
            self.problems.append(f"columns in {where} is not a table. Write [target.columns].")
            return {}
        found = {}
        for name, value in told.items():
            if name in MADE or name not in COLUMNS[into]:
                self.problems.append(f"'{name}' is no column of {into} ({where}).{nearest(name, fillable(into))}")
            elif (column := self._column(into, name, value, where)) is not None:
                found[name] = column
        return found

    def _required(self, into: str, columns: Dict[str, Column], grain: str, where: str) -> None:
        for name in REQUIRED[into]:
            if name not in columns:
                self.problems.append(f"{where} does not say where {name} comes from. Add it under [target.columns].")
        if grain == "distinct" and "key" not in columns:
            self.problems.append(f"{where} merges rows of one key but names no key. Add key under [target.columns].")
        if into == "identity" and not any(name.startswith("person_") for name in columns):
            self.problems.append(f"{where} says nothing of a person. Add person_name, person_email or the like.")

    def _column(self, into: str, name: str, told: Any, where: str) -> Column | None:
        place = f"{name} in {where}"
        if isinstance(told, str):
            told = {"column": told}
        if not isinstance(told, dict):
            self.problems.append(f'{place} is neither a column\'s name nor a table. Write {name} = "source column".')
            return None
        self._only(told, ("column", *(f.name for f in fields(Column))), place)
        given = [kind for kind in ("column", "columns", "constant") if kind in told]
        if len(given) != 1:
            self.problems.append(f"{place} needs exactly one of column, columns and constant.")
            return None
        columns = self._texts(told.get("columns", [told["column"]] if "column" in told else []), f"columns of {place}")
        column = Column(
            columns=columns,
            join=str(told.get("join", " ")),
            constant=None if told.get("constant") is None else _plain_text(told["constant"]),
            formats=self._formats(told, place),
            values=self._values(into, name, told.get("values", {}), place),
            otherwise=None if told.get("otherwise") is None else str(told["otherwise"]),
            blanks=self._texts(told.get("blanks", []), f"blanks of {place}"),
            mail=told.get("mail", ""),
            prefix=str(told.get("prefix", "")),
            suffix=str(told.get("suffix", "")),
            decimal=told.get("decimal", "."),
            day=told.get("day", "start"),
            when=self._when(told.get("when"), place),
            optional=told.get("optional", False) is True,
        )
        self._settings(column, into, name, place)
        return column

    def _settings(self, column: Column, into: str, name: str, place: str) -> None:
        if column.decimal not in (".", ","):
            self.problems.append(f"decimal of {place} is '{column.decimal}'. Write '.' or ','.")
        if column.day not in ("start", "end"):
            self.problems.append(f"day of {place} is '{column.day}'. Write 'start' or 'end'.")
        if column.mail not in ("", *MAIL_PARTS):
            self.problems.append(f"mail of {place} is '{column.mail}'. Write 'name' or 'address'.")
        if (column.prefix or column.suffix) and not is_free_text(into, name):
            self.problems.append(f"{place} is no free text, so it can have no prefix or suffix. Leave them out.")
        for word in (column.constant, column.otherwise):
            if word not in (None, "", KEEP):
                self._word(into, name, str(word), place)

    def _formats(self, told: dict[str, Any], place: str) -> tuple[str, ...]:
        formats = self._texts(told.get("formats", []), f"formats of {place}")
        for pattern in formats:
            if "%" not in pattern and pattern not in DATE_FORMATS:
                names = ", ".join(DATE_FORMATS)
                self.problems.append(
                    f"'{pattern}' in {place} is no date format. Write a pattern like '%d/%m/%Y', or {names}."
                )
            codes = {pattern[i + 1 : i + 2] for i, c in enumerate(pattern) if c == "%" and pattern[i - 1 : i] != "%"}
            if wrong := sorted(codes - DIRECTIVES):
                self.problems.append(f"'%{wrong[0]}' in {place} means nothing in a date format. See docs/mappings.md.")
        return formats

    def _values(self, into: str, name: str, told: Any, place: str) -> dict[str, str]:
        if not isinstance(told, dict) or not all(isinstance(v, str | int | float | bool) for v in told.values()):
            self.problems.append(f'values of {place} is not a table. Write {{ TOLD = "word" }}.')
            return {}
        values = {key.strip(): _plain_text(value) for key, value in told.items()}
        for word in values.values():
            if word:
                self._word(into, name, word, place)
        return values

    def _word(self, into: str, name: str, word: str, place: str) -> None:
        words = WORDS.get((into, name), ())
        if words and word not in words:
            self.problems.append(
                f"'{word}' is no word for {place}.{nearest(word, words)} The words are {', '.join(words)}."
            )

    def _when(self, told: Any, place: str) -> When | None:
        if told is None:
            return None
        if not isinstance(told, dict) or not isinstance(told.get("column"), str):
            self.problems.append(f"when of {place} needs a column.")
            return None
        self._only(told, ("column", "values", "told", "also"), f"when of {place}")
        values = self._texts(told.get("values", []), f"values in when of {place}")
        if bool(values) == isinstance(told.get("told"), bool):
            self.problems.append(f"when of {place} needs either values = [...] or told = true (or false: blank).")
        return When(told["column"], values, bool(told.get("told", True)), self._when(told.get("also"), place))


def _plain_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
