"""The mess of real silo files, at documented rates, and an exact account of it.

Every mess is one of two kinds. *Harmless* ones (stray spaces, shouting, a second date format, formula-like cells)
can be loaded, and are only counted. *Faults* cannot be loaded as they stand: the importer must put the row in
quarantine with a reason. A row has at most one fault, so its reason is never in doubt. On top some rows come twice:
as an exact repeat, or with the same key and other values (an importer may take the later row as an update, or
quarantine it: both keep the books).

The account (:class:`FileAccount`) says, per file: rows = loaded + repeats + disagreeing + quarantined.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from regard.demo.speech import pick

R = TypeVar("R")  # a row as its writer wants it: a list of cells, or a dict


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of the rows (or cells) that are touched. The defaults are the demo county's."""

    # twice
    exact_repeat: float = 0.008
    disagreeing: float = 0.005
    # faults, for which a row goes to quarantine
    bad_date: float = 0.003  # 2/30, month 13, year 9999, a letter O among digits
    before_opened: float = 0.003  # closed before it was opened, finished before it began
    unknown_code: float = 0.002  # a code that is in no list
    no_key: float = 0.001
    no_date: float = 0.001
    ragged: float = 0.003  # a cell too few or too many
    bad_number: float = 0.002
    not_readable: float = 0.001  # half a line of JSON
    test_rows: float = 0.001  # "TEST - ignore", with a code that is in no list
    # harmless mess, which loads
    blank_word: float = 0.025  # n/a, No Data, none, - where a cell is blank
    stray_space: float = 0.03
    code_case: float = 0.08  # pothole, POTHOLE, Pothole
    formula: float = 0.001  # =HYPERLINK(...), +1, @SUM: text, never to be run
    newline: float = 0.006  # a line break inside a cell
    careless: float = 0.12  # texts typed in a hurry
    placeholder: float = 0.02  # none@none.example, 000-000-0000
    bad_mail: float = 0.006  # an address without @ or with a space
    other_date: float = 0.05  # a second date format in the same column


REASONS = {
    "bad_date": "A date that does not exist or cannot be read.",
    "before_opened": "It ends before it begins.",
    "unknown_code": "A code that is not in the list.",
    "no_key": "The number that names the record is missing.",
    "no_date": "The date on which it began is missing.",
    "ragged": "The row has more or fewer cells than the header.",
    "bad_number": "A number was expected and something else stands there.",
    "not_readable": "The line cannot be read in this format.",
}
BLANK_WORDS = ("n/a", "N/A", "No Data", "none", "-", "NULL", "unknown")
FORMULAS = (
    '=HYPERLINK("http://prize.example","open me")',
    "=1+1",
    "+320 call",
    "@SUM(A1:A9)",
    "=cmd|' /C calc'!A0",
    "-2+3",
)


@dataclass(slots=True)
class Row(Generic[R]):
    key: str
    cells: R
    facts: tuple[str, ...] = ()  # words that are counted if the row loads
    fault: str = ""  # a reason for which it cannot load, known from the start


@dataclass(frozen=True, slots=True)
class Fault(Generic[R]):
    """One way to break a row. ``breaks`` returns the broken row, or None where it does not apply."""

    reason: str
    rate: float
    breaks: Callable[[R, random.Random], R | None]


@dataclass(slots=True)
class FileAccount:
    """What is in a file, for reconciling an import with it."""

    file: str
    format: str
    encoding: str
    rows: int = 0
    loaded: int = 0
    repeats: int = 0
    disagreeing: int = 0
    quarantined: Counter[str] = field(default_factory=Counter)
    messes: Counter[str] = field(default_factory=Counter)  # harmless ones, made before repeats were added
    facts: Counter[str] = field(default_factory=Counter)  # over the loaded rows
    details: list[tuple[int, str, str, str]] = field(default_factory=list)  # row (1 = first), key, fate, reason
    planted: list[tuple[str, str]] = field(default_factory=list)  # key, what: true oddities for later to find

    def mess(self, kind: str) -> None:
        self.messes[kind] += 1

    def as_dict(self) -> dict[str, Any]:
        return {
            "format": self.format,
            "encoding": self.encoding,
            "rows": self.rows,
            "loaded": self.loaded,
            "repeats": self.repeats,
            "disagreeing": self.disagreeing,
            "quarantined": dict(sorted(self.quarantined.items())),
            "messes": dict(sorted(self.messes.items())),
            "facts": dict(sorted(self.facts.items())),
            "details": [list(detail) for detail in self.details],
            "planted": [list(one) for one in self.planted],
        }


class Laid(NamedTuple, Generic[R]):
    """A row as it will be written, and what becomes of it: loaded, repeat, disagrees, quarantined."""

    cells: R
    key: str
    fate: str
    reason: str


