"""An office, simulated: arrivals with seasons, people with a queue, closings, pauses, surveys, complaints.

Honest by itself, with the things that make honest figures move (drift, seasons, a rush to the deadline, sloppy
stamps, holidays, new staff). `simulate_gamers` changes its last quarters as somebody would who is after a figure.
Seeded: the same office and seed are the same cases. Times in hours from the start of the first quarter.
"""

import heapq
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .checks.asking import QUARTER
from .checks.cases import Cases, End, Floats, Pauses

DAY, FOLLOW_UP = 24.0, 21 * 24.0
TOPICS, CHANNELS = 12, 4
BUSY = 0.85  # share of their time that people handle cases
SERVICE = 0.5  # hours of handling a case
ENDS = {
    End.ANSWERED: 0.88,
    End.EXEMPT: 0.04,
    End.CANCELLED: 0.03,
    End.MERGED: 0.02,
    End.WITHDRAWN: 0.019,
    End.TRANSFERRED: 0.01,
    End.GONE: 0.001,
}


@dataclass(frozen=True, slots=True)
class Office:
    """What the office is like. `breaches` is the share beyond `limit` in the first quarter; per quarter for rates.

    drift: change of the log of handling times a quarter; season: half the swing of arrivals over a year; rush: share
    of cases a little late that are finished just in time, in the last quarter; sloppy: share of closings stamped at
    the end of the day; holidays: two weeks a year closed; new_staff: share of people new in the last quarter;
    invited: share of answered cases surveyed; staff: people, None for as many as keeps them 85 % busy;
    people_differ: spread of the log of their speed, 0 to compare numbers of people; latency_scale: as of another
    `World`, to change staff and leave all else alike, None to meet `breaches`.
    """

    per_quarter: int = 5000
    quarters: int = 5
    limit: float = 40.0
    breaches: float = 0.10
    drift: float = 0.0
    season: float = 0.15
    rush: float = 0.0
    sloppy: float = 0.0
    holidays: bool = False
    new_staff: float = 0.0
    invited: float = 0.4
    staff: int | None = None
    people_differ: float = 0.15
    latency_scale: float | None = None

    @property
    def end(self) -> float:
        return self.quarters * QUARTER

    @property
    def people(self) -> int:
        needed = max(1, math.ceil(self.per_quarter * SERVICE / QUARTER / BUSY * 4.2))
        return self.staff or needed


@dataclass(slots=True)
class World:
    """Everything that happened, before anybody looks: columns as in `Cases`, pauses, and what only the maker knows."""

    office: Office
    rng: np.random.Generator
    columns: dict[str, NDArray[Any]]
    pauses: dict[str, NDArray[Any]]
    waited_in_queue: Floats
    latency_scale: float
    changed: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))

    def __len__(self) -> int:
        return len(self.columns["arrival"])

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]

    def copy(self, seed: int) -> "World":
        columns = {name: values.copy() for name, values in self.columns.items()}
        pauses = {name: values.copy() for name, values in self.pauses.items()}
        rng = np.random.default_rng(seed)
        return World(
            self.office, rng, columns, pauses, self.waited_in_queue, self.latency_scale, np.zeros(len(self), bool)
        )

    def cases(self) -> Cases:
        """As the records show it three weeks after the last quarter."""
        until = self.office.end + FOLLOW_UP
        columns = {name: values.copy() for name, values in self.columns.items()}
        open_ = ~(columns["closing"] <= until)
        columns["closing"][open_] = np.nan
        columns["end"][open_ & (columns["end"] != End.GONE)] = End.OPEN
        for name in ("reopened_at", "recontact_at"):
            columns[name][~(columns[name] <= until)] = np.nan
        pauses = Pauses(self.pauses["case"], self.pauses["start"], self.pauses["asked"], self.pauses["by_staff"])
        return Cases.of(pauses, until, **columns)


def simulate(office: Office, seed: int) -> World:
    """One office over all its quarters."""
    rng = np.random.default_rng(seed)
    arrival, origin = _arrivals(office, rng)
    n = len(arrival)
    # Nights off would need a calendar; people here work a quarter of each hour instead.
    handling = rng.gamma(4.0, SERVICE / 4, n) * 4
    wait, staff = _queue(arrival, handling, office.people)
    columns = _who_and_what(office, rng, arrival, origin)
    columns["staff"] = staff
    latency = _latency(office, rng, np.random.default_rng([seed, 1]), columns)
    scale = office.latency_scale
    if scale is None:
        scale = _scale(office, arrival, wait + handling, latency)
    elapsed = wait + handling + latency * scale
    elapsed = _rushed(office, rng, arrival, elapsed)
    columns["elapsed"] = elapsed
    pauses, stopped = _pauses(rng, elapsed)
    columns["closing"] = arrival + elapsed + stopped
    _holidays(office, rng, columns)
    _stamps(office, rng, columns)
    _afterwards(office, rng, columns)
    return World(office, rng, columns, pauses, wait, scale, np.zeros(n, bool))


