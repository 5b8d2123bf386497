"""Mapped cases and orders in the desk's own shape: the case as it stands, and the events it is the fold of.

What is new goes in by COPY with its columns folded here, in SQL; `desk.lifecycle.fold` is the definition, and
`regard check` and a test hold the two together. What the file tells differently from last time becomes new
events (`desk.actions.revise_cases`).
"""

from collections.abc import Iterator, Sequence

import numpy as np
from django.db import connection, transaction

from regard.lib.copying import CopyFile, copy_in, reserve_ids, stage
from regard.office.queries import due_times
from regard.sources.loading.people import told_join
from regard.sources.loading.places import place_join
from regard.sources.loading.workspace import Workspace

CASE_COLUMNS = (
    "id", "silo_id", "silo_key", "kind", "unit_id", "service_id", "channel", "subject", "description", "language",
    "customer_id", "record_id", "owner_id", "state", "received_at", "answered_at", "resolved_at", "closed_at",
    "withdrawn_at", "paused_at", "promise_due", "next_step", "next_step_owner_id", "next_step_due", "transfers", "reopens",
    "events_seen", "standard_due", "address", "area", "postcode", "latitude", "longitude", "details", "digest", "as_of",
    "run_id",
)  # fmt: skip
EVENT_COLUMNS = ("case_id", "kind", "at", "actor_id", "actor_name", "text", "due_at", "data", "run_id")
LINE_COLUMNS = ("case_id", "line_no", "item_code", "item", "quantity", "unit_price", "silo_line", "digest", "run_id")

#: What the row says happened, with the gaps of usual exports filled: a closed case without a closing time is
#: closed as of the source's own update time (Open311 defines it so), a cancelled one when it was closed.
_DATES = """
    CASE WHEN status IN ('withdrawn', 'merged') THEN coalesce(withdrawn_at, closed_at, resolved_at, as_of)
         ELSE withdrawn_at END AS e_withdrawn,
    CASE WHEN status = 'closed' THEN coalesce(closed_at, resolved_at, as_of) ELSE closed_at END AS e_closed,
    CASE WHEN status = 'resolved' THEN coalesce(resolved_at, closed_at, as_of) ELSE resolved_at END AS e_resolved,
    CASE WHEN status = 'paused' THEN coalesce(as_of, received_at) END AS e_paused
"""
_CONTRADICTIONS = """
    CASE WHEN status IN ('resolved', 'closed', 'withdrawn', 'merged')
              AND coalesce(resolved_at, closed_at, withdrawn_at, as_of) IS NULL
         THEN json_array(json_object('column', 'status', 'code', 'ended_without_date', 'message',
              concat('The status says ', status, ' but no date says when. Add the date, or map the column that holds it.')))
         WHEN status IN ('open', 'paused') AND reopened_at IS NULL AND coalesce(resolved_at, closed_at, withdrawn_at) IS NOT NULL
         THEN json_array(json_object('column', 'status', 'code', 'status_disagrees', 'message',
              concat('The status says ', status, ' but a date says it ended on ',
                     strftime(coalesce(closed_at, resolved_at, withdrawn_at), '%Y-%m-%d'),
                     '. Correct one of the two, or leave the status out of the mapping to go by the dates.'))) END
"""


def refuse_contradictions(space: Workspace, target: str) -> int:
    """Move rows whose status and dates cannot both be true from `mapped_<target>` to `quarantine`."""
    space.con.execute(
        f"""INSERT INTO quarantine SELECT m._line, '{target}', {_CONTRADICTIONS}, NULL FROM mapped_{target} m
            WHERE ({_CONTRADICTIONS}) IS NOT NULL"""
    )
    return int(space.one(f"DELETE FROM mapped_{target} WHERE ({_CONTRADICTIONS}) IS NOT NULL") or 0)


