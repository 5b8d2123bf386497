"""What customers may expect of a service at a time, and by when it is due."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from django.db.models import F, Q
from numpy.typing import ArrayLike, NDArray

from regard.office.calendar import NeverOpenError, OpenSeconds
from regard.office.models import Service, Standard, Unit
from regard.office.queries.calendars import clock_of_unit, clocks_of_units

RESOLVE = Standard.Stage.RESOLVE.value
_SECONDS = {Standard.MeasuredIn.HOURS: 3600, Standard.MeasuredIn.DAYS: 86_400, Standard.MeasuredIn.WORKING_HOURS: 3600}
_NEVER = np.datetime64("NaT", "us")


def standard_at(service: Service, received_at: datetime, stage: str = RESOLVE) -> Standard | None:
    """The standard of a stage that held on the day (in UTC) something was received; None when there was none."""
    day = received_at.astimezone(UTC).date()
    return (
        Standard.objects.filter(Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day))
        .filter(service=service, stage=stage)
        .order_by(F("valid_from").desc(nulls_last=True), "-pk")
        .first()
    )


def standard_due(
    service: Service | None, received_at: datetime, *, stage: str = RESOLVE, unit: Unit | None = None
) -> datetime | None:
    """By when the standard wants it, in UTC; None when there is no standard (which is not "on time").

    Working time is that of `unit` (who handles it), else of the service's own unit.
    """
    standard = service and standard_at(service, received_at, stage)
    if not service or not standard:
        return None
    return due_time(standard, received_at, clock_of_unit(unit or service.unit))


def due_time(standard: Standard, received_at: datetime, clock: OpenSeconds) -> datetime | None:
    """When the standard's time has passed; None when the calendar never opens that long."""
    amount = float(standard.amount)
    if standard.measured_in == Standard.MeasuredIn.DAYS:
        return received_at + timedelta(days=amount)
    if standard.measured_in == Standard.MeasuredIn.HOURS:
        return received_at + timedelta(hours=amount)
    try:
        if standard.measured_in == Standard.MeasuredIn.WORKING_DAYS:
            return clock.add_working_days(received_at, int(amount))
        return clock.add_working(received_at, amount * 3600)
    except NeverOpenError:
        return None


# --- many at once


def standards_today(service_ids: Iterable[int]) -> dict[int, dict[str, Standard]]:
    """The standards in force today, by service and stage. One query."""
    today = datetime.now(UTC).date()
    found = Standard.objects.filter(service__in=list(service_ids)).filter(
        Q(valid_from=None) | Q(valid_from__lte=today), Q(valid_to=None) | Q(valid_to__gte=today)
    )
    standing: dict[int, dict[str, Standard]] = {}
    for standard in found.order_by(F("valid_from").asc(nulls_first=True), "pk"):
        standing.setdefault(standard.service_id, {})[standard.stage] = standard
    return standing


@dataclass(frozen=True)
class StandardAt:
    """A standard, as little as a look-up for many rows needs. Days are inclusive; None is without end."""

    service_id: int
    stage: str
    amount: float
    measured_in: str
    valid_from: date | None
    valid_to: date | None


def standards_at(service_ids: Iterable[int] | None = None, stage: str | None = None) -> list[StandardAt]:
    """Standards of these services (all when None), oldest first. One query."""
    found = Standard.objects.order_by("service_id", F("valid_from").asc(nulls_first=True), "pk")
    if service_ids is not None:
        found = found.filter(service__in=set(service_ids))
    if stage is not None:
        found = found.filter(stage=stage)
    rows = found.values_list("service_id", "stage", "amount", "measured_in", "valid_from", "valid_to")
    return [StandardAt(s, st, float(a), m, f, t) for s, st, a, m, f, t in rows]


def due_times(
    service_ids: ArrayLike, unit_ids: ArrayLike, received_at: ArrayLike, *, stage: str = RESOLVE
) -> NDArray[np.datetime64]:
    """`standard_due` for many rows: by when each is due, as datetime64[us] in UTC; NaT without a standard.

    `service_ids` and `unit_ids` are int64 (0 or negative: none), `received_at` datetime64 in UTC; alike in length.
    Four queries, whatever the number of rows.
    """
    services = np.asarray(service_ids, np.int64)
    units = np.asarray(unit_ids, np.int64)
    received = np.asarray(received_at, "datetime64[us]")
    if not services.shape == units.shape == received.shape:
        raise ValueError(f"Services, units and times differ in length: {services.size}, {units.size}, {received.size}.")
    due = np.full(received.shape, _NEVER, "datetime64[us]")
    standards = standards_at(np.unique(services[services > 0]).tolist(), stage)
    if not standards:
        return due
    clocks = clocks_of_units(np.unique(units[units > 0]).tolist())
    order = np.argsort(services, kind="stable")
    ordered = services[order]
    for standard in standards:
        low, high = np.searchsorted(ordered, [standard.service_id, standard.service_id + 1])
        rows = order[low:high]
        rows = rows[_in_force(standard, received[rows]) & ~np.isnat(received[rows])]
        due[rows] = _due(standard, units[rows], received[rows], clocks)
    return due


def _in_force(standard: StandardAt, received: NDArray[np.datetime64]) -> NDArray[np.bool_]:
    days = received.astype("datetime64[D]")
    held = np.ones(days.shape, bool)
    if standard.valid_from:
        held &= days >= np.datetime64(standard.valid_from)
    if standard.valid_to:
        held &= days <= np.datetime64(standard.valid_to)
    return held


def _due(
    standard: StandardAt, units: NDArray[np.int64], received: NDArray[np.datetime64], clocks: dict[int, OpenSeconds]
) -> NDArray[np.datetime64]:
    measured = Standard.MeasuredIn(standard.measured_in)
    if measured in (Standard.MeasuredIn.DAYS, Standard.MeasuredIn.HOURS):
        return received + np.timedelta64(round(standard.amount * _SECONDS[measured] * 1e6), "us")
    due = np.full(received.shape, _NEVER, "datetime64[us]")
    for unit in np.unique(units):
        clock = clocks.get(int(unit))
        if clock is None:
            continue
        mine = units == unit
        if measured == Standard.MeasuredIn.WORKING_DAYS:
            due[mine] = clock.due_days(received[mine], int(standard.amount))
        else:
            due[mine] = clock.due_times(received[mine], standard.amount * _SECONDS[measured])
    return due


def as_datetimes(due: Sequence[np.datetime64] | NDArray[np.datetime64]) -> list[datetime | None]:
    """Aware datetimes in UTC, None for NaT: for rows that go into the database."""
    told = np.asarray(due, "datetime64[us]").astype(object)
    return [None if when is None else when.replace(tzinfo=UTC) for when in told.tolist()]
