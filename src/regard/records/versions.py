"""Replacing what a source told before by what it tells now, keeping the earlier version."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from regard.lib.copying import update_rows


def revise_rows(table: str, object_type: str, rows: Sequence[Mapping[str, Any]], run_id: int) -> int:
    """Write `rows` (dicts of column values with `id`) over those of `table`; returns how many were changed.

    Set-based, in the caller's transaction: one INSERT keeps the earlier versions, one COPY and one UPDATE
    write the new ones.
    """
    if not rows:
        return 0
    columns = [name for name in rows[0] if name not in ("id", "run_id")]
    ids = [row["id"] for row in rows]
    kept = ", ".join(f"'{name}', t.\"{name}\"" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO records_earlierversion (object_type, object_id, "values", run_id)
                SELECT %s, t.id, jsonb_build_object({kept}), %s FROM "{table}" t WHERE t.id = ANY(%s)""",
            [object_type, run_id, ids],
        )
        return update_rows(cursor, table, columns, ([row["id"], *(_value(row[c]) for c in columns)] for row in rows))


def _value(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value
