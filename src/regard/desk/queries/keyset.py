"""Pages of a long list that cost the same however deep: each starts from the last row of the one before.

Rows are ordered by one time and, within it, by id; rows without that time come last, whichever way the rest runs.
`regard.lib.keyset` pages a plain list; this one knows rows without a time, and lists put together from parts that
each have an index of their own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from django.db.models import Q, QuerySet

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TOKEN = re.compile(r"^(none|-?\d{1,18})\.(\d{1,18})$")


@dataclass(frozen=True)
class Order:
    """By which column rows stand, and which way."""

    column: str
    descending: bool = False
    nullable: bool = False


@dataclass(frozen=True)
class Place:
    """Where a row stands in an order."""

    value: datetime | None
    id: int

    @property
    def token(self) -> str:
        """The place as it stands in an address."""
        micros = "none" if self.value is None else str((self.value - _EPOCH) // timedelta(microseconds=1))
        return f"{micros}.{self.id}"

    @classmethod
    def of_token(cls, token: str | None) -> Self | None:
        """The place of a token; None for none, and for one that somebody made up."""
        found = _TOKEN.match(token or "")
        if not found:
            return None
        try:
            value = None if found[1] == "none" else _EPOCH + timedelta(microseconds=int(found[1]))
        except OverflowError:
            return None
        return cls(value, int(found[2]))


@dataclass(frozen=True)
class Slice:
    """One page: places in the order of the list, and whether there are more on either side."""

    places: list[Place]
    newer: bool
    older: bool


def take(
    branches: Sequence[QuerySet], order: Order, size: int, *, after: Place | None = None, before: Place | None = None
) -> Slice:
    """The page after (or before) a place. `branches` are disjoint parts of the list that each have their own index."""
    backwards = before is not None and after is None
    start = before if backwards else after
    found: list[Place] = []
    for branch in branches:
        found += _first(branch, order, size + 1, start, backwards=backwards)
    found.sort(key=lambda place: _position(place, order), reverse=backwards)
    more, found = len(found) > size, found[:size]
    if backwards:
        return Slice(found[::-1], newer=more, older=True)
    return Slice(found, newer=start is not None, older=more)


def _first(branch: QuerySet, order: Order, size: int, start: Place | None, *, backwards: bool) -> list[Place]:
    found: list[Place] = []
    for condition, ordering in _segments(order, start, backwards=backwards):
        rows = branch.filter(condition).order_by(*ordering).values_list(order.column, "id")[: size - len(found)]
        found += [Place(value, pk) for value, pk in rows]
        if len(found) >= size:
            break
    return found


def _segments(order: Order, start: Place | None, *, backwards: bool) -> list[tuple[Q, tuple[str, ...]]]:
    """The ranges of an index to read, in turn. A range never mixes rows with and without the time."""
    down = order.descending != backwards
    sign = "-" if down else ""
    ordering = (f"{sign}{order.column}", f"{sign}id")
    told, untold = Q(**{f"{order.column}__isnull": False}), Q(**{f"{order.column}__isnull": True})
    untold_part = untold & _beyond_id(start, down=down) if start and start.value is None else untold
    told_part = told & _beyond(start, order.column, down=down) if start and start.value is not None else told
    if not order.nullable:
        told_part = _beyond(start, order.column, down=down) if start and start.value is not None else Q()
        return [(told_part, ordering)]
    if backwards:
        from_untold = start is None or start.value is None
        return [(untold_part, (f"{sign}id",)), (told, ordering)] if from_untold else [(told_part, ordering)]
    if start is not None and start.value is None:
        return [(untold_part, (f"{sign}id",))]
    return [(told_part, ordering), (untold, (f"{sign}id",))]


def _beyond(start: Place, column: str, *, down: bool) -> Q:
    far, past = ("lte", "lt") if down else ("gte", "gt")
    # The first condition is the range of the index; the second drops the rows of the same instant before the place.
    return Q(**{f"{column}__{far}": start.value}) & (
        Q(**{f"{column}__{past}": start.value}) | _beyond_id(start, down=down)
    )


def _beyond_id(start: Place, *, down: bool) -> Q:
    return Q(id__lt=start.id) if down else Q(id__gt=start.id)


def _position(place: Place, order: Order) -> tuple[bool, float, int]:
    """Sorts places as the list does: those without a time last."""
    sign = -1 if order.descending else 1
    micros = 0 if place.value is None else (place.value - _EPOCH) // timedelta(microseconds=1)
    return (place.value is None, sign * micros, sign * place.id)
