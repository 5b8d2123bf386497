"""Words and sentences for the demo county: seeded streams, TOML word lists, a small template language.

A template picks one of ``[a|b|c]`` and fills ``{slots}``. Streams are named, so that a change in how one silo is
written does not change another. Only the standard library is used: its random streams are the same on every
machine and in every version, which is what makes the files of a seed identical byte by byte.
"""

import random
import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any, Generic, TypeVar

WORDS = Path(__file__).parent / "words"
T = TypeVar("T")
_CHOICE = re.compile(r"\[([^\[\]]*)\]")


def stream(seed: int, name: str) -> random.Random:
    """A random stream of its own for each purpose."""
    return random.Random(f"{seed}:{name}")  # noqa: S311 - made-up people need no secrets


@cache
def words(name: str) -> dict[str, Any]:
    """One word file. Callers must not change what they get: it is shared."""
    return tomllib.loads((WORDS / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def _parts(template: str) -> tuple[tuple[str, ...], ...]:
    pieces = _CHOICE.split(template)
    return tuple(tuple(piece.split("|")) if at % 2 else (piece,) for at, piece in enumerate(pieces))


def say(rng: random.Random, template: str, slots: Mapping[str, str]) -> str:
    """One way to say a template. Raises KeyError when it names a slot that is not given."""
    text = "".join(part[0] if len(part) == 1 else pick(rng, part) for part in _parts(template))
    return text.format_map(slots) if "{" in text else text


def pick(rng: random.Random, options: Sequence[T]) -> T:
    """One of several, all alike; quicker than ``random.choice``."""
    return options[int(rng.random() * len(options))]


class Wheel(Generic[T]):
    """Draws from weighted options; a weight of 0 is never drawn."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self.options = [option for option, weight in weights.items() if weight > 0]
        self.sums = list(accumulate(weights[option] for option in self.options))
        self.last = len(self.options) - 1

    def turn(self, rng: random.Random) -> T:
        return self.options[bisect_right(self.sums, rng.random() * self.sums[-1], 0, self.last)]

    def turns(self, rng: random.Random, times: int) -> list[T]:
        return rng.choices(self.options, cum_weights=self.sums, k=times)


def sentence(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def careless(rng: random.Random, text: str) -> str:
    """The text as somebody in a hurry types it: no capitals, no apostrophes, two letters swapped, shouting."""
    way = rng.random()
    if way < 0.45:
        text = text.lower()
    elif way < 0.55:
        return text.upper()
    if rng.random() < 0.5:
        text = text.replace("'", "")
    if len(text) > 12:
        at = rng.randrange(3, len(text) - 3)
        if text[at : at + 2].isalpha():
            text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text
