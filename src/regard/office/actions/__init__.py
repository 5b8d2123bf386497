"""Every change of what the office is: its units, people, services, calendars and silos.

Each action is keyword-only, atomic and audited. One that breaks a rule of the office raises Django's
`ValidationError`, with messages in plain words, under the name of the field at fault where there is one.
"""

from .calendars import declare_holiday, give_calendar, make_calendar, new_calendar_version
from .importing import Ensured, ensure_own_silo, ensure_services_and_units, ensure_silo
from .invitations import Invitation, send_password_link
from .loading import Loaded, load_office, read_office
from .offices import make_office
from .services import change_service, make_service, set_standard
from .staff import change_staff, deactivate_staff, make_staff, note_sign_in, reactivate_staff, set_password, set_roles
from .units import change_unit, give_lead, make_unit

__all__ = [
    "Ensured",
    "Invitation",
    "Loaded",
    "change_service",
    "change_staff",
    "change_unit",
    "deactivate_staff",
    "declare_holiday",
    "ensure_own_silo",
    "ensure_services_and_units",
    "ensure_silo",
    "give_calendar",
    "give_lead",
    "load_office",
    "make_calendar",
    "make_office",
    "make_service",
    "make_staff",
    "make_unit",
    "new_calendar_version",
    "note_sign_in",
    "reactivate_staff",
    "read_office",
    "send_password_link",
    "set_password",
    "set_roles",
    "set_standard",
]