def settle_cases(space: Workspace, target: str) -> None:
    """Make `told_case`: one row per case of the file with its ids, `is_new` and `is_changed`.

    Raises nothing for the file's sake: what cannot be loaded was quarantined before.
    """
    grain = f"SELECT * FROM mapped_{target}" if target == "case" else _first_of_each(target)
    space.con.execute(f"CREATE OR REPLACE TEMP VIEW incoming AS {grain}")
    fetch_existing(space, "SELECT DISTINCT key FROM incoming")
    new = space.one("SELECT count(*) FROM incoming LEFT JOIN existing_case USING (key) WHERE case_id IS NULL")
    with transaction.atomic(), connection.cursor() as cursor:
        first = reserve_ids(cursor, "desk_case", new)
    space.con.execute(
        f"""CREATE OR REPLACE TABLE told_case AS
        WITH numbered AS (
            SELECT key, {first} - 1 + row_number() OVER (ORDER BY _line) AS new_id
            FROM incoming LEFT JOIN existing_case USING (key) WHERE case_id IS NULL
        )
        SELECT m.*, coalesce(existing_case.case_id, numbered.new_id) AS case_id, existing_case.case_id IS NULL AS is_new,
               existing_case.case_id IS NOT NULL AND existing_case.digest IS DISTINCT FROM m.digest::UUID AS is_changed,
               place.unit_id, place.service_id, place.lead_id, staff_dim.staff_id AS owner_id,
               settled.customer_id, settled.record_id, NULL::TIMESTAMPTZ AS standard_due, {_DATES}
        FROM incoming m LEFT JOIN existing_case USING (key) LEFT JOIN numbered USING (key) {place_join(target)}
             LEFT JOIN staff_dim ON staff_dim.told = m.owner
             {told_join(target)}
        """
    )
    _standards(space)


def _first_of_each(target: str) -> str:
    """The lines of one order share its key: the order's own facts are those of its first line."""
    return f"SELECT * FROM mapped_{target} QUALIFY row_number() OVER (PARTITION BY key ORDER BY _line) = 1"


def fetch_existing(space: Workspace, keys: str) -> None:
    """Make `existing_case(key, case_id, digest)`: which of these keys the silo told of before."""
    file = space.to_copy("keys", keys, ("key",))
    with transaction.atomic(), connection.cursor() as cursor:
        stage(cursor, "told_key", "key text")
        cursor.execute("SELECT EXISTS (SELECT 1 FROM desk_case WHERE silo_id = %s LIMIT 1)", [space.silo.pk])
        if cursor.fetchone()[0]:
            copy_in(cursor, "told_key", file)
            cursor.execute("ANALYZE told_key")
        query = f"""SELECT c.silo_key AS key, c.id AS case_id, c.digest FROM told_key t
                    JOIN desk_case c ON c.silo_key = t.key AND c.silo_id = {int(space.silo.pk)} WHERE c.silo_key <> ''"""
        space.from_database(cursor, "existing_case", query, "key VARCHAR, case_id BIGINT, digest UUID")


def _standards(space: Workspace) -> None:
    """By when each new or changed case is due by its service's standard."""
    rows = space.con.execute(
        """SELECT case_id, service_id, unit_id, received_at AT TIME ZONE 'UTC' AS received_at FROM told_case
           WHERE service_id IS NOT NULL AND (is_new OR is_changed)"""
    ).fetchnumpy()
    services, units = (np.ma.filled(rows[name], 0) for name in ("service_id", "unit_id"))
    due = due_times(services, units, rows["received_at"])
    told = ~np.isnat(due)
    if not told.any():
        return
    space.con.register("standard_limit", _arrow(np.asarray(rows["case_id"])[told], due[told]))
    space.con.execute(
        """UPDATE told_case SET standard_due = (limits.due AT TIME ZONE 'UTC') FROM standard_limit limits
           WHERE limits.case_id = told_case.case_id"""
    )
    space.con.unregister("standard_limit")


def _arrow(case_ids: np.ndarray, due: np.ndarray) -> object:
    import pyarrow as pa  # only when the office has standards

    return pa.table({"case_id": pa.array(case_ids), "due": pa.array(due.astype("datetime64[us]"))})


# --- events ------------------------------------------------------------------------------------------

_PLACE = """concat('{"unit":', unit_id, CASE WHEN service_id IS NOT NULL THEN concat(',"service":', service_id) END,
    ',"channel":"', coalesce(channel, 'other'), '"}')"""
