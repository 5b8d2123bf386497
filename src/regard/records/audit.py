"""Writing the audit trail: who did what to what, and who opened what.

Personal values never enter the trail in the clear: it keeps a keyed fingerprint, so a value can later be shown to be
the one that was there without the trail holding it. `queries` reads and verifies what is written here.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from regard.records import chain
from regard.records.actors import Actor
from regard.records.declarations import Sensitivity, sensitivity_of
from regard.records.models import AuditEntry
from regard.records.queries import ChainReport, verify

__all__ = ["ChainReport", "fingerprint", "record", "verify", "viewed"]

_CHAIN_LOCK = 7_265_671  # any number, the same for ever: the advisory lock that orders the chain
#: Opening the same thing again within this time is one viewing.
SAME_VIEWING_MINUTES = 15


def fingerprint(value: object) -> str:
    """A keyed digest of a value: equal values give equal fingerprints, and nothing can be read back."""
    key = settings.SECRET_KEY.encode()
    return "fp:" + hmac.new(key, str(chain.plain(value)).encode(), hashlib.sha256).hexdigest()[:24]


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
    office_id: int | None = None,
) -> AuditEntry:
    """Append one entry, inside the caller's transaction.

    `before` and `after` map field names of `obj` to values; only fields that differ are kept, and values are
    shown or fingerprinted by the field's sensitivity. `note` holds facts that are not personal (counts,
    digests, names of mappings). `office_id` says whose records officers may read it; by default the actor's
    office, else the object's.

    Call it last in an action: the end of the chain is locked from here to the commit, and every other action of
    the installation waits. A long job commits in pieces, or writes its entry in the last of them.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An audit entry belongs in the transaction of what it records.")
    label = object_type or (obj._meta.label_lower if obj is not None else "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
    previous = AuditEntry.objects.order_by("-id").values_list("hash", flat=True).first() or chain.GENESIS
    entry = AuditEntry(
        at=datetime.now(UTC),
        actor_id=by.audit_id,
        actor_name=chain.text(by.audit_name),
        action=action,
        object_type=label,
        object_id=chain.text(object_id or (str(obj.pk) if obj is not None else "")),
        office_id=office_id if office_id is not None else _office_of(by, obj),
        count=count,
        changes=_changes(label, before or {}, after or {}, note),
        previous_hash=previous,
    )
    entry.hash = chain.digest(previous, [getattr(entry, name) for name in chain.FIELDS])
    entry.save(force_insert=True)
    return entry


def _changes(
    label: str, old: Mapping[str, object], new: Mapping[str, object], note: Mapping[str, object] | None
) -> dict[str, object]:
    changed = [name for name in {**old, **new} if old.get(name) != new.get(name) or name not in old]
    changes: dict[str, object] = {}
    if changed:
        model = _model(label)
        changes["before"] = {n: _shown(model, n, old[n]) for n in changed if n in old}
        changes["after"] = {n: _shown(model, n, new[n]) for n in changed if n in new}
    if note:
        changes["note"] = chain.plain({name: _key(value) for name, value in note.items()})
    return changes


def _model(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _shown(model: type[models.Model] | None, field: str, value: object) -> object:
    if value is None:
        return None
    level = sensitivity_of(model, field) if model else Sensitivity.SENSITIVE
    if level is Sensitivity.SECRET:
        return "(secret)"
    if level in (Sensitivity.PUBLIC, Sensitivity.INTERNAL):
        return chain.plain(_key(value))
    return fingerprint(_key(value))


def _key(value: object) -> object:
    return value.pk if isinstance(value, models.Model) else value


def _office_of(by: Actor, obj: models.Model | None) -> int | None:
    """The office of the actor, else of the object or of what it hangs on. Duck-typed: offices are another room's."""
    unit = getattr(obj, "unit", None)
    for thing in (by, obj, unit, getattr(getattr(obj, "silo", None), "unit", None)):
        office = getattr(thing, "office_id", None)
        if isinstance(office, int):
            return office
    return None


_VIEW = """
INSERT INTO records_viewing (at, staff_id, staff_name, object_type, object_id, office_id)
SELECT now(), %(staff)s, %(name)s, %(type)s, %(id)s, %(office)s
WHERE NOT EXISTS (
    SELECT FROM records_viewing WHERE staff_id = %(staff)s AND object_type = %(type)s AND object_id = %(id)s
    AND at > now() - %(minutes)s * interval '1 minute')
"""


def viewed(*, by: Actor, obj: models.Model) -> None:
    """Note that somebody opened a page about a person. One statement and no lock; repeats within minutes are one."""
    if by.audit_id is None:
        return
    values: dict[str, int | str | None] = {
        "staff": by.audit_id,
        "name": chain.text(by.audit_name),
        "type": obj._meta.label_lower,
        "id": str(obj.pk),
        "office": _office_of(by, obj),
        "minutes": SAME_VIEWING_MINUTES,
    }
    with connection.cursor() as cursor:
        cursor.execute(_VIEW, values)
