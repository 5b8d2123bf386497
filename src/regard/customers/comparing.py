"""Two records side by side: which fields agree, and where values differ. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

FIELDS = (
    ("name", "Name"),
    ("organisation", "Organisation"),
    ("birth_date", "Date of birth"),
    ("phone", "Phone"),
    ("email", "E-mail"),
    ("address", "Address"),
    ("postcode", "Postcode"),
    ("language", "Language"),
)
#: Values at least so much alike are compared letter by letter, others word by word.
ALIKE = 0.6
_WORDS = re.compile(r"\W+|\w+")


@dataclass(frozen=True)
class Piece:
    """A part of a value; `differs` when the other side does not have it."""

    text: str
    differs: bool


@dataclass(frozen=True)
class Row:
    """One field of both records. `verdict` is "same", "differs", "one side" or "neither"."""

    label: str
    left: tuple[Piece, ...]
    right: tuple[Piece, ...]
    verdict: str


def compare(left: Any, right: Any) -> list[Row]:
    """The fields that at least one of the two records tells."""
    rows = [_row(label, _text(left, field), _text(right, field)) for field, label in FIELDS]
    return [row for row in rows if row.verdict != "neither"]


def _text(record: Any, field: str) -> str:
    value = getattr(record, field)
    return "" if value is None else str(value)


def _row(label: str, left: str, right: str) -> Row:
    if not left and not right:
        return Row(label, (), (), "neither")
    if not left or not right:
        return Row(label, _whole(left), _whole(right), "one side")
    if left == right:
        return Row(label, _whole(left), _whole(right), "same")
    ours, theirs = list(left), list(right)
    if SequenceMatcher(None, left.lower(), right.lower(), autojunk=False).ratio() < ALIKE:
        ours, theirs = _WORDS.findall(left), _WORDS.findall(right)
    first, second = _pieces(ours, theirs)
    verdict = "differs" if any(piece.differs for piece in (*first, *second)) else "same"
    return Row(label, first, second, verdict)


def _pieces(ours: Sequence[str], theirs: Sequence[str]) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both values cut where they part. Upper and lower case are the same."""
    blocks = SequenceMatcher(None, [part.lower() for part in ours], [part.lower() for part in theirs], autojunk=False)
    left, right = [], []
    for how, a, b, c, d in blocks.get_opcodes():
        if a < b:
            left.append(Piece("".join(ours[a:b]), how != "equal"))
        if c < d:
            right.append(Piece("".join(theirs[c:d]), how != "equal"))
    return tuple(left), tuple(right)


def _whole(value: str) -> tuple[Piece, ...]:
    return (Piece(value, False),) if value else ()  # noqa: FBT003 - the piece's own field
