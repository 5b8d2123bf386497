"""The people and organisations of the demo county: who they are, apart from how any silo spells them.

Households share an address, often a land line and sometimes an e-mail address; people marry, move, and have
namesakes, fathers and sons; firms have a switchboard, contacts who are residents too, and more than one site.
Every name is a random combination; e-mail domains end in ``.example`` and telephone numbers come from the range
kept for fiction (see words/places.toml): nothing here can reach anybody.
"""

import random
import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import product
from typing import Any

from regard.demo.speech import Wheel, pick, say, stream, words

HOUSEHOLD_SIZES = {1: 0.40, 2: 0.42, 3: 0.12, 4: 0.05, 5: 0.01}  # adults
SHARE_LANDLINE = 0.28
SHARE_FAMILY_MAIL = 0.16
SHARE_OWN_MAIL = 0.80
SHARE_MOBILE = 0.86
SHARE_MOVED = 0.07
SHARE_MARRIED = 0.035
SHARE_JUNIOR = 0.03
SHARE_NICKNAME = 0.4  # of those whose name has one


@dataclass(slots=True)
class Address:
    number: int
    street: str
    unit: str
    town: str
    zip: str
    district: int
    latitude: float
    longitude: float

    def line(self) -> str:
        return f"{self.number} {self.street}" + (f", {self.unit}" if self.unit else "")

    def short(self) -> str:
        """As maps and clerks abbreviate it."""
        kinds = words("places")["streets"]["short"]
        name, _, kind = self.street.rpartition(" ")
        street = f"{name} {kinds[kind]}" if kind in kinds else self.street
        return f"{self.number} {street}" + (f" {self.unit.replace('Apartment', 'Apt')}" if self.unit else "")


@dataclass(slots=True)
class Household:
    id: str
    address: Address
    landline: str
    mail: str
    members: list["Person"] = field(default_factory=list)


@dataclass(slots=True)
class Person:
    id: str
    group: str
    given: str
    called: str  # what friends say, and what the person often writes
    middle: str
    family: str
    suffix: str
    born: date
    home: Household
    mobile: str
    mail: str
    weight: float
    family_first: float  # the chance that a clerk takes the family name for the given name
    moved: tuple[date, Address] | None = None
    married: tuple[date, str] | None = None
    employer: "Organisation | None" = None

    def family_at(self, day: date) -> str:
        return self.married[1] if self.married and day >= self.married[0] else self.family

    def address_at(self, day: date) -> Address:
        return self.moved[1] if self.moved and day >= self.moved[0] else self.home.address

    def phone(self) -> str:
        return self.mobile or self.home.landline

    def any_mail(self) -> str:
        return self.mail or self.home.mail


@dataclass(slots=True)
class Organisation:
    id: str
    kind: str
    name: str
    legal: str  # LLC, Inc. or empty
    trading: str
    address: Address
    sites: list[Address]
    phone: str
    mail: str
    tax_number: str
    weight: float
    contacts: list[Person] = field(default_factory=list)


@dataclass(slots=True)
class Population:
    households: list[Household]
    persons: list[Person]
    organisations: list[Organisation]
    towns: list[dict[str, Any]]
    streets: dict[str, list[str]]  # by town


def build(seed: int, cases: int, start: date, end: date) -> Population:
    """A population to match so many cases: about 0.45 persons and 0.03 organisations a case."""
    rng = stream(seed, "population")
    makers = _Makers(rng, start, end)
    persons: list[Person] = []
    households: list[Household] = []
    while len(persons) < max(40, round(cases * 0.45)):
        household = makers.household(len(households), len(persons))
        households.append(household)
        persons.extend(household.members)
    organisations = [makers.organisation(n, persons) for n in range(max(24, round(cases * 0.03)))]
    return Population(households, persons, organisations, makers.towns, makers.streets)


