"""Services and what customers may expect of them."""

from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from regard.office.actions.changes import change
from regard.office.models import Service, Standard, Unit
from regard.records.actors import Actor
from regard.records.audit import record


@transaction.atomic
def make_service(*, by: Actor, unit: Unit, code: str, name: str, description: str = "") -> Service:
    """A new service of a unit."""
    service = Service(unit=unit, code=code.strip(), name=name.strip(), description=description.strip())
    service.full_clean()
    service.save(force_insert=True)
    after = {"code": service.code, "name": service.name, "unit": unit, "description": service.description}
    record(by=by, action="office.make_service", obj=service, after=after)
    return service


@transaction.atomic
def change_service(
    *, by: Actor, service: Service, unit: Unit, code: str, name: str, description: str, active: bool
) -> Service:
    """Describe, move or close a service. Doing so also counts as the review of one that an import made."""
    if unit.office_id != service.unit.office_id:
        raise ValidationError({"unit": "This unit belongs to another office. Choose one of your own."})
    clash = Service.objects.filter(unit=unit, code=code.strip()).exclude(pk=service.pk)
    if clash.exists():
        raise ValidationError({"code": f"{unit} has another service with the code {code}. Use another code."})
    fields = {"unit": unit, "code": code.strip(), "name": name.strip(), "description": description.strip()}
    change(
        by=by, action="office.change_service", obj=service, fields={**fields, "active": active, "needs_review": False}
    )
    return service


@transaction.atomic
def set_standard(
    *,
    by: Actor,
    service: Service,
    stage: str,
    amount: Decimal | None,
    measured_in: str = "",
    promise_text: str = "",
    valid_from: date | None = None,
) -> Standard | None:
    """What customers may expect of a stage from a date on; `amount` None: no standard from then on.

    The standard before it ends the day before: what was promised earlier stays measured by what held then.
    """
    Service.objects.select_for_update().get(pk=service.pk)
    standards = Standard.objects.filter(service=service, stage=stage)
    before = _standing(standards)
    if valid_from is None:
        standards.delete()
    else:
        standards.filter(valid_from__gte=valid_from).delete()
        standards.exclude(valid_to__lt=valid_from).update(valid_to=valid_from - timedelta(days=1))
    made = None
    if amount is not None:
        made = Standard(
            service=service,
            stage=stage,
            amount=Decimal(amount),
            measured_in=measured_in,
            promise_text=promise_text.strip(),
            valid_from=valid_from,
        )
        _checked(made)
        made.save(force_insert=True)
    after = _standing(Standard.objects.filter(service=service, stage=stage))
    if before != after:
        record(
            by=by, action="office.set_standard", obj=service, note={"stage": stage, "before": before, "after": after}
        )
    return made


def _checked(standard: Standard) -> None:
    if standard.amount <= 0:
        raise ValidationError({"amount": "Give a time longer than zero, or no standard at all."})
    whole = standard.amount == standard.amount.to_integral_value()
    if standard.measured_in == Standard.MeasuredIn.WORKING_DAYS and not whole:
        raise ValidationError({"amount": "Working days are whole days. Use working hours for parts of a day."})
    standard.full_clean()


def _standing(standards: "object") -> list[str]:
    found = Standard.objects.filter(pk__in=standards.values("pk")).order_by("valid_from", "pk")  # type: ignore[attr-defined]
    return [
        f"{s.amount:f} {s.measured_in} from {s.valid_from or 'the beginning'} to {s.valid_to or 'further notice'}"
        for s in found
    ]
