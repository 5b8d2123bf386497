"""Mapped order rows as lines of their orders."""

from django.db import connection, transaction

from regard.lib.copying import CopyFile, copy_in, stage
from regard.sources.loading.cases import LINE_COLUMNS
from regard.sources.loading.workspace import Workspace


def settle_lines(space: Workspace) -> None:
    """Make `told_line(case_id, is_new_case, is_repeat, ...)`, one row per line of an order."""
    file = space.to_copy("orders", "SELECT DISTINCT case_id FROM told_case WHERE NOT is_new", ("id",))
    with transaction.atomic(), connection.cursor() as cursor:
        stage(cursor, "asked_case", "id bigint")
        copy_in(cursor, "asked_case", file)
        query = "SELECT l.case_id, l.digest, l.line_no FROM asked_case a JOIN desk_orderline l ON l.case_id = a.id"
        space.from_database(cursor, "existing_line", query, "case_id BIGINT, digest UUID, line_no INTEGER")
    space.con.execute(
        """CREATE OR REPLACE TABLE told_line AS
        WITH highest AS (SELECT case_id, max(line_no) AS line_no FROM existing_line GROUP BY case_id)
        SELECT m._line, m.digest, m.item_code, m.item, m.quantity, m.unit_price, m.line_no AS silo_line, o.case_id,
               o.is_new AS is_new_case,
               EXISTS (SELECT 1 FROM existing_line x WHERE x.case_id = o.case_id AND x.digest = m.digest::UUID) AS is_repeat,
               coalesce(highest.line_no, 0) + row_number() OVER (PARTITION BY o.case_id ORDER BY m._line) AS line_no
        FROM mapped_order m JOIN told_case o USING (key) LEFT JOIN highest ON highest.case_id = o.case_id"""
    )


def write_chunk(space: Workspace, first: int, last: int) -> CopyFile:
    """Lines of new orders of ids [first, last]."""
    return _write(space, f"is_new_case AND case_id BETWEEN {first} AND {last}")


def write_known(space: Workspace) -> CopyFile:
    """Lines that a later file adds to orders we knew."""
    return _write(space, "NOT is_new_case AND NOT is_repeat")


def _write(space: Workspace, where: str) -> CopyFile:
    return space.to_copy(
        "line",
        f"""SELECT case_id, line_no, coalesce(item_code, ''), coalesce(item, ''), quantity, unit_price,
                   coalesce(silo_line::VARCHAR, ''), digest::UUID, {space.run_id}
            FROM told_line WHERE {where} ORDER BY case_id, line_no""",
        LINE_COLUMNS,
    )
