"""What becomes of every row of a file, decided before anything is loaded.

Each row is counted once: quarantined if any part of it was refused, else loaded if it tells anything new, else
updated if it tells something differently, else a repeat. The plan is kept with the run, so a run that was killed
and goes on keeps the books of its first attempt, and at the end what was really loaded is held against it.
"""

from collections.abc import Sequence

from regard.sources.loading.workspace import Workspace

#: Per target: the rows it will load (1), change (2) or has met before (3), as (_line, outcome).
_OUTCOMES = {
    "case": "SELECT _line, CASE WHEN is_new THEN 1 WHEN is_changed THEN 2 ELSE 3 END AS outcome FROM told_case",
    "order": "SELECT _line, CASE WHEN is_repeat THEN 3 WHEN is_new_case THEN 1 ELSE 2 END AS outcome FROM told_line",
    "event": "SELECT DISTINCT _line, CASE WHEN is_repeat THEN 3 ELSE 1 END AS outcome FROM told_event",
    "promise": "SELECT _line, min(CASE WHEN is_repeat THEN 3 ELSE 1 END) AS outcome FROM told_promise GROUP BY _line",
    "contact": "SELECT _line, CASE WHEN is_new THEN 1 WHEN is_changed THEN 2 ELSE 3 END AS outcome FROM told_contact",
    "feedback": "SELECT _line, CASE WHEN is_new THEN 1 WHEN is_changed THEN 2 ELSE 3 END AS outcome FROM told_feedback",
    "identity": """SELECT _line, CASE WHEN NOT is_new_record THEN 3 WHEN rank = 1 THEN 2 ELSE 1 END AS outcome
                   FROM told JOIN settled USING (pid) WHERE target = 'identity'""",
}
NAMES = {1: "loaded", 2: "updated", 3: "repeats"}


def plan(space: Workspace, targets: Sequence[str], *, some_rows_merge: bool) -> dict[str, dict[str, int]]:
    """Counts per target (`planned`: what it will load and change) and of the rows, under "rows".

    `some_rows_merge` says that a target tells one thing in many rows (the cases of an event log): rows that tell
    nothing beyond it are then repeats of their first.
    """
    parts = [f"SELECT '{target}' AS target, * FROM ({_OUTCOMES[target]})" for target in targets]
    space.con.execute(f"CREATE OR REPLACE TEMP TABLE outcome AS {' UNION ALL '.join(parts)}")
    counts: dict[str, dict[str, int]] = {}
    for target in targets:
        loaded, updated = space.row(
            """SELECT count(*) FILTER (WHERE outcome = 1), count(*) FILTER (WHERE outcome = 2)
               FROM outcome WHERE target = ?""",
            [target],
        )
        counts[target] = {"planned": loaded, "to_update": updated}
    counts["rows"] = _rows(space, some_rows_merge=some_rows_merge)
    return counts


def _rows(space: Workspace, *, some_rows_merge: bool) -> dict[str, int]:
    space.con.execute(
        """CREATE OR REPLACE TEMP TABLE row_outcome AS
           WITH told_lines AS (
               SELECT _line, min(outcome) AS outcome FROM (
                   SELECT _line, outcome FROM outcome UNION ALL SELECT _line, 3 FROM repeats
               ) GROUP BY _line
           )
           SELECT * FROM told_lines ANTI JOIN quarantine USING (_line)"""
    )
    found = dict(space.con.execute("SELECT outcome, count(*) FROM row_outcome GROUP BY 1").fetchall())
    rows = {name: found.get(outcome, 0) for outcome, name in NAMES.items()}
    if some_rows_merge:
        rows["repeats"] += space.one(
            "SELECT count(*) FROM raw ANTI JOIN row_outcome USING (_line) ANTI JOIN quarantine USING (_line)"
        )
    return rows


def differences(counts: dict[str, dict[str, int]], targets: Sequence[str]) -> list[str]:
    """Where what was loaded is not what was planned, in words. Empty when the books are right."""
    found = []
    for target in targets:
        told = counts.get(target, {})
        for planned, done, verb in (("planned", "loaded", "loaded"), ("to_update", "updated", "updated")):
            if told.get(planned, 0) != told.get(done, 0):
                found.append(f"{target}: {told.get(done, 0):,} rows {verb}, {told.get(planned, 0):,} expected")
    return found
