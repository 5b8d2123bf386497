"""Which column fills which column of a target: names and values weighed, the surest match first. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from regard.sources.headers import fit, words_of
from regard.sources.meanings import BY_NAME, MEANINGS, Meaning
from regard.sources.profiling import Profile
from regard.sources.synonyms import WORD_LISTS, known_share

LEAST = 0.35
"""Below this no column is proposed for a word."""

_PERSON = (
    "person_email", "person_phone", "person_birth_date", "person_given", "person_family", "person_organisation",
    "person_key", "person_name",
)  # fmt: skip
_CASE = (
    "key", "received_at", "service", "service_name", "unit", "channel", "subject", "description", "status",
    "answered_at", "resolved_at", "closed_at", "withdrawn_at", "promised_at", "promise_text", "reopened_at", "owner",
    "language", "as_of", "latitude", "longitude", "address", "postcode", "area", *_PERSON,
)  # fmt: skip
_CONTACT = (
    "key", "channel", "direction", "unit", "service", "staff", "case_key", "wait_seconds", "handle_seconds", "outcome",
    "subject", "as_of", *_PERSON,
)  # fmt: skip
_FEEDBACK = ("key", "at", "channel", "unit", "service", "case_key", "question", "score", "language", *_PERSON)


def _same(*names: str) -> dict[str, tuple[str, float]]:
    return {name: (name, 1.0) for name in names}


FILLS: dict[str, dict[str, tuple[str, float]]] = {
    "case": {
        **_same(*_CASE), "at": ("received_at", 0.7), "case_key": ("key", 1.0), "staff": ("owner", 0.8),
        "sender": ("person_email", 0.95),
    },
    "order": {
        **_same(*_CASE, "item_code", "quantity", "unit_price", "line_no"), "at": ("received_at", 0.9),
        "case_key": ("key", 1.0), "description": ("item", 0.95),
    },
    "event": {
        **_same("key", "case_key", "at", "actor", "unit"), "activity": ("kind", 1.0), "received_at": ("at", 0.7),
        "staff": ("actor", 0.9), "owner": ("actor", 0.7), "description": ("text", 0.6), "promised_at": ("due_at", 0.8),
    },
    "contact": {
        **_same(*_CONTACT), "at": ("started_at", 1.0), "received_at": ("started_at", 0.95),
        "service_name": ("service", 0.9), "description": ("body", 0.9), "owner": ("staff", 0.7),
        "sender": ("person_email", 0.98), "recipient": ("counterpart", 0.95),
    },
    "feedback": {
        **_same(*_FEEDBACK), "received_at": ("at", 0.9), "feedback_kind": ("kind", 1.0), "feedback_text": ("text", 1.0),
        "description": ("text", 0.9), "service_name": ("service", 0.9),
    },
    "promise": {
        **_same("key", "case_key"), "promised_at": ("due_at", 1.0), "received_at": ("made_at", 0.8),
        "closed_at": ("kept_at", 0.8), "promise_text": ("text", 1.0), "description": ("text", 0.8),
    },
    "identity": {
        **_same("key", "as_of", *_PERSON), "address": ("person_address", 1.0), "postcode": ("person_postcode", 1.0),
        "language": ("person_language", 1.0),
    },
}  # fmt: skip
"""Target -> meaning -> (column of the target, how apt the meaning is for it)."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """A column of the file for a column of the target, how sure, and why."""

    profile: Profile
    meaning: Meaning
    target: str
    confidence: float
    reason: str


def assign(profiles: Sequence[Profile], into: str) -> list[Assigned]:
    """Each column of the file at most once, each column of the target at most once."""
    order = {m.name: i for i, m in enumerate(MEANINGS)}
    found = []
    for place, profile in enumerate(profiles):
        for name, (target, apt) in FILLS[into].items():
            sure = sure_of_values(profile, name) * apt
            if sure >= LEAST:
                found.append((-round(sure, 3), order[name], place, target, profile, BY_NAME[name]))
    taken: set[str] = set()
    assigned = []
    for negative, _, _, target, profile, meaning in sorted(found, key=lambda f: f[:3]):
        if target in taken or profile.column in taken:
            continue
        taken |= {target, profile.column}
        assigned.append(Assigned(profile, meaning, target, -negative, _reason(profile, meaning)))
    return assigned


def sure_of_values(profile: Profile, meaning_name: str) -> float:
    """How sure it is that a column means this, by its name and its values together, 0 to 1."""
    meaning = BY_NAME[meaning_name]
    named = fit(profile.column, meaning)
    if meaning.name.startswith("person_") and named < 0.9:
        named = 0.0  # a street's name is nobody's
    often = profile.told > 0.05 * profile.rows and not profile.dates
    if meaning.kind in ("email", "phone") and often and profile.shapes[meaning.kind] > 0.9:
        shaped = 0.7 if meaning.kind == "email" or _looks_dialled(profile) else 0.0
        named = max(named, shaped)
    return named * _suits(profile, meaning) if named else 0.0


def _looks_dialled(profile: Profile) -> bool:
    """Phone numbers without a telling name: punctuated, and no plain numbers."""
    return profile.shapes["number"] < 0.1 and 9 <= profile.length <= 18


def _suits(profile: Profile, meaning: Meaning) -> float:
    """How far the values are of the meaning's kind."""
    if profile.told == 0:
        return 0.7 if meaning.kind != "id" else 0.0
    shapes = profile.shapes
    shaped = {
        "any": 1.0,
        "clock": float(shapes["clock"] > 0.9),
        "mailbox": float(shapes["mailbox"] > 0.8),
        "number": float(max(shapes["number"], shapes["clock"]) > 0.9),
        "email": 1.0 if shapes["email"] > 0.5 else 0.2,
        "phone": 1.0 if shapes["phone"] > 0.5 else 0.2,
        "latitude": _degrees(profile, 90),
        "longitude": _degrees(profile, 180),
        "date": _dates(profile),
        "id": _id(profile) if profile.told >= 0.5 * profile.rows else 0.0,
        "ref": _id(profile),
    }
    if meaning.kind in shaped:
        return shaped[meaning.kind]
    return _few(profile, meaning) if meaning.kind == "few" else _text(profile, meaning)


