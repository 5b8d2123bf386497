"""Paging that does not slow down with depth: a page starts after a row, not after a number of rows.

An address carries the sort values of the row at the edge (`?after=` or `?before=`), so a page costs the same at
any depth and no row is shown twice or skipped when others come in meanwhile.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldError, ValidationError
from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows of one page in order, and the parameters that lead to its neighbours (empty at the ends)."""

    rows: list[Row]
    newer: str = ""  # value of ?before=
    older: str = ""  # value of ?after=


def page(queryset: QuerySet[Row], order: Sequence[str], parameters: Mapping[str, str], size: int = 50) -> Page[Row]:
    """The page that `parameters` (`after` or `before`) ask for; the first one when they make no sense.

    `order` names fields that are never null, the last of them unique: ("name", "id") or ("-at", "-id").
    One query.
    """
    backwards = bool(parameters.get("before"))
    told = parameters.get("before") or parameters.get("after") or ""
    wanted = [_turned(field) for field in order] if backwards else list(order)
    found = queryset.order_by(*wanted)
    edge = _read(told, len(order))
    if edge is None:
        backwards, found = False, queryset.order_by(*order)
        rows = list(found[: size + 1])
    else:
        try:
            rows = list(found.filter(_beyond(wanted, edge))[: size + 1])
        except (ValidationError, ValueError, TypeError, FieldError):  # an address that somebody made up
            return page(queryset, order, {}, size)
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([]) if edge is None else page(queryset, order, {}, size)
    before, after = _write(order, rows[0]), _write(order, rows[-1])
    if backwards:
        return Page(rows, newer=before if more else "", older=after)
    return Page(rows, newer=before if edge is not None else "", older=after if more else "")


def _turned(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"


def _beyond(order: Sequence[str], edge: Sequence[Any]) -> Q:
    """Rows after the edge. The first field's bound stands alone as well, so that an index can start from it."""
    found = Q()
    equal: dict[str, Any] = {}
    for field, value in zip(order, edge, strict=True):
        name, side = field.lstrip("-"), "lt" if field.startswith("-") else "gt"
        found |= Q(**equal, **{f"{name}__{side}": value})
        equal[name] = value
    first = order[0].lstrip("-")
    return Q(**{f"{first}__{'lte' if order[0].startswith('-') else 'gte'}": edge[0]}) & found


def _write(order: Sequence[str], row: Model) -> str:
    values = []
    for field in order:
        value: Any = row
        for part in field.lstrip("-").split("__"):
            value = getattr(value, part)
        values.append(value.isoformat() if isinstance(value, datetime | date) else value)
    text = json.dumps(values, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(told: str, length: int) -> list[Any] | None:
    try:
        values = json.loads(base64.urlsafe_b64decode(told + "=" * (-len(told) % 4)))
    except ValueError:
        return None
    plain = isinstance(values, list) and all(isinstance(value, str | int | float | bool) for value in values)
    return values if plain and len(values) == length else None
