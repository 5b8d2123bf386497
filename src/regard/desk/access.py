"""The only way to a case, a contact or a list of them on somebody's behalf."""

from django.db.models import Q, QuerySet
from django.http import Http404

from regard.customers.access import SEE_RESTRICTED, get_customer_for
from regard.customers.models import Customer
from regard.desk.models import OPEN_STATES, Case, Contact, SavedFilter
from regard.office.access import may, unit_ids_seen_by
from regard.office.models import Staff

ROW = ("unit", "service", "owner", "next_step_owner", "customer", "silo")


def reach(staff: Staff) -> Q:
    """Cases of the person's unit and below. The larger part of what they see, and one that indexes can serve."""
    return Q(unit__in=unit_ids_seen_by(staff))


def elsewhere(staff: Staff) -> Q:
    """Open cases outside `reach` that this person owns or has the next step of."""
    if not unit_ids_seen_by(staff):
        return Q(pk__in=[])
    mine = Q(owner=staff) | Q(next_step_owner=staff)
    return mine & Q(state__in=OPEN_STATES) & ~Q(unit__in=unit_ids_seen_by(staff))


def cases_seen_by(staff: Staff) -> QuerySet[Case]:
    """Every case this person may open, for looking one up. Lists take `reach` and `elsewhere` apart, for speed."""
    if not unit_ids_seen_by(staff):
        return Case.objects.none()
    return Case.objects.filter(reach(staff) | Q(owner=staff) | Q(next_step_owner=staff))


def number_to_id(number: str) -> int | None:
    """The id behind a case number as people write it: C0001234, c1234, 1234. None when it is no such number."""
    digits = number.strip().removeprefix("#").removeprefix("C").removeprefix("c")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 15 else None


def get_case_for(staff: Staff, number: str) -> Case:
    """The case of this number. Raises Http404 when there is none, or none that this person may see."""
    found = find_case_for(staff, number)
    if found is None:
        raise Http404("There is no such case, or it belongs to a unit you do not work for.")
    return found


def find_case_for(staff: Staff, number: str) -> Case | None:
    """The case of this number; None when there is none, or none that this person may see."""
    pk = number_to_id(number)
    return cases_seen_by(staff).filter(pk=pk).select_related(*ROW).first() if pk is not None else None


def contacts_seen_by(staff: Staff) -> QuerySet[Contact]:
    """Contacts of the person's unit and below."""
    return Contact.objects.filter(unit__in=unit_ids_seen_by(staff))


def get_contact_for(staff: Staff, pk: int) -> Contact:
    """One contact. Raises Http404 when there is none, or none that this person may see."""
    found = contacts_seen_by(staff).filter(pk=pk).select_related("unit", "service", "customer", "case", "staff").first()
    if found is None:
        raise Http404("There is no such contact, or it belongs to a unit you do not work for.")
    return found


def find_customer_for(staff: Staff, number: str) -> Customer | None:
    """The customer of this number (K0001234) whom this person may see; None when there is none."""
    digits = number.strip().upper().removeprefix("K")
    if not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return get_customer_for(staff, f"K{digits}")
    except Http404:
        return None


def hides_customer(staff: Staff, customer: Customer | None) -> bool:
    """Whether a case must not tell this person who its customer is."""
    return customer is not None and customer.restricted and not may(staff, *SEE_RESTRICTED)


def get_filter_for(staff: Staff, pk: int) -> SavedFilter:
    """One of the person's own saved filters. Raises Http404 for anybody else's."""
    found = SavedFilter.objects.filter(staff=staff, pk=pk).first()
    if found is None:
        raise Http404("There is no such saved filter of yours.")
    return found
