"""A mapping proposed for a file nobody has mapped yet, from the names of its columns and from their values.

A proposal is a start for a person to correct. Each column comes with how sure the proposal is and why, in words;
what only a person can know (the order of day and month) is asked, not guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb

from regard.sources.assigning import Assigned, assign, sure_of_values
from regard.sources.cells import Cells
from regard.sources.compile import MAPPING_SETTINGS
from regard.sources.guessing import guess_target
from regard.sources.headers import fit, plain, words_of
from regard.sources.mapping import Column, DateQuestion, Mapping, Target, When
from regard.sources.meanings import BY_NAME
from regard.sources.profiling import Profile, profiles_of
from regard.sources.proposing_dates import DateReading, read_dates
from regard.sources.proposing_surveys import is_rating, one_target_a_question, questions_of, scale_of
from regard.sources.readers.base import RawTable, ReadOptions, lent, literal, quoted
from regard.sources.synonyms import WORD_LISTS, word_for
from regard.sources.targets import REQUIRED

DETAIL, LEAVE = "detail", ""
MOST_WORDS = 200
LIKELY_KEY = 0.8
"""Share of different values from which a column is taken for a key: real exports repeat a few."""
TOLD_KEY = 0.98
"""Share of rows that must tell a key: rows without it end in quarantine."""
CONTRADICTED = 0.002
"""Share of rows from which dates before the arrival speak against a column's being an end."""
CASE = "case:"
"""What the columns of a case are prefixed with in a flattened event log."""
_TIMED = ("%y%m%d", "iso", "dmy", "mdy")
"""Date formats that also read a time of day put behind the date."""
_OTHERWISE = {"channel": "other", "activity": "noted", "feedback_kind": "response"}