def _arrivals(office: Office, rng: np.random.Generator) -> tuple[Floats, NDArray[np.int64]]:
    """When cases arrive, and which need each is about: some customers send the same twice."""
    hours = np.arange(0, office.end, 6.0)
    weekday = (np.floor(hours / DAY) % 7).astype(int)
    weight = np.array([1.2, 1.1, 1.0, 1.0, 0.9, 0.4, 0.3])[weekday]
    weight = weight * (1 + office.season * np.sin(2 * np.pi * hours / (4 * QUARTER)))
    counts = rng.poisson(weight / weight.mean() * office.per_quarter * 6.0 / QUARTER)
    once = np.repeat(hours, counts) + rng.uniform(0, 6.0, int(counts.sum()))
    twice = np.flatnonzero(rng.random(len(once)) < 0.02)
    arrival = np.concatenate([once, once[twice] + rng.exponential(8.0, len(twice))])
    order = np.argsort(arrival)
    return arrival[order], np.concatenate([np.arange(len(once)), twice])[order]


def _queue(arrival: Floats, handling: Floats, people: int) -> tuple[Floats, NDArray[np.int64]]:
    """First come, first served by whoever is free first: hours waited, and by whom."""
    free = [(0.0, person) for person in range(people)]
    wait, by = [], []
    for at, takes in zip(arrival.tolist(), handling.tolist(), strict=True):
        ready, person = free[0]
        start = max(at, ready)
        wait.append(start - at)
        by.append(person)
        heapq.heapreplace(free, (start + takes, person))
    return np.array(wait), np.array(by, np.int64)


def _who_and_what(
    office: Office, rng: np.random.Generator, arrival: Floats, origin: NDArray[np.int64]
) -> dict[str, NDArray[Any]]:
    n = len(arrival)
    customers = max(50, int(0.8 * office.per_quarter))
    customer = (customers * rng.beta(0.9, 1.3, n)).astype(np.int64)
    channel = rng.choice(CHANNELS, n, p=[0.45, 0.3, 0.15, 0.1])
    corrected = rng.random(n) < 0.005
    limit = np.full(n, office.limit)
    limit[rng.random(n) < 0.02] = np.nan
    return {
        "arrival": arrival,
        "customer": customer[origin],
        "need": origin,
        "topic": rng.choice(TOPICS, n, p=np.arange(TOPICS, 0, -1) / (TOPICS * (TOPICS + 1) / 2)),
        "channel": channel,
        "first_channel": np.where(corrected, (channel + 1) % CHANNELS, channel),
        "end": rng.choice([int(end) for end in ENDS], n, p=list(ENDS.values())),
        "limit": limit,
    }


def _latency(
    office: Office, rng: np.random.Generator, people: np.random.Generator, columns: dict[str, NDArray[Any]]
) -> Floats:
    """Hours in which a case waits for something else than a free pair of hands."""
    n = len(columns["arrival"])
    quarter = columns["arrival"] / QUARTER
    topic = np.exp(rng.normal(0, 0.25, TOPICS))[columns["topic"]]
    channel = np.array([0.9, 1.0, 1.1, 1.3])[columns["channel"]]
    # Drawn apart: two more people must not change what happens to everybody.
    person = np.exp(people.normal(0, office.people_differ, office.people))
    person_now = person.copy()
    person_now[people.random(office.people) < office.new_staff] *= 1.4
    last = quarter >= office.quarters - 1
    by = np.where(last, person_now[columns["staff"]], person[columns["staff"]])
    wander = np.exp(np.cumsum(rng.normal(0, 0.02, office.quarters + 1)))[quarter.astype(int)]
    return np.exp(rng.normal(0, 0.75, n) + office.drift * quarter) * topic * channel * by * wander


def _scale(office: Office, arrival: Floats, fixed: Floats, latency: Floats) -> float:
    """What latency must be multiplied with so that the share of breaches is met in the first quarter."""
    first = arrival < QUARTER
    if not first.any():
        return 1.0
    low, high = 0.0, 1000.0
    for _ in range(40):
        middle = (low + high) / 2
        late = (fixed[first] + middle * latency[first] > office.limit).mean()
        low, high = (middle, high) if late < office.breaches else (low, middle)
    return low


