"""How far an import is, in words: phase, rate and time left. Pure."""

from dataclasses import dataclass
from datetime import datetime

from regard.ui.wording import duration, number, plural


@dataclass(frozen=True, slots=True)
class Stand:
    """What is known of a run that is at work: `done` of the `steps` of the present phase, rows of the file, and of
    what is to be loaded (`planned`, None before that is known) how much is."""

    phase: str
    done: int
    steps: int
    phase_since: datetime | None
    rows: int | None
    loaded: int
    planned: int | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Progress:
    """The bar (value of limit; no limit: it cannot be told) and the words beside it."""

    value: int | None
    limit: int | None
    words: str


def progress_of(stand: Stand, now: datetime) -> Progress:
    """The progress of a run at `now`.

    The time left is that of the present phase: phases differ too much for one rate to foretell the next.
    """
    if stand.since is None:
        return Progress(None, None, "Waiting for its turn. Another import of this source may be running.")
    parts = [stand.phase or "Starting"]
    if stand.planned:
        parts.append(f"{number(stand.loaded)} of {number(stand.planned)} loaded")
        seconds = (now - stand.since).total_seconds()
        if seconds >= 1 and stand.loaded:
            parts.append(f"{number(stand.loaded / seconds)} a second since the start")
    elif stand.rows is not None:
        parts.append(plural(stand.rows, "row"))
    left = _left(stand, now)
    parts.append(f"about {duration(left)} left in this step" if left is not None else _running(stand, now))
    return Progress(stand.done if stand.steps else None, stand.steps or None, ", ".join(parts))


def _left(stand: Stand, now: datetime) -> float | None:
    if not stand.steps or not stand.done or stand.phase_since is None:
        return None
    spent = (now - stand.phase_since).total_seconds()
    return max(1.0, spent * (stand.steps - stand.done) / stand.done)


def _running(stand: Stand, now: datetime) -> str:
    since = stand.phase_since or stand.since
    return f"for {duration(max(0.0, (now - since).total_seconds()))}" if since is not None else ""
