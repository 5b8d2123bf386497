"""Mapped contacts and feedback in the rooms' own shapes."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection, transaction

from regard.lib.copying import CopyFile, copy_in, stage
from regard.sources.loading.people import told_join
from regard.sources.loading.places import place_join
from regard.sources.loading.workspace import Workspace

CONTACT_COLUMNS = (
    "silo_id", "silo_key", "unit_id", "service_id", "channel", "direction", "started_at", "wait_seconds", "handle_seconds",
    "outcome", "case_id", "customer_id", "record_id", "staff_id", "staff_name", "counterpart", "subject", "body", "details",
    "digest", "as_of", "run_id",
)  # fmt: skip
FEEDBACK_COLUMNS = (
    "silo_id", "silo_key", "unit_id", "service_id", "case_id", "customer_id", "record_id", "kind", "channel", "at", "question",
    "score", "scale_min", "scale_max", "text", "solicited", "language", "details", "digest", "as_of", "run_id",
)  # fmt: skip
_TABLES = {"contact": "desk_contact", "feedback": "voice_feedback"}
_SELECT = {
    "contact": """key, unit_id, service_id, coalesce(channel, 'other'), coalesce(direction, 'in'), started_at, wait_seconds,
        handle_seconds, coalesce(outcome, ''), case_id, customer_id, record_id, staff_id,
        CASE WHEN staff_id IS NULL THEN coalesce(staff, '') ELSE '' END, coalesce(counterpart, ''), coalesce(subject, ''),
        coalesce(body, ''), details, digest::UUID, as_of""",
    "feedback": """key, unit_id, service_id, case_id, customer_id, record_id, kind, coalesce(channel, 'other'), "at",
        coalesce(question, ''), score, scale_min, scale_max, coalesce(text, ''), coalesce(solicited, FALSE),
        coalesce(language, ''), details, digest::UUID, as_of""",
}
_COLUMNS = {"contact": CONTACT_COLUMNS, "feedback": FEEDBACK_COLUMNS}


_NO_CASES = "SELECT NULL::VARCHAR AS key, NULL::BIGINT AS case_id, NULL::BIGINT AS customer_id WHERE FALSE"


def settle_exchanges(space: Workspace, target: str, *, cases_in_file: bool) -> None:
    """Make `told_<target>` with ids looked up, `is_new` and `is_changed`.

    A case number told with a contact or a comment may belong to any silo of the office, and is quoted from
    memory, in any capitals: one that leads to no case, or to two, leaves the case open. What the file itself tells of
    goes before what other silos call the same.
    """
    _existing(space, target)
    _cases_quoted(space, target)
    own = "SELECT key, case_id, customer_id FROM told_case" if cases_in_file else _NO_CASES
    staff = "LEFT JOIN staff_dim ON staff_dim.told = m.staff" if target == "contact" else ""
    staff_id = "staff_dim.staff_id" if target == "contact" else "NULL::BIGINT AS staff_id"
    space.con.execute(
        f"""CREATE OR REPLACE TABLE told_{target} AS
        SELECT m.*, existing_row.row_id, existing_row.row_id IS NULL AS is_new,
               existing_row.row_id IS NOT NULL AND existing_row.digest IS DISTINCT FROM m.digest::UUID AS is_changed,
               place.unit_id, place.service_id, {staff_id}, coalesce(own.case_id, quoted_case.case_id) AS case_id,
               coalesce(settled.customer_id, own.customer_id, quoted_case.customer_id) AS customer_id, settled.record_id
        FROM mapped_{target} m LEFT JOIN existing_row USING (key) {place_join(target)} {staff}
             LEFT JOIN ({own}) own ON own.key = m.case_key LEFT JOIN quoted_case ON quoted_case.told = m.case_key
             {told_join(target)}"""
    )


def _existing(space: Workspace, target: str) -> None:
    table = _TABLES[target]
    file = space.to_copy("keys", f"SELECT key FROM mapped_{target}", ("key",))
    with transaction.atomic(), connection.cursor() as cursor:
        stage(cursor, "told_key", "key text")
        copy_in(cursor, "told_key", file)
        cursor.execute("ANALYZE told_key")
        query = f"""SELECT r.silo_key AS key, r.id AS row_id, r.digest FROM told_key t
                    JOIN {table} r ON r.silo_key = t.key AND r.silo_id = {int(space.silo.pk)} WHERE r.silo_key <> ''"""
        space.from_database(cursor, "existing_row", query, "key VARCHAR, row_id BIGINT, digest UUID")


def _cases_quoted(space: Workspace, target: str) -> None:
    told = f"SELECT case_key AS told, unnest([case_key, upper(case_key)]) AS wanted FROM mapped_{target}"
    file = space.to_copy("quoted", f"SELECT DISTINCT * FROM ({told}) WHERE told IS NOT NULL", ("told", "wanted"))
    office = int(space.silo.unit.office_id)
    with transaction.atomic(), connection.cursor() as cursor:
        stage(cursor, "quoted", "told text, wanted text")
        copy_in(cursor, "quoted", file)
        cursor.execute("ANALYZE quoted")
        query = f"""
            SELECT q.told, min(c.id) AS case_id, min(c.customer_id) AS customer_id
            FROM quoted q JOIN desk_case c ON c.silo_key = q.wanted JOIN office_unit u ON u.id = c.unit_id
            WHERE c.silo_key <> '' AND u.path LIKE '/{office}/%' GROUP BY q.told HAVING count(*) = 1
            UNION ALL
            SELECT DISTINCT q.told, c.id, c.customer_id FROM quoted q
            JOIN desk_case c ON c.id = CASE WHEN q.wanted ~ '^C[0-9]{{7,12}}$' THEN substr(q.wanted, 2)::bigint END
            JOIN office_unit u ON u.id = c.unit_id WHERE u.path LIKE '/{office}/%'"""
        space.from_database(cursor, "quoted_case", query, "told VARCHAR, case_id BIGINT, customer_id BIGINT")


def write_chunk(space: Workspace, target: str, first: int, last: int) -> CopyFile:
    """New rows of lines [first, last] as a COPY file."""
    return space.to_copy(
        target,
        f"""SELECT {int(space.silo.pk)}, {_SELECT[target]}, {space.run_id}
            FROM told_{target} WHERE is_new AND _line BETWEEN {first} AND {last} ORDER BY _line""",
        _COLUMNS[target],
    )


def changed_rows(space: Workspace, target: str, batch: int = 5_000) -> Iterator[list[Mapping[str, Any]]]:
    """Rows told differently from last time, as dicts of the table's columns plus `id`, in batches."""
    names = ("id", *_COLUMNS[target])
    query = f"""SELECT row_id, {int(space.silo.pk)}, {_SELECT[target]}, {space.run_id} FROM told_{target}
                WHERE is_changed ORDER BY row_id"""
    total = space.count(f"told_{target}", "is_changed")
    for start in range(0, total, batch):
        rows = space.dicts(f"{query} LIMIT {batch} OFFSET {start}")
        yield [dict(zip(names, row.values(), strict=True)) for row in rows]
