"""Cases and contacts that follow their customer when who is who changes."""

from collections.abc import Sequence

from regard.customers.following import Loose, TableFollower
from regard.desk.access import cases_seen_by, contacts_seen_by
from regard.desk.models import Contact
from regard.office.models import Staff


class CasesFollow(TableFollower):
    """Cases; one that was opened for a customer without any source's record is asked about."""

    def loose(self, *, customer_id: int, staff: Staff, limit: int) -> Sequence[Loose]:
        found = cases_seen_by(staff).filter(customer=customer_id, record=None).order_by("-received_at", "-id")[:limit]
        return [Loose(self.label, c.pk, f"Case {c.number}: {c.subject} ({c.received_at:%b %-d, %Y})") for c in found]


class ContactsFollow(TableFollower):
    """Contacts, the same."""

    def loose(self, *, customer_id: int, staff: Staff, limit: int) -> Sequence[Loose]:
        found = contacts_seen_by(staff).filter(customer=customer_id, record=None).order_by("-started_at", "-id")[:limit]
        return [Loose(self.label, c.pk, _titled(c)) for c in found]


def _titled(contact: Contact) -> str:
    about = contact.subject or contact.body[:80]
    return f"{contact.get_channel_display()} of {contact.started_at:%b %-d, %Y}{': ' if about else ''}{about}"


FOLLOWERS = (CasesFollow("desk.case", "desk_case"), ContactsFollow("desk.contact", "desk_contact"))
