"""Keeping the rows that could not be taken in, with their reasons and as they were told."""

from django.db import connection, transaction

from regard.lib.copying import copy_in
from regard.sources.loading.workspace import Workspace
from regard.sources.mapping import Mapping
from regard.sources.models import QuarantinedRow, Run

COLUMNS = ("run_id", "silo_id", "line", "target", "reasons", "raw", "state", "decided_by")


def hold_back(space: Workspace, mapping: Mapping) -> None:
    """Leave no part of a refused row to be loaded: cells that slipped would fill the wrong columns of the others.

    Not where rows are merged into one thing: a case of an event log stands on its other rows.
    """
    for into in dict.fromkeys(target.into for target in mapping.targets if target.grain == "row"):
        space.con.execute(f"DELETE FROM mapped_{into} WHERE _line IN (SELECT _line FROM quarantine)")


def keep_quarantine(space: Workspace, run: Run) -> int:
    """Store every quarantined row once (all its reasons together) and return how many rows there are."""
    space.con.execute(
        """CREATE OR REPLACE TEMP TABLE refused AS
        WITH reasons AS (
            SELECT _line, any_value(target) AS target, flatten(list(CAST(reasons AS JSON[]))) AS reasons
            FROM quarantine WHERE _line NOT IN (SELECT _line FROM rejected) GROUP BY _line
        )
        SELECT _line, target, to_json(reasons) AS reasons, to_json(raw) AS raw FROM reasons JOIN raw USING (_line)
        UNION ALL
        SELECT _line, '', json_array(json_object('column', NULL, 'code', code, 'message', message)),
               json_object('row', raw_text) FROM rejected"""
    )
    total = space.count("refused")
    if QuarantinedRow.objects.filter(run=run).exists():
        return total  # kept by an earlier attempt of this run
    file = space.to_copy(
        "quarantine",
        f"SELECT {run.pk}, {run.silo_id}, _line, target, reasons, raw, 'waiting', '' FROM refused ORDER BY _line",
        COLUMNS,
    )
    with transaction.atomic(), connection.cursor() as cursor:
        copy_in(cursor, "sources_quarantinedrow", file)
    return total
