"""The mapping wizard without its pages: a mapping as the answers of a form, and the answers as a mapping. Pure.

The form asks of each column what it becomes. What a mapping can say beyond that (conditions, a second use of a
column, further targets) is carried along as extras, each a sentence that one can leave in or take out. So any
mapping can be opened in the form, and comes out of it as it was when nothing is changed.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field, replace

from regard.sources.labels import ROWS, label_of, word_label
from regard.sources.mapping import Column, Mapping, MappingError, ReadOptions, Target, When
from regard.sources.mapping_parts import KEEP
from regard.sources.targets import COLUMNS, REQUIRED, WORDS, fillable

LEAVE, DETAIL = "", "detail"
ASIDE = "?"
"""The answer for a told value that the mapping shall not know: such rows go into quarantine."""
NOT_TOLD = "-"
"""The answer for a told value that means: not told."""
FIXED: dict[str, tuple[str, ...]] = {
    "case": ("channel", "service", "unit"),
    "order": ("channel", "service", "unit"),
    "event": ("kind",),
    "contact": ("channel", "direction", "service", "unit"),
    "promise": ("text",),
    "feedback": ("kind", "channel", "service", "unit", "question", "scale_min", "scale_max"),
    "identity": ("person_kind",),
}
"""Columns that the form offers to fill with one value for every row, when no column of the file does."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The answers of the form.

    becomes: file column -> a column of the target, DETAIL or LEAVE; two columns may become the same (they are joined).
    values: target column -> told value -> word, NOT_TOLD or ASIDE.
    otherwise: target column -> what other values become: a word, NOT_TOLD, KEEP, or ASIDE.
    fixed: target column -> the same value for every row.
    base: the mapping that the form started from; its extras with these numbers are left in.
    """

    silo: str
    name: str
    time_zone: str
    into: str
    becomes: Dict[str, str] = field(default_factory=dict)
    date_order: str | None = None
    blanks: tuple[str, ...] = ("",)
    read: ReadOptions = field(default_factory=ReadOptions)
    values: Dict[str, Dict[str, str]] = field(default_factory=dict)
    otherwise: Dict[str, str] = field(default_factory=dict)
    fixed: Dict[str, str] = field(default_factory=dict)
    base: Mapping | None = None
    extras: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Extra:
    """Something a mapping says that the columns' answers cannot: in words, and how it stands in the mapping."""

    number: int
    words: str
    column: tuple[str, Column] | None = None
    detail: tuple[str, str] | None = None
    when: When | None = None
    target: Target | None = None

    def uses(self, into: str) -> Iterator[tuple[str, str, str]]:
        """(target, its column, column of the file) of everything it fills."""
        columns = dict([self.column]) if self.column else self.target.columns if self.target else {}
        for name, column in columns.items():
            for source in column.columns:
                yield self.target.into if self.target else into, name, source


def draft_of(mapping: Mapping, columns: Sequence[str]) -> Draft:
    """The answers that stand for a mapping, for a file with these columns. All extras are left in."""
    known = _Known(columns)
    grain = mapping.targets[0]
    placed = _placed(grain, known)
    becomes = dict.fromkeys(columns, LEAVE)
    for name, column in placed.items():
        becomes |= {known[source]: name for source in column.columns}
    for source in grain.details.values():
        if source in known and becomes[known[source]] == LEAVE:
            becomes[known[source]] = DETAIL
    worded = {name: column for name, column in placed.items() if (grain.into, name) in WORDS}
    return Draft(
        silo=mapping.silo,
        name=mapping.name,
        time_zone=mapping.time_zone,
        into=grain.into,
        becomes=becomes,
        date_order=mapping.date_order,
        blanks=mapping.blanks,
        read=mapping.read,
        values={name: {told: word or NOT_TOLD for told, word in c.values.items()} for name, c in worded.items()},
        otherwise={name: _answer(c.otherwise) for name, c in worded.items()},
        fixed=_fixed(grain),
        base=mapping,
        extras=frozenset(extra.number for extra in extras_of(mapping, columns)),
    )


def extras_of(mapping: Mapping, columns: Sequence[str]) -> list[Extra]:
    """What of a mapping the answers cannot show, numbered in a fixed order."""
    known = _Known(columns)
    grain = mapping.targets[0]
    placed = _placed(grain, known)
    found: list[Extra] = []

    def add(words: str, **parts: object) -> None:
        found.append(Extra(len(found), words, **parts))  # type: ignore[arg-type]

    for name, column in grain.columns.items():
        if name not in placed and not _is_fixed(grain.into, name, column):
            add(f"{label_of(grain.into, name)}: {_said(column)}", column=(name, column))
    taken: set[str] = {known[source] for column in placed.values() for source in column.columns}
    for name, source in grain.details.items():
        if source not in known or known[source] in taken:
            add(f"Column {source} is kept as the detail “{name}” as well", detail=(name, source))
        else:
            taken.add(known[source])
    if grain.when:
        add(f"Only rows in which {_condition(grain.when)}", when=grain.when)
    for target in mapping.targets[1:]:
        add(_target_said(target), target=target)
    return found


