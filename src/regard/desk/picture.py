"""What the desk adds to the picture of a customer: their cases and orders, their contacts, and what is still open.

Cases of other units of the office are one line, without text: colleagues should know that there is something going
on, and with whom, but not read it. Contacts of other units are not shown at all.
"""

from collections.abc import Sequence
from datetime import datetime
from heapq import merge

from django.db.models import Q, QuerySet
from django.urls import reverse

from regard.customers.timeline import Entry, Hit, OpenItem
from regard.desk.access import cases_seen_by, contacts_seen_by
from regard.desk.models import OPEN_STATES, Case, Contact, Outcome
from regard.desk.queries.listing import ids_of_number
from regard.desk.queries.people import sees
from regard.desk.queries.timeline import contact_title
from regard.office.access import office_id_of
from regard.office.models import Staff

MOST_OPEN = 100
#: Outcomes of a contact in which nobody reached anybody.
NOT_REACHED = (Outcome.ABANDONED, Outcome.LEFT, Outcome.VOICEMAIL, Outcome.QUEUED, Outcome.FAILED)


class DeskPicture:
    """The desk's provider of `customers.timeline`."""

    def entries(self, *, customer_id: int, staff: Staff, before: datetime | None, limit: int) -> Sequence[Entry]:
        """Cases received and contacts, newest first. Two queries."""
        older = Q(received_at__lt=before) if before else Q()
        cases = _cases_of(customer_id, staff).filter(older).order_by("-received_at")[:limit]
        older = Q(started_at__lt=before) if before else Q()
        contacts = contacts_seen_by(staff).filter(older, customer=customer_id).order_by("-started_at")[:limit]
        parts = (
            [_of_case(case, staff) for case in cases],
            [_of_contact(contact) for contact in contacts.select_related("silo", "staff")],
        )
        return list(merge(*parts, key=lambda entry: entry.at, reverse=True))[:limit]

    def open_items(self, *, customer_id: int, staff: Staff) -> Sequence[OpenItem]:
        """Open cases, the oldest first. One query."""
        cases = _cases_of(customer_id, staff).filter(state__in=OPEN_STATES).order_by("received_at")[:MOST_OPEN]
        return [_open(case, staff) for case in cases]

    def last_spoken(self, *, customer_id: int, staff: Staff) -> Entry | None:
        """The newest contact that came through, in or out. One query."""
        reached = contacts_seen_by(staff).filter(customer=customer_id).exclude(outcome__in=NOT_REACHED)
        found = reached.select_related("silo", "staff").order_by("-started_at").first()
        return _of_contact(found) if found is not None else None

    def find_number(self, *, text: str, staff: Staff) -> Sequence[Hit]:
        """Cases of this number, ours or their source's, that the person may open. At most two queries."""
        ids = ids_of_number(text)
        found = cases_seen_by(staff).filter(pk__in=ids).order_by("pk") if ids else Case.objects.none()
        return [Hit(case.number, case.subject, _address(case), case.customer_id) for case in found]


def _cases_of(customer_id: int, staff: Staff) -> QuerySet[Case]:
    office = office_id_of(staff)
    if office is None:
        return Case.objects.none()
    cases = Case.objects.filter(customer=customer_id, unit__path__startswith=f"/{office}/")
    return cases.select_related("unit", "service", "owner", "silo")


def _address(case: Case) -> str:
    return reverse("desk-case", args=[case.number])


def _of_case(case: Case, staff: Staff) -> Entry:
    seen = sees(staff, case)
    subject = case.subject if seen else (str(case.service) if case.service else case.get_kind_display())
    return Entry(
        at=case.received_at,
        kind="order" if case.kind == "order" else "received",
        title=f"{case.get_kind_display()} {case.number}, {case.state}: {subject}",
        text=case.description if seen else "",
        url=_address(case) if seen else "",
        source=case.silo.name,
        by="" if seen else _whose(case),
        recorded_at=case.as_of or case.made_at,
    )


def _whose(case: Case) -> str:
    return f"{case.unit}, {case.owner}" if case.owner else case.unit.name


def _of_contact(contact: Contact) -> Entry:
    return Entry(
        at=contact.started_at,
        kind=contact.channel,
        title=contact_title(contact),
        text=contact.body or contact.subject,
        url=reverse("desk-case", args=[f"C{contact.case_id:07d}"]) if contact.case_id else "",
        source=contact.silo.name,
        by=contact.staff.name if contact.staff else contact.staff_name,
        recorded_at=contact.as_of or contact.made_at,
    )


def _open(case: Case, staff: Staff) -> OpenItem:
    seen = sees(staff, case)
    return OpenItem(
        number=case.number,
        title=case.subject if seen else (str(case.service) if case.service else case.get_kind_display()),
        url=_address(case) if seen else "",
        state=case.state,
        unit=case.unit.name,
        owner=case.owner.name if case.owner else "",
        received_at=case.received_at,
        promise_due=case.promise_due if seen else None,
        next_step=case.next_step if seen else "",
        next_step_due=case.next_step_due if seen else None,
    )
