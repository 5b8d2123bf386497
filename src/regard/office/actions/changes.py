"""Comparing a record before and after an action, for its audit entry."""

from collections.abc import Mapping

from django.db import models

from regard.records.actors import Actor
from regard.records.audit import record


def values_of(obj: models.Model, fields: Mapping[str, object]) -> dict[str, object]:
    """The present values of these fields, foreign keys as ids."""
    return {name: _plain(getattr(obj, name)) for name in fields}


def change(*, by: Actor, action: str, obj: models.Model, fields: Mapping[str, object], note: str = "") -> bool:
    """Set `fields`, save and audit what differs. False, and nothing written, when nothing does."""
    before = values_of(obj, fields)
    for name, value in fields.items():
        setattr(obj, name, value)
    after = values_of(obj, fields)
    changed = [name for name in fields if before[name] != after[name]]
    if not changed:
        return False
    obj.full_clean(exclude=[f.name for f in obj._meta.concrete_fields if f.name not in fields])
    obj.save(update_fields=changed)
    record(
        by=by,
        action=action,
        obj=obj,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        note={"reason": note} if note else None,
    )
    return True


def _plain(value: object) -> object:
    if isinstance(value, models.Model):
        return value.pk
    return list(value) if isinstance(value, list | tuple) else value