def mapping_of(draft: Draft, columns: Sequence[str]) -> Mapping:
    """The mapping that the answers make. Raises MappingError when it cannot be used, in sentences."""
    made = unfinished(draft, columns)
    _check(draft, made.targets[0])
    return Mapping.from_toml(made.to_toml())  # what the text cannot say is no mapping


def unfinished(draft: Draft, columns: Sequence[str]) -> Mapping:
    """What the answers make, even while rows still lack what they need."""
    base = draft.base if draft.base is not None and draft.base.targets[0].into == draft.into else None
    kept = [e for e in extras_of(base, columns) if e.number in draft.extras] if base else []
    told = _columns(draft, columns, base)
    told |= {name: Column(constant=value) for name, value in draft.fixed.items() if value and name not in told}
    told = {e.column[0]: e.column[1] for e in kept if e.column is not None} | told
    grain = Target(
        into=draft.into,
        columns={name: told[name] for name in _in_order(draft.into, base) if name in told},
        details=_details(draft, columns, base, dict(e.detail for e in kept if e.detail is not None)),
        grain=base.targets[0].grain if base else "row",
        when=next((e.when for e in kept if e.when is not None), None),
    )
    return Mapping(
        silo=draft.silo,
        name=draft.name,
        time_zone=draft.time_zone,
        targets=(grain, *(e.target for e in kept if e.target is not None)),
        date_order=draft.date_order,
        blanks=base.blanks if base and set(base.blanks) == {*draft.blanks, ""} else _with_nothing(draft.blanks),
        read=draft.read,
    )


def _in_order(into: str, base: Mapping | None) -> list[str]:
    """Target columns in the order of the mapping before, so that what is not changed reads the same."""
    return list(dict.fromkeys([*(base.targets[0].columns if base else ()), *fillable(into)]))


def missing(draft: Draft, columns: Sequence[str]) -> list[str]:
    """Labels of what rows of this kind need and no answer gives yet."""
    try:
        given = unfinished(draft, columns).targets[0].columns
    except MappingError:
        return []
    return [label_of(draft.into, name) for name in REQUIRED[draft.into] if name not in given]


def worded_columns(draft: Draft) -> dict[str, list[str]]:
    """Target columns that hold closed words, with the file's columns that become them."""
    found: dict[str, list[str]] = {}
    for column, name in draft.becomes.items():
        if (draft.into, name) in WORDS:
            found.setdefault(name, []).append(column)
    return found


# --- from the mapping ----------------------------------------------------------------------------------


