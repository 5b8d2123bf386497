"""The arithmetic of the audit trail: one form for every value, and the hash that ties an entry to the one before.

A linear hash chain, as in Schneier & Kelsey, "Secure audit logs to support computer forensics" (1999): changing,
removing or reordering an entry breaks the link to every entry after it. Pure: no ORM.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import singledispatch
from typing import Any

GENESIS = "0" * 64


#: What an entry's hash covers, in this order.
FIELDS = ("at", "actor_id", "actor_name", "action", "object_type", "object_id", "office_id", "count", "changes")


@singledispatch
def plain(value: object) -> Any:
    """A value in the one form in which PostgreSQL's jsonb gives back exactly what it was given.

    jsonb rewrites numbers (1e16 becomes 10000000000000000) and refuses NUL and lone surrogates in text; an entry
    that came back different would look tampered with.
    """
    return value if value is None else text(str(value))


@plain.register(bool)
@plain.register(int)
def _(value: int) -> int:
    return value


@plain.register
def _(value: float) -> float | int | str:
    if not math.isfinite(value):
        return str(value)
    return int(value) if value.is_integer() else value


@plain.register
def _(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()


@plain.register(Mapping)
def _(value: Mapping[Any, Any]) -> dict[str, Any]:
    return {text(str(key)): plain(inner) for key, inner in value.items()}


@plain.register(set)
@plain.register(frozenset)
def _(value: set[Any]) -> list[Any]:
    return sorted((plain(inner) for inner in value), key=str)


@plain.register(list)
@plain.register(tuple)
def _(value: list[Any]) -> list[Any]:
    return [plain(inner) for inner in value]


def text(value: str) -> str:
    """Text that PostgreSQL can keep: the characters it cannot are replaced, as is usual, by a question mark."""
    return value.replace("\x00", "?").encode("utf-8", "replace").decode()


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def digest(previous: str, said: Sequence[Any]) -> str:
    """The hash of one entry: SHA-256 over the hash before it and, as JSON, the values of FIELDS.

    The time is in UTC and to the microsecond, whatever zone it is given in.
    """
    at, *rest = said
    body = _encode([at.astimezone(UTC).isoformat(timespec="microseconds"), *rest])
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()