def _degrees(profile: Profile, limit: float) -> float:
    largest = max(abs(profile.low or 0), abs(profile.high or 0))
    return float(profile.shapes["number"] > 0.9 and largest <= limit)


def _dates(profile: Profile) -> float:
    shapes = profile.shapes
    if profile.dates > 0.8:
        return 1.0
    return 0.9 if max(shapes[n] for n in ("compact", "epoch", "epoch_ms", "serial", "yymmdd")) > 0.95 else 0.0


def _few(profile: Profile, meaning: Meaning) -> float:
    if profile.dates > 0.5 or profile.distinct > max(60, 0.2 * profile.told):
        return 0.0
    if meaning.name == "activity":
        return profile.told / profile.rows  # every row of a log says what happened
    if meaning.name not in WORD_LISTS:
        return 1.0
    return 0.3 + 0.7 * known_share(meaning.name, profile.values)


def _id(profile: Profile) -> float:
    if profile.dates > 0.5 or profile.length > 60:
        return 0.0
    return 1.0 if profile.is_unique else 0.85


def _text(profile: Profile, meaning: Meaning) -> float:
    if profile.dates > 0.5:
        return 0.0
    if meaning.name.startswith("person_") and profile.shapes["number"] > 0.5:
        return 0.0
    if meaning.name == "person_name" and words_of(profile.column) == ("name",) and not profile.is_unique:
        return 0.6
    return 1.0


_KINDS = {"date": "are dates", "number": "are numbers", "email": "are e-mail addresses", "phone": "are phone numbers",
          "latitude": "are degrees", "longitude": "are degrees", "clock": "are times of day"}  # fmt: skip


def _reason(profile: Profile, meaning: Meaning) -> str:
    named = fit(profile.column, meaning)
    said = "its name says so" if named > 0.9 else "its name hints at it" if named else "its name does not tell"
    if profile.told == 0:
        return f"{said}; it is empty in the rows looked at"
    if meaning.kind in _KINDS:
        return f"{said}, and its values {_KINDS[meaning.kind]}"
    if meaning.name in WORD_LISTS and meaning.name != "activity":
        return f"{said}, and {known_share(meaning.name, profile.values):.0%} of its values are words we know"
    if meaning.kind == "few":
        return f"{said}, and it has few different values ({profile.distinct:,})"
    return said
