"""Reading what facts are made of: PostgreSQL to Arrow through ADBC, all of it in one snapshot."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
from django.db import connection

_KINDS_THAT_COUNT = (
    "'paused','resumed','reopened','answered','resolved','closed','withdrawn','merged',"
    "'promised','promise_moved','promise_kept'"
)
_CASES = """
SELECT id, unit_id, service_id, channel, silo_id, kind, owner_id, state, received_at, answered_at, resolved_at,
       withdrawn_at, paused_at, reopens, transfers
FROM desk_case WHERE {which} ORDER BY id"""
# Only cases with a pause or a promise need their log: all else stands in the columns of the case.
_EVENTS = f"""
SELECT case_id, id, kind, at, due_at, supersedes,
       CASE WHEN kind = 'promised' THEN data->>'stage' = 'answer' END AS by_answer,
       CASE WHEN kind IN ('promise_moved', 'promise_kept') AND jsonb_typeof(data->'promise') <> 'null'
            THEN CASE WHEN data->>'promise' ~ '^[0-9]{{{{1,18}}}}$' THEN (data->>'promise')::bigint ELSE -1 END
       END AS promise,
       CASE WHEN kind = 'promise_moved' AND jsonb_typeof(data->'agreed') = 'boolean'
            THEN (data->>'agreed')::boolean END AS agreed
FROM desk_event
WHERE (kind IN ({_KINDS_THAT_COUNT}) OR supersedes IS NOT NULL) AND {{which}}
  AND case_id IN (SELECT case_id FROM desk_event WHERE kind IN ('paused', 'promised', 'promise_moved') AND {{which}})"""
_CONTACTS = """
SELECT id, case_id, unit_id, service_id, channel, silo_id, direction, outcome, started_at, wait_seconds,
       handle_seconds, (customer_id IS NOT NULL)::int AS known
FROM desk_contact WHERE {which}"""
_FEEDBACK = """
SELECT id, case_id, unit_id, service_id, channel, silo_id, kind, solicited, question, score, scale_min, scale_max, at
FROM voice_feedback WHERE {which}"""


@dataclass(frozen=True)
class Snapshot:
    """Where in the life of the database we read.

    oldest: every transaction below it has ended and is seen, so it is the next watermark. next: the first id not
    given out yet. text: the snapshot itself, which knows of each one in between whether it was seen.
    database: the server's own id and the database's, so that a watermark is never used on another one.
    """

    oldest: int
    next: int
    text: str
    database: str
    at: datetime


class Source:
    """The office's database as it stood at one instant. Use as a context manager; one thread at a time."""

    def __init__(self, beside: "Source | None" = None) -> None:
        """`beside`: a source that shall see the same instant, so that two threads may read at once."""
        # The library takes half a second to load, which no page should pay.
        from adbc_driver_postgresql import dbapi

        self._connection = dbapi.connect(_uri())
        self._query_nothing("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        if beside:
            self._query_nothing(f"SET TRANSACTION SNAPSHOT '{beside.shared()}'")
        self.snapshot: Snapshot = beside.snapshot if beside else self._snapshot()

    def shared(self) -> str:
        """The name by which another connection can take up this one's snapshot."""
        return str(self._one("SELECT pg_export_snapshot()")[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def cases(self, which: "Which") -> pa.Table:
        return self._query(_CASES.format(which=which.sql("id")))

    def events(self, which: "Which") -> pa.Table:
        return self._query(_EVENTS.format(which=which.sql("case_id")))

    def contacts(self, which: "Which") -> pa.Table:
        return self._query(_CONTACTS.format(which=which.sql("id")))

    def feedback(self, which: "Which") -> pa.Table:
        return self._query(_FEEDBACK.format(which=which.sql("id")))

    def highest(self, table: str) -> int:
        """The highest id of a table; 0 when it is empty."""
        return self._one(f"SELECT coalesce(max(id), 0) FROM {table}")[0]

    def changed(self, table: str, column: str, watermark: int, seen: str) -> list[int]:
        """Distinct values of `column` in rows of transactions that the snapshot `seen` had not seen.

        watermark: the oldest of those; it lets an index find them. Ids not given out yet belong to the server that
        a restored dump came from: such rows are old.
        """
        return self._ids(
            f"SELECT DISTINCT {column} FROM {table} WHERE txid >= {watermark:d} AND txid < {self.snapshot.next:d}"
            f" AND NOT pg_visible_in_snapshot(txid::text::xid8, '{seen}')"
        )

    def cases_received_since(self, instant: datetime) -> list[int]:
        return self._ids(f"SELECT id FROM desk_case WHERE received_at >= '{instant.isoformat()}'::timestamptz")

    def cases_of(self, column: str, values: Sequence[int]) -> list[int]:
        """Ids of the cases whose `column` is among `values`."""
        return self._ids(f"SELECT id FROM desk_case WHERE {column} = ANY({_array(values)})") if values else []

    def _snapshot(self) -> Snapshot:
        oldest, following, text, server, number, at = self._one(
            """SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint, s::text,
                      (SELECT system_identifier FROM pg_control_system()),
                      (SELECT oid::bigint FROM pg_database WHERE datname = current_database()), now()
               FROM pg_current_snapshot() s"""
        )
        return Snapshot(oldest, following, text, f"{server}/{number}", at)

    def _ids(self, sql: str) -> list[int]:
        return self._query(sql).column(0).to_pylist()

    def _one(self, sql: str) -> tuple[Any, ...]:
        return tuple(self._query(sql).to_pylist()[0].values())

    def _query(self, sql: str) -> pa.Table:
        with self._cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetch_arrow_table()

    def _query_nothing(self, sql: str) -> None:
        with self._cursor() as cursor:
            cursor.execute(sql)

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        # A statement left open when its connection closes takes the process down: every one is closed at once.
        cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()


@dataclass(frozen=True)
class Which:
    """Which rows to read: those with ids from `low` up to and without `high`, or those in `ids`."""

    low: int = 0
    high: int = 0
    ids: tuple[int, ...] | None = None

    def sql(self, column: str) -> str:
        if self.ids is not None:
            return f"{column} = ANY({_array(self.ids)})"
        return f"{column} >= {self.low:d} AND {column} < {self.high:d}"


def _array(values: Sequence[int]) -> str:
    return "'{" + ",".join(f"{value:d}" for value in values) + "}'::bigint[]"


def _uri() -> str:
    """Django's connection as a libpq connection string; works for a host as for the folder of a socket."""
    settings = connection.settings_dict
    told = {
        "host": settings["HOST"],
        "port": settings["PORT"],
        "dbname": settings["NAME"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
    }
    told |= {name: value for name, value in settings["OPTIONS"].items() if name.startswith(("ssl", "connect_timeout"))}
    return " ".join(f"{name}='{_quoted(value)}'" for name, value in told.items() if value)


def _quoted(value: object) -> str:
    return str(value).replace("\\", "\\\\").replace("'", "\\'")
