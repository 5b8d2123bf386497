"""Facts from what was read: numbers in, tables of the layout out. Pure of the database."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regard.measures.facts.fold import KINDS, MISSING, NO_PROMISE, STATES, Ints, Log, Pauses, Promises
from regard.measures.facts.frame import Frame
from regard.measures.facts.layout import LONGEST, SCHEMAS, steps_of

Floats = NDArray[np.float64]

SECOND = 1_000_000
MOST_USED = 30_000  # hundredths of a limit; beyond it only "far too late" is of interest
_OPEN = ("open", "paused")
_DONE = ("resolved", "closed")


def log_of(events: pa.Table) -> Log:
    """The log that `fold.folded` reads, from the columns of `Source.events`."""
    kinds = pc.index_in(events["kind"], value_set=pa.array(KINDS))
    if kinds.null_count:
        unknown = pc.unique(events["kind"].filter(pc.is_null(kinds))).to_pylist()
        raise ValueError(f"Events of kinds {unknown} are not known to this version of Regard. Update it first.")
    return Log(
        case=ints(events["case_id"]),
        id=ints(events["id"]),
        kind=ints(kinds),
        at=ints(events["at"]),
        due=ints(events["due_at"]),
        supersedes=ints(events["supersedes"]),
        by_answer=ints(events["by_answer"], 0) == 1,
        promise=ints(events["promise"]),
        agreed=ints(events["agreed"], NO_PROMISE),
    )


def case_rows(cases: pa.Table, pauses: Pauses, promises: Promises, frame: Frame) -> pa.Table:
    """The case facts of these cases, which are sorted by id. `pauses` and `promises` may name further cases."""
    ids = ints(cases["id"])
    received, unit = ints(cases["received_at"]), ints(cases["unit_id"])
    calendar = frame.calendars(unit)
    state = cases["state"]
    is_open = ints(pc.is_in(state, value_set=pa.array(_OPEN))) == 1
    left_at = ints(cases["withdrawn_at"])
    ended = np.maximum(ints(cases["resolved_at"]), left_at)  # MISSING is the lowest number; only one is told
    impossible = np.minimum(_or(ints(cases["answered_at"]), received), _or(ended, received)) < received
    lengths = _Lengths(ids, received, calendar, _of_cases(pauses, ids), frame)
    never = np.where(impossible, MISSING, left_at)
    columns: dict[str, Any] = _place(cases, unit, frame) | {
        "case_id": ids,
        "kind": cases["kind"],
        "owner": cases["owner_id"],
        "state": state,
        "is_open": is_open,
        "received_at": cases["received_at"],
        "answered_at": cases["answered_at"],
        "resolved_at": cases["resolved_at"],
        "left_at": cases["withdrawn_at"],
        "received_month": frame.months(calendar, received),
        "ended_month": frame.months(calendar, ended),
        "impossible": impossible,
        "calendar": calendar,
        "received_open": _whole(lengths.open_at_arrival),
        "paused_at": cases["paused_at"],
        "paused_open": _whole(frame.open_at(calendar, ints(cases["paused_at"]))),
        "pauses": lengths.pauses,
        "paused_seconds": _whole(lengths.paused_until(None)),
        "paused_working": _whole(lengths.paused_until(None, official=True)),
        "reopens": np.minimum(ints(cases["reopens"]), np.iinfo(np.int16).max),
        "transfers": np.minimum(ints(cases["transfers"]), np.iinfo(np.int16).max),
        "promises": np.minimum(_counted(promises.case, ids), np.iinfo(np.int16).max),
    }
    service = ints(cases["service_id"], 0)
    for stage, done_at in (("answer", ints(cases["answered_at"])), ("resolve", ints(cases["resolved_at"]))):
        standard = frame.standards(stage, service, unit, received)
        columns |= _stage(stage, lengths, np.where(impossible, MISSING, done_at), never, standard)
    return table("case", columns)


def promise_rows(promises: Promises, cases: pa.Table, frame: Frame) -> pa.Table:
    """The promise facts of these cases, which are sorted by id."""
    row, known = _rows_of(promises.case, ints(cases["id"]))
    of = cases.take(row[known])
    unit = ints(of["unit_id"])
    columns: dict[str, Any] = _place(of, unit, frame) | {
        "promise_id": promises.id[known],
        "case_id": promises.case[known],
        "kind": of["kind"],
        "stage": pa.array(np.where(promises.by_answer[known], "answer", "resolve")),
        "state": pa.array(np.array(STATES)[promises.state[known]]),
        "agreed": np.where(promises.agreed[known] < 0, MISSING, promises.agreed[known]),
        "made_at": promises.made[known],
        "due_at": promises.due[known],
        "settled_at": promises.settled[known],
        "due_month": frame.months(frame.calendars(unit), promises.due[known]),
    }
    return table("promise", columns)


def contact_rows(contacts: pa.Table, frame: Frame) -> pa.Table:
    """The contact facts of these contacts."""
    unit = ints(contacts["unit_id"])
    wait = _whole(_floats(contacts["wait_seconds"]))
    columns: dict[str, Any] = _place(contacts, unit, frame) | {
        "contact_id": contacts["id"],
        "case_id": contacts["case_id"],
        "direction": contacts["direction"],
        "outcome": contacts["outcome"],
        "known": ints(contacts["known"]),
        "started_at": contacts["started_at"],
        "started_month": frame.months(frame.calendars(unit), ints(contacts["started_at"])),
        "wait_seconds": wait,
        "wait_step": _steps(wait),
        "handle_seconds": _whole(_floats(contacts["handle_seconds"])),
    }
    return table("contact", columns)


def feedback_rows(feedback: pa.Table, frame: Frame) -> pa.Table:
    """The feedback facts of this feedback."""
    unit = ints(feedback["unit_id"])
    same = {name: feedback[name] for name in ("case_id", "kind", "question", "score", "scale_min", "scale_max", "at")}
    columns: dict[str, Any] = (
        _place(feedback, unit, frame)
        | same
        | {
            "feedback_id": feedback["id"],
            "solicited": ints(feedback["solicited"]),
            "month": frame.months(frame.calendars(unit), ints(feedback["at"])),
        }
    )
    return table("feedback", columns)


class _Lengths:
    """How long cases took on both clocks; `ids` sorted."""

    def __init__(self, ids: Ints, received: Ints, calendar: Ints, pauses: "_CasePauses", frame: Frame) -> None:
        self.received, self.calendar, self.frame, self._pauses = received, calendar, frame, pauses
        self.open_at_arrival = frame.open_at(calendar, received)
        self.pauses = np.bincount(pauses.row, minlength=ids.size)

    def until(self, end: Ints) -> tuple[Floats, Floats]:
        """Elapsed and official seconds from arrival to each `end`; NaN where that is missing or before it."""
        known = (end != MISSING) & (end >= self.received)
        elapsed = np.where(known, (end - np.where(known, self.received, end)) / SECOND, np.nan)
        official = self.frame.open_at(self.calendar, np.where(known, end, MISSING)) - self.open_at_arrival
        return elapsed, np.where(known, official - self.paused_until(end, official=True), np.nan)

    def paused_until(self, end: Ints | None, *, official: bool = False) -> Floats:
        """Seconds in pauses between arrival and `end`, elapsed or open ones; without `end` in those that are over."""
        row, start, stop = self._pauses.row, self._pauses.start, self._pauses.end
        if end is None:
            still = stop == MISSING
            row, start, stop = row[~still], start[~still], stop[~still]
        else:
            stop = np.minimum(np.where(stop == MISSING, end[row], stop), end[row])
        start = np.maximum(start, self.received[row])
        if official:
            length = self.frame.open_at(self.calendar[row], stop) - self.frame.open_at(self.calendar[row], start)
        else:
            length = (stop - start) / SECOND
        counted = np.where((stop > start) & ~np.isnan(length), length, 0.0)
        return np.bincount(row, weights=counted, minlength=self.received.size).astype(np.float64)


class _CasePauses:
    """Pauses by the row of their case."""

    def __init__(self, row: Ints, start: Ints, end: Ints) -> None:
        self.row, self.start, self.end = row, start, end


def _of_cases(pauses: Pauses, ids: Ints) -> _CasePauses:
    row, known = _rows_of(pauses.case, ids)
    return _CasePauses(row[known], pauses.start[known], pauses.end[known])


def _rows_of(cases: Ints, ids: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """The row of each case among sorted `ids`, and whether it is there."""
    row = np.minimum(np.searchsorted(ids, cases), max(ids.size - 1, 0))
    return row, ids[row] == cases if ids.size else np.zeros(cases.shape, bool)


def _stage(stage: str, lengths: _Lengths, done_at: Ints, left_at: Ints, standard: tuple[Ints, Ints]) -> dict[str, Any]:
    """The columns of one stage. A case that left undone is followed until then; an impossible length stays empty.

    standard: by when it was due and on which clock, as `Frame.standards`.
    """
    due, clock = standard
    done = done_at != MISSING
    end = np.where(done, done_at, left_at)
    elapsed, official = lengths.until(end)
    seconds, working = _whole(elapsed), _whole(official)
    limit_elapsed, limit_official = _limits(lengths, due)
    limit = np.where(clock == 1, limit_official, limit_elapsed)
    # A standard is the office's own word, so the time it waited for the customer is out on either clock.
    took = np.where(clock == 1, official, elapsed - lengths.paused_until(end))
    with np.errstate(divide="ignore", invalid="ignore"):
        used = np.where(limit > 0, np.ceil(100 * took / limit), np.where(took > limit, MOST_USED, 100))
    used = np.where(np.isnan(limit) | np.isnan(took), np.nan, used)
    return {
        f"{stage}_seen": np.where(np.isnan(elapsed), MISSING, done),
        f"{stage}_seconds": seconds,
        f"{stage}_step": _steps(seconds),
        f"{stage}_working": working,
        f"{stage}_working_step": _steps(working),
        f"{stage}_limit": _whole(limit),
        f"{stage}_clock": np.where(np.isnan(limit), MISSING, clock),
        f"{stage}_used": _whole(np.minimum(used, MOST_USED)),
    }


def _limits(lengths: _Lengths, due: Ints) -> tuple[Floats, Floats]:
    """The standard's limit of each case in elapsed and in open seconds; NaN without one."""
    known = due != MISSING
    elapsed = np.where(known, (due - np.where(known, lengths.received, due)) / SECOND, np.nan)
    return elapsed, lengths.frame.open_at(lengths.calendar, due) - lengths.open_at_arrival


