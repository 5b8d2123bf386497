"""The columns all checks read: one row a case, hours throughout.

Times are hours since any one moment; NaN is "not told". Codes are whole numbers; -1 is "not told".
"""

from dataclasses import dataclass, field, fields
from enum import IntEnum
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


class End(IntEnum):
    """How a case ended. GONE: it was received, and now nothing tells what became of it."""

    OPEN = 0
    ANSWERED = 1
    EXEMPT = 2
    CANCELLED = 3
    MERGED = 4
    WITHDRAWN = 5
    TRANSFERRED = 6
    GONE = 7


FLOATS = (
    "arrival",  # when the case was received
    "closing",  # when it was first closed
    "elapsed",  # hours on the clock the limit counts on, pauses out, at the first closing
    "limit",  # hours allowed on that clock
    "reopened_at",
    "recontact_at",  # when the same customer next came with the same topic, after the closing
    "score",  # what the customer answered in a survey, any scale, more is better
    "promised",  # when it was promised for, as it stands now
    "promised_first",  # when it was promised for at first
    "promise_moved_at",  # when the promise was last changed
)
CODES = (
    "unit",
    "staff",
    "customer",
    "topic",
    "need",  # one code for near-duplicate texts
    "channel",  # as it stands now
    "first_channel",  # at arrival
    "end",  # an End
    "auto",  # 1: closed by a rule, no person; 0: by a person
    "invited",  # 1: to a survey; 0: not
    "complaint_started",  # 1: a complaint form was opened
    "complaint_sent",  # 1: and sent
    "complaint_outside",  # 1: complained to somebody outside the office
    "counted_met",  # 1: reported as on time; 0: as late
)


@dataclass(frozen=True, slots=True)
class Pauses:
    """When clocks were stopped: `case` is the row, `start` hours on the case's clock."""

    case: Ints
    start: Floats
    asked: Mask  # a question was put to the customer
    by_staff: Mask  # ended by staff, not by the customer's answer


def no_pauses() -> Pauses:
    empty = np.zeros(0)
    return Pauses(empty.astype(np.int64), empty, empty.astype(bool), empty.astype(bool))


@dataclass(frozen=True, slots=True)
class Cases:
    """Columns as named above, equally long, and the pauses. `until`: what happened after it is not known."""

    id: NDArray[Any]
    columns: dict[str, NDArray[Any]]
    pauses: Pauses
    until: float
    #: Parts already taken, by column and span: all checks look at the same quarters.
    taken: dict[tuple[str, float, float], "Cases"] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, pauses: Pauses | None = None, until: float | None = None, **given: ArrayLike) -> Self:
        """Columns that are not given are "not told". Raises ValueError for unknown names or unequal lengths."""
        unknown = set(given) - {"id", *FLOATS, *CODES}
        if unknown:
            raise ValueError(f"No check reads a column {', '.join(sorted(unknown))}.")
        arrival = np.asarray(given.get("arrival", ()), np.float64)
        n = len(arrival)
        columns: dict[str, NDArray[Any]] = {}
        for name in FLOATS:
            columns[name] = _floats(given[name]) if name in given else np.full(n, np.nan)
        for name in CODES:
            columns[name] = np.asarray(given[name]).astype(np.int64) if name in given else np.full(n, -1)
        ids = np.asarray(given.get("id", np.arange(n)))
        short = [name for name, values in {"id": ids, **columns}.items() if len(values) != n]
        if short:
            raise ValueError(f"Columns of unequal length: {', '.join(short)}; arrival has {n}.")
        if "recontact_at" not in given:
            columns["recontact_at"] = next_contact(columns)
        if until is None:
            times = np.concatenate([columns["arrival"], columns["closing"], columns["reopened_at"]])
            until = float(np.nanmax(times)) if np.isfinite(times).any() else 0.0
        return cls(ids, columns, pauses or no_pauses(), until)

    @classmethod
    def from_arrow(cls, table: pa.Table, pauses: pa.Table | None = None, until: float | None = None) -> Self:
        """From columns named as above; times as timestamps or hours, codes as whole numbers or words.

        pauses: columns case (a row number of `table`), start, asked, by_staff. Words get codes; `end` words are
        names of `End`, in any case.
        """
        given = {name: _column(name, table[name]) for name in table.column_names}
        stopped = None
        if pauses is not None:
            told = {name: pauses[name].to_numpy() for name in ("case", "start", "asked", "by_staff")}
            stopped = Pauses(
                told["case"].astype(np.int64),
                told["start"].astype(np.float64),
                told["asked"].astype(bool),
                told["by_staff"].astype(bool),
            )
        return cls.of(stopped, until, **given)

    def __getattr__(self, name: str) -> NDArray[Any]:
        if name == "columns" or name not in self.columns:  # the first: while copying, before there are any
            raise AttributeError(name)
        return self.columns[name]

    def __len__(self) -> int:
        return len(self.id)

    def take(self, chosen: Mask) -> "Cases":
        """The rows where `chosen`, with their pauses."""
        rows = np.flatnonzero(chosen)
        columns = {name: values[rows] for name, values in self.columns.items()}
        return Cases(self.id[rows], columns, _pauses_of(self.pauses, chosen), self.until)

    def within(self, column: str, span: tuple[float, float]) -> "Cases":
        """The rows whose time in `column` lies in the span, its end excluded. Taken once, then kept."""
        key = (column, *span)
        if key not in self.taken:
            times = self.columns[column]
            self.taken[key] = self.take((times >= span[0]) & (times < span[1]))
        return self.taken[key]

    def by_unit(self) -> dict[int, "Cases"]:
        """Each unit's cases. One sort, then slices."""
        order = np.argsort(self.columns["unit"], kind="stable")
        units, starts = np.unique(self.columns["unit"][order], return_index=True)
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        at = place[self.pauses.case]
        turned = np.argsort(at, kind="stable")
        sorted_columns = {name: values[order] for name, values in self.columns.items()}
        sorted_ids, ends = self.id[order], np.append(starts[1:], len(order))
        found: dict[int, Cases] = {}
        for unit, first, last in zip(units, starts, ends, strict=True):
            low, high = np.searchsorted(at[turned], [first, last])
            part = turned[low:high]
            stopped = Pauses(
                at[part] - first, self.pauses.start[part], self.pauses.asked[part], self.pauses.by_staff[part]
            )
            columns = {name: values[first:last] for name, values in sorted_columns.items()}
            found[int(unit)] = Cases(sorted_ids[first:last], columns, stopped, self.until)
        return found


