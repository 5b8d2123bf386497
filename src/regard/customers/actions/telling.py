"""What can happen to customers and what is known of them."""

from dataclasses import dataclass
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from regard.customers import normalise
from regard.customers.actions.indexing import index_record
from regard.customers.actions.showing import show_freshest
from regard.customers.models import Customer, IdentityRecord, Kind, Link, NameWord, SourceTrust
from regard.lib.copying import CopyFile, copy_in, stage
from regard.office.models import Silo, Staff
from regard.records import audit
from regard.records.actors import Actor


@transaction.atomic
def load_name_words(*, words: CopyFile) -> None:
    """Remember the words of newly told names, for the search's tolerance of typos. Derived, so not audited."""
    with connection.cursor() as cursor:
        stage(cursor, "told_word", "word text")
        copy_in(cursor, "told_word", words)
        cursor.execute(
            "INSERT INTO customers_nameword (word) SELECT word FROM told_word ORDER BY word ON CONFLICT DO NOTHING"
        )


def refresh_statistics() -> None:
    """Let the planner know what a bulk load brought; until it does, it takes a full table for an empty one."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_identityrecord; ANALYZE customers_link; ANALYZE customers_customer")


@transaction.atomic
def load_people(
    *, by: Actor, run_id: int, customers: CopyFile, records: CopyFile, links: CopyFile, refreshed: CopyFile
) -> None:
    """Take in new customers, identity records and links of one batch, and copy fresher facts up to known customers.

    Set-based: four COPYs and one UPDATE, with one audit entry. Raises ValueError when fewer rows arrive than
    the files hold.
    """
    with connection.cursor() as cursor:
        if customers.rows:
            copy_in(cursor, "customers_customer", customers)
        if records.rows:
            copy_in(cursor, "customers_identityrecord", records)
        if links.rows:
            copy_in(cursor, "customers_link", links)
        known = _refresh(cursor, refreshed) if refreshed.rows else 0
        if known and SourceTrust.objects.exists():  # else the freshest is what is shown, and stands there by now
            show_freshest(cursor, "(SELECT id AS customer_id FROM refreshed_customer) refreshed")
    audit.record(
        by=by,
        action="customers.load_people",
        object_type="customers.identityrecord",
        object_id=f"run:{run_id}",
        count=records.rows,
        note={"customers": customers.rows, "records": records.rows, "links": links.rows, "refreshed": known},
    )


def _refresh(cursor: object, refreshed: CopyFile) -> int:
    """Customers show the freshest of their facts; a value that the fresher source does not tell stays."""
    stage(
        cursor,
        "refreshed_customer",
        "id bigint, name text, name_folded text, email text, phone text, address text, refreshed_at timestamptz",
    )
    copy_in(cursor, "refreshed_customer", refreshed)
    cursor.execute(  # type: ignore[attr-defined]
        """UPDATE customers_customer c SET
               name = coalesce(nullif(r.name, ''), c.name),
               name_folded = coalesce(nullif(r.name_folded, ''), c.name_folded),
               email = coalesce(nullif(r.email, ''), c.email), phone = coalesce(nullif(r.phone, ''), c.phone),
               address = coalesce(nullif(r.address, ''), c.address), refreshed_at = r.refreshed_at
           FROM refreshed_customer r WHERE r.id = c.id AND r.refreshed_at >= c.refreshed_at"""
    )
    return int(cursor.rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Told:
    """What somebody told us of a customer, as they told it."""

    name: str
    kind: str = Kind.PERSON
    phone: str = ""
    email: str = ""
    address: str = ""
    postcode: str = ""
    language: str = ""


@transaction.atomic
def register_customer(*, by: Staff, silo: Silo, told: Told, country: str = "US") -> Customer:
    """Take in a customer who is new to the office, from what they told a member of staff."""
    customer = Customer.objects.create(office_id=silo.unit.office_id, kind=told.kind)
    record = _identity_record(silo, told, country)
    _link(by, record, customer, reason="registered by staff")
    _show(customer, record)
    audit.record(
        by=by, action="customers.register", obj=customer, after={"name": customer.name, "phone": customer.phone}
    )
    return customer


@transaction.atomic
def tell_facts(*, by: Staff, silo: Silo, customer: Customer, told: Told, country: str = "US") -> IdentityRecord:
    """Add what a known customer told us now. Earlier facts stay, with their source and age."""
    customer = Customer.objects.select_for_update().get(pk=customer.pk)
    before = {"name": customer.name, "phone": customer.phone, "email": customer.email, "address": customer.address}
    record = _identity_record(silo, told, country)
    _link(by, record, customer, reason="told by the customer")
    _show(customer, record)
    after = {"name": customer.name, "phone": customer.phone, "email": customer.email, "address": customer.address}
    audit.record(by=by, action="customers.tell_facts", obj=customer, before=before, after=after)
    return record


def _identity_record(silo: Silo, told: Told, country: str) -> IdentityRecord:
    folded = normalise.fold_name(told.name)
    phone, email = normalise.phone(told.phone, country), normalise.email(told.email)
    raw = {"phone": told.phone, "email": told.email} if (phone, email) != (told.phone, told.email) else None
    for word in folded.split():
        if len(word) > 2:
            NameWord.objects.get_or_create(word=word)
    record = IdentityRecord.objects.create(
        silo=silo,
        key=f"told:{uuid4().hex}",
        digest=uuid4(),
        kind=told.kind,
        name=told.name.strip(),
        organisation=told.name.strip() if told.kind == Kind.ORGANISATION else "",
        name_folded=folded,
        name_key=normalise.name_key(folded),
        email=email,
        phone=phone,
        address=told.address.strip(),
        postcode=told.postcode.strip(),
        language=told.language.strip(),
        raw=raw,
        as_of=timezone.now(),
    )
    index_record(record, silo.unit.office_id)  # who was registered a minute ago is recognised now
    return record


def _link(by: Staff, record: IdentityRecord, customer: Customer, *, reason: str) -> None:
    Link.objects.create(record=record, customer=customer, score=1.0, reason=reason, author="staff", made_by=by)


def _show(customer: Customer, record: IdentityRecord) -> None:
    """Copy the freshest facts up to the customer's own columns."""
    customer.name = record.name or customer.name
    customer.name_folded = record.name_folded or customer.name_folded
    customer.email = record.email or customer.email
    customer.phone = record.phone or customer.phone
    customer.address = record.address or customer.address
    customer.refreshed_at = record.as_of
    customer.save()
    if SourceTrust.objects.exists():
        with connection.cursor() as cursor:
            show_freshest(cursor, f"(SELECT {customer.pk:d} AS customer_id) told")
        customer.refresh_from_db()
