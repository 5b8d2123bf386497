"""The roles of an office. What each may do is declared at the views and actions; this is only the list."""

from django.db import models


class Role(models.TextChoices):
    FRONT_LINE = "front_line", "Front-line officer"
    SUPERVISOR = "supervisor", "Supervisor"
    GOAL_OWNER = "goal_owner", "Goal owner"
    CONTRACT_MANAGER = "contract_manager", "Contract manager"
    RECORDS_OFFICER = "records_officer", "Records officer"
    ANALYST = "analyst", "Analyst"
    ADMINISTRATOR = "administrator", "Administrator"


#: Roles that deal with customers and their cases.
DESK_ROLES = (Role.FRONT_LINE, Role.SUPERVISOR, Role.CONTRACT_MANAGER)
#: Every role: any member of staff with at least one.
ANY_ROLE = tuple(Role)
