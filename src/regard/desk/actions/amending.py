"""Correcting what a case is about."""

from typing import Any

from django.core.exceptions import ValidationError

from regard.desk.actions.changing import changing
from regard.desk.lifecycle import EventKind
from regard.desk.models import Case
from regard.desk.queries.due import resolve_due_of
from regard.office.models import Service
from regard.records.actors import Actor

#: Facts of a case that may be corrected.
AMENDABLE = ("subject", "description", "channel", "language", "address", "area", "postcode", "latitude", "longitude",
             "customer_id")  # fmt: skip


def recategorise(*, by: Actor, case: Case, service: Service, reason: str, seen: int | None = None) -> Case:
    """The case is about another service. Its standard's limit is that of the new service, from arrival on."""
    with changing(case=case, by=by, action="recategorise", seen=seen) as change:
        change.must_be_open()
        problems = {}
        if service.unit.office_id != change.case.unit.office_id:
            problems["service"] = f"{service} is a service of another office. Choose one of this office."
        elif service.pk == change.case.service_id:
            problems["service"] = f"The case is about {service} already. Choose another service."
        if not reason.strip():
            problems["reason"] = "Say why it is about another service."
        if problems:
            raise ValidationError(problems)
        change.tell(EventKind.RECATEGORISED, text=reason, service=service.pk, before=change.case.service_id)
        change.set(standard_due=resolve_due_of(change.state, service, change.case.unit))
    return case


def amend(*, by: Actor, case: Case, seen: int | None = None, **facts: Any) -> Case:
    """Correct facts of a case (see AMENDABLE). The event keeps each before and after."""
    unknown = set(facts) - set(AMENDABLE)
    if unknown:
        raise ValueError(f"Not a fact of a case that can be amended: {', '.join(sorted(unknown))}.")
    with changing(case=case, by=by, action="amend", seen=seen) as change:
        if "subject" in facts and not str(facts["subject"]).strip():
            raise ValidationError({"subject": "Say in a few words what this is about."})
        before = {name: getattr(change.case, name) for name in facts}
        changed = {name: value for name, value in facts.items() if before[name] != value}
        if not changed:
            return case
        change.set(**changed)
        change.tell(EventKind.AMENDED, before={name: before[name] for name in changed}, after=changed)
    return case
