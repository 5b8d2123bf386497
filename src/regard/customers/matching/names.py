"""Names of persons and organisations cut into comparable parts. Pure; one value at a time.

Written for names as offices hold them: given and family name in their own columns, or one text in either order.
Nothing is guessed from how a name looks beyond commas, titles, generations and the particles of family names.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

from nicknames import NickNamer

#: Words written where a name is missing.
PLACEHOLDERS = frozenset(
    "na|n a|none|null|nil|nan|unknown|unk|unknown unknown|not known|not given|no name|noname|no data|anonymous|anon|test|test test|"
    "tester|tbd|tba|xxx|xx|xxxx|x|withheld|refused|declined|not provided|not applicable|occupant|current occupant|"
    "resident|current resident|the resident|homeowner|home owner|tenant|caller|citizen|customer|walk in|john q public|"
    "name|first name|last name|given name|family name|no first name|no last name|fnu|lnu|fnu lnu|baby|baby boy|baby girl|desconocido|ninguno|inconnu|"
    "unbekannt|no email|no phone|see notes|various|multiple|blank|empty|deleted|duplicate|do not use".split("|")
)
_TITLES = frozenset(
    "mr mrs ms miss mx dr prof professor rev reverend sir madam hon fr father sister herr frau monsieur mme mlle sra srta don dona".split()
)
_CREDENTIALS = frozenset("md phd esq dds dvm cpa rn jd mba ba bsc msc lpn pe".split())
_GENERATIONS = {"jr": "jr", "junior": "jr", "jnr": "jr", "sr": "sr", "senior": "sr", "snr": "sr", "ii": "2", "2nd": "2",
                "iii": "3", "3rd": "3", "iv": "4", "4th": "4"}  # fmt: skip
_PARTICLES = frozenset(
    "de del della di da dos das do van von der den ter ten la las los le du el al bin ibn ben abu st saint mac mc o y".split()
)
_LEGAL = frozenset(
    "inc incorporated llc llp lp ltd limited corp corporation co company plc pc pllc gmbh ag kg ohg sa sas sarl srl spa bv nv "
    "oy ab as pty pte lc dba".split()
)
_LEGAL_SURE = frozenset("inc incorporated llc llp ltd corp corporation plc pllc gmbh sarl pty".split())
#: Words that end or stand in names of organisations and in hardly any person's.
_BODIES = frozenset(
    "academy clinic department dept university college hospital services foundation association committee council ministry agency "
    "restaurant plumbing electric construction contractors excavating roofing landscaping properties realty holdings enterprises "
    "consulting solutions industries logistics veterinary dental pharmacy insurance management township congregation".split()
)
_SHORT = {
    "and": "", "the": "", "of": "", "for": "", "a": "", "at": "", "in": "", "ctr": "center", "centre": "center", "cntr": "center", "centers": "center",
    "svc": "service", "svcs": "service", "services": "service", "serv": "service", "assoc": "association",
    "assn": "association", "associates": "association", "dept": "department", "dep": "department", "intl": "international", "natl": "national",
    "mfg": "manufacturing", "univ": "university", "sch": "school", "schools": "school", "schl": "school", "comm": "community", "cmty": "community",
    "acad": "academy", "elem": "elementary", "dev": "development", "devel": "development", "ed": "education", "educ": "education", "educational": "education",
    "mgmt": "management", "mgt": "management", "bros": "brothers", "govt": "government", "hosp": "hospital", "org": "organization",
    "organisation": "organization", "saint": "st", "fdn": "foundation", "inst": "institute", "tech": "technology", "technologies": "technology",
    "co": "", "childcare": "child care", "daycare": "day care", "preschool": "pre school", "pre-school": "pre school", "head start": "headstart",
    "ave": "avenue", "mt": "mount", "ft": "fort", "dr": "doctor", "n": "north", "s": "south", "e": "east", "w": "west",
}  # fmt: skip
_SPECIAL = str.maketrans({"ß": "ss", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "æ": "ae", "Æ": "ae",
                          "œ": "oe", "Œ": "oe", "þ": "th", "ð": "d", "\u0131": "i", "'": "", "\u2019": "", "`": "", "\u02bb": ""})  # fmt: skip
_NOT_WORD = re.compile(r"[\W_]+")
_SOUNDS = str.maketrans("bfpvcgjkqsxzdtlmnr", "111122222222334556")


class PersonName(NamedTuple):
    """Folded parts of a person's name; '' where not told. `family` has no blanks, `family_words` has."""

    given: str = ""
    middle: str = ""
    family: str = ""
    family_words: str = ""
    suffix: str = ""


