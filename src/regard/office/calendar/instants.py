"""Instants as int64 microseconds since 1970 in UTC, the unit every table is kept in."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray

Micros = NDArray[np.int64]
Seconds = NDArray[np.float64]

# Stamps outside these years are mistakes of a silo (0001-01-01, 9999-12-31), never times of real work.
FIRST_YEAR, LAST_YEAR = 1900, 2199

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1).toordinal()
MICRO = timedelta(microseconds=1)
SECOND = 1_000_000
DAY = 86_400 * SECOND
MISSING = int(np.iinfo(np.int64).min)  # how numpy stores NaT


def year_start(year: int) -> int:
    """The instant at which a UTC year begins."""
    return (date(year, 1, 1).toordinal() - EPOCH_DAY) * DAY


LOWEST, HIGHEST = year_start(FIRST_YEAR), year_start(LAST_YEAR + 1)


def in_range(stamps: Micros) -> NDArray[np.bool_]:
    """Which stamps are present and lie in the years FIRST_YEAR..LAST_YEAR."""
    return (stamps >= LOWEST) & (stamps < HIGHEST)


def stamp_of(instant: datetime) -> int:
    """One aware instant as a stamp. Raises ValueError when naive."""
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise ValueError(f"The instant {instant} has no time zone: say which moment is meant.")
    return (instant - EPOCH) // MICRO


def told_stamp(instant: datetime) -> int:
    """As `stamp_of`; raises ValueError when outside FIRST_YEAR..LAST_YEAR too."""
    stamp = stamp_of(instant)
    if not LOWEST <= stamp < HIGHEST:
        raise ValueError(f"The instant {instant} lies outside the years {FIRST_YEAR} to {LAST_YEAR}.")
    return stamp


def instant_of(stamp: int) -> datetime:
    """A stamp as an aware datetime in UTC."""
    return EPOCH + int(stamp) * MICRO


def stamps_of(instants: ArrayLike) -> Micros:
    """Many instants as stamps: datetime64 (UTC), int64 microseconds, or aware datetimes with None for missing.

    Raises TypeError for anything else (floats, text), ValueError for a naive datetime.
    """
    array = np.asarray(instants)
    if array.dtype.kind == "M":
        return array.astype("datetime64[us]", copy=False).view(np.int64)
    if array.dtype == np.int64:
        return array
    if array.size == 0:
        return np.zeros(array.shape, np.int64)
    if array.dtype == object:
        flat = [MISSING if instant is None else stamp_of(instant) for instant in array.reshape(-1)]
        return np.array(flat, np.int64).reshape(array.shape)
    raise TypeError(f"Instants must be datetime64 (UTC), int64 microseconds or aware datetimes, not {array.dtype}.")