@dataclass(frozen=True, slots=True)
class ColumnProposal:
    """What one column of the file is proposed to become: a column of the target, "detail", or "" (left out)."""

    column: str
    becomes: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping and why. `missing` names required columns that nothing in the file seems to fill.

    `mapping` may lack a silo, and columns that are missing: then it cannot be used before a person completes it.
    """

    mapping: Mapping
    into: str
    confidence: float
    reason: str
    columns: tuple[ColumnProposal, ...]
    questions: tuple[DateQuestion, ...]
    missing: tuple[str, ...]


def propose(
    con: duckdb.DuckDBPyConnection,
    raw: RawTable,
    *,
    time_zone: str,
    silo: str = "",
    name: str = "",
    into: str | None = None,
) -> Proposal:
    """Propose a mapping for the rows in `raw`.

    Args:
        con: the connection that `open_raw` filled.
        raw: what `open_raw` said of the file.
        time_zone: of times without zone; asked of the person, a file does not tell.
        silo: code of the silo, as far as known.
        name: plain name of the mapping.
        into: the target, when a person has chosen one.
    """
    with lent(con, **MAPPING_SETTINGS):
        profiles = profiles_of(con, raw)
        chosen, sure, why = (into, 1.0, "you chose it") if into else guess_target(profiles)
        proposing = _Proposing(con, raw, profiles, chosen)
        mapping = proposing.mapping(silo, name or silo, time_zone)
    return Proposal(
        mapping=mapping,
        into=chosen,
        confidence=sure,
        reason=why,
        columns=tuple(proposing.proposals.get(c) or _unknown(c) for c in raw.columns),
        questions=proposing.dates.questions,
        missing=tuple(n for n in REQUIRED[chosen] if n not in proposing.columns),
    )


def _unknown(column: str) -> ColumnProposal:
    return ColumnProposal(column, LEAVE, 0.5, "nothing is known of it")


# --- the columns ------------------------------------------------------------------------------------


class _Proposing:
    """One proposal in the making."""

    def __init__(self, con: duckdb.DuckDBPyConnection, raw: RawTable, profiles: Sequence[Profile], into: str) -> None:
        self.con, self.raw, self.into = con, raw, into
        self.profiles = {p.column: p for p in profiles}
        self.rows = max(1, raw.rows)
        self.dates: DateReading = read_dates(con, profiles)
        self.proposals: dict[str, ColumnProposal] = {}
        self.columns: dict[str, Column] = {}
        self.questions: list[Profile] = []
        tokens = {token.lower() for p in profiles for token in p.not_told}
        self.blanks = ("", *sorted(t.upper() if t.isalpha() else t for t in tokens))

    def mapping(self, silo: str, name: str, time_zone: str) -> Mapping:
        log = self.into == "event" and any(c.startswith(CASE) for c in self.raw.columns)
        own = [p for p in self.profiles.values() if not (log and p.column.startswith(CASE))]
        if self.into == "feedback" and (asked := questions_of(own)):
            own = [p for p in own if p not in asked]
            self._ask(asked)
        for found in assign(own, self.into):
            self._fill(found)
        if log and f"{CASE}concept:name" in self.profiles:
            self._take("case_key", f"{CASE}concept:name", 0.95, "the log names its cases there")
        self._key(own)
        self._pair_date_and_clock()
        self._doubt_ends(time_zone)
        self._after()
        targets = [Target(self.into, self.columns, self._details(own))]
        if self.questions:
            targets = one_target_a_question(targets[0], self.questions)
        if self.into == "event" and "case_key" in self.columns:
            targets.append(self._case_of_events())
        order = self.dates.order or (None if self.dates.questions else "ymd")
        return Mapping(silo, name, time_zone, tuple(targets), order, self.blanks, self._read())

    def _read(self) -> ReadOptions:
        """What later files of the silo share with this one."""
        return ReadOptions(
            format=self.raw.format,
            delimiter=self.raw.delimiter if self.raw.format == "csv" else None,
            sheet=self.raw.sheet if len(self.raw.sheets) > 1 else None,
            records=self.raw.records or None,
        )

    def _ask(self, questions: list[Profile]) -> None:
        """Each question is a column: its name is the wording."""
        self.questions = questions
        for profile in questions:
            becomes = "score" if is_rating(profile) else "text"
            reason = "its name is a question, and its values are " + ("ratings" if becomes == "score" else "answers")
            self.proposals[profile.column] = ColumnProposal(profile.column, becomes, 0.8, reason)

    def _take(self, target: str, source: str, confidence: float, reason: str) -> None:
        self.columns[target] = Column(columns=(source,))
        self.proposals[source] = ColumnProposal(source, target, confidence, reason)

    def _fill(self, found: Assigned) -> None:
        profile, target, meaning = found.profile, found.target, found.meaning
        column = Column(columns=(profile.column,))
        reason = found.reason
        if meaning.kind == "date":
            column = replace(column, formats=self.dates.formats.get(profile.column, ()))
            if target in ("promised_at", "due_at") and profile.shapes["bare_day"] > 0.99:
                column = replace(column, day="end")
                reason += "; it has no time of day, so it lasts until that day ends"
        elif meaning.name in WORD_LISTS:
            column, reason = self._worded(meaning.name, column, reason)
        elif meaning.name == "sender":
            self.columns["person_name"] = replace(column, mail="name")
            column = replace(column, mail="address")
        elif target in ("latitude", "longitude", "person_key") and any(v in ("0", "0.0") for v, _ in profile.values):
            column = replace(column, blanks=("0", "0.0"))
            reason += "; 0 is read as not told"
        if meaning.name == "activity":
            self.columns["text"] = Column(columns=(profile.column,))
        self.columns[target] = column
        self.proposals[profile.column] = ColumnProposal(profile.column, target, found.confidence, reason)

    def _worded(self, meaning: str, column: Column, reason: str) -> tuple[Column, str]:
        """A value map for every told value whose word is known."""
        text = f"trim({quoted(column.columns[0])})"
        blanks = ", ".join(literal(b.lower()) for b in self.blanks)
        told = self.con.execute(
            f"SELECT any_value({text}) FROM raw WHERE lower({text}) NOT IN ({blanks}) "
            f"GROUP BY lower({text}) ORDER BY count(*) DESC, 1 LIMIT {MOST_WORDS}"
        ).fetchall()
        values = {value: word for (value,) in told if (word := word_for(meaning, value))}
        otherwise = _OTHERWISE.get(meaning)
        if unknown := [value for (value,) in told if value not in values]:
            shown = ", ".join(map(repr, unknown[:4])) + (", ..." if len(unknown) > 4 else "")
            reason += f"; {shown} {'are' if len(unknown) > 1 else 'is'} " + (
                f"read as '{otherwise}'" if otherwise else "not known: say what they mean"
            )
        return replace(column, values=values, otherwise=otherwise), reason

    # --- the key -----------------------------------------------------------------------------------

    def _different(self, columns: Sequence[str]) -> float:
        """Share of rows with a value of their own in these columns, over all rows."""
        told = ", ".join(quoted(c) for c in columns)
        row = self.con.execute(f"SELECT count(*) FROM (SELECT DISTINCT {told} FROM raw)").fetchone()
        return (row[0] if row else 0) / self.rows

    def _key(self, profiles: Sequence[Profile]) -> None:
        """A key that hardly repeats; else two columns that together do not; else none."""
        if self.into == "order" or "key" not in self.columns:
            return
        source = self.columns["key"].columns[0]
        old = self.proposals[source]
        share = self._different([source])
        if self.into == "identity" and "person_key" in self.columns:
            del self.columns["key"], self.proposals[source]  # the person's own key will do
            return
        if share >= LIKELY_KEY and self.profiles[source].told >= TOLD_KEY * self.profiles[source].rows:
            text = "has a value of its own in every row" if share == 1 else f"repeats in {1 - share:.1%} of the rows"
            self.proposals[source] = replace(old, reason=f"{old.reason}; it {text}")
            return
        del self.columns["key"], self.proposals[source]
        for other in self._partners(profiles, source):
            if self._different([other]) == 1:
                self._take("key", other, 0.5, "it has a value of its own in every row")
                return
            if self._different([other, source]) == 1:
                self.columns["key"] = Column(columns=(other, source), join="-")
                reason = f"'{other}' and '{source}' together have a value of their own in every row"
                for column in (other, source):
                    self.proposals[column] = ColumnProposal(column, "key", 0.6, reason)
                return
        if self.into in ("event", "contact", "feedback") and "case_key" not in self.columns:
            self._take("case_key", source, 0.5, f"{old.reason}; several rows share a value")

    def _partners(self, profiles: Sequence[Profile], source: str) -> list[str]:
        """Columns that could be the other half of a key."""
        free = [p for p in profiles if p.column != source and p.column not in self.proposals]
        return [p.column for p in free if p.told == p.rows and p.length < 30 and not p.dates][:8]

    # --- dates and what depends on them --------------------------------------------------------------

    def _pair_date_and_clock(self) -> None:
        """A day in one column and the time in another belong together."""
        for name in ("received_at", "started_at", "at"):
            column = self.columns.get(name)
            if column is None or len(column.columns) != 1:
                continue
            day = self.profiles[column.columns[0]]
            if max(day.shapes[shape] for shape in ("bare_day", "yymmdd", "compact")) < 0.95:
                continue
            free = [p for p in self.profiles.values() if p.column not in self.proposals and p.told > 0.5 * p.rows]
            clocks = [p for p in free if p.shapes["any_clock"] > 0.9 and p.shapes["clock"] > 0.3]
            if not clocks:
                continue
            clock = max(clocks, key=lambda p: fit(p.column, BY_NAME["clock"]))
            formats = tuple(f"{f} %H:%M:%S" if f == "%y%m%d" else f for f in column.formats if f in _TIMED)
            self.columns[name] = replace(column, columns=(day.column, clock.column), formats=formats)
            reason = f"the time of day that belongs to '{day.column}'"
            self.proposals[clock.column] = ColumnProposal(clock.column, name, 0.6, reason)

    def _doubt_ends(self, time_zone: str) -> None:
        """Dates that often lie before the arrival are no answer and no resolution, whatever their name."""
        if "received_at" not in self.columns or self.dates.questions:
            return
        for name in ("answered_at", "resolved_at"):
            if name not in self.columns:
                continue
            two = Target("case", {n: self.columns[n] for n in ("received_at", name)})
            cells = Cells(Mapping("", "", time_zone, (two,), self.dates.order, self.blanks), two)
            early = cells.query([f"count_if({cells.values[name]} < {cells.values['received_at']})"])
            row = self.con.execute(early).fetchone()
            if row and row[0] > CONTRADICTED * self.rows:
                source = self.columns.pop(name).columns[0]
                reason = f"it reads like {name}, but lies before the arrival in {row[0]:,} rows"
                self.proposals[source] = ColumnProposal(source, DETAIL, 0.5, reason)

    def _after(self) -> None:
        """What follows from columns together."""
        self._code_of_the_name()
        if "service" not in self.columns and "service_name" in self.columns:
            self.columns["service"] = self.columns.pop("service_name")
            source = self.columns["service"].columns[0]
            self.proposals[source] = replace(self.proposals[source], becomes="service")
        if self.raw.format == "open311" and "status" in self.columns and "updated_datetime" in self.profiles:
            # The standard has no closing time: for a closed request it is the last update.
            when = When(self.columns["status"].columns[0], ("closed",))
            self.columns["closed_at"] = Column(columns=("updated_datetime",), when=when)
        fixed = {
            "contact": ("channel", self._channel()),
            "order": ("channel", "order"),
            "feedback": ("kind", "response"),
        }
        if self.into in fixed:
            name, word = fixed[self.into]
            self.columns.setdefault(name, Column(constant=word))
        self._scale()

    def _code_of_the_name(self) -> None:
        """Beside `Category Name` stands `Category`, its code."""
        if "service" in self.columns or "service_name" not in self.columns:
            return
        source = self.columns["service_name"].columns[0]
        for column in self.profiles:
            if column in self.proposals:
                continue
            if (*words_of(column), "name") == words_of(source):
                self._take("service", column, 0.8, "it is the code beside the name")
            elif (*words_of(source), "name") == words_of(column):
                self._take("service", source, 0.8, "it is the code beside the name")
                self._take("service_name", column, 0.9, "its name says so")

    def _channel(self) -> str:
        """What the columns of a contact log say of its channel."""
        if "person_email" in self.columns and self.columns["person_email"].mail:
            return "email"
        visits = any(sure_of_values(p, "visit") > 0.5 for p in self.profiles.values())
        return "counter" if visits else "phone"

    def _scale(self) -> None:
        if "score" in self.columns:
            self.columns |= scale_of(self.profiles[self.columns["score"].columns[0]])

    # --- the rest ------------------------------------------------------------------------------------

    def _case_of_events(self) -> Target:
        """The cases that a log's events belong to: rows of one case merged."""
        prefixed = [
            replace(p, column=p.column[len(CASE) :]) for p in self.profiles.values() if p.column.startswith(CASE)
        ]
        columns = {"key": self.columns["case_key"]}
        details: dict[str, str] = {}
        for found in assign(prefixed, "case"):
            name = CASE + found.profile.column
            if found.target == "key" or name in self.proposals:
                continue
            needed = found.target == "received_at"
            column = Column(columns=(name,), formats=self.dates.formats.get(name, ()), optional=not needed)
            reason = f"{found.reason}; of the case"
            if found.meaning.name in WORD_LISTS:
                column, reason = self._worded(found.meaning.name, column, reason)
            columns[found.target] = column
            self.proposals[name] = ColumnProposal(name, found.target, found.confidence, reason)
        if "at" in self.columns:
            columns.setdefault("received_at", self.columns["at"])
        for profile in prefixed:
            name = CASE + profile.column
            if name not in self.proposals and profile.told:
                details[_unused(plain(profile.column), details)] = name
                self.proposals[name] = ColumnProposal(name, DETAIL, 0.5, "kept with the case under its own name")
        return Target("case", columns, details, "distinct")

    def _details(self, profiles: Sequence[Profile]) -> dict[str, str]:
        """Columns that became nothing else are kept under their own name, unless they are empty."""
        details: dict[str, str] = {}
        for profile in profiles:
            column = profile.column
            if profile.told == 0 and column not in self.proposals:
                self.proposals[column] = ColumnProposal(column, LEAVE, 0.9, "nothing is told in it")
            kept = ColumnProposal(column, DETAIL, 0.5, "kept under its own name")
            if self.proposals.setdefault(column, kept).becomes == DETAIL:
                details[_unused(plain(column), details)] = column
        return details


def _unused(label: str, taken: dict[str, str]) -> str:
    n, name = 1, label
    while name in taken:
        n += 1
        name = f"{label} {n}"
    return name
