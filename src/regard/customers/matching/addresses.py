"""Postal addresses cut into comparable parts. Pure; one value at a time.

A light reading by words, not a parser of a country: it finds the house number, the words of the road without its type
and direction, and drops what names a flat. Full parsers were measured at 145 microseconds an address and up; the parts
here are all that matching needs.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from regard.customers.matching.names import fold, is_placeholder

_TYPES = frozenset(
    "street st str avenue ave av road rd boulevard blvd drive dr lane ln court ct place pl plaza plz circle cir crescent cres cr "
    "terrace ter terr parkway pkwy highway hwy way close square sq trail trl alley aly loop parade pde esplanade strasse calle rue "
    "grove gr expressway expy turnpike pike route rte".split()
)
_DIRECTIONS = {"north": "n", "south": "s", "east": "e", "west": "w", "northeast": "ne", "northwest": "nw",
               "southeast": "se", "southwest": "sw", "n": "n", "s": "s", "e": "e", "w": "w", "ne": "ne", "nw": "nw",
               "se": "se", "sw": "sw", "so": "s", "no": "n"}  # fmt: skip
_UNITS = frozenset(
    "apt apartment suite ste unit room rm floor fl flr bldg building lot spc space trlr no number".split()
)
_BOX = re.compile(r"\b(?:p\s*o\s*)?box\s+(\w+)")
_ORDINAL = re.compile(r"(\d+)(st|nd|rd|th)")
_HOUSE = re.compile(r"\d+[a-z]?")
_TAIL = re.compile(r"\b(\d{5})(?:[- ]?\d{4})?\s*$")


class Address(NamedTuple):
    """Folded parts; '' where not told. `line` is all of it without the flat, `door` is number and road."""

    house: str = ""
    road: str = ""
    unit: str = ""
    line: str = ""
    postcode: str = ""


@lru_cache(maxsize=200_000)
def parse(told: str) -> Address:
    """The parts of an address told as one text."""
    unit_mark = told.replace("#", " unit ") if "#" in told else told
    folded = fold(unit_mark)
    if not folded or is_placeholder(folded):
        return Address()
    box = _BOX.search(folded)
    if box:
        return Address("box" + box[1], "po box", "", folded, "")
    tail = _TAIL.search(folded)
    postcode = ""
    if tail and tail.start() > 0:
        postcode, folded = tail[1], folded[: tail.start()].strip()
    words, unit = _without_unit(folded.split(" "))
    house = next((i for i, word in enumerate(words) if _HOUSE.fullmatch(word)), -1)
    number = words[house] if house >= 0 else ""
    rest = [w for i, w in enumerate(words) if i != house]
    road = [_plain(w) for w in rest if w not in _TYPES and w not in _DIRECTIONS]
    line = " ".join(_DIRECTIONS.get(w, _plain(w)) for w in words if w not in _TYPES)
    return Address(number, " ".join(road or rest), unit, line, postcode)


def _plain(word: str) -> str:
    ordinal = _ORDINAL.fullmatch(word)
    return ordinal[1] if ordinal else word


def _without_unit(words: list[str]) -> tuple[list[str], str]:
    for i, word in enumerate(words):
        if word in _UNITS and i > 0:
            # What follows 'apt' names the flat; 'first floor' names it before.
            unit = words[i + 1] if i + 1 < len(words) else words[i - 1]
            keep = words[:i] + words[i + 2 :]
            return keep, unit
    return words, ""


def postcode(told: str) -> str:
    """A postcode without blanks; of a US ZIP+4 the first five; '' for all zeros and placeholders."""
    bare = fold(told).replace(" ", "")
    if not bare or (is_placeholder(bare) and not bare.isdigit()):
        return ""
    if bare.isdigit() and len(bare) == 9:
        bare = bare[:5]
    if bare.isdigit() and len(bare) in (3, 4):
        return bare
    return "" if set(bare) == {"0"} or set(bare) == {"9"} else bare