class _Known:
    """The file's columns, found without regard to case and spaces, as `Mapping.resolved` finds them."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = {_folded(column): column for column in columns}

    def __contains__(self, name: str) -> bool:
        return _folded(name) in self.columns

    def __getitem__(self, name: str) -> str:
        return self.columns[_folded(name)]


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _placed(grain: Target, known: _Known) -> dict[str, Column]:
    """The target columns that an answer at a file column stands for: each file column has one answer, the first."""
    placed: dict[str, Column] = {}
    taken: set[str] = set()
    for name, column in grain.columns.items():
        sources = [known[source] for source in column.columns if source in known]
        if sources and len(sources) == len(column.columns) and not taken & set(sources) and not column.when:
            placed[name] = column
            taken |= set(sources)
    return placed


def _is_fixed(into: str, name: str, column: Column) -> bool:
    return column.constant is not None and name in FIXED[into] and column == Column(constant=column.constant)


def _fixed(grain: Target) -> dict[str, str]:
    return {name: str(column.constant) for name, column in grain.columns.items() if _is_fixed(grain.into, name, column)}


def _answer(otherwise: str | None) -> str:
    if otherwise is None:
        return ASIDE
    return otherwise or NOT_TOLD


def _condition(when: When) -> str:
    return " and ".join(_one_condition(part) for part in when.parts)


def _one_condition(when: When) -> str:
    if not when.values:
        return f"column {when.column} is {'filled' if when.told else 'blank'}"
    values = ", ".join(f"“{value}”" for value in when.values)
    return f"column {when.column} is {'one of ' if len(when.values) > 1 else ''}{values}"


def _said(column: Column) -> str:
    if column.constant is not None:
        words = f"always “{column.constant}”"
    else:
        words = f"from column {' and '.join(column.columns)}"
    return f"{words}, in rows in which {_condition(column.when)}" if column.when else words


def _target_said(target: Target) -> str:
    kind = ROWS[target.into][0]
    read = ", ".join(
        dict.fromkeys(
            f"“{column.constant}”" if column.constant is not None else " and ".join(column.columns)
            for column in target.columns.values()
        )
    )
    which = f" in rows in which {_condition(target.when)}" if target.when else ""
    once = ", once for each number" if target.grain == "distinct" else ""
    return f"{kind} as well{which}{once} (from {read})"


# --- from the answers -----------------------------------------------------------------------------------


def _columns(draft: Draft, columns: Sequence[str], base: Mapping | None) -> dict[str, Column]:
    known = _Known(columns)
    before = _placed(base.targets[0], known) if base else {}
    chosen: dict[str, list[str]] = {}
    for source in columns:
        name = draft.becomes.get(source, LEAVE)
        if name not in (LEAVE, DETAIL):
            chosen.setdefault(name, []).append(source)
    told: dict[str, Column] = {}
    for name, sources in chosen.items():
        if name not in COLUMNS[draft.into]:
            raise MappingError(f"Column {sources[0]} cannot become “{name}” in {ROWS[draft.into][0].lower()}.")
        earlier = before.get(name)
        if earlier is not None and {known[source] for source in earlier.columns} == set(sources):
            column = earlier  # its formats, blanks and the like still fit; so does the order of what it joins
        else:
            column = Column(columns=tuple(sources))
        if (draft.into, name) in WORDS:
            column = _worded(draft, name, column)
        told[name] = column
    return told


def _worded(draft: Draft, name: str, column: Column) -> Column:
    """The column with the answers for its values; values that the form did not show stay as they were."""
    answers = {_folded(told): (told, word) for told, word in draft.values.get(name, {}).items()}
    values: dict[str, str] = {}
    for told, before in column.values.items():
        word = answers.pop(_folded(told), (told, before or NOT_TOLD))[1]
        if word != ASIDE:
            values[told] = word
    values |= {told: word for told, word in answers.values() if word != ASIDE}
    if not column.values and all(_folded(told) == word for told, word in values.items()):
        values = {}  # the file uses our own words already
    plain = {told: "" if word == NOT_TOLD else word for told, word in values.items()}
    rest = draft.otherwise.get(name, ASIDE)
    return replace(column, values=plain, otherwise=None if rest == ASIDE else "" if rest == NOT_TOLD else rest)


def _details(draft: Draft, columns: Sequence[str], base: Mapping | None, extra: Dict[str, str]) -> dict[str, str]:
    """Plain name -> column: what was a detail before under its name and in its order, then the columns' own names."""
    known = _Known(columns)
    asked = [column for column in columns if draft.becomes.get(column) == DETAIL]
    found: dict[str, str] = {}
    for name, source in base.targets[0].details.items() if base else ():
        if name in extra:
            found[name] = source
        elif source in known and known[source] in asked:
            asked.remove(known[source])
            found[name] = source
    for column in asked:
        name = column
        while name in found:
            name += "_"
        found[name] = column
    return found


def _with_nothing(blanks: tuple[str, ...]) -> tuple[str, ...]:
    return blanks if "" in blanks else ("", *blanks)


def _check(draft: Draft, grain: Target) -> None:
    """What can be said in the words of the form is said in them, before the text says it in its own."""
    problems = [
        f"Nothing says yet: {label_of(draft.into, name).lower()}. Choose the column that holds it."
        for name in REQUIRED[draft.into]
        if name not in grain.columns
    ]
    for name in sorted(set(draft.values) | set(draft.fixed)):
        words = WORDS.get((draft.into, name), ())
        answers = [*draft.values.get(name, {}).values(), draft.fixed.get(name, "")]
        wrong = [word for word in answers if words and word not in (*words, ASIDE, NOT_TOLD, "")]
        problems += [f"“{word_label(word)}” is no word for {label_of(draft.into, name).lower()}." for word in wrong]
    if draft.into == "identity" and not any(name.startswith("person_") for name in grain.columns):
        problems.append("Nothing says yet who it is. Choose the column with the name, the e-mail address or the like.")
    if problems:
        raise MappingError(*problems)


__all__ = [
    "ASIDE",
    "DETAIL",
    "FIXED",
    "KEEP",
    "LEAVE",
    "NOT_TOLD",
    "Draft",
    "Extra",
    "draft_of",
    "extras_of",
    "mapping_of",
    "missing",
    "unfinished",
    "worded_columns",
]
