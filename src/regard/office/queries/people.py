"""Finding members of staff by what silos call them."""

import unicodedata
from collections.abc import Iterable

from regard.office.models import Staff, Unit


def folded(words: str) -> str:
    """Words in one form for comparing: no accents, no case, single spaces."""
    plain = unicodedata.normalize("NFKD", words)
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())


def staff_named(office_id: int, told: Iterable[str]) -> dict[str, int]:
    """Who is meant by each word: a code, an e-mail address or a name ("Ann Lee" or "Lee, Ann"). One query.

    Words that mean nobody, or could mean two people, are left out: no one is guessed.
    """
    wanted = {word: key for word in told if (key := _key(word))}
    if not wanted:
        return {}
    meant: dict[str, set[int]] = {}
    people = Staff.objects.filter(unit__path__startswith=f"/{office_id}/").values_list("id", "code", "email", "name")
    for pk, *words in people:
        for word in words:
            if word:
                meant.setdefault(_key(word), set()).add(pk)
    return {word: next(iter(meant[key])) for word, key in wanted.items() if len(meant.get(key, ())) == 1}


def find_staff(office: Unit, word: str) -> Staff | None:
    """The one member of staff of an office with this code, e-mail address or name; else None."""
    found = staff_named(office.office_id, [word]).get(word)
    return Staff.objects.select_related("unit").get(pk=found) if found else None


def _key(word: str) -> str:
    last, comma, first = word.partition(",")
    return folded(f"{first} {last}" if comma else word)


def demo_staff() -> list[Staff]:
    """People of an invented office whose roles the sign-in page offers; nobody of a real one. Two queries."""
    people = Staff.objects.filter(is_demo=True, is_active=True, unit__isnull=False).select_related("unit")
    invented = set(Unit.objects.filter(parent=None, is_demo=True).values_list("pk", flat=True))
    return [staff for staff in people if staff.office_id in invented]
