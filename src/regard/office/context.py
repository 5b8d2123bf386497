"""What every template may ask of the office."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from regard.office.queries.people import demo_staff
from regard.office.roles import Role

WHAT_THEY_SEE = {
    Role.FRONT_LINE: "Customers, their cases, and what is due today.",
    Role.SUPERVISOR: "The unit's work, promises and response times.",
    Role.GOAL_OWNER: "How well the office serves, in figures that open.",
    Role.CONTRACT_MANAGER: "Figures of the services that a contractor performs.",
    Role.RECORDS_OFFICER: "Who did what and who opened what, and proof that nobody changed it.",
    Role.ANALYST: "Imports, measures, and the rows behind every figure.",
    Role.ADMINISTRATOR: "Units, people, services and opening hours.",
}


@dataclass(frozen=True)
class Entry:
    """A role that the sign-in page of the demo office offers."""

    id: int
    name: str
    role: str
    what_they_see: str


def demo_entries(_request: HttpRequest) -> dict[str, Any]:
    """`demo_staff` for the sign-in page: read only when a template asks; empty where there is no demo office."""
    return {"demo_staff": SimpleLazyObject(_entries)}


def _entries() -> list[Entry]:
    entries = []
    for staff in demo_staff():
        role = next((role for role in Role if role in staff.roles), None)
        if role is not None:
            entries.append(Entry(staff.pk, staff.name, role.label, WHAT_THEY_SEE[role]))
    return sorted(entries, key=lambda entry: list(Role.labels).index(entry.role))
