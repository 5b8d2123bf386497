"""Writing and verifying the audit trail.

Each entry's hash covers its own content and the hash before it (a linear hash chain, as in Schneier & Kelsey,
"Secure audit logs to support computer forensics", 1999): changing, removing or reordering an entry breaks
every hash after it. Personal values never enter the log in the clear: it keeps a keyed fingerprint, so a value
can later be shown to be the one that was there without the log holding it.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction

from regard.records.actors import Actor
from regard.records.declarations import Sensitivity, sensitivity_of
from regard.records.models import AuditEntry

GENESIS = "0" * 64
_CHAIN_LOCK = 7_265_671  # any number, the same for ever: the advisory lock that orders the chain


def fingerprint(value: object) -> str:
    """A keyed digest of a value: equal values give equal fingerprints, and nothing can be read back."""
    key = settings.SECRET_KEY.encode()
    return "fp:" + hmac.new(key, str(value).encode(), hashlib.sha256).hexdigest()[:24]


def _shown(model: type[models.Model] | None, field: str, value: object) -> object:
    if value is None or model is None:
        return _plain(value)
    level = sensitivity_of(model, field)
    if level in (Sensitivity.PUBLIC, Sensitivity.INTERNAL):
        return _plain(value)
    return "(secret)" if level is Sensitivity.SECRET else fingerprint(value)


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in value]
    return str(value)


def _digest(previous: str, body: Mapping[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def _body(entry: AuditEntry) -> dict[str, Any]:
    return {
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_id": entry.actor_id,
        "actor_name": entry.actor_name,
        "action": entry.action,
        "object_type": entry.object_type,
        "object_id": entry.object_id,
        "count": entry.count,
        "changes": entry.changes,
    }


def record(
    *,
    by: Actor,
    action: str,
    obj: models.Model | None = None,
    object_type: str = "",
    object_id: str = "",
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    note: Mapping[str, object] | None = None,
    count: int = 1,
) -> AuditEntry:
    """Append one entry, inside the caller's transaction.

    `before` and `after` map field names of `obj` to values; only fields that differ are kept, and values are
    shown or fingerprinted by the field's sensitivity. `note` holds facts that are not personal (counts,
    digests, names of mappings). Call it last in an action: the chain is locked from here to the commit.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An audit entry belongs in the transaction of what it records.")
    model = type(obj) if obj is not None else None
    old, new = before or {}, after or {}
    changed = [name for name in {**old, **new} if old.get(name) != new.get(name) or name not in old]
    changes: dict[str, object] = {}
    if changed:
        changes["before"] = {n: _shown(model, n, old[n]) for n in changed if n in old}
        changes["after"] = {n: _shown(model, n, new[n]) for n in changed if n in new}
    if note:
        changes["note"] = _plain(note)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
    previous = AuditEntry.objects.order_by("-id").values_list("hash", flat=True).first() or GENESIS
    entry = AuditEntry(
        at=datetime.now(UTC),
        actor_id=by.audit_id,
        actor_name=by.audit_name,
        action=action,
        object_type=object_type or (obj._meta.label_lower if obj is not None else ""),
        object_id=object_id or (str(obj.pk) if obj is not None else ""),
        count=count,
        changes=json.loads(json.dumps(changes)),
        previous_hash=previous,
    )
    entry.hash = _digest(previous, _body(entry))
    entry.save(force_insert=True)
    return entry


@dataclass(frozen=True)
class ChainReport:
    """What `verify` found: how many entries were read, and the first that does not fit (None if all do)."""

    entries: int
    last_hash: str
    broken_at: int | None = None
    reason: str = ""


def verify() -> ChainReport:
    """Recompute the whole chain in order. Memory stays flat; time grows with the trail (about 30,000 entries/s)."""
    previous, count = GENESIS, 0
    for entry in AuditEntry.objects.order_by("id").iterator(chunk_size=5_000):
        if entry.previous_hash != previous:
            return ChainReport(count, previous, entry.pk, "an entry before this one was removed or reordered")
        if entry.hash != _digest(previous, _body(entry)):
            return ChainReport(count, previous, entry.pk, "this entry was changed after it was written")
        previous = entry.hash
        count += 1
    return ChainReport(count, previous)
