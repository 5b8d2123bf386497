"""What the wizard's page shows: the file as it was read, each column's question, the words, and the outcome."""

from collections.abc import Mapping as Values
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings

from regard.office.models import Silo, Staff
from regard.office.queries import calendars_of_units
from regard.sources.answers import Basics, blanks_text
from regard.sources.forms import CLEAR
from regard.sources.labels import ROWS, groups_of, label_of, reason_name, words_of
from regard.sources.mapping import DateQuestion, Mapping, Target
from regard.sources.previewing import MOST_VALUES, Opened, Preview, values_in
from regard.sources.propose import propose
from regard.sources.readers import RawTable, ReadOptions
from regard.sources.synonyms import WORD_LISTS, word_for
from regard.sources.wizard import ASIDE, DETAIL, FIXED, LEAVE, NOT_TOLD, Draft, extras_of, missing, worded_columns

SAMPLES = 3
SURE, LIKELY = 0.85, 0.6
MOST_COLUMNS = 300
"""A form with more columns than this is too long to be filled in; the text still works."""
FORMATS = {
    "csv": "A text table",
    "xlsx": "An Excel workbook",
    "json": "JSON records",
    "xes": "An XES event log",
    "open311": "An Open311 reply",
}
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars", "^": "carets", "~": "tildes"}
CHOICES = [
    ("comma", "Comma"),
    ("semicolon", "Semicolon"),
    ("tab", "Tab"),
    ("pipe", "Vertical bar"),
    ("caret", "Caret"),
    ("tilde", "Tilde"),
]


@dataclass(frozen=True)
class Why:
    """Why a column was proposed to become something: shown while it still does."""

    becomes: str
    words: str


@dataclass(frozen=True)
class ColumnRow:
    """One column of the file: its first values, what it becomes, why that was proposed, and where else it is used."""

    number: int
    name: str
    samples: list[str]
    becomes: str
    why: Why | None
    also: str

    @property
    def reason(self) -> str:
        """The reason, while the column becomes what was proposed."""
        return self.why.words if self.why and self.why.becomes == self.becomes else ""


@dataclass(frozen=True)
class WordRow:
    """A column with closed words: each told value, how many rows have it, and which word it means."""

    name: str
    label: str
    column: str
    values: list[tuple[int, str, int, str]]
    is_cut: bool
    otherwise: str
    choices: list[tuple[str, str]]


def usual_zone(staff: Staff, silo: Silo | None) -> str:
    """The time zone to offer: the source's, else that of the unit's working calendar, else the installation's."""
    if silo is not None and silo.time_zone:
        return silo.time_zone
    unit_id = silo.unit_id if silo is not None else staff.unit_id
    calendar = calendars_of_units([unit_id]).get(unit_id) if unit_id else None
    return calendar.time_zone if calendar else settings.TIME_ZONE


@dataclass(frozen=True)
class Proposed:
    """A mapping to start from, what it leaves to be asked, and why its columns are what they are."""

    mapping: Mapping
    questions: tuple[DateQuestion, ...]
    whys: dict[str, Why]


def proposed(found: Opened, *, silo: Silo | None, zone: str, name: str, into: str | None = None) -> Proposed:
    """What Regard takes the columns for. Of a file too wide for the form every column is kept as a detail."""
    code = silo.code if silo else ""
    if len(found.raw.columns) > MOST_COLUMNS:
        everything = Target(into or "case", {}, {column: column for column in found.raw.columns})
        return Proposed(Mapping(code, name, zone, (everything,)), (), {})
    told = propose(found.con, found.raw, time_zone=zone or "UTC", silo=code, name=name, into=into)
    whys = {}
    for column in told.columns:
        words = column.reason
        if column.becomes not in (LEAVE, DETAIL):
            words = f"{_sureness(column.confidence)}: {words}"
        whys[column.column] = Why(column.becomes, words)
    return Proposed(told.mapping, told.questions, whys)


def _sureness(confidence: float) -> str:
    limits = ((SURE, "Quite sure"), (LIKELY, "Likely"))
    return next((words for limit, words in limits if confidence >= limit), "A guess")


def whys_posted(posted: Values[str, str], columns: Sequence[str]) -> dict[str, Why]:
    """The reasons as a form brought them back: they were found out once."""
    found = {}
    for number, name in enumerate(columns):
        becomes, bar, words = posted.get(f"why{number}", "").partition("|")
        if bar:
            found[name] = Why(becomes, words)
    return found


def basics_of(draft: Draft) -> dict[str, Any]:
    """The answers about the mapping as a whole, for the form."""
    return {
        "name": draft.name,
        "time_zone": draft.time_zone,
        "into": draft.into,
        "date_order": draft.date_order or CLEAR,
        "blanks": blanks_text(draft.blanks),
    }


def with_basics(draft: Draft, basics: Basics, read: ReadOptions) -> Draft:
    """The draft with what was answered about the mapping as a whole."""
    return replace(
        draft,
        silo=basics.silo,
        name=basics.name,
        time_zone=basics.time_zone,
        date_order=basics.date_order,
        blanks=basics.blanks,
        read=read,
    )


