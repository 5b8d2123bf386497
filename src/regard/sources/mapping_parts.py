"""The parts a mapping is made of, and what can be wrong with one."""

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal

DATE_ORDERS = ("ymd", "mdy", "dmy")
DATE_FORMATS = ("iso", "excel", "epoch", "epoch_ms", "dmy", "mdy")
"""Named date formats, beside strptime patterns. Without `formats` a column reads ISO and every unambiguous form."""
DIRECTIVES = frozenset("aAbBdjHImMnpfgSuUwWyYzZ%-xXcG")
MAIL_PARTS = ("name", "address")
"""What `mail` takes out of a mail header such as `Ann Ash <ann@mail.example>`."""
KEEP = "="
"""`otherwise = "="`: a value that the map does not name is kept as it was told."""


class MappingError(Exception):
    """A mapping that cannot be used; `problems` are sentences that say what, where and what to do next."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__(" ".join(problems))


class AmbiguousDatesError(MappingError):
    """Dates that can be read in two ways, and a mapping that does not say which; `questions` put it to a person."""

    def __init__(self, questions: Sequence["DateQuestion"]) -> None:
        self.questions = tuple(questions)
        super().__init__(*(q.sentence for q in questions))


@dataclass(frozen=True, slots=True)
class DateQuestion:
    """Which of two readings is right? Each reading is (date_order, the example in plain words)."""

    column: str
    example: str
    readings: tuple[tuple[str, str], ...]

    @property
    def sentence(self) -> str:
        shown = " or ".join(f"{words} (date_order = '{order}')" for order, words in self.readings)
        return f"Is '{self.example}' in column '{self.column}' {shown}? Say so in the mapping; it is never guessed."


@dataclass(frozen=True, slots=True)
class When:
    """A condition on one column: its value is among `values` (trimmed, without regard to case); or, without
    values, it is told at all, that is not blank; or, with `told` false, it is blank. `also` must hold beside it."""

    column: str
    values: tuple[str, ...] = ()
    told: bool = True
    also: "When | None" = None

    @property
    def parts(self) -> tuple["When", ...]:
        """This condition and every other that must hold beside it."""
        return (self, *(self.also.parts if self.also else ()))


@dataclass(frozen=True, slots=True)
class Column:
    """How one target column is filled: from a column, from several joined, or with a constant.

    formats: date formats tried in order (strptime patterns or names in DATE_FORMATS).
    values: told value -> word, compared trimmed and without case; "" as the word means: not told.
    otherwise: for values the map does not name; None quarantines them, "=" keeps them.
    blanks: values that are not told, beside the mapping's own.
    mail: "name" or "address": that part of a mail header (`Ann Ash <ann@mail.example>`, encoded words decoded).
    prefix, suffix: set around a told text, last of all.
    decimal: "." or ",".
    day: "end" reads a date without a time as the end of that day (a promise "by the 15th").
    when: told only in rows where this holds.
    optional: the file may lack the column.
    """

    columns: tuple[str, ...] = ()
    join: str = " "
    constant: str | None = None
    formats: tuple[str, ...] = ()
    values: Dict[str, str] = field(default_factory=dict)
    otherwise: str | None = None
    blanks: tuple[str, ...] = ()
    mail: str = ""
    prefix: str = ""
    suffix: str = ""
    decimal: str = "."
    day: Literal["start", "end"] = "start"
    when: When | None = None
    optional: bool = False

    @property
    def source(self) -> str:
        """The source columns, for messages."""
        return " + ".join(self.columns)


@dataclass(frozen=True, slots=True)
class Target:
    """What a row becomes. `grain` "row": each row is one; "distinct": rows of one key are merged."""

    into: str
    columns: Dict[str, Column]
    details: Dict[str, str] = field(default_factory=dict)
    grain: Literal["row", "distinct"] = "row"
    when: When | None = None


def nearest(name: str, known: Sequence[str]) -> str:
    """' Did you mean ...?' with the nearest known name, or nothing."""
    lowered = {k.casefold(): k for k in known}
    close = get_close_matches(name.casefold(), lowered, n=1, cutoff=0.6)
    return f" Did you mean '{lowered[close[0]]}'?" if close else ""