def lay(
    rows: Sequence[Row[R]],
    account: FileAccount,
    *,
    rng: random.Random,
    rates: Rates,
    faults: Sequence[Fault[R]],
    differ: Callable[[R, random.Random], R],
) -> list[Laid[R]]:
    """Break some rows and repeat some, a few rows further on.

    ``differ`` makes a copy with the same key and other values. Facts of the loaded rows go into the account.
    """
    laid: list[tuple[float, Laid[R]]] = []
    for at, row in enumerate(rows):
        broken = (row.fault, row.cells) if row.fault else _broken(row.cells, faults, rng)
        if broken:
            laid.append((at, Laid(broken[1], row.key, "quarantined", broken[0])))
            continue
        laid.append((at, Laid(row.cells, row.key, "loaded", "")))
        account.facts.update(row.facts)
        chance = rng.random()
        if chance < rates.exact_repeat:
            laid.append((at + 0.5 + rng.randrange(60), Laid(row.cells, row.key, "repeat", "")))
        elif chance < rates.exact_repeat + rates.disagreeing:
            laid.append((at + 0.5 + rng.randrange(60), Laid(differ(row.cells, rng), row.key, "disagrees", "")))
    laid.sort(key=lambda one: one[0])
    return [one for _, one in laid]


def enter(account: FileAccount, laid: Sequence[Laid[R]]) -> list[R]:
    """Enter rows in the account in the order of the file; returns what is to be written."""
    for one in laid:
        account.rows += 1
        if one.fate == "loaded":
            account.loaded += 1
            continue
        if one.fate == "repeat":
            account.repeats += 1
        elif one.fate == "disagrees":
            account.disagreeing += 1
        else:
            account.quarantined[one.reason] += 1
        account.details.append((account.rows, one.key, one.fate, one.reason))
    return [one.cells for one in laid]


def spoil(
    rows: Sequence[Row[R]],
    account: FileAccount,
    *,
    rng: random.Random,
    rates: Rates,
    faults: Sequence[Fault[R]],
    differ: Callable[[R, random.Random], R],
) -> list[R]:
    """Lay rows and enter them, for files whose order is that of the rows."""
    return enter(account, lay(rows, account, rng=rng, rates=rates, faults=faults, differ=differ))


def _broken(cells: R, faults: Sequence[Fault[R]], rng: random.Random) -> tuple[str, R] | None:
    chance = rng.random()
    for fault in faults:
        if chance < fault.rate:
            broken = fault.breaks(cells, rng)
            return None if broken is None else (fault.reason, broken)
        chance -= fault.rate
    return None


class Smudge:
    """Harmless mess on cells, counted in an account."""

    def __init__(self, rng: random.Random, rates: Rates, account: FileAccount) -> None:
        self.rng, self.rates, self.account = rng, rates, account

    def blank(self, text: str = "") -> str:
        """A blank, or one of the words that stand for it."""
        if text:
            return text
        if self.rng.random() >= self.rates.blank_word:
            return ""
        self.account.mess("blank_word")
        return pick(self.rng, BLANK_WORDS)

    def space(self, text: str) -> str:
        if not text or self.rng.random() >= self.rates.stray_space:
            return text
        self.account.mess("stray_space")
        return pick(self.rng, (f" {text}", f"{text} ", f"  {text}", text.replace(" ", "  ", 1) + " "))

    def code(self, text: str) -> str:
        """A code as people write it: other capitals, a stray space."""
        if self.rng.random() < self.rates.code_case:
            self.account.mess("code_case")
            text = pick(self.rng, (text.lower(), text.title(), text.capitalize()))
        return self.space(text)

    def text(self, text: str) -> str:
        """Free text: perhaps with a line break in it, perhaps looking like a formula."""
        chance = self.rng.random()
        if chance < self.rates.formula:
            self.account.mess("formula")
            return pick(self.rng, FORMULAS)
        if chance < self.rates.formula + self.rates.newline and ". " in text:
            self.account.mess("newline")
            return text.replace(". ", ".\n", 1)
        return text


# --- ways to break a row that is a list of cells

Cells = list[str]


def put(at: int, *values: str) -> Callable[[Cells, random.Random], Cells | None]:
    """Breaks a row by putting one of the values into a cell."""

    def breaks(cells: Cells, rng: random.Random) -> Cells | None:
        return [*cells[:at], pick(rng, values), *cells[at + 1 :]]

    return breaks


def ragged(text_at: int) -> Callable[[Cells, random.Random], Cells | None]:
    """Breaks a row as bad exports do: its end is cut off, or a text was split in two.

    A split row often ends in a blank cell too many. A reader that drops such cells gets a row of the right length with
    its values in the wrong columns: it must still not load.
    """

    def breaks(cells: Cells, rng: random.Random) -> Cells | None:
        if rng.random() < 0.5:
            return cells[: rng.randrange(2, len(cells) - 2)]
        text = cells[text_at]
        at = text.find(" ", len(text) // 2)
        at = len(text) // 2 if at < 0 else at
        return [*cells[:text_at], text[:at], text[at:].strip(), *cells[text_at + 1 :]]

    return breaks
