"""By when something is due, on the calendar of the unit that does it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from regard.desk.lifecycle import CaseState
from regard.office.calendar import NeverOpenError, OpenSeconds
from regard.office.models import Clock, Service, Standard, Unit
from regard.office.queries import clock_of_unit, due_time, standard_at, standard_due

Pause = tuple[datetime, datetime]


def in_working_days(unit: Unit, after: datetime, days: int = 1) -> datetime:
    """Close of business so many working days after an instant; as many calendar days where nobody ever opens."""
    try:
        return clock_of_unit(unit).add_working_days(after, days)
    except NeverOpenError:
        return after + timedelta(days=days)


def first_answer_due(service: Service | None, unit: Unit, received_at: datetime, now: datetime) -> datetime:
    """When the first answer is due: by the service's standard, else by the end of the next working day.

    Never in the past: a letter that arrived weeks ago is answered by the next working day.
    """
    due = standard_due(service, received_at, stage=Standard.Stage.FIRST_ANSWER.value, unit=unit)
    return due if due is not None and due > now else in_working_days(unit, now)


def resolve_due(
    service: Service | None, unit: Unit, received_at: datetime, pauses: Iterable[Pause] = ()
) -> datetime | None:
    """When the standard wants the case resolved: its time from arrival on, the pauses left out. None: no standard."""
    standard = standard_at(service, received_at) if service else None
    if standard is None:
        return None
    clock = clock_of_unit(unit)
    due = due_time(standard, received_at, clock)
    for pause in pauses:
        if due is not None and pause[0] < due:
            due = _later(standard, clock, due, pause)
    return due


def resolve_due_of(state: CaseState, service: Service | None, unit: Unit) -> datetime | None:
    """`resolve_due` of a folded case."""
    return resolve_due(service, unit, state.received_at, state.pauses) if state.received_at else None


def _later(standard: Standard, clock: OpenSeconds, due: datetime, pause: Pause) -> datetime | None:
    start, end = pause
    if standard.clock is Clock.ELAPSED:
        return due + (end - start)
    try:
        return clock.add_working(due, max(clock.working_seconds(start, end), 0))
    except NeverOpenError:
        return None
