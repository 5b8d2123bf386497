"""How goals and their guards stand: before, now, where they should be, and what that means in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from regard.goals.models import Entry, Goal, GoalSet, Guard, Measured
from regard.goals.queries.figures import NOW_MONTHS, Asked, Standing, asked_of, course, months_within, standing
from regard.goals.sight import target_of
from regard.goals.targets import Target
from regard.goals.telling import interval_words, target_words, value_words
from regard.measures import engine
from regard.measures.definitions import Definition, find
from regard.measures.figures import Cell, Period, add_months
from regard.measures.reading import period_words
from regard.office.models import Unit


@dataclass(frozen=True)
class Progress:
    """One goal as a page tells it. verdict_kind: ok, warn, bad or neutral."""

    goal: Goal
    definition: Definition | None
    target: Target | None
    now: Standing | None
    points: tuple[tuple[date, float | None, str], ...]
    verdict: str
    verdict_kind: str
    expected: float | None
    notes: tuple[str, ...]

    def words(self, value: float | None) -> str:
        return value_words(value, self.definition, noun=self.goal.counted_as, form=self.goal.form)

    @property
    def baseline_words(self) -> str:
        if self.target and self.target.is_counted:
            return "counted from zero"
        return baseline_words(self.goal, self.goal.counted_as)

    @property
    def baseline_basis(self) -> str:
        return baseline_basis(self.goal)

    @property
    def now_words(self) -> str:
        return self.words(self.now.value) if self.now and self.now.value is not None else "not known yet"

    @property
    def now_basis(self) -> str:
        return _basis(self.now, self.definition) if self.now else ""

    @property
    def target_words(self) -> str:
        return goal_target_words(self.goal)

    @property
    def target_value(self) -> str:
        return self.words(self.target.value) if self.target else "not told"

    @property
    def expected_words(self) -> str:
        return self.words(self.expected)


@dataclass(frozen=True)
class GuardStanding:
    """How a guard stands. kind: ok, bad or neutral."""

    guard: Guard
    title: str
    before: str
    now: str
    verdict: str
    kind: str


def goal_target_words(goal: Goal) -> str:
    """What a goal asks for: `Reduce by 15%`."""
    told = {"definition": find(goal.measure), "noun": goal.counted_as, "group": goal.group_words}
    return target_words(goal.form, goal.number, **told)  # type: ignore[arg-type]


def baseline_words(measured: Measured, noun: str = "") -> str:
    return value_words(measured.baseline, find(measured.measure), noun=noun)


def baseline_basis(measured: Measured) -> str:
    """How sure a baseline is, over how many, and of when."""
    first, last = measured.baseline_first, measured.baseline_last
    definition = find(measured.measure)
    shown = interval_words(measured.baseline_low, measured.baseline_high, definition)
    parts = [f"95% sure: {shown}" if shown else ""]
    parts.append(f"n = {measured.baseline_n:,}" if measured.baseline_n is not None else "")
    parts.append(period_words(Period(first, last)) if first and last else "")
    return "; ".join(part for part in parts if part)


def _basis(found: Standing, definition: Definition | None) -> str:
    if definition is None:
        return f"{found.n:,} {'entry' if found.n == 1 else 'entries'}"
    shown = interval_words(found.low, found.high, definition)
    parts = [
        f"95% sure: {shown}" if shown else "",
        f"n = {found.n:,}",
        period_words(found.months) if found.months else "",
    ]
    return "; ".join(part for part in parts if part)


def progress_of(goal: Goal, goal_set: GoalSet, units: Sequence[Unit], entries: Sequence[Entry], day: date) -> Progress:
    """How a goal stands on a day. entries: those of the goal, in order."""
    definition, target = find(goal.measure), target_of(goal, goal_set)
    asked = asked_of(goal, units)
    notes: list[str] = []
    now, points = None, ()
    try:
        if asked is not None:
            now, points = _measured(goal, goal_set, asked, target)
        else:
            now, points = _entered(goal, entries, target)
    except engine.NoFactsError:
        notes.append("There are no figures yet: an analyst can make them under Measures.")
    if definition and goal.fingerprint and goal.fingerprint != engine.fingerprint(goal.measure):
        notes.append("The definition of this measure changed since activation: before and now are not one question.")
    verdict, kind = _verdict(goal, target, now)
    expected = target.at(day) if target else None
    return Progress(goal, definition, target, now, points, verdict, kind, expected, tuple(notes))


Points = tuple[tuple[date, float | None, str], ...]


def _measured(goal: Goal, goal_set: GoalSet, asked: Asked, target: Target | None) -> tuple[Standing | None, Points]:
    within = months_within(goal_set)
    first = goal.baseline_first or (within.first if within else None)
    last = within.last if within else goal.baseline_last
    if target and target.is_counted:
        return _added_up(asked, within, goal)
    now = (
        standing(asked, Period(max(within.first, add_months(within.last, 1 - NOW_MONTHS)), within.last))
        if within
        else None
    )
    if first is None or last is None or first > last:
        return now, ()
    return now, tuple(_point(goal, asked, cell) for cell in course(asked, Period(first, last)))


def recent(within: Period) -> Period:
    """The newest months of the period, which "now" is told of."""
    return Period(max(within.first, add_months(within.last, 1 - NOW_MONTHS)), within.last)


def _point(goal: Goal, asked: Asked, cell: Cell) -> tuple[date, float | None, str]:
    month: date = cell.key[0]
    return month, cell.value, value_words(cell.value, asked.definition, form=goal.form)


def _added_up(asked: Asked, within: Period | None, goal: Goal) -> tuple[Standing | None, Points]:
    """Counts since the first day of the period."""
    if within is None:
        return None, ()
    total, points = 0.0, []
    for cell in course(asked, within):
        total += cell.value or 0
        points.append((add_months(cell.key[0], 1), total, value_words(total, asked.definition, form=goal.form)))
    return Standing(total, None, None, int(total), within, engine.as_of()), tuple(points)


def _entered(goal: Goal, entries: Sequence[Entry], target: Target | None) -> tuple[Standing | None, Points]:
    """What was entered by hand: added up where the target counts, else the newest value."""
    if not entries:
        return None, ()
    total, points = 0.0, []
    for entry in entries:
        total = total + entry.value if target and target.is_counted else entry.value
        points.append((entry.on, total, value_words(total, None, noun=goal.counted_as)))
    return Standing(total, None, None, len(entries), None, entries[-1].entered_at), tuple(points)


def _verdict(goal: Goal, target: Target | None, now: Standing | None) -> tuple[str, str]:
    if target is None:
        return "No target yet", "neutral"
    if now is None or now.value is None:
        return "Nothing to tell yet" if now is None else "Too few to tell", "neutral"
    worst, best = (now.low, now.high) if target.rises else (now.high, now.low)
    if target.is_met_by(now.value):
        sure = worst is None or target.is_met_by(worst)
        return "At the target" if sure else "At the target, but too close to call", "ok"
    if best is not None and target.is_met_by(best):
        return "Too close to call", "neutral"
    return _short_of(goal, target, now.value)


def _short_of(goal: Goal, target: Target, value: float) -> tuple[str, str]:
    if goal.baseline is None or target.is_counted:
        return "Not there yet", "neutral"
    moved = value - goal.baseline if target.rises else goal.baseline - value
    return ("On the way", "neutral") if moved > 0 else ("No better than before", "warn")


def guard_standing(guard: Guard, goal_set: GoalSet, units: Sequence[Unit], title: str) -> GuardStanding:
    """Whether a guard worsened by more than chance: its intervals before and now lie apart."""
    asked = asked_of(guard, units)
    try:
        within = months_within(goal_set) if asked else None
        now = standing(asked, recent(within)) if asked and within else None
    except engine.NoFactsError:
        now = None
    definition = find(guard.measure)
    shown = value_words(now.value, definition) if now and now.value is not None else "not known yet"
    return GuardStanding(guard, title, baseline_words(guard), shown, *_guard_verdict(guard, now))


def _guard_verdict(guard: Guard, now: Standing | None) -> tuple[str, str]:
    if guard.dropped_at is not None:
        return "Taken away after activation", "neutral"
    if now is None or now.value is None or guard.baseline is None:
        return "Cannot be told yet", "neutral"
    sign = 1 if guard.worse == "higher" else -1
    if sign * (now.value - guard.baseline) <= 0:
        return "No worse", "ok"
    ends = (now.low, guard.baseline_high) if guard.worse == "higher" else (now.high, guard.baseline_low)
    if ends[0] is None or ends[1] is None:
        return "Worse; by chance or not cannot be told", "neutral"
    if sign * (ends[0] - ends[1]) > 0:
        return "Worse by more than chance: worth a look", "bad"
    return "Worse, but within what chance does", "neutral"
