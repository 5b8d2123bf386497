"""One search box over name, phone, e-mail and customer number.

What was typed decides where to look, so that every look-up is an index probe: a number, an address with @,
digits, or words. Words are looked up as prefixes over every spelling that any source told; when nothing is
found, the words most like them (trigrams over the small table of name words) are tried instead.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from regard.customers import normalise
from regard.customers.access import customers_seen_by, standing_for
from regard.customers.models import Customer
from regard.office.access import office_id_of
from regard.office.models import Staff

LIMIT = 25
#: How many records a look-up reads at most before ranking: bounds the cost of "a common name".
POOL = 300
_NUMBER = re.compile(r"[Kk]\d{3,18}")
_DIGITS = re.compile(r"[\d\s()./+-]{4,}")


@dataclass(frozen=True)
class Found:
    """A customer that was found, and by what: the spelling or address that matched."""

    customer: Customer
    matched: str
    how: str


def search(staff: Staff, typed: str, limit: int = LIMIT) -> list[Found]:
    """Customers of the person's office that `typed` may mean, the likeliest first. At most `limit`."""
    office = office_id_of(staff)
    text = typed.strip()
    if office is None or len(text) < 2:
        return []
    if _NUMBER.fullmatch(text):
        return _by_number(staff, text)
    if "@" in text:
        return _customers(
            staff, _addresses(office, "email", text.lower(), exact="." in text.rsplit("@", 1)[1]), "e-mail", limit
        )
    if _DIGITS.fullmatch(text):
        return _customers(staff, _phones(office, text), "phone", limit)
    return _by_name(staff, office, text, limit)


def _by_number(staff: Staff, text: str) -> list[Found]:
    customer = customers_seen_by(staff).filter(pk=int(text[1:])).first()
    if customer is not None and customer.merged_into_id is not None:
        customer = standing_for(staff, customer)
    return [Found(customer, customer.number, "customer number")] if customer else []


_LIVE = """FROM customers_identityrecord r
    JOIN customers_link l ON l.record_id = r.id AND l.ended_at IS NULL
    JOIN customers_customer c ON c.id = l.customer_id AND c.office_id = %s"""


def _rows(query: str, parameters: Sequence[object]) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()


def _addresses(office: int, column: str, text: str, *, exact: bool) -> list[tuple[int, str]]:
    if exact:
        return _rows(f"SELECT l.customer_id, r.{column} {_LIVE} WHERE r.{column} = %s LIMIT {POOL}", [office, text])
    like = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
    query = f"SELECT l.customer_id, r.{column} {_LIVE} WHERE r.{column} LIKE %s AND r.{column} <> '' LIMIT {POOL}"
    return _rows(query, [office, like])


def _phones(office: int, text: str) -> list[tuple[int, str]]:
    whole = normalise.phone(text, settings.REGARD_COUNTRY)
    if whole:
        return _addresses(office, "phone", whole, exact=True)
    digits = re.sub(r"\D", "", text)
    prefixes = [f"+{digits}"] if "+" in text else [f"+1{digits}", f"+{digits}"]
    return [row for prefix in prefixes for row in _addresses(office, "phone", prefix, exact=False)]


_WORDS = "to_tsvector('simple'::regconfig, COALESCE(r.name_folded, ''))"


def _by_name(staff: Staff, office: int, text: str, limit: int) -> list[Found]:
    folded = normalise.fold_name(text)
    words = folded.split()[:6]
    if not words:
        return []
    found = _customers(staff, _named(office, " & ".join(f"'{word}':*" for word in words)), "name", limit, folded)
    if found:
        return found
    groups = [_similar(word) for word in words]
    if not all(groups):
        return []
    query = " & ".join("(" + " | ".join(f"'{word}'" for word in group) + ")" for group in groups)
    return _customers(staff, _named(office, query), "a similar name", limit, folded)


def _named(office: int, query: str) -> list[tuple[int, str]]:
    select = f"SELECT l.customer_id, r.name {_LIVE} WHERE {_WORDS} @@ to_tsquery('simple', %s) LIMIT {POOL}"
    return _rows(select, [office, query])


def _similar(word: str) -> list[str]:
    """Words of names like this one: its nearest neighbours by shared trigrams (at least 0.3 of them)."""
    if len(word) < 3:
        return [word]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT word FROM customers_nameword WHERE word %% %s ORDER BY similarity(word, %s) DESC LIMIT 8""",
            [word, word],
        )
        return [row[0] for row in cursor.fetchall()]


def _customers(staff: Staff, rows: Sequence[tuple[int, str]], how: str, limit: int, wanted: str = "") -> list[Found]:
    """The customers behind matching records, best first: exact spelling, then words in common, then name."""
    best: dict[int, tuple[float, str]] = {}
    for customer_id, matched in rows:
        score = _closeness(wanted, matched)
        if customer_id not in best or score > best[customer_id][0]:
            best[customer_id] = (score, matched)
    order = sorted(best, key=lambda pk: (-best[pk][0], best[pk][1], pk))[:limit]
    customers = {customer.pk: customer for customer in customers_seen_by(staff).filter(pk__in=order)}
    return [Found(customers[pk], best[pk][1], how) for pk in order if pk in customers]


def _closeness(wanted: str, matched: str) -> float:
    """1 for the same words, less for every word that is only a beginning or not there at all."""
    if not wanted:
        return 0.0
    have, want = set(normalise.fold_name(matched).split()), wanted.split()
    same = sum(1 for word in want if word in have)
    starts = sum(1 for word in want if word not in have and any(other.startswith(word) for other in have))
    return (same + 0.6 * starts) / max(len(have), len(want))
