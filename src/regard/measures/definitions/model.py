"""What a definition is, and the tables its expression may use."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

import pyarrow as pa

from regard.measures.facts.layout import SCHEMAS, STEPS_A_DOUBLING

DIMENSIONS = ("month", "unit", "service", "channel")


class Kind(StrEnum):
    """How rows become a figure; each says which columns its rows have beside id, unit, service, channel, month."""

    COUNT = "count"  # nothing more
    SHARE = "share"  # hit: 1 or 0
    LENGTH = "length"  # length, seen: 1 when it came to an end, 0 when it was followed so far (Kaplan-Meier)
    WITHIN = "within"  # length in hundredths of a limit, up to 101; seen
    STOCK = "stock"  # change: 1 for what came, -1 for what went, each in its month
    AGE = "age"  # length: how long each has waited
    OLDEST = "oldest"  # length
    SCORES = "scores"  # question, scale_min, scale_max, score


class In(StrEnum):
    """What a figure is told in."""

    NUMBER = "number"
    SHARE = "share"
    ELAPSED = "elapsed"
    WORKING = "working"
    SCORE = "score"


class Better(StrEnum):
    LOWER = "lower"
    HIGHER = "higher"
    NEITHER = "neither"


class Facts:
    """The tables of facts as Ibis sees them: unbound, so one definition runs on any engine.

    exact: whether lengths are in seconds or in steps. `now` holds as_of, one row; `clock_now` the open seconds of
    each calendar up to then.
    """

    def __init__(self, *, exact: bool) -> None:
        self.exact = exact

    @cached_property
    def case(self) -> Any:
        return _table("case")

    @cached_property
    def promise(self) -> Any:
        return _table("promise")

    @cached_property
    def contact(self) -> Any:
        return _table("contact")

    @cached_property
    def feedback(self) -> Any:
        return _table("feedback")

    @cached_property
    def now(self) -> Any:
        import ibis  # takes half a second to load, which only a figure should pay

        return ibis.table({"as_of": "timestamp(6)"}, name="now")

    @cached_property
    def clock_now(self) -> Any:
        import ibis  # as above

        return ibis.table({"calendar": "int32", "open_now": "int64"}, name="clock_now")

    def length(self, seconds: Any) -> Any:
        """Whole seconds (>= 0) as lengths are compared: as they are, or as steps (see `layout.steps_of`)."""
        whole = seconds.floor() if seconds.type().is_floating() else seconds
        if self.exact:
            return whole.cast("int32")
        return ((whole.cast("float64") + 1).log2() * STEPS_A_DOUBLING).floor().cast("int32")


def view_of(table: str) -> str:
    """The name of a table of facts in SQL."""
    return f"{table}_facts"


_TYPES = {"int16": "int16", "int32": "int32", "int64": "int64", "double": "float64", "date32[day]": "date"}


def _table(name: str) -> Any:
    import ibis  # as above

    columns = {}
    for column in SCHEMAS[name]:
        word, instant = pa.types.is_dictionary(column.type), pa.types.is_timestamp(column.type)
        columns[column.name] = "string" if word else "timestamp(6)" if instant else _TYPES[str(column.type)]
    return ibis.table(columns, name=view_of(name))


Rows = Callable[[Facts], Any]


@dataclass(frozen=True)
class Definition:
    """One measure, as data.

    says: in plain words what it counts and how. leaves_out: what is not in it, and why. misleads: how it could.
    rows: the rows it counts, an Ibis expression. month: the column of `table` that places a row in time.
    left_out: reasons and conditions on `table` for rows that `rows` drops. twin: the same on the other clock.
    """

    slug: str
    title: str
    group: str
    says: str
    leaves_out: str
    misleads: str
    kind: Kind
    told_in: In
    better: Better
    table: str
    month: str
    rows: Rows
    noun: str = "cases"
    dimensions: tuple[str, ...] = DIMENSIONS
    left_out: tuple[tuple[str, Callable[[Facts, Any], Any]], ...] = ()
    twin: str = ""
    #: Of a stock: rows that stand open now. `rows` then tells what came and went.
    standing: Rows | None = None
    parts: tuple[tuple[str, str], ...] = field(default=())

    @property
    def is_length(self) -> bool:
        return self.kind in (Kind.LENGTH, Kind.AGE, Kind.OLDEST)


def place(table: Any, id_column: str, month: str) -> dict[str, Any]:
    """The columns that every definition's rows begin with."""
    return {
        "id": table[id_column],
        "unit": table.unit,
        "service": table.service,
        "channel": table.channel,
        "month": table[month],
    }
