"""Mapped order rows as lines of their orders."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from regard.lib.copying import CopyFile, copy_in, stage
from regard.sources.loading.cases import LINE_COLUMNS
from regard.sources.loading.workspace import Workspace

_OWN = {"item_code": "VARCHAR", "item": "VARCHAR", "quantity": "DOUBLE", "unit_price": "DOUBLE"}
_HELD = {"case_id": "BIGINT", "digest": "UUID", "line_no": "INTEGER", "silo_line": "VARCHAR", **_OWN}
_VALUES = "coalesce(item_code, '') AS item_code, coalesce(item, '') AS item, quantity, unit_price"
_SAME = """(coalesce(held.item_code, ''), coalesce(held.item, ''), held.quantity, held.unit_price) IS NOT DISTINCT FROM
    (coalesce(m.item_code, ''), coalesce(m.item, ''), m.quantity, m.unit_price)"""


def settle_lines(space: Workspace) -> None:
    """Make `told_line(case_id, is_new_case, is_repeat, held_id, is_same, ...)`, one row per line of an order.

    A line that its source numbers is known again by that number: `held_id` is the line as we have it, `is_same` says
    that it is told as before (what differs is then the order's own: its status, its dates).
    """
    file = space.to_copy("orders", "SELECT DISTINCT case_id FROM told_case WHERE NOT is_new", ("id",))
    with transaction.atomic(), connection.cursor() as cursor:
        stage(cursor, "asked_case", "id bigint")
        copy_in(cursor, "asked_case", file)
        query = f"SELECT l.id AS held_id, l.{', l.'.join(_HELD)} FROM asked_case a JOIN desk_orderline l ON l.case_id = a.id"
        columns = ", ".join(f"{name} {kind}" for name, kind in _HELD.items())
        space.from_database(cursor, "existing_line", query, f"held_id BIGINT, {columns}")
    space.con.execute(
        f"""CREATE OR REPLACE TABLE told_line AS
        WITH highest AS (SELECT case_id, max(line_no) AS line_no FROM existing_line GROUP BY case_id),
             held AS (SELECT * FROM existing_line WHERE silo_line <> ''
                      QUALIFY row_number() OVER (PARTITION BY case_id, silo_line ORDER BY held_id DESC) = 1)
        SELECT m._line, m.digest, m.item_code, m.item, m.quantity, m.unit_price, m.line_no AS silo_line, o.case_id,
               o.is_new AS is_new_case,
               EXISTS (SELECT 1 FROM existing_line x WHERE x.case_id = o.case_id AND x.digest = m.digest::UUID) AS is_repeat,
               held.held_id, {_SAME} AS is_same,
               coalesce(highest.line_no, 0) + row_number() OVER (PARTITION BY o.case_id ORDER BY m._line) AS line_no
        FROM mapped_order m JOIN told_case o USING (key) LEFT JOIN highest ON highest.case_id = o.case_id
             LEFT JOIN held ON held.case_id = o.case_id AND held.silo_line = m.line_no::VARCHAR"""
    )


def write_chunk(space: Workspace, first: int, last: int) -> CopyFile:
    """Lines of new orders of ids [first, last]."""
    return _write(space, f"is_new_case AND case_id BETWEEN {first} AND {last}")


def write_known(space: Workspace) -> CopyFile:
    """Lines that a later file adds to orders we knew."""
    return _write(space, "NOT is_new_case AND NOT is_repeat AND held_id IS NULL")


def changed_lines(space: Workspace) -> tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]]:
    """Lines we knew that a later file tells differently, and those of which only the order's own facts differ."""
    query = f"""SELECT held_id AS id, {_VALUES}, digest, {space.run_id} AS run_id FROM told_line
                WHERE NOT is_new_case AND NOT is_repeat AND held_id IS NOT NULL AND"""
    return space.dicts(f"{query} NOT is_same"), space.dicts(f"{query} is_same")


def _write(space: Workspace, where: str) -> CopyFile:
    return space.to_copy(
        "line",
        f"""SELECT case_id, line_no, coalesce(item_code, ''), coalesce(item, ''), quantity, unit_price,
                   coalesce(silo_line::VARCHAR, ''), digest::UUID, {space.run_id}
            FROM told_line WHERE {where} ORDER BY case_id, line_no""",
        LINE_COLUMNS,
    )
