"""What customers and staff write about a case: descriptions, from words/requests.toml and words/letters.toml."""

import random
from datetime import datetime
from typing import Any

from regard.demo.cases import Case, World
from regard.demo.population import Address
from regard.demo.speech import careless, pick, say, sentence, words

AGES = (
    "two days",
    "three days",
    "a week",
    "ten days",
    "two weeks",
    "three weeks",
    "a month",
    "six weeks",
    "two months",
)
SPANISH = {"web": 0.25, "app": 0.3, "email": 0.2, "letter": 0.3}  # of Spanish-speaking customers, where there is a text


def slots(rng: random.Random, place: Address) -> dict[str, str]:
    """Values for the templates of a matter at a place."""
    landmarks = words("places")["landmarks"]
    where = place.short() if rng.random() < 0.7 else place.line()
    if rng.random() < 0.15:
        where = f"{where}, {place.town}"
    return {
        "where": where,
        "street": place.street,
        "town": place.town,
        "near": pick(rng, landmarks["near"]),
        "park": pick(rng, landmarks["parks"]),
        "days": pick(rng, AGES),
        "number": str(rng.randrange(1000, 99999)),
        "number2": str(rng.randrange(3, 9)),
    }


def matter(rng: random.Random, case: Case) -> str:
    """What the case is about, in the customer's words or in those of who took it down."""
    spoken = _spanish(rng, case)
    fill = slots(rng, case.place)
    if spoken:
        return say(rng, spoken, fill)
    topic, letters = words("requests")[case.service.code], words("letters")
    voice = letters[case.channel if case.channel in {"phone", "app", "letter", "social", "staff"} else "web"]
    what = say(rng, pick(rng, topic["what"]), fill)
    if case.channel in {"phone", "staff"}:
        what = _reported(what)
    parts = [sentence(pick(rng, voice["wrap"]).format(what=what))]
    details = topic["detail"]
    if rng.random() < 0.55 and case.channel != "staff":
        detail = say(rng, pick(rng, details), fill)
        parts.append(sentence(_reported(detail)) if case.channel == "phone" else detail)
    if rng.random() < 0.45:
        parts.append(pick(rng, voice["after"]))
    return " ".join(part for part in parts if part)


def own_words(rng: random.Random, case: Case) -> str:
    """The matter as the customer writes it in a letter, in one or two sentences."""
    spoken = _spanish(rng, case)
    fill = slots(rng, case.place)
    if spoken:
        return say(rng, spoken, fill)
    topic = words("requests")[case.service.code]
    what = sentence(say(rng, pick(rng, topic["what"]), fill))
    text = what + ("?" if what.split(" ", 1)[0] in ASKING else ".")
    if rng.random() < 0.6:
        text = f"{text} {say(rng, pick(rng, topic['detail']), fill)}"
    return text


ASKING = {"How", "Where", "Who", "What", "Can", "Is", "Do", "When"}


def hurried(rng: random.Random, text: str, rate: float) -> str:
    return careless(rng, text) if rng.random() < rate else text


def asks_in_spanish(case: Case) -> bool:
    return case.person.group == "hispanic" and case.firm is None


def _spanish(rng: random.Random, case: Case) -> str:
    texts = words("requests")["spanish"].get(case.service.code)
    if texts and asks_in_spanish(case) and rng.random() < SPANISH.get(case.channel, 0):
        return pick(rng, texts)
    return ""


def _reported(text: str) -> str:
    """First person to third, roughly, as a call taker does it."""
    found = f" {text} "
    for first, third in _PERSONS:
        found = found.replace(first, third)
    return found.strip()


_PERSONS = (
    (" I have ", " they have "),
    (" I am ", " they are "),
    (" I was ", " they were "),
    (" I ", " they "),
    (" my ", " their "),
    ("My ", "Their "),
    (" me ", " them "),
    ("I ", "They "),
)


def day_words(at: datetime) -> str:
    """A date as letters put it."""
    return f"{at:%B} {at.day}"


def unit_name(world: World, code: str) -> str:
    return str(world.county.units[code]["name"])


def answer_slots(world: World, case: Case | None, staff: Any, due: datetime) -> dict[str, str]:
    """Values for the templates of staff letters."""
    unit = unit_name(world, staff.unit)
    return {
        "case": case.number if case else "your message",
        "name": case.service.name if case else "Your question",
        "due": day_words(due),
        "unit": unit,
        "staff": staff.name,
        "title": staff.title,
    }
