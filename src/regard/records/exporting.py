"""Entries of the audit trail as rows of a table."""

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from regard.lib.tabular import safe_cell
from regard.records.models import AuditEntry

HEADER = ("id", "at", "actor_id", "actor", "action", "object_type", "object_id", "count", "changes", "hash")


def rows(found: QuerySet[AuditEntry]) -> Iterator[list[Any]]:
    """One row for each entry, read in pieces."""
    for entry in found.iterator(chunk_size=2_000):
        values = (
            entry.pk,
            entry.at.isoformat(),
            entry.actor_id,
            entry.actor_name,
            entry.action,
            entry.object_type,
            entry.object_id,
            entry.count,
            json.dumps(entry.changes, ensure_ascii=False, sort_keys=True),
            entry.hash,
        )
        yield [safe_cell(value) for value in values]