_ROW_EVENTS = f"""
    SELECT case_id, 0 AS step, 'received' AS kind, received_at AS at, NULL AS actor_id, '' AS actor_name, '' AS text,
           NULL::TIMESTAMPTZ AS due_at, {_PLACE} AS data FROM {{cases}}
    UNION ALL SELECT case_id, 1, 'assigned', received_at, NULL, '', CASE WHEN owner_id IS NULL THEN owner ELSE '' END, NULL,
           CASE WHEN owner_id IS NOT NULL THEN concat('{{"owner":', owner_id, '}}') END FROM {{cases}} WHERE owner IS NOT NULL
    UNION ALL SELECT case_id, 2, 'promised', received_at, NULL, '', coalesce(promise_text, ''), promised_at, NULL
           FROM {{cases}} WHERE promised_at IS NOT NULL
    UNION ALL SELECT case_id, 3, 'reopened', reopened_at, NULL, '', '', NULL, NULL FROM {{cases}} WHERE reopened_at IS NOT NULL
    UNION ALL SELECT case_id, 4, 'answered', answered_at, NULL, '', '', NULL, NULL FROM {{cases}} WHERE answered_at IS NOT NULL
    UNION ALL SELECT case_id, 5, 'paused', e_paused, NULL, '', '', NULL, NULL FROM {{cases}} WHERE e_paused IS NOT NULL
    UNION ALL SELECT case_id, 6, CASE WHEN status = 'merged' THEN 'merged' ELSE 'withdrawn' END, e_withdrawn, NULL, '', '',
           NULL, NULL FROM {{cases}} WHERE e_withdrawn IS NOT NULL
    UNION ALL SELECT case_id, 7, 'resolved', e_resolved, NULL, '', '', NULL, NULL FROM {{cases}} WHERE e_resolved IS NOT NULL
    UNION ALL SELECT case_id, 8, 'closed', e_closed, NULL, '', '', NULL, NULL FROM {{cases}} WHERE e_closed IS NOT NULL
"""
#: The columns of a row that each tell one event, beside its arrival.
_TELLING = ("owner", "promised_at", "reopened_at", "answered_at", "e_paused", "e_withdrawn", "e_resolved", "e_closed")
#: Nobody may be left without an owner and a next step: an open case that names neither goes to the unit's lead.
_TAKE_UP = """
    UNION ALL SELECT case_id, 9, 'assigned', TIMESTAMPTZ '{now}', NULL, '', '', NULL, concat('{{"owner":', lead_id, '}}')
           FROM {cases} WHERE takes_up AND owner_id IS NULL AND lead_id IS NOT NULL
    UNION ALL SELECT case_id, 10, 'next_step', TIMESTAMPTZ '{now}', NULL, '', '{step}',
           greatest(least(promised_at, standard_due), TIMESTAMPTZ '{now}' + INTERVAL 1 DAY),
           concat('{{"owner":', coalesce(owner_id, lead_id), '}}')
           FROM {cases} WHERE takes_up AND coalesce(owner_id, lead_id) IS NOT NULL
"""
_OPEN = "e_withdrawn IS NULL AND e_closed IS NULL AND e_resolved IS NULL"


def _row_events(cases: str) -> str:
    """SQL for the events that rows of table `cases` tell."""
    return _ROW_EVENTS.replace("{cases}", cases)


def first_step(space: Workspace) -> str:
    """What whoever takes up an open case of this silo does first."""
    return f"Take up this case from {space.silo.name}"