class _Makers:
    """Makes one household or organisation after the other, from one stream."""

    def __init__(self, rng: random.Random, start: date, end: date) -> None:
        self.rng, self.start, self.end = rng, start, end
        places = words("places")
        self.towns = places["town"]
        self.town = Wheel({n: town["share"] for n, town in enumerate(self.towns)})
        self.streets = _streets(rng, places)
        self.numbers = _numbers(rng, places["phones"])
        groups = words("names")["group"]
        self.groups = {group["code"]: _Names(group) for group in groups}
        self.nicknames = {name: short.split() for name, short in words("names")["nicknames"].items()}
        self.group = Wheel({group["code"]: group["share"] for group in groups})
        self.size = Wheel(HOUSEHOLD_SIZES)
        self.domains = words("firms")["mail"]["personal"]
        self.mails: set[str] = set()
        self.firms = {kind["code"]: kind for kind in words("firms")["kind"]}
        self.firm = Wheel({code: kind["share"] for code, kind in self.firms.items()})
        self.firm_names: set[str] = set()

    def address(self) -> Address:
        rng = self.rng
        town = self.towns[self.town.turn(rng)]
        name = town["name"]
        unit = ""
        if rng.random() < 0.22:
            unit = f"{pick(rng, ('Apt', 'Apartment', 'Unit', '#'))} {rng.randrange(1, 40)}".replace("# ", "#")
            unit += pick(rng, ("", "", "A", "B"))
        return Address(
            number=rng.randrange(1, 99) * pick(rng, (1, 10, 100)) + rng.randrange(10),
            street=pick(rng, self.streets[name]),
            unit=unit,
            town=name,
            zip=town["zip"],
            district=pick(rng, town["districts"]),
            latitude=round(rng.gauss(town["latitude"], 0.012), 6),
            longitude=round(rng.gauss(town["longitude"], 0.016), 6),
        )

    def day(self) -> date:
        return self.start + timedelta(days=int(self.rng.random() * (self.end - self.start).days))

    def mail_for(self, given: str, family: str) -> str:
        rng = self.rng
        given, family = plain(given), plain(family)
        shape = pick(rng, (f"{given}.{family}", f"{given[0]}{family}", f"{given}{family[0]}", f"{family}.{given}"))
        for _ in range(50):
            digits = rng.randrange(1, 100) if rng.random() < 0.7 else rng.randrange(1950, 2008)
            tail = "" if rng.random() < 0.4 else str(digits)
            mail = f"{shape}{tail}@{pick(rng, self.domains)}"
            if mail not in self.mails:
                break
        self.mails.add(mail)
        return mail

    def household(self, number: int, persons: int) -> Household:
        rng = self.rng
        names = self.groups[self.group.turn(rng)]
        family = names.family(rng)
        home = Household(
            id=f"H{number + 1:05d}",
            address=self.address(),
            landline=next(self.numbers["landline"]) if rng.random() < SHARE_LANDLINE else "",
            mail="",
        )
        for n in range(self.size.turn(rng)):
            own = names if rng.random() < 0.85 else self.groups[self.group.turn(rng)]
            name = family if n == 0 or rng.random() < 0.78 else own.family(rng)
            home.members.append(self.person(f"P{persons + n + 1:05d}", own, name, home))
        if len(home.members) > 1 and rng.random() < SHARE_FAMILY_MAIL:
            home.mail = self.mail_for("the", home.members[0].family + "s")
        self._junior(home)
        return home

    def person(self, code: str, names: "_Names", family: str, home: Household) -> Person:
        rng = self.rng
        woman = rng.random() < 0.52
        given = (names.women if woman else names.men).turn(rng)
        age = min(94, max(18, int(rng.gauss(49, 18))))
        person = Person(
            id=code,
            group=names.code,
            given=given,
            called=self.called(given),
            middle=chr(65 + rng.randrange(26)) if rng.random() < 0.55 else "",
            family=family,
            suffix="",
            born=self.end - timedelta(days=int(365.25 * age) + rng.randrange(365)),
            home=home,
            mobile=next(self.numbers["mobile"]) if rng.random() < SHARE_MOBILE else "",
            mail=self.mail_for(given, family) if rng.random() < (SHARE_OWN_MAIL if age < 75 else 0.4) else "",
            weight=rng.paretovariate(1.6),
            family_first=names.family_first,
        )
        if rng.random() < SHARE_MOVED:
            person.moved = (self.day(), self.address())
        if woman and age < 60 and rng.random() < SHARE_MARRIED:
            person.married = (self.day(), self.groups[self.group.turn(rng)].family(rng))
        return person

    def called(self, given: str) -> str:
        if given in self.nicknames and self.rng.random() < SHARE_NICKNAME:
            return pick(self.rng, self.nicknames[given])
        return given

    def _junior(self, home: Household) -> None:
        """A father and a son of one name in one house: two people, however alike."""
        if self.rng.random() < SHARE_JUNIOR and len(home.members) > 1:
            father, son = home.members[0], home.members[-1]
            son.given, son.family, son.middle = father.given, father.family, father.middle
            son.called, son.married, father.married = son.given, None, None
            father.suffix, son.suffix = "Sr", "Jr"
            son.born = father.born + timedelta(days=int(365.25 * self.rng.randrange(20, 35)))

    def organisation(self, number: int, persons: list[Person]) -> Organisation:
        rng = self.rng
        kind, name = self._firm_name()
        legal = pick(rng, kind["legal"])
        trading = name
        if kind["code"] in {"shop", "builder", "supplier"} and rng.random() < 0.25:
            trading = say(rng, pick(rng, kind["names"]), _firm_parts(rng))
        host = "".join(letter for letter in plain(trading) if letter.isalnum())[:24]
        office = kind["code"] == "office"
        domain = "aldercounty.example" if office else f"{host}.example"
        firm = Organisation(
            id=f"O{number + 1:04d}",
            kind=kind["code"],
            name=name,
            legal=legal,
            trading=trading,
            address=self.address(),
            sites=[self.address() for _ in range(rng.choices((0, 1, 2, 4), (70, 20, 8, 2))[0])],
            phone=next(self.numbers["landline"]),
            mail=f"{host if office else pick(rng, ('info', 'office', 'contact', 'hello'))}@{domain}",
            tax_number=f"00-{rng.randrange(10**7):07d}",
            weight=rng.paretovariate(1.3),
        )
        for _ in range(rng.choices((1, 2, 3), (60, 30, 10))[0]):
            contact = pick(rng, persons)
            if contact.employer is None:
                contact.employer = firm
                firm.contacts.append(contact)
        return firm

    def _firm_name(self) -> tuple[dict[str, Any], str]:
        rng = self.rng
        for attempt in range(200):
            kind = self.firms[self.firm.turn(rng)]
            name = say(rng, pick(rng, kind["names"]), _firm_parts(rng))
            if attempt > 100:  # the short list of names is used up: one more of the kind in another place
                name = f"{name} of {pick(rng, self.towns)['name']}"
            if name not in self.firm_names:
                break
        self.firm_names.add(name)
        return kind, name