@lru_cache(maxsize=200_000)
def fold(text: str) -> str:
    """Lower case, no accents, apostrophes closed up, words parted by single blanks. Other scripts stay as they are."""
    if text.isascii():
        bare = text.replace("'", "").replace("`", "")
    else:
        wide = unicodedata.normalize("NFKD", text.translate(_SPECIAL))
        bare = "".join(c for c in wide if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", bare.lower()).strip()


def is_placeholder(folded: str) -> bool:
    """Whether a folded text is what people write where a name is missing."""
    return folded in PLACEHOLDERS or (len(folded) > 2 and len(set(folded.replace(" ", ""))) == 1) or folded.isdigit()


def person_name(name: str, given: str, family: str) -> PersonName:
    """The parts of a name told in columns, or as one text ('Ana Perez', 'Perez, Ana M.', 'Dr. A. Perez Jr.')."""
    first, last = _words(given), _words(family)
    if not first and not last:
        first, last = _cut(name)
    suffix = ""
    for words in (last, first):
        suffix = _pop_generation(words) or suffix
    first = _strip(first)
    last = _strip(last) or last
    family_words = " ".join(last)
    return PersonName(
        first[0] if first else "", " ".join(first[1:]), family_words.replace(" ", ""), family_words, suffix
    )


def _words(text: str) -> list[str]:
    folded = fold(text) if text else ""
    return [] if not folded or is_placeholder(folded) else folded.split(" ")


def _strip(words: list[str]) -> list[str]:
    if len(words) < 2:
        return words
    return [w for w in words if w not in _TITLES and w not in _CREDENTIALS] or words


def _pop_generation(words: list[str]) -> str:
    if len(words) > 1 and words[-1] in _GENERATIONS:
        return _GENERATIONS[words.pop()]
    return ""


def _cut(name: str) -> tuple[list[str], list[str]]:
    """(given and middle words, family words) of one text."""
    if not _words(name):
        return [], []
    before, comma, after = name.partition(",")
    if comma and _words(after):
        later = _words(after)
        if not all(w in _GENERATIONS or w in _CREDENTIALS for w in later):
            generation = fold(after.rpartition(",")[2])
            last = _words(before)
            return (
                [w for w in later if w not in _CREDENTIALS],
                last + ([generation] if generation in _GENERATIONS else []),
            )
        name = before + " " + " ".join(w for w in later if w in _GENERATIONS)
    words = _strip(_words(name))
    tail = [words.pop()] if len(words) > 1 and words[-1] in _GENERATIONS else []
    if len(words) == 1:
        return [], words + tail
    cut = len(words) - 1
    while cut > 1 and words[cut - 1] in _PARTICLES:
        cut -= 1
    return words[:cut], words[cut:] + tail


def generation(text: str) -> str:
    """A generation as told in a column of its own: 'Jr.' -> 'jr', 'III' -> '3'; '' when it is none."""
    return _GENERATIONS.get(fold(text), "")


def sound(word: str) -> str:
    """Soundex (Russell 1918, as the US census uses it) of a folded word; '' for other scripts."""
    if not word or not word.isascii() or not word[0].isalpha():
        return ""
    digits, last = "", word[0].translate(_SOUNDS)
    for letter in word[1:]:
        code = letter.translate(_SOUNDS)
        if code.isdigit() and code != last:
            digits += code
        if letter not in "hw":
            last = code
    return (word[0] + digits + "000")[:4]


#: Whom a short form usually stands for, in English and Spanish use: lists of short forms alone would make Mike a Miguel.
_USUAL_FOR = """
william bill billy will willie willy; robert bob bobby rob robbie; elizabeth liz lizzie beth betty betsy; james jim jimmy
jamie; michael mike mikey mick; katherine kate katie kathy; margaret peggy maggie meg; jennifer jen jenny; susan sue susie;
joseph joe joey; daniel dan danny; alexander alex; samuel sam sammy; anthony tony; christopher chris; richard rick ricky
dick rich; ronald ron ronnie; kenneth ken kenny; gerald jerry; barbara barb; sandra sandy; cynthia cindy; mary molly polly;
henry hank harry; jeffrey jeff; zachary zach zack; abigail abby; amanda mandy; angela angie; christina tina; jose pepe;
francisco paco pancho; guadalupe lupe; david dave davy; steven steve; edward ed eddie ted teddy ned; thomas tom tommy;
matthew matt; andrew andy drew; nicholas nick; lawrence larry; deborah deb debbie; rebecca becky; victoria vicky; pamela
pam; patricia pat patty trish; charles charlie chuck; gregory greg; timothy tim timmy; joshua josh; benjamin ben benny;
donald don donny; john jack johnny; peter pete; raymond ray; stephen steph; theodore theo; dorothy dot dottie; ignacio
nacho; enrique quique; dolores lola; eduardo lalo
"""
_USUAL = {word: line.split()[0] for line in _USUAL_FOR.split(";") for word in line.split()}


@cache
def _nicknamer() -> NickNamer:
    return NickNamer()


@lru_cache(maxsize=100_000)
def root(given: str) -> str:
    """One name for a given name and its short forms: 'bill' -> 'william'. Unknown names are their own root.

    Of several names it can be short for, the usual one; where there is none, the one with most short forms, then the
    first of the alphabet: the choice is arbitrary but always the same.
    """
    if len(given) < 2 or not given.isascii():
        return given
    if usual := _USUAL.get(given):
        return usual
    namer = _nicknamer()
    if len(namer.nicknames_of(given)) >= 4:
        return given
    full = namer.canonicals_of(given)
    return min(full, key=lambda name: (-len(namer.nicknames_of(name)), name)) if full else given


@lru_cache(maxsize=200_000)
def organisation_words(name: str) -> str:
    """The telling words of an organisation's name: no legal form, usual abbreviations written one way."""
    folded = fold(name.replace("&", " and "))
    if is_placeholder(folded):
        return ""
    words = " ".join(_SHORT.get(w, w) for w in folded.split(" ")).split()
    while len(words) > 1 and words[-1] in _LEGAL:
        words.pop()
    kept = [w for w in _joined(words) if w not in _LEGAL_SURE]
    return " ".join(kept or words)


def _joined(words: Iterable[str]) -> list[str]:
    """Single letters that stand together become one word: 'a b c plumbing' -> 'abc plumbing'."""
    out: list[str] = []
    run = ""
    for word in words:
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        if run:
            out.append(run)
            run = ""
        out.append(word)
    return [*out, run] if run else out


def looks_organised(name: str) -> bool:
    """Whether a name carries a legal form or says what kind of body it is, so that it is no person's whatever the source says."""
    words = fold(name).split(" ")
    return len(words) > 1 and any(word in _LEGAL_SURE or word in _BODIES for word in words[1:])


def person_of(name: str) -> str:
    """The person of a text that names a person and their firm ('Ana Perez, Perez Plumbing LLC'); '' when it is no such."""
    head, mark, tail = name.replace("(", ",").partition(",")
    person = fold(head).split(" ")
    if mark and len(person) >= 2 and "&" not in head and looks_organised(tail) and not looks_organised(head):
        return head.strip()
    return ""


def acronym(words: str) -> str:
    """The first letters of three words or more, else ''."""
    parts = words.split(" ")
    return "".join(w[0] for w in parts) if len(parts) >= 3 else ""
