"""Who may see which customers."""

from django.db import connection
from django.db.models import QuerySet
from django.http import Http404

from regard.customers.models import Customer
from regard.office.access import may, office_id_of
from regard.office.models import Staff
from regard.office.roles import Role

#: Roles that may look up customers at all.
LOOK_UP = (
    Role.FRONT_LINE,
    Role.SUPERVISOR,
    Role.CONTRACT_MANAGER,
    Role.RECORDS_OFFICER,
    Role.ANALYST,
    Role.ADMINISTRATOR,
)
#: Roles that may see a restricted customer.
SEE_RESTRICTED = (Role.SUPERVISOR, Role.RECORDS_OFFICER)


def customers_seen_by(staff: Staff) -> QuerySet[Customer]:
    """Customers of the person's own office. Restricted ones only for those who answer for them."""
    office = office_id_of(staff)
    if office is None or not may(staff, *LOOK_UP):
        return Customer.objects.none()
    found = Customer.objects.filter(office_id=office)
    return found if may(staff, *SEE_RESTRICTED) else found.filter(restricted=False)


#: Follows merges from one customer to the one that stands. The path remembers its way, so a circle ends it.
_STANDS = """
WITH RECURSIVE way(id, next, path) AS (
    SELECT id, merged_into_id, ARRAY[id] FROM customers_customer WHERE id = %s
    UNION ALL
    SELECT c.id, c.merged_into_id, path || c.id FROM way JOIN customers_customer c ON c.id = way.next
    WHERE c.id <> ALL(path)
) SELECT id FROM way WHERE next IS NULL
"""


def standing_id(pk: int) -> int | None:
    """The customer that stands for this one by now, after any number of merges; None when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDS, [pk])
        row = cursor.fetchone()
    return row[0] if row else None


def standing_for(staff: Staff, customer: Customer) -> Customer | None:
    """The customer that stands for this one by now, when the person may see it."""
    pk = standing_id(customer.pk)
    return customers_seen_by(staff).filter(pk=pk).first() if pk is not None else None


def get_customer_for(staff: Staff, number: str) -> Customer:
    """The customer with this number, or Http404. A merged customer leads to the one that stands for it."""
    found = None
    if number[:1].upper() == "K" and number[1:].isdigit() and len(number) <= 19:
        found = customers_seen_by(staff).filter(pk=int(number[1:])).first()
    if found is not None and found.merged_into_id is not None:
        found = standing_for(staff, found)
    if found is None:
        raise Http404("There is no customer with this number.")
    return found


#: Roles that decide who is who.
REVIEW = (Role.SUPERVISOR, Role.ANALYST, Role.ADMINISTRATOR)
#: Roles that answer a customer who asks what is held of them.
ANSWER_SUBJECT = (Role.RECORDS_OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR)
#: Roles that say how far a source is trusted.
SET_TRUST = (Role.ANALYST, Role.ADMINISTRATOR)
