"""Customers of several sources, with what hangs on them, and what must be as it was after an undo."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from regard.customers.models import Customer, IdentityRecord, Kind, Link
from regard.desk.models import Case, Contact, Event
from regard.voice.models import Feedback
from tests.cast import Cast

START = datetime(2026, 1, 5, 12, tzinfo=UTC)


def make_customer(cast: Cast, name: str = "", **fields: Any) -> Customer:
    return Customer.objects.create(office=cast.office, name=name, name_folded=name.lower(), **fields)


def make_record(cast: Cast, customer: Customer | None, name: str, *, days: int = 0, **told: Any) -> IdentityRecord:
    """A record of the office's own silo, linked to the customer by a rule."""
    silo = told.pop("silo", cast.silo)
    told = {"kind": customer.kind if customer else Kind.PERSON, "as_of": START + timedelta(days=days), **told}
    record = IdentityRecord.objects.create(
        silo=silo, key=uuid4().hex, digest=uuid4(), name=name, name_folded=name.lower(), **told
    )
    if customer is not None:
        Link.objects.create(
            record=record, customer=customer, score=1.0, reason="first record", author="rule: exact", ended_reason=""
        )
    return record


def make_person(cast: Cast, name: str, *, records: int = 1, **told: Any) -> tuple[Customer, list[IdentityRecord]]:
    """A customer who is known from some records, the freshest last."""
    shown = {column: told[column] for column in ("email", "phone", "address") if column in told}
    customer = make_customer(cast, name, **shown)
    return customer, [make_record(cast, customer, name, days=n, **told) for n in range(records)]


def make_rows(cast: Cast, customer: Customer, record: IdentityRecord | None = None) -> dict[str, int]:
    """A case with a promise and a note, a contact and a piece of feedback."""
    where = {"silo": cast.silo, "unit": cast.permits, "customer": customer, "record": record}
    now = timezone.now()
    case = Case.objects.create(**where, subject="Fence", received_at=now, events_seen=3)
    Event.objects.create(case=case, kind="received", at=now)
    Event.objects.create(case=case, kind="promised", at=now, due_at=now + timedelta(days=3), text="We come by")
    Event.objects.create(case=case, kind="noted", at=now, text="Called twice")
    contact = Contact.objects.create(**where, channel="phone", started_at=now, case=case)
    feedback = Feedback.objects.create(**where, kind="complaint", at=now, text="slow")
    return {"desk.case": case.pk, "desk.contact": contact.pk, "voice.feedback": feedback.pk}


def picture() -> dict[str, Any]:
    """Who is who, and what hangs on whom: all that an undo must bring back."""
    columns = ("pk", "merged_into", "restricted", "kind", "name", "name_folded", "email", "phone", "address")
    return {
        "links": set(
            Link.objects.filter(ended_at=None).values_list("pk", "record", "customer", "score", "reason", "author")
        ),
        "cases": set(Case.objects.values_list("pk", "customer", "record", "promise_due", "state")),
        "events": set(Event.objects.values_list("pk", "case", "kind", "text", "due_at")),
        "contacts": set(Contact.objects.values_list("pk", "customer", "record")),
        "feedback": set(Feedback.objects.values_list("pk", "customer", "record")),
        "customers": {row[0]: row[1:] for row in Customer.objects.values_list(*columns)},
    }
