"""Mapped rows of event logs and promise lists, as events of cases."""

from collections.abc import Sequence

from django.db import connection, transaction

from regard.lib.copying import CopyFile, copy_in, stage
from regard.sources.loading.cases import EVENT_COLUMNS, fetch_existing
from regard.sources.loading.places import place_join
from regard.sources.loading.workspace import Workspace

_NO_ARRIVALS = "SELECT NULL::BIGINT AS case_id, NULL::TIMESTAMPTZ AS received_at WHERE FALSE"
_NO_SUCH_CASE = """json_array(json_object('column', 'case_key', 'code', 'no_such_case', 'message',
    concat('No case ', case_key, ' of this source is known. Import the cases first, then release this row.')))"""
_PROMISES = """
    SELECT _line, case_key, coalesce(made_at, as_of, due_at) AS "at", 'promised' AS kind, NULL AS actor, coalesce(text, '') AS text,
           due_at, NULL AS unit, NULL AS service, digest, key FROM mapped_promise
    UNION ALL
    SELECT _line, case_key, kept_at, 'promise_kept', NULL, '', NULL, NULL, NULL, digest, key FROM mapped_promise
    WHERE kept_at IS NOT NULL
"""
_EVENTS = """SELECT _line, case_key, "at", kind, actor, coalesce(text, '') AS text, due_at, unit, service, digest, key
             FROM mapped_event"""


def settle_events(space: Workspace, target: str, *, cases_in_file: bool) -> int:
    """Make `told_<target>` (one row per event, with its case) and quarantine what belongs to no case we know.

    Returns how many rows were quarantined. An event is a repeat when its case already has one of the same
    source id, or of the same kind, time and text; and an arrival, when it only says what the row of its case says.
    """
    space.con.execute(f"CREATE OR REPLACE TEMP VIEW event_row AS {_EVENTS if target == 'event' else _PROMISES}")
    fetch_existing(space, "SELECT DISTINCT case_key AS key FROM event_row")
    space.con.execute(
        f"""CREATE OR REPLACE TEMP TABLE case_of AS SELECT key, case_id FROM existing_case
            {"UNION SELECT key, case_id FROM told_case" if cases_in_file else ""}"""
    )
    space.con.execute(
        f"""INSERT INTO quarantine SELECT DISTINCT _line, '{target}', {_NO_SUCH_CASE}, NULL
            FROM event_row ANTI JOIN case_of ON case_of.key = event_row.case_key"""
    )
    lost = space.one(
        "SELECT count(DISTINCT _line) FROM event_row ANTI JOIN case_of ON case_of.key = event_row.case_key"
    )
    _existing_events(space)
    arrivals = "SELECT case_id, received_at FROM told_case" if cases_in_file else _NO_ARRIVALS
    space.con.execute(
        f"""CREATE OR REPLACE TABLE told_{target} AS
        SELECT m.*, case_of.case_id, place.unit_id, place.service_id, staff_dim.staff_id,
               EXISTS (SELECT 1 FROM existing_event x WHERE x.case_id = case_of.case_id AND x.log = {_LOG_KEY})
               OR (m.kind = 'received' AND m.actor IS NULL AND m.text = '' AND m."at" = arrival.received_at) IS TRUE AS is_repeat
        FROM event_row m JOIN case_of ON case_of.key = m.case_key {place_join("event")}
             LEFT JOIN ({arrivals}) arrival ON arrival.case_id = case_of.case_id
             LEFT JOIN staff_dim ON staff_dim.told = m.actor"""
    )
    return int(lost)


#: What marks an event as told by a log, and which row of it: the source's own id, or what the row says.
_LOG_KEY = """CASE WHEN m.key LIKE 'row:%' THEN md5(concat_ws('|', m.kind, epoch_us(m."at"), m.text))
    ELSE m.key END || ':' || m.kind"""


def _existing_events(space: Workspace) -> None:
    file = space.to_copy("cases", "SELECT DISTINCT case_id FROM case_of", ("id",))
    with transaction.atomic(), connection.cursor() as cursor:
        stage(cursor, "asked_case", "id bigint")
        copy_in(cursor, "asked_case", file)
        cursor.execute("ANALYZE asked_case")
        query = """SELECT e.case_id, e.data->>'log' AS log FROM asked_case a JOIN desk_event e ON e.case_id = a.id
                   WHERE e.data ? 'log'"""
        space.from_database(cursor, "existing_event", query, "case_id BIGINT, log VARCHAR")


def write_chunk(space: Workspace, target: str, first: int, last: int) -> tuple[CopyFile, Sequence[int], int]:
    """New events of cases [first, last] as a COPY file, the cases they belong to, and how many rows told them."""
    chosen = f"told_{target} m WHERE NOT is_repeat AND case_id BETWEEN {first} AND {last}"
    place = """CASE WHEN kind IN ('received', 'transferred', 'recategorised') THEN
        CASE WHEN unit IS NOT NULL THEN ',"unit":' || unit_id ELSE '' END
        || CASE WHEN service_id IS NOT NULL THEN ',"service":' || service_id ELSE '' END ELSE '' END"""
    owner = "CASE WHEN kind = 'assigned' AND staff_id IS NOT NULL THEN concat(',\"owner\":', staff_id) ELSE '' END"
    file = space.to_copy(
        "log_event",
        f"""SELECT case_id, kind, "at", staff_id, CASE WHEN staff_id IS NULL THEN coalesce(actor, '') ELSE '' END, text, due_at,
                   concat('{{"log":', to_json({_LOG_KEY}), {place}, {owner}, '}}'), {space.run_id}
            FROM {chosen} ORDER BY case_id, "at", _line""",
        EVENT_COLUMNS,
    )
    ids = [row[0] for row in space.con.execute(f"SELECT DISTINCT case_id FROM {chosen} ORDER BY case_id").fetchall()]
    return file, ids, int(space.one(f"SELECT count(DISTINCT _line) FROM {chosen}"))
