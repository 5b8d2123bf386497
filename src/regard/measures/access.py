"""Whose facts somebody may be shown: every figure is computed within a scope, and there is none without."""

from dataclasses import dataclass
from typing import Self

from regard.office.access import unit_ids_seen_by
from regard.office.models import Staff


@dataclass(frozen=True)
class Scope:
    """The units whose facts count; None is every unit of every office, for an operator at the command line."""

    units: tuple[int, ...] | None

    @classmethod
    def everything(cls) -> Self:
        return cls(None)


def scope_of(staff: Staff) -> Scope:
    """The units this person may see: nothing without a role or a unit."""
    return Scope(tuple(sorted(unit_ids_seen_by(staff))))