def context_of(found: Opened, shown: Preview | None) -> dict[str, Any]:
    """Everything about the file and the outcome."""
    return {
        "found": found,
        "raw": found.raw,
        "file_words": file_words(found.raw),
        "delimiters": CHOICES,
        "is_wide": len(found.raw.columns) > MOST_COLUMNS,
        "most_columns": MOST_COLUMNS,
        "outcome": shown and _outcome(shown),
    }


def questions_of(found: Opened, draft: Draft, whys: dict[str, Why]) -> dict[str, Any]:
    """What the form asks of each column, of their words, and beside them."""
    if len(found.raw.columns) > MOST_COLUMNS:
        return {}
    return {
        "columns": _columns(found, draft, whys),
        "groups": groups_of(draft.into),
        "words": _words(found, draft),
        "fixed": _fixed(draft),
        "extras": [(extra, extra.number in draft.extras) for extra in _extras(found, draft)],
        "missing": missing(draft, found.raw.columns),
    }


def _extras(found: Opened, draft: Draft) -> list[Any]:
    if draft.base is None or draft.base.targets[0].into != draft.into:
        return []
    return extras_of(draft.base, found.raw.columns)


def file_words(raw: RawTable) -> str:
    """How the file was read, in one line."""
    words = [FORMATS.get(raw.format, raw.format)]
    if raw.format == "csv" and raw.delimiter:
        words.append(f"separated by {DELIMITERS.get(raw.delimiter, repr(raw.delimiter))}")
    if raw.encoding:
        words.append(f"encoded as {raw.encoding}")
    if raw.sheet:
        words.append(f"sheet “{raw.sheet}”")
    if raw.records:
        words.append(f"records at {raw.records}")
    if raw.header_row:
        words.append(f"column names on row {raw.header_row}")
    return ", ".join(words)


def _columns(found: Opened, draft: Draft, whys: dict[str, Why]) -> list[ColumnRow]:
    also = _further_uses(found, draft)
    rows = []
    for number, name in enumerate(found.raw.columns):
        told = dict.fromkeys(row[number] or "" for row in found.raw.sample)
        samples = [value for value in told if value.strip()][:SAMPLES]
        becomes = draft.becomes.get(name, "")
        rows.append(ColumnRow(number, name, samples, becomes, whys.get(name), ", ".join(also.get(_folded(name), []))))
    return rows


def _further_uses(found: Opened, draft: Draft) -> dict[str, list[str]]:
    """What the extras that are left in make of a column beside its answer."""
    uses: dict[str, list[str]] = {}
    for extra in _extras(found, draft):
        if extra.number not in draft.extras:
            continue
        for target, name, source in extra.uses(draft.into):
            uses.setdefault(_folded(source), []).append(f"{label_of(target, name)} ({ROWS[target][0].lower()})")
    return uses


def _words(found: Opened, draft: Draft) -> list[WordRow]:
    rows = []
    for name, columns in worded_columns(draft).items():
        if len(columns) > 1:  # joined: too odd for a form; the text can say it
            continue
        told = values_in(found, columns[0], MOST_VALUES + 1)
        answers = {_folded(value): word for value, word in draft.values.get(name, {}).items()}
        words = words_of(draft.into, name)
        values = [
            (number, value, count, answers.get(_folded(value)) or _likely_word(draft, name, value))
            for number, (value, count) in enumerate(told[:MOST_VALUES])
        ]
        rows.append(
            WordRow(
                name=name,
                label=label_of(draft.into, name),
                column=columns[0],
                values=values,
                is_cut=len(told) > MOST_VALUES,
                otherwise=draft.otherwise.get(name, ASIDE),
                choices=[(NOT_TOLD, "Not told"), *words],
            )
        )
    return rows


def _likely_word(draft: Draft, name: str, value: str) -> str:
    """The word that a told value is likely to mean, when nobody has answered yet; else it goes with the others."""
    words = words_of(draft.into, name)
    own = next((word for word, label in words if _folded(value) in (word, label.casefold())), None)
    if name in draft.values:  # answered, or read by a mapping: what that left out, it left out
        return own if own and not draft.values[name] else ASIDE
    meaning = {("event", "kind"): "activity", ("feedback", "kind"): "feedback_kind"}.get((draft.into, name), name)
    return own or (word_for(meaning, value) if meaning in WORD_LISTS else None) or ASIDE


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _fixed(draft: Draft) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """(name, label, value, choices) of what can be the same for every row, where no column tells it."""
    given = set(draft.becomes.values())
    return [
        (name, label_of(draft.into, name), draft.fixed.get(name, ""), words_of(draft.into, name))
        for name in FIXED[draft.into]
        if name not in given
    ]


@dataclass(frozen=True)
class ShownTable:
    """The first rows of one target, with headings in plain words."""

    target: str
    headings: list[str]
    rows: tuple[tuple[int, tuple[Any, ...]], ...]
    count: int


def _outcome(shown: Preview) -> dict[str, Any]:
    tables = []
    for table in shown.tables:
        headings = ["Details" if name == "details" else label_of(table.target, name) for name in table.columns]
        tables.append(ShownTable(table.target, headings, table.rows, table.count))
    return {
        "rows": shown.rows,
        "about": shown.about,
        "loaded": shown.loaded,
        "repeats": shown.repeats,
        "quarantined": shown.quarantined,
        "tables": tables,
        "reasons": [(reason_name(reason.code), reason.count, reason.examples) for reason in shown.reasons],
        "nothing": shown.loaded == 0,
    }
