"""How the silos spell people, firms and telephone numbers: one person, four ways.

Each silo has a *hand*: ``typed`` (people write themselves), ``heard`` (a call taker writes what is said),
``ledger`` (a register: formal, family name first), ``scribble`` (a counter list), ``mail`` (a sender's display name).
"""

import random
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache

from regard.demo.population import Organisation, Person
from regard.demo.speech import Wheel, pick, words

HANDS = {
    hand: Wheel(ways)
    for hand, ways in {
        "typed": {
            "full": 56,
            "called": 18,
            "middle": 8,
            "lower": 6,
            "upper": 3,
            "initial": 4,
            "first": 2,
            "swapped": 2,
            "slip": 2,
        },
        "heard": {"full": 30, "called": 20, "comma": 17, "heard": 15, "initial": 6, "last": 6, "upper": 4, "slip": 2},
        "ledger": {"register": 62, "register_upper": 28, "full": 6, "slip_register": 4},
        "scribble": {
            "initial": 28,
            "full": 26,
            "called": 14,
            "last": 12,
            "given_initial": 10,
            "heard": 6,
            "lower": 4,
        },
        "mail": {"full": 48, "called": 28, "lower": 8, "middle": 5, "comma": 5, "none": 6},
    }.items()
}
ACCENTS_LOST = {"typed": 0.35, "heard": 0.5, "ledger": 0.8, "scribble": 0.7, "mail": 0.3}


def name(rng: random.Random, person: Person, day: date, hand: str) -> str:
    """A person's name as this hand writes it on that day; may be empty (``mail`` only)."""
    way = HANDS[hand].turn(rng)
    if way == "none":
        return ""
    family = person.family_at(day) if hand != "ledger" else person.family  # registers are slow to learn
    given = person.called if way == "called" else person.given
    if way == "heard":
        given, family = _misheard(rng, given), _misheard(rng, family)
    if way.startswith("slip"):
        given, family = (given, slip(rng, family)) if rng.random() < 0.7 else (slip(rng, given), family)
    if hand in {"heard", "ledger", "scribble"} and rng.random() < person.family_first:
        given, family = family, given
    text = _arranged(person, way, given, family)
    return flat(text) if rng.random() < ACCENTS_LOST[hand] else text


def _arranged(person: Person, way: str, given: str, family: str) -> str:
    tail = f" {person.suffix}" if person.suffix else ""
    shape = _SHAPES.get(way)
    return shape(given, person.middle, family, tail) if shape else f"{given} {family}{tail}"


_SHAPES: dict[str, Callable[[str, str, str, str], str]] = {  # given name, middle initial, family name, Jr or Sr
    "middle": lambda given, middle, family, tail: f"{given} {middle} {family}{tail}".replace("  ", " "),
    "lower": lambda given, _, family, __: f"{given} {family}".lower(),
    "upper": lambda given, _, family, __: f"{given} {family}".upper(),
    "initial": lambda given, _, family, __: f"{given[0]}. {family}",
    "first": lambda given, _, __, ___: given,
    "last": lambda _, __, family, ___: family,
    "swapped": lambda given, _, family, __: f"{family} {given}",
    "comma": lambda given, _, family, __: f"{family}, {given}",
    "given_initial": lambda given, _, family, __: f"{given} {family[0]}.",
    "register": lambda given, middle, family, tail: f"{family}, {given}{f' {middle}.' if middle else ''}{tail}",
    "register_upper": lambda given, middle, family, tail: f"{family}, {given} {middle}{tail}".strip().upper(),
    "slip_register": lambda given, _, family, tail: f"{family}, {given}{tail}",
}


def firm(rng: random.Random, firm: Organisation) -> str:
    """An organisation as a clerk knows it: trading or legal name, shortened, shouted."""
    text = firm.trading if rng.random() < 0.6 else f"{firm.name} {firm.legal}".strip()
    way = rng.random()
    if way < 0.08:
        text = text.upper()
    elif way < 0.14:
        text = text.replace(" and ", " & ").replace("Property Management", "Prop. Mgmt")
    elif way < 0.18:
        text = text.removeprefix("The ").replace("Alder County", "Alder Cty")
    elif way < 0.20:
        text = slip(rng, text)
    return text


def phone(rng: random.Random, number: str) -> str:
    """A number (+1 and ten digits) as typed; sometimes a digit short, which makes it useless."""
    if not number:
        return ""
    area, mid, last = number[2:5], number[5:8], number[8:]
    shapes = (
        f"({area}) {mid}-{last}",
        f"{area}-{mid}-{last}",
        f"{area}-{mid}-{last}",
        f"{area}.{mid}.{last}",
        f"{area}{mid}{last}",
        f"+1 {area} {mid} {last}",
        f"1-{area}-{mid}-{last}",
        f"{area} {mid}-{last} cell",
    )
    shape = pick(rng, shapes)
    return shape[:-1] if rng.random() < 0.006 else shape


def slip(rng: random.Random, text: str) -> str:
    """One slip of the fingers: a letter doubled, dropped, or swapped with its neighbour."""
    if len(text) < 4:
        return text
    at = rng.randrange(1, len(text) - 1)
    way = rng.random()
    if way < 0.35:
        return text[:at] + text[at] + text[at:]
    if way < 0.65:
        return text[:at] + text[at + 1 :]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


@cache
def flat(text: str) -> str:
    """Without accents."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _misheard(rng: random.Random, text: str) -> str:
    heard = _heard().get(text)
    return pick(rng, heard) if heard else text


@cache
def _heard() -> dict[str, list[str]]:
    return {said: written.split() for said, written in words("names")["heard"].items()}
