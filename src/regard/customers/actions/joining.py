"""Merging, splitting, linking and unlinking customers by hand. Each can be taken back (see `undoing`)."""

from collections import Counter
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from regard.customers import following
from regard.customers.actions import moving, saying
from regard.customers.models import Customer, IdentityChange, IdentityRecord, Link, Verdict
from regard.records import audit
from regard.records.actors import Actor

Kind = IdentityChange.Kind
#: A row of another room, as (label, id).
Row = tuple[str, int]


@transaction.atomic
def merge_customers(*, by: Actor, keep: Customer, merge: Customer, reason: str) -> IdentityChange:
    """Two customers are one: `merge` goes into `keep` with all its records, cases, contacts and feedback.

    Its number leads to `keep` from now on. Raises ValidationError when they cannot be one.
    """
    reason = moving.insist_on_reason(reason)
    _refuse_impossible(keep, merge)
    with connection.cursor() as cursor:
        moving.hold_still(cursor, keep.office_id)
        keep, merge = moving.locked(keep, merge)
        change = moving.begin(cursor, by=by, kind=Kind.MERGE, customer=keep, other=merge, reason=reason)
        kept, records = moving.live_records(keep), moving.live_records(merge)
        why = f"merged by {by.audit_name}"
        moving.stage_records(
            cursor, change, old=merge.pk, new=keep.pk, records=records, reason=why, author=change.author
        )
        moving.stage_whole(cursor, change, merge.pk, keep.pk)
        staff = moving.staff_of(by)
        moving.carry_out(cursor, staff=staff, ended_reason=f"merged into {keep.number}")
        merge.merged_into = keep
        merge.save(update_fields=["merged_into"])
        if merge.restricted and not keep.restricted:
            keep.restricted = True
            keep.save(update_fields=["restricted"])
        moving.show_again(cursor, [keep.pk])
        if staff is not None:
            saying.withdraw_between(cursor, change, Verdict.DIFFERENT, kept, records)
            saying.say(cursor, change, Verdict.SAME, saying.same_pairs(kept, records))
    _audit(by, "customers.merge", keep, change)
    return change


def _refuse_impossible(keep: Customer, merge: Customer) -> None:
    if keep.pk == merge.pk:
        raise ValidationError(f"{keep.number} is one customer already. Choose two different ones.")
    if keep.office_id != merge.office_id:
        raise ValidationError("These customers belong to different offices, and stay apart.")
    if keep.kind != merge.kind:
        raise ValidationError(
            "A person and an organisation stay two customers. Say what one is to the other instead: add a relation."
        )


@transaction.atomic
def split_customer(
    *,
    by: Actor,
    customer: Customer,
    records: Sequence[int],
    reason: str,
    rows: Sequence[Row] = (),
    kind: str = Kind.SPLIT,
) -> IdentityChange:
    """One customer is two: these records become a customer of their own, with what came by them.

    What came by no record stays, but for `rows`, such as [("desk.case", 12)]. The new customer is `other` of the
    change. Raises ValidationError when the records are not the customer's, or are all it has.
    """
    reason = moving.insist_on_reason(reason)
    wanted = sorted(set(records))
    with connection.cursor() as cursor:
        moving.hold_still(cursor, customer.office_id)
        (customer,) = moving.locked(customer)
        stay = sorted(set(moving.live_records(customer)) - set(wanted))
        if not wanted:
            raise ValidationError({"records": "Choose the records that belong to somebody else."})
        if not stay:
            raise ValidationError({"records": f"These are all the records of {customer.number}. Leave at least one."})
        kinds = Counter(IdentityRecord.objects.filter(pk__in=wanted).values_list("kind", flat=True))
        made = Customer.objects.create(
            office_id=customer.office_id,
            kind=kinds.most_common(1)[0][0] if kinds else customer.kind,
            restricted=customer.restricted,
        )
        change = moving.begin(cursor, by=by, kind=kind, customer=customer, other=made, reason=reason, is_new=True)
        why = f"taken off {customer.number} by {by.audit_name}"
        moving.stage_records(
            cursor, change, old=customer.pk, new=made.pk, records=wanted, reason=why, author=change.author
        )
        following.stage_rows(cursor, change.pk, customer.pk, made.pk, rows)
        staff = moving.staff_of(by)
        moving.carry_out(cursor, staff=staff, ended_reason=f"belongs to {made.number}")
        moving.show_again(cursor, [customer.pk, made.pk])
        if staff is not None:
            saying.withdraw_between(cursor, change, Verdict.SAME, stay, wanted)
            saying.say(cursor, change, Verdict.DIFFERENT, saying.different_pairs(stay, wanted))
    _audit(by, f"customers.{Kind(kind).value}", customer, change)
    return change


def unlink_record(*, by: Actor, record: IdentityRecord, reason: str) -> IdentityChange:
    """A record was linked to the wrong customer: it becomes a customer of its own until somebody links it.

    Raises ValidationError when it is the only one.
    """
    customer = _customer_of(record)
    if len(moving.live_records(customer)) == 1:
        raise ValidationError(f"This is all we know of {customer.number}: there is nothing to take it off from.")
    return split_customer(by=by, customer=customer, records=[record.pk], reason=reason, kind=Kind.UNLINK)


@transaction.atomic
def link_record(*, by: Actor, record: IdentityRecord, customer: Customer, reason: str) -> IdentityChange:
    """A record is about this customer, not the one it is linked to. The last record of a customer takes all along."""
    reason = moving.insist_on_reason(reason)
    giver = _customer_of(record)
    if giver.pk == customer.pk:
        raise ValidationError(f"The record is linked to {customer.number} already.")
    if len(moving.live_records(giver)) == 1:
        return merge_customers(by=by, keep=customer, merge=giver, reason=reason)
    if giver.office_id != customer.office_id:
        raise ValidationError("This record belongs to another office, and stays there.")
    with connection.cursor() as cursor:
        moving.hold_still(cursor, customer.office_id)
        customer, giver = moving.locked(customer, giver)
        change = moving.begin(cursor, by=by, kind=Kind.LINK, customer=customer, other=giver, reason=reason)
        known, left = moving.live_records(customer), [pk for pk in moving.live_records(giver) if pk != record.pk]
        why, only = f"linked by {by.audit_name}", [record.pk]
        moving.stage_records(cursor, change, old=giver.pk, new=customer.pk, records=only, reason=why, author="staff")
        staff = moving.staff_of(by)
        moving.carry_out(cursor, staff=staff, ended_reason=f"belongs to {customer.number}")
        moving.show_again(cursor, [customer.pk, giver.pk])
        if staff is not None:
            for verdict, side in ((Verdict.SAME, left), (Verdict.DIFFERENT, known)):
                saying.withdraw_between(cursor, change, verdict, side, only)
            saying.say(cursor, change, Verdict.SAME, saying.same_pairs(only, known))
            saying.say(cursor, change, Verdict.DIFFERENT, saying.different_pairs(left, only))
    _audit(by, "customers.link", customer, change)
    return change


def _customer_of(record: IdentityRecord) -> Customer:
    live = Link.objects.filter(record=record, ended_at__isnull=True).select_related("customer").first()
    if live is None:
        raise ValidationError("This record belongs to no customer. `regard match` gives it one.")
    return live.customer


def _audit(by: Actor, action: str, customer: Customer, change: IdentityChange) -> None:
    note = {"change": change.pk, "other": change.other_id, **moving.counts_of(change)}
    audit.record(by=by, action=action, obj=customer, note=note, office_id=customer.office_id)
