"""Where somebody starts their day."""

from django.urls import NoReverseMatch, reverse

from regard.office.models import Staff
from regard.office.roles import Role

#: The pages that fit each role, best first. A page whose room is not there yet is passed over.
PAGES: dict[str, tuple[str, ...]] = {
    Role.FRONT_LINE: ("desk-today",),
    Role.SUPERVISOR: ("desk-today",),
    Role.GOAL_OWNER: ("measures-dashboard", "measures-catalogue"),
    Role.CONTRACT_MANAGER: ("measures-dashboard", "measures-catalogue"),
    Role.RECORDS_OFFICER: ("records-audit",),
    Role.ANALYST: ("measures-catalogue", "measures-dashboard"),
    Role.ADMINISTRATOR: ("office-overview",),
}
NO_ROLE = "office-no-role"


def landing_page(staff: Staff) -> str:
    """The address of the page that fits somebody's roles; of several roles the first in the order of `Role`."""
    for role, names in PAGES.items():
        if staff.has_role(role):
            for name in names:
                try:
                    return reverse(name)
                except NoReverseMatch:
                    continue
    return reverse(NO_ROLE)
