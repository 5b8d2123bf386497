"""What a fact is made of: the tables, their columns and what each says. Pure.

No names and no words of customers: a fact points at its case, contact or feedback by id, and opens there.
Whole seconds are rounded down. `_step` columns hold a length on a logarithmic scale of 32 steps a doubling
(2.2 % apart), so that millions of lengths are added up by few distinct values.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

#: Part of every file's version: facts of another layout are built anew. Raise it with any change below.
LAYOUT = 3

#: Rows of one file by id: what an incremental refresh reads and writes again when one row of it changes.
IDS_PER_FILE = 1 << 17

STEPS_A_DOUBLING = 32
LONGEST = np.iinfo(np.int32).max  # seconds, 68 years: what is longer is a mistake of a silo

INSTANT = pa.timestamp("us")  # in UTC; without a zone, so that no engine needs a list of zones to read it
WORD = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True)
class Column:
    """One column of a fact table: its type, and what it says."""

    name: str
    type: pa.DataType
    says: str


def _columns(*rows: tuple[str, pa.DataType, str]) -> tuple[Column, ...]:
    return tuple(Column(*row) for row in rows)


_PLACE = _columns(
    ("office", pa.int32(), "the office: the topmost unit"),
    ("unit", pa.int32(), "the unit that has it now"),
    ("service", pa.int32(), "the service; empty when not known"),
    ("channel", WORD, "the channel it came by"),
    ("silo", pa.int32(), "the source that told it"),
)


def _stage(stage: str, done: str) -> tuple[Column, ...]:
    """The columns of one stage of a case: how long until `done`, on both clocks, and how that compares."""
    return _columns(
        (
            f"{stage}_seen",
            pa.int16(),
            f"1: {done}; 0: withdrawn or merged before; empty: still waited for, or impossible",
        ),
        (f"{stage}_seconds", pa.int32(), f"elapsed time until {done}, or until it was withdrawn or merged"),
        (f"{stage}_step", pa.int16(), "the same in steps"),
        (f"{stage}_working", pa.int32(), "the same on the official clock: open hours, pauses out"),
        (f"{stage}_working_step", pa.int16(), "the same in steps"),
        (f"{stage}_limit", pa.int32(), "the standard's limit in seconds of its clock; empty: no standard"),
        (f"{stage}_clock", pa.int16(), "the standard's clock: 0 elapsed, 1 official; empty: no standard"),
        (f"{stage}_used", pa.int16(), "the part of the limit used, in hundredths rounded up: over 100 is late"),
    )


CASE = (
    *_columns(("case_id", pa.int64(), "the case")),
    *_PLACE,
    *_columns(
        ("kind", WORD, "case or order"),
        ("owner", pa.int32(), "who owns it; empty: nobody"),
        ("state", WORD, "open, paused, resolved, closed, withdrawn or merged"),
        ("is_open", pa.int16(), "1 while work is owed: open or paused"),
        ("received_at", INSTANT, "when it arrived"),
        ("answered_at", INSTANT, "when it was first answered"),
        ("resolved_at", INSTANT, "when it was resolved; empty again after a reopening"),
        ("left_at", INSTANT, "when it was withdrawn or merged"),
        ("received_month", pa.date32(), "first day of the month of arrival, by the unit's own time zone"),
        ("ended_month", pa.date32(), "first day of the month in which it was resolved, withdrawn or merged"),
        ("impossible", pa.int16(), "1 when it was answered or ended before it arrived: then no length is told"),
    ),
    *_stage("answer", "first answered"),
    *_stage("resolve", "resolved"),
    *_columns(
        ("pauses", pa.int16(), "how often the official clock was stopped"),
        ("paused_seconds", pa.int32(), "elapsed time in pauses that have ended"),
        ("paused_working", pa.int32(), "open time in pauses that have ended"),
        ("paused_at", INSTANT, "since when it is paused"),
        ("calendar", pa.int32(), "the working calendar of its unit; 0: the usual week"),
        ("received_open", pa.int32(), "open seconds of that calendar from the year 2000 to the arrival"),
        ("paused_open", pa.int32(), "the same to the pause that has not ended"),
        ("reopens", pa.int16(), "how often it was reopened"),
        ("transfers", pa.int16(), "how often it was handed to another unit"),
        ("promises", pa.int16(), "how many promises were made"),
    ),
)

PROMISE = (
    *_columns(
        ("promise_id", pa.int64(), "the event that made the promise"),
        ("case_id", pa.int64(), "the case"),
    ),
    *_PLACE,
    *_columns(
        ("kind", WORD, "case or order"),
        ("stage", WORD, "what keeps it: answer or resolve"),
        ("state", WORD, "open, kept, broken, moved or dropped (the customer withdrew)"),
        ("agreed", pa.int16(), "of a moved promise: 1 with the customer's agreement, 0 without, empty: not told"),
        ("made_at", INSTANT, "when it was made"),
        ("due_at", INSTANT, "when it is due"),
        ("settled_at", INSTANT, "when it was kept, broken, moved or dropped"),
        ("due_month", pa.date32(), "first day of the month in which it is due"),
    ),
)

CONTACT = (
    *_columns(
        ("contact_id", pa.int64(), "the contact"),
        ("case_id", pa.int64(), "its case; empty: none"),
    ),
    *_PLACE,
    *_columns(
        ("direction", WORD, "in: from the customer; out: to the customer"),
        ("outcome", WORD, "answered, abandoned, left, message, ...; empty: not told"),
        ("known", pa.int16(), "1 when it is known which customer it was with, else 0"),
        ("started_at", INSTANT, "when it began"),
        ("started_month", pa.date32(), "first day of that month"),
        ("wait_seconds", pa.int32(), "how long the customer waited; empty: not told"),
        ("wait_step", pa.int16(), "the same in steps"),
        ("handle_seconds", pa.int32(), "how long it took from then on"),
    ),
)

FEEDBACK = (
    *_columns(
        ("feedback_id", pa.int64(), "the feedback"),
        ("case_id", pa.int64(), "its case; empty: none"),
    ),
    *_PLACE,
    *_columns(
        ("kind", WORD, "complaint, compliment, suggestion, question or response"),
        ("solicited", pa.int16(), "1 when the office asked for it"),
        ("question", WORD, "as it was asked"),
        ("score", pa.float64(), "empty: not asked or not answered"),
        ("scale_min", pa.float64(), "the scale's lowest point"),
        ("scale_max", pa.float64(), "the scale's highest point"),
        ("at", INSTANT, "when it was said"),
        ("month", pa.date32(), "first day of that month"),
    ),
)

TABLES: dict[str, tuple[Column, ...]] = {"case": CASE, "promise": PROMISE, "contact": CONTACT, "feedback": FEEDBACK}

#: The id by which a table's rows are spread over files. Promises lie with their case.
FILED_BY = {"case": "case_id", "promise": "case_id", "contact": "contact_id", "feedback": "feedback_id"}

#: How rows lie in a file. Rows that are counted together lie together: they pack better, and adding up ten million
#: of them by month, unit and length takes a third less time than in the order of ids.
SORTED_BY = {
    "case": ("received_month", "unit", "resolve_step"),
    "promise": ("due_month", "unit"),
    "contact": ("started_month", "unit", "wait_step"),
    "feedback": ("month", "unit"),
}

SCHEMAS = {name: pa.schema([(c.name, c.type) for c in columns]) for name, columns in TABLES.items()}


def steps_of(seconds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Lengths in whole seconds (>= 0) as steps: floor(32 * log2(seconds + 1)); 0 is step 0."""
    return np.floor(STEPS_A_DOUBLING * np.log2(np.asarray(seconds, np.float64) + 1.0)).astype(np.int64)


def seconds_of(steps: NDArray[np.int64]) -> NDArray[np.float64]:
    """The middle of each step in seconds: 0 for 0, else within 1.1 % of every length in the step and half a second."""
    middle = np.exp2((np.asarray(steps, np.float64) + 0.5) / STEPS_A_DOUBLING) - 1.0
    return np.where(np.asarray(steps) == 0, 0.0, middle)
