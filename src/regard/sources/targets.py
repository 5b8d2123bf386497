"""What a mapping can fill: the targets, their columns in order, types, required columns and words.

`COLUMNS` is the contract between `sources` and the rooms that load: the tables `mapped_<target>` have these
columns in this order, and the chunks written for PostgreSQL too.
"""

from dataclasses import dataclass

CHANNELS = ("counter", "phone", "email", "web", "letter", "social", "api", "order", "other")
CASE_STATES = ("open", "paused", "resolved", "closed", "withdrawn", "merged")
EVENT_KINDS = (
    "received",
    "assigned",
    "transferred",
    "accepted",
    "promised",
    "promise_moved",
    "promise_kept",
    "next_step",
    "paused",
    "resumed",
    "answered",
    "resolved",
    "closed",
    "reopened",
    "recategorised",
    "merged",
    "withdrawn",
    "noted",
    "amended",
    "retracted",
)
OUTCOMES = ("answered", "abandoned", "message", "voicemail", "left", "sent", "received")
FEEDBACK_KINDS = ("complaint", "compliment", "suggestion", "question", "response")

_COMMON = {"_line": "bigint", "key": "text", "digest": "text", "as_of": "timestamptz", "details": "jsonb"}
_PERSON = {
    "person_key": "text",
    "person_kind": "text",
    "person_name": "text",
    "person_given": "text",
    "person_family": "text",
    "person_organisation": "text",
    "person_email": "text",
    "person_phone": "text",
    "person_address": "text",
    "person_postcode": "text",
    "person_birth_date": "date",
    "person_language": "text",
}
_CASE = {
    "received_at": "timestamptz",
    "service": "text",
    "service_name": "text",
    "unit": "text",
    "channel": "text",
    "subject": "text",
    "description": "text",
    "address": "text",
    "area": "text",
    "postcode": "text",
    "latitude": "double precision",
    "longitude": "double precision",
    "status": "text",
    "answered_at": "timestamptz",
    "resolved_at": "timestamptz",
    "closed_at": "timestamptz",
    "withdrawn_at": "timestamptz",
    "promised_at": "timestamptz",
    "promise_text": "text",
    "reopened_at": "timestamptz",
    "owner": "text",
    "language": "text",
}
_ORDER = {
    "item_code": "text",
    "item": "text",
    "quantity": "double precision",
    "unit_price": "double precision",
    "line_no": "integer",
}
_EVENT = {
    "case_key": "text",
    "at": "timestamptz",
    "kind": "text",
    "actor": "text",
    "text": "text",
    "due_at": "timestamptz",
    "unit": "text",
    "service": "text",
}
_CONTACT = {
    "started_at": "timestamptz",
    "channel": "text",
    "direction": "text",
    "unit": "text",
    "service": "text",
    "staff": "text",
    "case_key": "text",
    "wait_seconds": "double precision",
    "handle_seconds": "double precision",
    "outcome": "text",
    "subject": "text",
    "body": "text",
    "counterpart": "text",
}
_PROMISE = {
    "case_key": "text",
    "made_at": "timestamptz",
    "due_at": "timestamptz",
    "text": "text",
    "kept_at": "timestamptz",
}
_FEEDBACK = {
    "at": "timestamptz",
    "kind": "text",
    "channel": "text",
    "unit": "text",
    "service": "text",
    "case_key": "text",
    "question": "text",
    "score": "double precision",
    "scale_min": "double precision",
    "scale_max": "double precision",
    "text": "text",
    "solicited": "boolean",
    "language": "text",
}

COLUMNS: dict[str, dict[str, str]] = {
    "case": {**_COMMON, **_PERSON, **_CASE},
    "order": {**_COMMON, **_PERSON, **_CASE, **_ORDER},
    "event": {**_COMMON, **_PERSON, **_EVENT},
    "contact": {**_COMMON, **_PERSON, **_CONTACT},
    "promise": {**_COMMON, **_PERSON, **_PROMISE},
    "feedback": {**_COMMON, **_PERSON, **_FEEDBACK},
    "identity": {**_COMMON, **_PERSON},
}
"""Target -> column -> PostgreSQL type, in the order of the tables and of the exported chunks."""

BOOKKEEPING: dict[str, dict[str, str]] = {
    "quarantine": {"_line": "bigint", "target": "text", "reasons": "jsonb", "raw": "jsonb"},
    "repeats": {"_line": "bigint", "target": "text", "key": "text", "first_line": "bigint", "superseded": "boolean"},
    "rejected": {"_line": "bigint", "raw_text": "text", "code": "text", "message": "text"},
}
"""The tables beside the targets, in the same form."""

TARGETS = tuple(COLUMNS)
MADE = ("_line", "digest", "details")
"""Columns that no mapping fills by name."""

REQUIRED: dict[str, tuple[str, ...]] = {
    "case": ("received_at",),
    "order": ("key", "received_at"),
    "event": ("case_key", "at", "kind"),
    "contact": ("started_at",),
    "promise": ("case_key", "due_at"),
    "feedback": ("at", "kind"),
    "identity": (),
}

WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    **{(target, "channel"): CHANNELS for target in ("case", "order", "contact", "feedback")},
    **{(target, "person_kind"): ("person", "organisation") for target in TARGETS},
    **{(target, "status"): CASE_STATES for target in ("case", "order")},
    ("event", "kind"): EVENT_KINDS,
    ("contact", "direction"): ("in", "out"),
    ("contact", "outcome"): OUTCOMES,
    ("feedback", "kind"): FEEDBACK_KINDS,
}
"""(target, column) -> the only words that column may hold."""

DURATIONS = frozenset({"wait_seconds", "handle_seconds"})
"""Numbers that may also be told as a clock time (0:03:09)."""

LIMITS: dict[str, tuple[float, float]] = {
    "latitude": (-90, 90),
    "longitude": (-180, 180),
    "wait_seconds": (0, 1e9),
    "handle_seconds": (0, 1e9),
}
"""Numbers outside these limits are no such thing (a state-plane coordinate is no latitude)."""

ENDS = ("answered_at", "resolved_at", "closed_at", "withdrawn_at")
"""What cannot come before `received_at` in a case or an order."""

DUCKDB_TYPES = {
    "bigint": "BIGINT",
    "text": "VARCHAR",
    "timestamptz": "TIMESTAMPTZ",
    "jsonb": "JSON",
    "date": "DATE",
    "double precision": "DOUBLE",
    "integer": "INTEGER",
    "boolean": "BOOLEAN",
}


@dataclass(frozen=True, slots=True)
class Slot:
    """One column of one target, as the compiler needs to know it."""

    target: str
    name: str

    @property
    def type(self) -> str:
        return COLUMNS[self.target][self.name]

    @property
    def words(self) -> tuple[str, ...]:
        return WORDS.get((self.target, self.name), ())

    @property
    def required(self) -> bool:
        return self.name in REQUIRED[self.target]


def is_free_text(target: str, column: str) -> bool:
    """Whether a column holds any text: no date, no number, none of a list of words."""
    return COLUMNS[target][column] == "text" and (target, column) not in WORDS


def fillable(target: str) -> tuple[str, ...]:
    """The columns of a target that a mapping may name."""
    return tuple(name for name in COLUMNS[target] if name not in MADE)