class _Names:
    """The names of one group, the more frequent ones more often."""

    def __init__(self, group: dict[str, Any]) -> None:
        self.code: str = group["code"]
        self.family_first: float = group.get("family_first", 0.02)
        self.two = group.get("two_families", 0.0)
        self.women, self.men, self.families = (
            Wheel({name: (rank + 4) ** -0.7 for rank, name in enumerate(_listed(group[key]))})
            for key in ("women", "men", "families")
        )

    def family(self, rng: random.Random) -> str:
        name = self.families.turn(rng)
        if self.two and rng.random() < self.two:
            name = f"{name} {self.families.turn(rng)}"
        return name


def _listed(text: str) -> list[str]:
    """Names of a list; a two-part name is kept together by its first word."""
    parts, found = text.split(), []
    while parts:
        part = parts.pop(0)
        found.append(f"{part} {parts.pop(0)}" if part in {"St.", "Van"} else part)
    return found


def _firm_parts(rng: random.Random) -> dict[str, str]:
    parts = words("firms")["parts"]
    return {"first": pick(rng, parts["first"].split()), "family": pick(rng, parts["family"].split())}


def _streets(rng: random.Random, places: dict[str, Any]) -> dict[str, list[str]]:
    kinds = places["streets"]["kinds"].split()
    stems = places["streets"]["stems"].split()
    by_town: dict[str, list[str]] = {}
    for town in places["town"]:
        some = rng.sample(stems, max(14, int(len(stems) * town["share"])))
        by_town[town["name"]] = [f"{stem} {pick(rng, kinds)}" for stem in some] + rng.sample(
            places["streets"]["numbered"], 4
        )
    return by_town


def _numbers(rng: random.Random, phones: dict[str, list[int]]) -> dict[str, Any]:
    """Endless numbers of each kind: first those of near area codes, then of ever farther ones, then again."""
    local = [f"+1{code}55501{last:02d}" for code, last in product(phones["local"], range(100))]
    rng.shuffle(local)
    half = len(local) // 2
    used = set(phones["local"])
    landline = [code for code in phones["landline"] if code not in used][:8]
    used.update(landline)
    far = [code for code in phones["far"] if code not in used]
    return {
        "landline": _endless(rng, local[:half], landline + far[::-1]),
        "mobile": _endless(rng, local[half:], far),
    }


def _endless(rng: random.Random, first: list[str], codes: list[int]) -> Any:
    yield from first
    while True:
        for start in range(0, len(codes), 12):
            some = [f"+1{code}55501{last:02d}" for code, last in product(codes[start : start + 12], range(100))]
            rng.shuffle(some)
            yield from some


@cache
def plain(text: str) -> str:
    """Lower-case letters and digits, without accents: for e-mail addresses."""
    flat = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return "".join(letter for letter in flat if letter.isalnum())
