"""Who can take a case."""

from django.db.models import Q

from regard.desk.models import Case
from regard.office.access import unit_ids_seen_by
from regard.office.models import Staff, Unit
from regard.office.roles import Role


def who_leads(unit: Unit) -> Staff | None:
    """Who answers for a unit: its lead, else a supervisor of it, else the same of the units above. Two queries."""
    above = [int(part) for part in unit.path.strip("/").split("/") if part][::-1]
    leads = {u.pk: u.lead_id for u in Unit.objects.filter(pk__in=above).only("lead_id")}
    people = Staff.objects.filter(is_active=True).exclude(roles=[])
    wanted = Q(pk__in=[lead for lead in leads.values() if lead]) | Q(
        unit__in=above, roles__contains=[Role.SUPERVISOR.value]
    )
    found = list(people.filter(wanted).order_by("name", "pk"))
    for place in above:
        lead = next((p for p in found if p.pk == leads.get(place)), None)
        chosen = lead or next((p for p in found if p.unit_id == place and p.has_role(Role.SUPERVISOR)), None)
        if chosen:
            return chosen
    return None


def may_own(person: Staff, unit: Unit) -> bool:
    """Whether a person can be given a case of this unit: active, with a role, of the same office."""
    return bool(person.is_active and person.roles and person.unit and person.unit.office_id == unit.office_id)


def sees(person: Staff, case: Case) -> bool:
    """Whether a person (still) sees a case, without asking the database for the case again."""
    return case.unit_id in unit_ids_seen_by(person) or person.pk in (case.owner_id, case.next_step_owner_id)
