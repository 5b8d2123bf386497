"""What can happen to feedback."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from regard.lib.copying import CopyFile, copy_in
from regard.records import audit
from regard.records.actors import Actor
from regard.records.versions import revise_rows


@transaction.atomic
def load_feedback(*, by: Actor, run_id: int, rows: CopyFile) -> None:
    """Take in feedback that was not there before."""
    with connection.cursor() as cursor:
        copy_in(cursor, "voice_feedback", rows)
    _audit(by, "voice.load_feedback", run_id, rows.rows)


@transaction.atomic
def revise_feedback(*, by: Actor, run_id: int, rows: Sequence[Mapping[str, Any]]) -> int:
    """Bring feedback up to date with what its source tells now; what it said before is kept."""
    changed = revise_rows("voice_feedback", "voice.feedback", rows, run_id)
    _audit(by, "voice.revise_feedback", run_id, changed)
    return changed


def _audit(by: Actor, action: str, run_id: int, count: int) -> None:
    note = {"rows": count}
    audit.record(by=by, action=action, object_type="voice.feedback", object_id=f"run:{run_id}", count=count, note=note)
