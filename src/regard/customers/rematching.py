"""Matching an office: its records out by COPY, the model's answer taken over by `actions.apply_match`.

All records (`whole`), or new arrivals with whoever shares an address, a number or a name with them. Which records
the model sees, and which of their fields, is decided here; how it decides is its own affair.
"""

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from regard.customers import actions
from regard.customers.actions import Applied
from regard.customers.models import Decision, MatchRun, Verdict
from regard.lib.copying import stage
from regard.office.models import Unit
from regard.records.actors import Actor

if TYPE_CHECKING:
    import pyarrow as pa

Say = Callable[[str], None]
#: What of a record the model may look at. Nothing else leaves the table.
FIELDS = (
    "kind", "name", "given", "family", "organisation", "email", "phone", "address", "postcode", "birth_date", "as_of",
)  # fmt: skip
#: From so many reviewed pairs on, a matching of everything learns from them.
ENOUGH = 30
#: When new records are more than this share of all, everything is matched anew.
MOST_NEW = 0.2
#: A number or a name that so many records carry identifies nobody: it does not draw them in.
MOST_SHARED = 100


def match_office(
    *, by: Actor, office: Unit, whole: bool = True, dry_run: bool = False, say: Say | None = None
) -> Applied | None:
    """Match an office and take over what comes of it. None when nothing is new.

    dry_run: say what would come of it, and change nothing. `say` is told in words how far it is.
    """
    if not dry_run:
        actions.carry_stragglers(by=by, office_id=office.pk)
    with transaction.atomic(), connection.cursor() as cursor:
        newest = _newest(cursor, office)
        whole = whole or _stage_arrivals(cursor, office)
        records = _read(cursor, office, whole=whole)
    if not dry_run:
        actions.index_records(by=by, office_id=office.pk)
    if not records.num_rows:
        return None
    (say or _silent)(f"{records.num_rows:,} records are compared")
    matched = _match(records, office, say, whole=whole)
    with transaction.atomic():
        applied = actions.apply_match(by=by, office=office, matched=matched, is_whole=whole, up_to=newest)
        if whole:  # a part would give its own frequencies for those of all
            actions.keep_models(by=by, office_id=office.pk, models=matched.models)
        if dry_run:
            transaction.set_rollback(True)
    return applied


def _silent(_: str) -> None:
    """Say nothing."""


def _match(records: "pa.Table", office: Unit, say: Say | None, *, whole: bool) -> Any:
    """What the model says, taught by what people reviewed where there is enough of it."""
    from regard.customers import matching  # loads the model's library: seconds that only a matching should pay

    said = Decision.objects.filter(office=office, counts=True).exclude(verdict=Verdict.UNSURE)
    told = said.values_list("left_id", "right_id", "verdict")
    known = set(records["record_id"].to_pylist())
    decisions = [
        matching.Decision(left, right, verdict == Verdict.SAME)
        for left, right, verdict in told.iterator(10_000)
        if left in known and right in known
    ]
    matched = matching.match(records, decisions=decisions, say=say)
    reviewed = [
        matching.Decision(left, right, verdict == Verdict.SAME)
        for left, right, verdict in told.filter(change=None)
        if left in known and right in known
    ]
    if not whole or len(reviewed) < ENOUGH:
        return matched
    reranker = matching.Reranker.learn(matched, reviewed)
    if not reranker.decisions:
        return matched
    (say or _silent)(f"learned from {sum(reranker.decisions.values()):,} reviewed pairs; they are compared once more")
    return matching.match(records, decisions=decisions, reranker=reranker, say=say)


_OF_OFFICE = """
customers_identityrecord r JOIN office_silo s ON s.id = r.silo_id JOIN office_unit u ON u.id = s.unit_id
    AND starts_with(u.path, '/{office}/')
"""


def _newest(cursor: Any, office: Unit) -> int:
    cursor.execute(f"SELECT coalesce(max(r.id), 0) FROM {_OF_OFFICE.format(office=int(office.pk))}")
    return int(cursor.fetchone()[0])


def _read(cursor: Any, office: Unit, *, whole: bool) -> "pa.Table":
    """The records as a table: strings never null, instants in UTC."""
    import pyarrow as pa  # a tenth of a second, and only a matching needs it
    from pyarrow import csv

    fields = ", ".join("(r.as_of AT TIME ZONE 'UTC') AS as_of" if name == "as_of" else f"r.{name}" for name in FIELDS)
    only = "" if whole else "JOIN arrival a ON a.record_id = r.id"
    query = f"""SELECT r.id AS record_id, s.code AS silo, r.key, r.key LIKE 'id:%' AS own_key, {fields}
                FROM {_OF_OFFICE.format(office=int(office.pk))} {only} ORDER BY r.id"""
    told = BytesIO()
    with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)") as copy:
        for block in copy:
            told.write(block)
    told.seek(0)
    types = dict.fromkeys(("silo", "key", *FIELDS), pa.string()) | {
        "record_id": pa.int64(), "own_key": pa.bool_(), "birth_date": pa.date32(), "as_of": pa.timestamp("us"),
    }  # fmt: skip
    options = csv.ConvertOptions(column_types=types, strings_can_be_null=False, true_values=["t"], false_values=["f"])
    return csv.read_csv(told, csv.ReadOptions(), csv.ParseOptions(newlines_in_values=True), options)


_FRESH = "SELECT r.id, r.email, r.phone, r.name_key, r.address FROM {of} WHERE r.id > %s"
#: Who shares something with a new record, unless too many do.
_SHARING = """
INSERT INTO arrival SELECT r.id FROM fresh f JOIN (
    SELECT k.{key} FROM (SELECT DISTINCT {key} FROM fresh WHERE {key} <> '') k
    JOIN customers_identityrecord r ON r.{key} = k.{key} AND r.{key} <> ''
    GROUP BY k.{key} HAVING count(*) <= %s) rare USING ({key})
JOIN {of} ON r.{key} = rare.{key} AND r.{key} <> ''
ON CONFLICT DO NOTHING
"""
_WHOLE_CUSTOMERS = """
INSERT INTO arrival SELECT every.record_id FROM arrival a
JOIN customers_link mine ON mine.record_id = a.record_id AND mine.ended_at IS NULL
JOIN customers_link every ON every.customer_id = mine.customer_id AND every.ended_at IS NULL
ON CONFLICT DO NOTHING
"""


def _stage_arrivals(cursor: Any, office: Unit) -> bool:
    """Make `arrival(record_id)`: what came since the last matching, and whoever it may belong to.

    True when so much is new, or nothing was ever matched, that everything should be.
    """
    of = _OF_OFFICE.format(office=int(office.pk))
    last = MatchRun.objects.filter(office=office, state=MatchRun.State.DONE).order_by("-id").first()
    if last is None:
        return True
    stage(cursor, "fresh", "id bigint, email text, phone text, name_key text, address text")
    cursor.execute(f"INSERT INTO fresh {_FRESH.format(of=of)}", [last.up_to])
    new = cursor.rowcount
    cursor.execute(f"SELECT count(*) FROM {of}")
    if new > MOST_NEW * cursor.fetchone()[0]:
        return True
    stage(cursor, "arrival", "record_id bigint PRIMARY KEY")
    cursor.execute("INSERT INTO arrival SELECT id FROM fresh")
    cursor.execute("ANALYZE fresh")
    for key in ("email", "phone", "name_key", "address"):
        cursor.execute(_SHARING.format(key=key, of=of), [MOST_SHARED])
    cursor.execute("ANALYZE arrival")
    cursor.execute(_WHOLE_CUSTOMERS)
    return False
