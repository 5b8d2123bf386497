"""Reading the audit trail, and proving that nobody changed it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from regard.records import chain
from regard.records.models import AuditEntry, Viewing

_BATCH = 5_000


@dataclass(frozen=True)
class ChainReport:
    """What `verify` found: how many entries were read, and the first that does not fit (None if all do)."""

    entries: int
    last_hash: str
    broken_at: int | None = None
    reason: str = ""
    kept_found: bool | None = None  # was the hash somebody kept outside still there? None: none was given


def verify(kept: str = "") -> ChainReport:
    """Recompute the whole chain in order. Memory stays flat; time grows with the trail.

    `kept`: the last hash of an earlier check, kept outside. A chain that is sound in itself but lacks it was cut
    off at its end, or written anew.
    """
    previous, count, found = chain.GENESIS, 0, False
    for pk, said_previous, said_hash, *said in _rows():
        if said_previous != previous:
            return ChainReport(count, previous, pk, "an entry before this one was removed, added or moved")
        if said_hash != chain.digest(previous, said):
            return ChainReport(count, previous, pk, "this entry was changed after it was written")
        previous = said_hash
        found = found or said_hash == kept
        count += 1
    return ChainReport(count, previous, kept_found=found if kept else None)


def _rows() -> Iterator[list[Any]]:
    """Id, hashes and `chain.FIELDS` of every entry, in order; plain lists, because models cost five times more."""
    fields = ", ".join(chain.FIELDS).replace("changes", "changes::text")
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT id, previous_hash, hash, {fields} FROM records_auditentry ORDER BY id")
        while rows := cursor.fetchmany(_BATCH):
            for *said, changes in rows:
                said.append(json.loads(changes))
                yield said


# --- looking things up


@dataclass(frozen=True)
class Wanted:
    """What to look for. Days are local and inclusive; empty means any."""

    actor: str = ""
    action: str = ""
    object_type: str = ""
    object_id: str = ""
    first_day: date | None = None
    last_day: date | None = None


def order_of(wanted: Wanted) -> tuple[str, ...]:
    """The order in which a list can be read from an index: by moment when days are given, else as it was written."""
    return ("-at", "-id") if wanted.first_day or wanted.last_day else ("-id",)


_ACTORS = ("records_auditentry", "actor_id", "actor_name")
_VIEWERS = ("records_viewing", "staff_id", "staff_name")
_PEOPLE = """
WITH RECURSIVE people AS (
    (SELECT {key} AS person FROM {table} WHERE {key} IS NOT NULL ORDER BY {key} LIMIT 1)
    UNION ALL
    SELECT (SELECT {key} FROM {table} WHERE {key} > person ORDER BY {key} LIMIT 1) FROM people WHERE person IS NOT NULL
)
SELECT person FROM people WHERE person IS NOT NULL AND strpos(
    lower((SELECT {name} FROM {table} WHERE {key} = person ORDER BY id DESC LIMIT 1)), lower(%s)) > 0
"""


def _ids_of_actors(part_of_name: str, where: tuple[str, str, str]) -> list[int]:
    """Who goes by such a name, as it was last written. Jumps along the index instead of reading the trail."""
    table, key, name = where
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE.format(table=table, key=key, name=name), [part_of_name])
        return [row[0] for row in cursor.fetchall()]


def _of_office(office_id: int | None) -> Q:
    """What the records officers of an office may read: its own entries and those of no one office."""
    return Q(office_id=office_id) | Q(office_id=None)


def _between(wanted: Wanted) -> Q:
    found = Q()
    if wanted.first_day:
        found &= Q(at__gte=_start(wanted.first_day))
    if wanted.last_day:
        found &= Q(at__lt=_start(wanted.last_day + timedelta(days=1)))
    return found


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def entries(wanted: Wanted, office_id: int | None, *, all_offices: bool = False) -> QuerySet[AuditEntry]:
    """Entries that an office may read, newest first. `all_offices` is for the operator at the command line."""
    found = AuditEntry.objects.filter(_between(wanted)).order_by("-id")
    if not all_offices:
        found = found.filter(_of_office(office_id))
    if wanted.actor:
        # Names are looked up among the actors, not among all entries; what Regard does itself has no id.
        of_system = Q(actor_id=None, actor_name__icontains=wanted.actor)
        found = found.filter(Q(actor_id__in=_ids_of_actors(wanted.actor, _ACTORS)) | of_system)
    if wanted.action:
        # "desk." means every action of the desk
        whole = not wanted.action.endswith(".")
        found = found.filter(action=wanted.action) if whole else found.filter(action__startswith=wanted.action)
    if wanted.object_type:
        found = found.filter(object_type=wanted.object_type)
    return found.filter(object_id=wanted.object_id) if wanted.object_id else found


def viewings(wanted: Wanted, office_id: int | None) -> QuerySet[Viewing]:
    """Who opened what, of one office, newest first."""
    found = Viewing.objects.filter(_between(wanted), _of_office(office_id)).order_by("-id")
    if wanted.actor:
        found = found.filter(staff_id__in=_ids_of_actors(wanted.actor, _VIEWERS))
    if wanted.object_type:
        found = found.filter(object_type=wanted.object_type)
    return found.filter(object_id=wanted.object_id) if wanted.object_id else found


_ACTIONS = """
WITH RECURSIVE kinds AS (
    (SELECT action AS kind FROM records_auditentry WHERE office_id = %(office)s ORDER BY action LIMIT 1)
    UNION ALL
    SELECT (
        SELECT action FROM records_auditentry WHERE office_id = %(office)s AND action > kind ORDER BY action LIMIT 1
    ) FROM kinds WHERE kind IS NOT NULL
)
SELECT kind FROM kinds WHERE kind IS NOT NULL
"""


def actions_of_office(office_id: int | None) -> list[str]:
    """Every action that occurs in an office's trail, in order. Jumps along the index instead of reading the trail."""
    with connection.cursor() as cursor:
        cursor.execute(_ACTIONS, {"office": office_id})
        return [row[0] for row in cursor.fetchall()]


_KINDS = """
WITH RECURSIVE kinds AS (
    (SELECT {column} AS kind FROM {table} ORDER BY {column} LIMIT 1)
    UNION ALL
    SELECT (SELECT {column} FROM {table} WHERE {column} > kind ORDER BY {column} LIMIT 1)
    FROM kinds WHERE kind IS NOT NULL
)
SELECT kind FROM kinds WHERE kind IS NOT NULL
"""


def kinds_of_object(table: str = "records_auditentry") -> list[str]:
    """Every object type that occurs, in order. Jumps along the index instead of reading the trail."""
    with connection.cursor() as cursor:
        cursor.execute(_KINDS.format(column="object_type", table=table))
        return [row[0] for row in cursor.fetchall() if row[0]]