def _place(rows: pa.Table, unit: Ints, frame: Frame) -> dict[str, Any]:
    return {
        "office": frame.offices(unit),
        "unit": unit,
        "service": rows["service_id"],
        "channel": rows["channel"],
        "silo": rows["silo_id"],
    }


def table(name: str, columns: dict[str, Any]) -> pa.Table:
    """A fact table from arrays: numpy integers (MISSING is empty), booleans, or Arrow columns."""
    schema = SCHEMAS[name]
    return pa.table([_column(columns[field.name], field.type) for field in schema], schema=schema)


def _column(values: Any, kind: pa.DataType) -> pa.Array | pa.ChunkedArray:
    if isinstance(values, np.ndarray):
        if values.dtype == np.bool_:
            values = values.astype(np.int64)
        empty = values == MISSING
        whole = pa.array(values, mask=empty if empty.any() else None)
        return whole.cast(pa.int32()).cast(kind) if pa.types.is_date32(kind) else whole.cast(kind)
    if pa.types.is_dictionary(kind):
        return pc.dictionary_encode(values).cast(kind)
    if pa.types.is_timestamp(kind):
        return values.cast(pa.timestamp("us", tz="UTC")).cast(kind)
    return values.cast(kind)


def ints(column: pa.ChunkedArray, empty: int = MISSING) -> Ints:
    """A column of integers, booleans or instants as int64, nulls as `empty`."""
    whole = column.cast(pa.int8()) if pa.types.is_boolean(column.type) else column
    return whole.cast(pa.int64()).fill_null(empty).to_numpy()


def _floats(column: pa.ChunkedArray) -> Floats:
    return column.cast(pa.float64()).fill_null(np.nan).to_numpy()


def _or(values: Ints, instead: Ints) -> Ints:
    return np.where(values == MISSING, instead, values)


def _whole(seconds: Floats) -> Ints:
    """Whole seconds rounded down, NaN and infinities of no limit as MISSING, within what the layout holds."""
    known = ~np.isnan(seconds)
    return np.where(known, np.clip(np.floor(np.where(known, seconds, 0)), -LONGEST, LONGEST).astype(np.int64), MISSING)


def _steps(seconds: Ints) -> Ints:
    known = (seconds != MISSING) & (seconds >= 0)
    return np.where(known, steps_of(np.where(known, seconds, 0)), MISSING)


def _counted(cases: Ints, ids: Ints) -> Ints:
    row, known = _rows_of(cases, ids)
    return np.bincount(row[known], minlength=ids.size)
