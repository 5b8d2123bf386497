"""One form for what a record tells, so that the same thing told twice compares as the same. Pure.

`standardise` takes one record; `in_bulk` takes an Arrow table of them and works once per distinct value. Both use the
functions of this file, so a record has one standard form wherever it comes from.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from regard.customers import normalise
from regard.customers.matching import addresses, names

#: Domains that say nothing about who writes.
_PUBLIC_DOMAINS = frozenset(
    "gmail.com yahoo.com hotmail.com outlook.com aol.com icloud.com live.com msn.com mail.com gmx.com gmx.de web.de proton.me "
    "protonmail.com comcast.net verizon.net att.net sbcglobal.net ymail.com me.com example.com example.org example.net".split()
)
#: Addresses people write where they have none.
_NO_EMAIL = re.compile(
    r"(?:no|none|na|noemail|nomail|test|unknown|null|donotreply|noreply|no-reply|refused|declined|x+|a)@.*|.*@(?:none|no|na|test|noemail|email|x+)\.\w+"
)
_YEAR = re.compile(r"\d{8}")
#: Dates that forms fill in by themselves.
_DEFAULT_BIRTHS = frozenset(
    {
        "19000101",
        "19010101",
        "19700101",
        "18000101",
        "11111111",
        "99991231",
        "19991231",
        "00010101",
        "17530101",
        "18991230",
        "18991231",
    }
)


class Standard(NamedTuple):
    """What one record tells, in one form. All text; '' where not told. Birth dates are YYYYMMDD."""

    record_id: int
    kind: str
    silo: str
    name: str
    given: str
    given_root: str
    middle: str
    family: str
    family_words: str
    family_sound: str
    given_sound: str
    suffix: str
    birth: str
    birth_year: str
    birth_month: str
    birth_day: str
    birth_monthday: str
    birth_turned: str
    email: str
    email_user: str
    email_domain: str
    email_letters: str
    phone: str
    house: str
    road: str
    unit: str
    line: str
    door: str
    place: str
    postcode: str
    city: str
    state: str
    tax: str
    own: str
    own_key: str
    words: str
    words_key: str
    acronym: str


#: The columns of `match` that a record may have, besides record_id.
TOLD = ("silo", "key", "own_key", "kind", "name", "given", "family", "organisation", "email", "phone", "address", "postcode",
        "birth_date", "suffix", "tax_number", "city", "state")  # fmt: skip

#: Which told columns each group of standard columns is made of, and how: a group is worked once per distinct value.
Group = tuple[tuple[str, ...], tuple[str, ...], Callable[..., Sequence[str]]]


def _names(  # noqa: PLR0917 - called with the told columns in their order
    kind: str, name: str, given: str, family: str, organisation: str, suffix: str
) -> Sequence[str]:
    """(kind, name, given, given_root, middle, family, family_words, sounds, suffix, words, words_key, acronym)."""
    shown = name or f"{given} {family}".strip() or organisation
    if not given and not family:
        name = names.person_of(name) or name
        shown = name or shown
    # A firm in a column for people is a firm; persons' names have no legal form.
    if kind == "organisation" or names.looks_organised(shown):
        words = names.organisation_words(name or organisation or shown)
        ordered = "".join(sorted(set(words.split(" ")))) if words else ""
        return ("organisation", shown, "", "", "", "", "", "", "", "", words, ordered, names.acronym(words))
    cut = names.person_name(name, given, family)
    generation = names.generation(suffix) or cut.suffix
    return ("person", shown, cut.given, names.root(cut.given), cut.middle, cut.family, cut.family_words,
            names.sound(cut.family), names.sound(cut.given), generation, "", "", "")  # fmt: skip


def _birth(told: Any) -> Sequence[str]:
    text = told.strftime("%Y%m%d") if isinstance(told, date | datetime) else re.sub(r"\D", "", str(told or ""))
    if not _YEAR.fullmatch(text) or text in _DEFAULT_BIRTHS or text[:4] == "0000":
        return ("",) * 6
    year, month, day = text[:4], text[4:6], text[6:]
    # The same text for a date and for the date with day and month exchanged.
    turned = year + min(month, day) + max(month, day)
    return (text, year, month, day, month + day, turned)


@lru_cache(maxsize=100_000)
def _email(told: str) -> Sequence[str]:
    bare = told.strip().lower()
    # A slip in the address ('smjth.com') still says much; what is no address at all says nothing.
    if "@" not in bare or len(bare) < 5 or _NO_EMAIL.fullmatch(bare):
        return ("",) * 4
    user, _, domain = bare.rpartition("@")
    user = user.partition("+")[0]
    if domain in ("gmail.com", "googlemail.com"):
        user, domain = user.replace(".", ""), "gmail.com"
    if not user or not domain:
        return ("",) * 4
    told_user = re.sub(r"\W", "", user)
    return (
        f"{user}@{domain}",
        told_user if len(told_user) > 3 else "",
        "" if domain in _PUBLIC_DOMAINS else domain,
        # nancy.smith2@ and nancy.smith7@ are two people's.
        f"{re.sub('[0-9]', '', user)}@{domain}" if re.search("[0-9]", domain) is None else "",
    )


def _phone(told: str) -> Sequence[str]:
    """Digits of a number, at most the last ten; local numbers of seven digits stay as they are."""
    if not told:
        return ("",)
    clean = told if told.startswith("+") and told[1:].isdigit() else normalise.phone(told)
    digits = re.sub(r"\D", "", clean or told)[-10:]
    return ("" if len(digits) < 7 or len(set(digits)) <= 2 else digits,)


def _place(address: str, postcode: str, city: str) -> Sequence[str]:
    """(house, road, unit, line, door, place, postcode, city)."""
    cut = addresses.parse(address) if address else addresses.Address()
    code = addresses.postcode(postcode) if postcode else cut.postcode
    town = names.fold(city) if city else ""
    town = "" if names.is_placeholder(town) else town
    door = f"{cut.house} {cut.road} {cut.unit}".strip() if cut.house and cut.road else ""
    place = " ".join(part for part in (cut.line, town, code) if part)
    return (cut.house, cut.road, cut.unit, cut.line, door, place, code, town)


def _tax(told: str) -> Sequence[str]:
    bare = re.sub(r"[\W_]", "", told).lower()
    return (
        "" if len(bare) < 5 or len(set(bare)) <= 2 or (names.is_placeholder(bare) and not bare.isdigit()) else bare,
    )


def _own(silo: str, key: str, own_key: Any) -> Sequence[str]:
    """(silo, own, own_key): `own` is the source's number with the source's name, where the source gave one."""
    return (silo, f"{silo}\x1f{key}" if own_key and key else "", key if own_key else "")


GROUPS: tuple[Group, ...] = (
    (
        ("kind", "name", "given", "family", "organisation", "suffix"),
        ("kind", "name", "given", "given_root", "middle", "family", "family_words", "family_sound", "given_sound", "suffix",
         "words", "words_key", "acronym"),
        _names,
    ),
    (("birth_date",), ("birth", "birth_year", "birth_month", "birth_day", "birth_monthday", "birth_turned"), _birth),
    (("email",), ("email", "email_user", "email_domain", "email_letters"), _email),
    (("phone",), ("phone",), _phone),
    (("address", "postcode", "city"), ("house", "road", "unit", "line", "door", "place", "postcode", "city"), _place),
    (("state",), ("state",), lambda told: (names.fold(told),)),
    (("tax_number",), ("tax",), _tax),
    (("silo", "key", "own_key"), ("silo", "own", "own_key"), _own),
)  # fmt: skip


def standardise(record: Mapping[str, Any]) -> Standard:
    """The standard form of one record, given as a mapping with the columns of `match` (absent or None: not told)."""
    made: dict[str, Any] = {"record_id": int(record.get("record_id") or 0)}
    for told, gives, function in GROUPS:
        values = [record.get(column) for column in told]
        made.update(zip(gives, function(*("" if v is None else v for v in values)), strict=True))
    return Standard(**made)