def _rushed(office: Office, rng: np.random.Generator, arrival: Floats, elapsed: Floats) -> Floats:
    """Real work, done in time because the deadline is near: no worse than other work."""
    if not office.rush:
        return elapsed
    nearly = (elapsed > office.limit) & (elapsed < 1.4 * office.limit) & (arrival >= office.end - QUARTER)
    chosen = nearly & (rng.random(len(elapsed)) < office.rush)
    return np.where(chosen, office.limit - np.minimum(rng.exponential(1.5, len(elapsed)), 8.0), elapsed)


def _pauses(rng: np.random.Generator, elapsed: Floats) -> tuple[dict[str, NDArray[Any]], Floats]:
    """A question to the customer comes at any hour alike, and stops the clock until it is answered."""
    start = rng.exponential(150.0, len(elapsed))
    rows = np.flatnonzero(start < elapsed)
    stopped = np.zeros(len(elapsed))
    stopped[rows] = rng.lognormal(3.0, 0.8, len(rows))
    asked, by_staff = rng.random(len(rows)) < 0.92, rng.random(len(rows)) < 0.05
    return {"case": rows, "start": start[rows], "asked": asked, "by_staff": by_staff}, stopped


def _holidays(office: Office, rng: np.random.Generator, columns: dict[str, NDArray[Any]]) -> None:
    """Two weeks in which nothing is closed; what was due is closed over the ten days after."""
    if not office.holidays:
        return
    closing = columns["closing"]
    for year in range(math.ceil(office.quarters / 4) + 1):
        start = (4 * year + 0.5) * QUARTER
        shut = (closing >= start) & (closing < start + 14 * DAY)
        back = start + 14 * DAY + rng.uniform(0, 10 * DAY, len(closing))
        columns["elapsed"] = np.where(shut, columns["elapsed"] + back - closing, columns["elapsed"])
        closing = np.where(shut, back, closing)
    columns["closing"] = closing


def _stamps(office: Office, rng: np.random.Generator, columns: dict[str, NDArray[Any]]) -> None:
    """Closings typed in at five in the afternoon, or the next day at that time."""
    late = rng.random(len(columns["closing"])) < office.sloppy
    day = np.floor(columns["closing"] / DAY) * DAY + 17
    evening = np.where(day >= columns["closing"], day, day + DAY)
    columns["elapsed"] = np.where(late, columns["elapsed"] + evening - columns["closing"], columns["elapsed"])
    columns["closing"] = np.where(late, evening, columns["closing"])


def _afterwards(office: Office, rng: np.random.Generator, columns: dict[str, NDArray[Any]]) -> None:
    """Who comes back, what customers say, and what the office reports."""
    n, closing, elapsed, limit = (len(columns["arrival"]), columns["closing"], columns["elapsed"], columns["limit"])
    used = np.minimum(elapsed / office.limit, 2.5)
    back = rng.random(n) < 1 / (1 + np.exp(2.6 - 0.3 * used))
    reopened = back & (rng.random(n) < 0.4)
    after = closing + rng.exponential(96.0, n)
    columns["reopened_at"] = np.where(reopened, after, np.nan)
    columns["recontact_at"] = np.where(back & ~reopened, after, np.nan)
    answered = columns["end"] == End.ANSWERED
    columns["auto"] = (answered & (rng.random(n) < 0.03)).astype(np.int64)
    columns["invited"] = np.where(answered, rng.random(n) < office.invited, -1).astype(np.int64)
    score = np.clip(np.round(4.6 - 0.5 * used - 1.0 * (used > 1) - 0.8 * back + rng.normal(0, 0.8, n)), 1, 5)
    columns["score"] = np.where((columns["invited"] == 1) & (rng.random(n) < 0.35), score, np.nan)
    opened = rng.random(n) < 0.05 + 0.12 * (used > 1)
    columns["complaint_started"] = opened.astype(np.int64)
    columns["complaint_sent"] = (opened & (rng.random(n) < 0.8)).astype(np.int64)
    columns["complaint_outside"] = (rng.random(n) < 0.006).astype(np.int64)
    promised = columns["arrival"] + rng.uniform(24, 72, n)
    promised[np.isnan(limit)] = np.nan
    moved = rng.random(n) < 0.03
    slack = np.fmin(promised, closing) - columns["arrival"]
    when = columns["arrival"] + slack * rng.uniform(0.1, 1.0, n) + np.where(rng.random(n) < 0.05, 30.0, 0.0)
    columns["promised_first"] = promised
    columns["promised"] = np.where(moved, promised + rng.uniform(12, 72, n), promised)
    columns["promise_moved_at"] = np.where(moved & np.isfinite(promised), when, np.nan)
    met = np.where(np.isnan(limit), rng.random(n) < 0.3, elapsed <= limit)
    columns["counted_met"] = met.astype(np.int64)