def fold_new(space: Workspace, logs: Sequence[str] = ()) -> None:
    """Make views `new_case` (columns folded) and `new_event` of the cases that were not there before.

    The order in which `lifecycle.fold` takes endings of one instant is withdrawn, resolved, closed; the first
    ending decides. Cases that were reopened are folded in Python afterwards (`needs_fold`), and so are those with
    events of their own in tables told_<log> of this file: only then is it known who, if anybody, must take them up.
    """
    logged = " OR ".join(f"case_id IN (SELECT case_id FROM told_{log} WHERE NOT is_repeat)" for log in logs) or "FALSE"
    space.con.execute(
        f"""CREATE OR REPLACE TEMP VIEW fresh_case AS SELECT *, {_OPEN} AS is_open, {_OPEN} AND NOT ({logged}) AS takes_up,
            least(e_withdrawn, e_resolved, e_closed) AS ended_at FROM told_case WHERE is_new"""
    )
    words = first_step(space).replace("'", "''")
    told = " + ".join(f"({column} IS NOT NULL)::INTEGER" for column in _TELLING)
    events = _row_events("fresh_case") + _TAKE_UP.format(cases="fresh_case", now=space.now.isoformat(), step=words)
    space.con.execute(f"CREATE OR REPLACE TEMP VIEW new_event AS {events}")
    space.con.execute(
        f"""CREATE OR REPLACE TEMP VIEW new_case AS
        WITH judged AS (
            SELECT *, e_withdrawn IS NOT NULL AND e_withdrawn = ended_at AS was_withdrawn FROM fresh_case
        )
        SELECT *, 1 + {told} + CASE WHEN takes_up AND lead_id IS NOT NULL AND owner_id IS NULL THEN 1 ELSE 0 END
            + CASE WHEN takes_up AND coalesce(owner_id, lead_id) IS NOT NULL THEN 1 ELSE 0 END AS events_seen,
            CASE WHEN was_withdrawn THEN CASE WHEN status = 'merged' THEN 'merged' ELSE 'withdrawn' END
                 WHEN e_closed IS NOT NULL THEN 'closed' WHEN e_resolved IS NOT NULL THEN 'resolved'
                 WHEN e_paused IS NOT NULL THEN 'paused' ELSE 'open' END AS f_state,
            CASE WHEN is_open OR was_withdrawn THEN answered_at ELSE least(answered_at, ended_at) END AS f_answered,
            CASE WHEN NOT was_withdrawn THEN ended_at END AS f_resolved,
            e_closed AS f_closed,
            CASE WHEN was_withdrawn THEN e_withdrawn END AS f_withdrawn,
            CASE WHEN is_open THEN e_paused END AS f_paused,
            CASE WHEN is_open THEN promised_at END AS f_promise,
            CASE WHEN takes_up THEN coalesce(owner_id, lead_id) ELSE owner_id END AS f_owner,
            CASE WHEN takes_up AND coalesce(owner_id, lead_id) IS NOT NULL THEN '{words}' ELSE '' END AS f_next_step,
            CASE WHEN takes_up THEN coalesce(owner_id, lead_id) END AS f_next_owner,
            CASE WHEN takes_up AND coalesce(owner_id, lead_id) IS NOT NULL
                 THEN greatest(least(promised_at, standard_due), TIMESTAMPTZ '{space.now.isoformat()}' + INTERVAL 1 DAY)
                 END AS f_next_due,
            reopened_at IS NOT NULL OR (e_paused IS NOT NULL AND NOT is_open) AS needs_fold
        FROM judged"""
    )


def write_chunk(space: Workspace, first: int, last: int, kind: str) -> tuple[CopyFile, CopyFile]:
    """New cases of ids [first, last] and their events, as COPY files."""
    cases = space.to_copy(
        "case",
        f"""SELECT case_id, {int(space.silo.pk)}, key, '{kind}', unit_id, service_id, coalesce(channel, 'other'),
            coalesce(subject, ''), coalesce(description, ''), coalesce(language, ''), customer_id, record_id,
            f_owner, f_state, received_at, f_answered, f_resolved,
            f_closed, f_withdrawn, f_paused, f_promise, f_next_step, f_next_owner, f_next_due, 0, 0, events_seen, standard_due,
            coalesce(address, ''), coalesce(area, ''), coalesce(postcode, ''), latitude, longitude, details, digest::UUID,
            as_of, {space.run_id}
            FROM new_case WHERE case_id BETWEEN {first} AND {last} ORDER BY case_id""",
        CASE_COLUMNS,
    )
    events = space.to_copy(
        "event",
        f"""SELECT case_id, kind, "at", actor_id, actor_name, coalesce(text, ''), due_at, data, {space.run_id}
            FROM new_event WHERE case_id BETWEEN {first} AND {last} ORDER BY case_id, step""",
        EVENT_COLUMNS,
    )
    return cases, events


def changed_cases(space: Workspace, batch: int = 5_000) -> Iterator[tuple[list[dict], list[dict]]]:
    """Cases told differently from last time, with the events their rows now tell, in batches of rows as dicts."""
    space.con.execute(
        f"CREATE OR REPLACE TABLE revised_case AS SELECT *, {_OPEN} AS is_open FROM told_case WHERE is_changed"
    )
    space.con.execute(f"CREATE OR REPLACE TABLE wanted_event AS {_row_events('revised_case')}")
    total = space.count("revised_case")
    for start in range(0, total, batch):
        cases = space.dicts(f"SELECT * FROM revised_case ORDER BY case_id LIMIT {batch} OFFSET {start}")
        low, high = cases[0]["case_id"], cases[-1]["case_id"]
        events = f"SELECT * FROM wanted_event WHERE case_id BETWEEN {low} AND {high} ORDER BY case_id, step"
        yield cases, space.dicts(events)
