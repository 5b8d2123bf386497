"""Giving out the picture of a customer: kept in the trail, and only what is surely theirs when it goes to them."""

from django.core.exceptions import ValidationError
from django.db import transaction

from regard.customers.actions.relating import confirm_records
from regard.customers.models import Customer, IdentityRecord
from regard.customers.queries.picture import weak_links
from regard.office.models import Staff
from regard.records import audit
from regard.records.actors import Actor


@transaction.atomic
def note_export(*, by: Actor, customer: Customer, purpose: str, form: str) -> None:
    """Somebody took the picture of a customer along."""
    note = {"purpose": purpose, "form": form}
    audit.record(by=by, action="customers.export", obj=customer, note=note, office_id=customer.office_id)


@transaction.atomic
def answer_subject(
    *, by: Staff, customer: Customer, confirmed: list[IdentityRecord], strict: float, form: str, reason: str
) -> None:
    """The customer asks what is held of them. What a model linked less surely than `strict`, a person has checked.

    Raises ValidationError when a record remains that nobody checked: telling it could tell of somebody else.
    """
    if confirmed:
        confirm_records(by=by, customer=customer, records=confirmed, reason=reason)
    left = weak_links(customer, strict)
    if left:
        many = f"{len(left)} record{'s' if len(left) > 1 else ''}"
        raise ValidationError(f"{many} came meanwhile that may be somebody else's. Load the page again, and check.")
    note_export(by=by, customer=customer, purpose="subject access", form=form)
