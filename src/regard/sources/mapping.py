"""Mappings: which column of a silo's file becomes which word of the design. Data, kept as TOML.

The form is described in `docs/mappings.md`; examples are in `examples/mappings/`.
"""

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import tomli_w

from regard.sources.mapping_parts import AmbiguousDatesError, Column, DateQuestion, MappingError, Target, When, nearest
from regard.sources.mapping_reading import check_time_zone, parts_of
from regard.sources.readers.base import ReadOptions
from regard.sources.targets import REQUIRED

__all__ = [
    "AmbiguousDatesError",
    "Column",
    "DateQuestion",
    "Mapping",
    "MappingError",
    "Target",
    "When",
    "check_time_zone",
    "fingerprint_of",
]


@dataclass(frozen=True, slots=True)
class Mapping:
    """A silo's mapping. Build with `from_toml`, which checks it; `to_toml` writes the same mapping back."""

    silo: str
    name: str
    time_zone: str
    targets: tuple[Target, ...]
    date_order: str | None = None
    blanks: tuple[str, ...] = ("",)
    read: ReadOptions = field(default_factory=ReadOptions)

    @classmethod
    def from_toml(cls, text: str) -> "Mapping":
        """Raises MappingError with every problem found, not only the first."""
        try:
            told = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise MappingError(f"The mapping is not valid TOML: {error}. Correct it there.") from error
        return cls(**parts_of(told))

    def to_toml(self) -> str:
        """The mapping as TOML, without what stands at its default."""
        plain: dict[str, Any] = {"silo": self.silo, "name": self.name, "time_zone": self.time_zone}
        if self.date_order:
            plain["date_order"] = self.date_order
        plain["blanks"] = list(self.blanks)
        if read := {
            f.name: getattr(self.read, f.name) for f in fields(ReadOptions) if getattr(self.read, f.name) is not None
        }:
            plain["read"] = read
        plain["target"] = [_target_to_plain(t) for t in self.targets]
        return tomli_w.dumps(plain)

    def resolved(self, columns: Sequence[str]) -> "Mapping":
        """The mapping with the file's own spelling of its column names (case and spaces may differ).

        Raises MappingError naming each column the file lacks and the nearest one it has.
        """
        return _Resolving(columns).mapping(self)


def fingerprint_of(columns: Sequence[str]) -> str:
    """What a header is remembered by: the same names in any order and spelling of case and spaces. 64 hex digits."""
    names = sorted(" ".join(c.split()).casefold() for c in columns)
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()


# --- writing ---------------------------------------------------------------------------------------


def _when_to_plain(when: When) -> dict[str, Any]:
    plain: dict[str, Any] = {"column": when.column}
    plain |= {"values": list(when.values)} if when.values else {"told": when.told}
    return plain | ({"also": _when_to_plain(when.also)} if when.also else {})


def _target_to_plain(target: Target) -> dict[str, Any]:
    plain: dict[str, Any] = {"into": target.into}
    if target.grain != "row":
        plain["grain"] = target.grain
    plain["columns"] = {name: _column_to_plain(column) for name, column in target.columns.items()}
    if target.details:
        plain["details"] = dict(target.details)
    if target.when:
        plain["when"] = _when_to_plain(target.when)
    return plain


def _column_to_plain(column: Column) -> Any:
    plain: dict[str, Any] = {}
    if column.constant is not None:
        plain["constant"] = column.constant
    elif len(column.columns) == 1:
        plain["column"] = column.columns[0]
    else:
        plain |= {"columns": list(column.columns), "join": column.join}
    for name in _SETTINGS:
        value = getattr(column, name)
        if value == getattr(_PLAIN, name):
            continue
        plain[name] = _when_to_plain(value) if isinstance(value, When) else dict(value) if name == "values" else value
        if isinstance(value, tuple):
            plain[name] = list(value)
    return plain["column"] if plain.keys() == {"column"} else plain


_PLAIN = Column()
_SETTINGS = tuple(f.name for f in fields(Column) if f.name not in ("columns", "join", "constant"))


# --- a mapping meets a file --------------------------------------------------------------------------


class _Resolving:
    """Finds each source column of a mapping in a file's header."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = columns
        self.known = {" ".join(c.split()).casefold(): c for c in columns}
        self.problems: list[str] = []

    def mapping(self, mapping: Mapping) -> Mapping:
        targets = tuple(self._target(t) for t in mapping.targets)
        if self.problems:
            raise MappingError(*dict.fromkeys(self.problems))
        return replace(mapping, targets=targets)

    def _find(self, name: str, use: str) -> str:
        found = self.known.get(" ".join(name.split()).casefold())
        if found is None:
            near = nearest(name, self.columns) or f" It has: {', '.join(self.columns[:12])}."
            self.problems.append(f"The mapping reads column '{name}' for {use}, but the file has no such column.{near}")
        return found or name

    def _when(self, when: When | None, use: str) -> When | None:
        if when is None:
            return None
        return replace(when, column=self._find(when.column, use), also=self._when(when.also, use))

    def _target(self, target: Target) -> Target:
        needed = {"key", *REQUIRED[target.into]}
        columns = {name: self._column(name, column, needed=name in needed) for name, column in target.columns.items()}
        details = {name: self._find(column, f"the detail '{name}'") for name, column in target.details.items()}
        return replace(
            target,
            columns={name: column for name, column in columns.items() if column is not None},
            details=details,
            when=self._when(target.when, f"when of {target.into}"),
        )

    def _column(self, name: str, column: Column, *, needed: bool) -> Column | None:
        if (
            column.optional
            and not needed
            and any(" ".join(c.split()).casefold() not in self.known for c in column.columns)
        ):
            return None
        found = tuple(self._find(c, name) for c in column.columns)
        return replace(column, columns=found, when=self._when(column.when, f"when of {name}"))
