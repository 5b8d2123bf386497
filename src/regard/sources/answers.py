"""The posted form of the mapping wizard, read as answers. Pure: texts in, a Draft out.

Names of the fields: `c<i>` what the i-th column becomes; `t-<column>-<j>` a told value and `v-<column>-<j>` its
word; `o-<column>` what other values become; `f-<column>` the same value for every row; `x<n>` extras left in.
"""

import csv
import io
from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from regard.sources.mapping import Column, Mapping, MappingError, Target
from regard.sources.readers import ReadOptions
from regard.sources.targets import REQUIRED
from regard.sources.wizard import ASIDE, FIXED, Draft

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "caret": "^", "tilde": "~"}


NOTHING = "\x1f"
"""Stands in a posted base for what no column gives yet."""


@dataclass(frozen=True, slots=True)
class Basics:
    """What is asked about the mapping as a whole."""

    silo: str
    name: str
    time_zone: str
    into: str
    date_order: str | None
    blanks: tuple[str, ...]


def draft_from(
    posted: Dict[str, str], columns: Sequence[str], basics: Basics, read: ReadOptions, base: Mapping | None
) -> Draft:
    """The answers in a posted form, for a file with these columns."""
    return Draft(
        silo=basics.silo,
        name=basics.name,
        time_zone=basics.time_zone,
        into=basics.into,
        becomes={column: posted.get(f"c{number}", "") for number, column in enumerate(columns)},
        date_order=basics.date_order,
        blanks=basics.blanks,
        read=read,
        values=_values(posted),
        otherwise={name.removeprefix("o-"): word or ASIDE for name, word in posted.items() if name.startswith("o-")},
        fixed={name: posted.get(f"f-{name}", "").strip() for name in FIXED[basics.into]},
        base=base,
        extras=frozenset(int(name[1:]) for name in posted if name[:1] == "x" and name[1:].isdecimal()),
    )


def _values(posted: Dict[str, str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, told in posted.items():
        kind, _, rest = name.partition("-")
        column, _, number = rest.rpartition("-")
        if kind == "t" and column and number.isdecimal():
            found.setdefault(column, {})[told] = posted.get(f"v-{column}-{number}", "") or ASIDE
    return found


def base_text(mapping: Mapping) -> str:
    """The mapping that a form starts from, as text to be posted back; it may still lack what rows need."""
    targets = [replace(target, columns=_completed(target)) for target in mapping.targets]
    whole = replace(mapping, silo=mapping.silo or "new", time_zone=mapping.time_zone or "UTC", targets=tuple(targets))
    return whole.to_toml()


def _completed(target: Target) -> dict[str, Column]:
    needed = [*REQUIRED[target.into], *(["key"] if target.grain == "distinct" else [])]
    needed += ["person_name"] if target.into == "identity" else []
    return {name: Column(columns=(NOTHING,)) for name in needed if name not in target.columns} | dict(target.columns)


def base_from(text: str) -> Mapping | None:
    """The mapping that a form started from, as it was posted back; None when it makes no sense."""
    try:
        mapping = Mapping.from_toml(text) if text.strip() else None
    except MappingError:
        return None
    return mapping and replace(mapping, targets=tuple(_without_nothing(target) for target in mapping.targets))


def _without_nothing(target: Target) -> Target:
    return replace(target, columns={name: c for name, c in target.columns.items() if c.columns != (NOTHING,)})


def read_from(posted: Dict[str, str], before: ReadOptions | None = None) -> ReadOptions:
    """How to read the file: what was chosen, and of the mapping before what the form does not ask."""
    told = before or ReadOptions()
    header = posted.get("read-header_row", "").strip()
    return ReadOptions(
        format=told.format,
        delimiter=DELIMITERS.get(posted.get("read-delimiter", ""), _odd(told.delimiter)),
        encoding=posted.get("read-encoding", "").strip() or None,
        quote=told.quote,
        header_row=int(header) if header.isdecimal() and len(header) < 7 else None,
        sheet=posted.get("read-sheet", "") or None,
        records=posted.get("read-records", "").strip() or None,
    )


def read_answers(read: ReadOptions) -> dict[str, str]:
    """The other way round: the fields of the form for options that are told."""
    names = {character: name for name, character in DELIMITERS.items()}
    return {
        "read-delimiter": names.get(read.delimiter or "", ""),
        "read-encoding": read.encoding or "",
        "read-header_row": "" if read.header_row is None else str(read.header_row),
        "read-sheet": read.sheet or "",
        "read-records": read.records or "",
    }


def blanks_from(text: str) -> tuple[str, ...]:
    """`NA, N/A, "a, b"` as a tuple; nothing itself is always among them."""
    rows = list(csv.reader(io.StringIO(text.replace("\r", " ").replace("\n", " ")), skipinitialspace=True))
    told = [cell.strip() for row in rows for cell in row]
    return ("", *dict.fromkeys(cell for cell in told if cell))


def blanks_text(blanks: Sequence[str]) -> str:
    """The other way round."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([blank for blank in blanks if blank.strip()])
    return line.getvalue().replace(",", ", ") if '"' not in line.getvalue() else line.getvalue()


def _odd(delimiter: str | None) -> str | None:
    """A delimiter that the form has no name for; the form leaves it as it is."""
    return None if delimiter in DELIMITERS.values() else delimiter
