"""What customers are to each other, and how far sources are trusted."""

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from regard.customers.actions import moving, saying
from regard.customers.actions.showing import show_freshest
from regard.customers.models import Customer, IdentityChange, IdentityRecord, Relation, SourceTrust, Verdict
from regard.lib.copying import stage
from regard.office.models import Silo, Staff
from regard.records import audit
from regard.records.actors import Actor

#: What trust may be said of; * is everything a source says.
TRUSTED_FIELDS = ("*", "name", "phone", "email", "address")


@transaction.atomic
def relate(
    *, by: Actor, customer: Customer, other: Customer, kind: str, reason: str, silo: Silo | None = None
) -> Relation:
    """Say what one customer is to another, and how we know. Raises ValidationError when it makes no sense."""
    reason = moving.insist_on_reason(reason)
    if customer.pk == other.pk:
        raise ValidationError({"other": "A customer has no relation to itself. Choose somebody else."})
    if customer.office_id != other.office_id:
        raise ValidationError({"other": "These customers belong to different offices."})
    same = Relation.objects.filter(customer=customer, other=other, kind=kind, ended_at__isnull=True)
    if same.exists():
        raise ValidationError({"other": "This is known already."})
    staff = moving.staff_of(by)
    relation = Relation.objects.create(
        customer=customer, other=other, kind=Relation.Kind(kind), reason=reason, silo=silo, made_by=staff,
        author="staff" if staff else by.audit_name,
    )  # fmt: skip
    note = {"relation": relation.pk, "other": other.pk, "kind": kind}
    audit.record(by=by, action="customers.relate", obj=customer, note=note, office_id=customer.office_id)
    return relation


@transaction.atomic
def end_relation(*, by: Actor, relation: Relation, reason: str) -> None:
    """Take a relation back, or say that it has ended. It stays in the records."""
    reason = moving.insist_on_reason(reason)
    relation = Relation.objects.select_for_update().get(pk=relation.pk)
    if relation.ended_at is not None:
        raise ValidationError("This relation has ended already.")
    relation.ended_at, relation.ended_by, relation.ended_reason = timezone.now(), moving.staff_of(by), reason
    relation.save()
    note = {"relation": relation.pk, "other": relation.other_id, "kind": relation.kind}
    office_id = relation.customer.office_id
    audit.record(by=by, action="customers.end_relation", obj=relation.customer, note=note, office_id=office_id)


@transaction.atomic
def set_trust(*, by: Actor, silo: Silo, field: str, trust: int | None) -> None:
    """Say how far a source is trusted for a field, 1 to 9; None: as usual. Its customers show it at once."""
    if field not in TRUSTED_FIELDS:
        raise ValidationError({"field": f"Trust is said of {', '.join(TRUSTED_FIELDS)}."})
    if trust is not None and not 1 <= trust <= 9:
        raise ValidationError({"trust": "Trust is a number from 1 to 9; 5 is usual."})
    known = SourceTrust.objects.filter(silo=silo, field=field).first()
    if (known.trust if known else None) == trust:
        return
    if trust is None:
        SourceTrust.objects.filter(silo=silo, field=field).delete()
    else:
        SourceTrust.objects.update_or_create(silo=silo, field=field, defaults={"trust": trust})
    with connection.cursor() as cursor:
        stage(cursor, "trusting_customer", "customer_id bigint")
        cursor.execute(
            """INSERT INTO trusting_customer SELECT DISTINCT l.customer_id FROM customers_link l
               JOIN customers_identityrecord r ON r.id = l.record_id
               WHERE r.silo_id = %s AND l.ended_at IS NULL""",
            [silo.pk],
        )
        show_freshest(cursor, "trusting_customer")
    note = {"field": field, "before": known.trust if known else None, "after": trust}
    audit.record(by=by, action="customers.set_trust", obj=silo, note=note)


@transaction.atomic
def confirm_records(*, by: Staff, customer: Customer, records: list[IdentityRecord], reason: str) -> None:
    """A person has checked that records which a model linked are this customer's. No matching takes them off again."""
    reason = moving.insist_on_reason(reason)
    with connection.cursor() as cursor:
        moving.hold_still(cursor, customer.office_id)
        (customer,) = moving.locked(customer)
        live = moving.live_records(customer)
        told = [record.pk for record in records]
        if not set(told) <= set(live):
            raise ValidationError("Somebody took one of these records off meanwhile. Look at the sources again.")
        rest = [pk for pk in live if pk not in set(told)]
        kind = IdentityChange.Kind.CONFIRM
        change = moving.begin(cursor, by=by, kind=kind, customer=customer, other=None, reason=reason)
        why = f"checked by {by.audit_name}"
        moving.stage_records(
            cursor, change, old=customer.pk, new=customer.pk, records=told, reason=why, author=change.author
        )
        moving.carry_out(cursor, staff=by, ended_reason="checked by a person", follow=False)
        saying.say(cursor, change, Verdict.SAME, saying.same_pairs(rest[:1] or told[:1], told) - {(told[0], told[0])})
    note = {"change": change.pk, "records": len(told)}
    audit.record(by=by, action="customers.confirm_records", obj=customer, note=note, office_id=customer.office_id)
