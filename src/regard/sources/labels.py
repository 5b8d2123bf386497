"""The words of mappings in plain language: what a row can become, and what a column can become. Pure."""

from dataclasses import dataclass

from regard.sources.mapping_parts import DateQuestion
from regard.sources.targets import COLUMNS, REQUIRED, WORDS, fillable

#: What one row of a file can be: (its name, one sentence that tells which files are of this kind).
ROWS: dict[str, tuple[str, str]] = {
    "case": ("A case", "Something a customer needs, from arrival to the end: a report, an application, a ticket."),
    "contact": ("A contact", "One exchange: a phone call, a visit, an e-mail, a letter."),
    "feedback": ("Feedback", "What a customer says of the office: a complaint, praise, an answer to a survey."),
    "order": ("A line of an order", "Goods and quantities; lines of one order share its number."),
    "identity": ("A person or organisation", "A register or address list: who they are, how to reach them."),
    "event": ("An event of a case", "One step in the life of a case, as in the log of a permit system."),
    "promise": ("A promise", "What a customer was promised, and by when."),
}

_PERSON = {
    "person_key": "The customer's number there",
    "person_kind": "Person or organisation",
    "person_name": "Name",
    "person_given": "Given name",
    "person_family": "Family name",
    "person_organisation": "Organisation",
    "person_email": "E-mail address",
    "person_phone": "Phone number",
    "person_address": "Home or business address",
    "person_postcode": "Postcode of that address",
    "person_birth_date": "Date of birth",
    "person_language": "Language they prefer",
}
_LABELS = {
    "key": "Number or id",
    "as_of": "When the source last changed it",
    "received_at": "When it came in",
    "service": "Service",
    "service_name": "Name of the service",
    "unit": "Unit in charge",
    "channel": "Channel",
    "subject": "Subject",
    "description": "Description",
    "address": "Address of the place",
    "area": "Area or ward",
    "postcode": "Postcode of the place",
    "latitude": "Latitude",
    "longitude": "Longitude",
    "status": "Status",
    "answered_at": "When it was first answered",
    "resolved_at": "When the work was done",
    "closed_at": "When it was closed",
    "withdrawn_at": "When it was withdrawn or cancelled",
    "promised_at": "By when it was promised",
    "promise_text": "What was promised",
    "reopened_at": "When it was reopened",
    "owner": "Who works on it",
    "language": "Language",
    "item_code": "Item number",
    "item": "Item",
    "quantity": "Quantity",
    "unit_price": "Price each",
    "line_no": "Line number",
    "case_key": "Number of its case",
    "at": "When",
    "kind": "What happened",
    "actor": "Who did it",
    "text": "Text",
    "due_at": "Due by",
    "started_at": "When it started",
    "direction": "In or out",
    "staff": "Who took it",
    "wait_seconds": "Seconds waited",
    "handle_seconds": "Seconds it took",
    "outcome": "How it ended",
    "body": "What was said or written",
    "counterpart": "Number or address of the other side",
    "made_at": "When it was promised",
    "kept_at": "When it was kept",
    "question": "The question, as it was asked",
    "score": "Score",
    "scale_min": "Lowest score possible",
    "scale_max": "Highest score possible",
    "solicited": "Whether we asked for it",
}
_SPECIAL = {
    ("case", "key"): "Number of the case",
    ("order", "key"): "Number of the order",
    ("contact", "key"): "Number of the contact",
    ("event", "key"): "Id of the event",
    ("identity", "key"): "Id of the record",
    ("feedback", "at"): "When it was said",
    ("feedback", "kind"): "Kind of feedback",
    ("feedback", "text"): "What they said",
    ("promise", "text"): "What was promised",
    ("event", "unit"): "Unit it went to",
    ("event", "service"): "Service it became",
}
_WORDS = {
    "email": "e-mail",
    "api": "API",
    "social": "social media",
    "promise_moved": "promise moved",
    "promise_kept": "promise kept",
    "next_step": "next step",
    "in": "to us",
    "out": "from us",
}


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that belong together, for one part of a select: (name, label) each."""

    label: str
    options: tuple[tuple[str, str], ...]


def label_of(target: str, name: str) -> str:
    """A target's column in plain words."""
    return _SPECIAL.get((target, name)) or _LABELS.get(name) or _PERSON.get(name) or name


def word_label(word: str) -> str:
    """One of the closed words (a channel, a status, ...) in plain language."""
    return _WORDS.get(word, word.replace("_", " "))


def words_of(target: str, name: str) -> list[tuple[str, str]]:
    """The closed words of a column with their labels; none for columns that take any text."""
    return [(word, word_label(word)) for word in WORDS.get((target, name), ())]


def groups_of(target: str) -> list[Group]:
    """Everything a column of a file can become when rows are `target`: needed, further, about the person."""
    needed = [name for name in ("key", *REQUIRED[target]) if name in COLUMNS[target]]
    needed = list(dict.fromkeys(needed))
    names = [name for name in fillable(target) if name not in needed]
    person = [name for name in names if name.startswith("person_")]
    rest = [name for name in names if name not in person]
    parts = [("Needed first", needed), ("The person", person), ("More about it", rest)]
    if target == "identity":
        parts = [("Who they are", person), ("The record", [*needed, *rest])]
    elif rest:
        parts = [parts[0], parts[2], parts[1]]
    return [Group(label, tuple((name, label_of(target, name)) for name in part)) for label, part in parts if part]


def plain_reason(target: str, reason: dict[str, str]) -> str:
    """The sentence of a reason, with our own name of the column in plain words at its start."""
    message, name = str(reason.get("message") or ""), str(reason.get("column") or "")
    if target and name and message.startswith(f"{name} "):
        return label_of(target, name) + message[len(name) :]
    return message


def reason_name(code: str) -> str:
    """A reason's code in words: unknown_value becomes 'Unknown value'."""
    return code.replace("_", " ").capitalize()


def question_words(question: DateQuestion) -> str:
    """The question about a date that can be read in two ways."""
    readings = " or ".join(words for _, words in question.readings)
    return f"Is “{question.example}” in column {question.column} {readings}? Regard does not guess: choose one."