def _floats(values: ArrayLike) -> Floats:
    told = np.array(values, np.float64)
    told[~np.isfinite(told)] = np.nan
    return told


def _pauses_of(pauses: Pauses, chosen: Mask) -> Pauses:
    if not len(pauses.case):
        return pauses
    kept = chosen[pauses.case]
    place = np.cumsum(chosen) - 1
    values = {part.name: getattr(pauses, part.name)[kept] for part in fields(Pauses)}
    return Pauses(**(values | {"case": place[values["case"]]}))


def _column(name: str, column: pa.ChunkedArray) -> NDArray[Any]:
    if pa.types.is_timestamp(column.type):
        told = column.cast(pa.timestamp("us", column.type.tz)).to_numpy().astype("datetime64[us]")
        hours = told.astype(np.int64) / 3.6e9
        return np.where(np.isnat(told), np.nan, hours)
    if name == "end" and not pa.types.is_integer(column.type):
        return np.array([End[word.upper()] if word else End.OPEN for word in column.to_pylist()], np.int64)
    if name in CODES and not pa.types.is_integer(column.type):
        if pa.types.is_boolean(column.type):
            return column.cast(pa.int64()).fill_null(-1).to_numpy()
        codes = column.combine_chunks().dictionary_encode().indices
        return codes.fill_null(-1).to_numpy(zero_copy_only=False)
    if name in CODES:
        return column.fill_null(-1).to_numpy()
    return column.to_numpy()


def next_contact(columns: dict[str, NDArray[Any]]) -> Floats:
    """When the same customer first came with the same topic after a case's closing; NaN: not, or not known."""
    arrival, closing = columns["arrival"], columns["closing"]
    told = (columns["customer"] >= 0) & (columns["topic"] >= 0) & np.isfinite(arrival)
    found = np.full(len(arrival), np.nan)
    rows = np.flatnonzero(told)
    if not len(rows):
        return found
    pair = columns["customer"][rows] * (columns["topic"].max() + 1) + columns["topic"][rows]
    group = np.unique(pair, return_inverse=True)[1].astype(np.int64)
    first = arrival[rows].min()
    came, left = (_milliseconds(times[rows] - first) for times in (arrival, closing))
    # One whole number sorts by group, then by time: groups lie further apart than any two times.
    apart = int(max(came.max(), left.max())) + 2
    order = np.argsort(group * apart + came, kind="stable")
    keys = (group * apart + came)[order]
    at = np.minimum(np.searchsorted(keys, group * apart + left, side="right"), len(keys) - 1)
    following = order[at]
    same = (group[following] == group) & (came[following] > left) & np.isfinite(closing[rows])
    found[rows] = np.where(same, arrival[rows][following], np.nan)
    return found


def _milliseconds(hours: Floats) -> Ints:
    return np.floor(np.nan_to_num(np.clip(hours, -1e7, 1e7)) * 3.6e6).astype(np.int64)
