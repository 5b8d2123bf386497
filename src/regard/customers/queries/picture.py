"""Reading customers: who they are, by which source, how fresh."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from regard.customers.models import Customer, IdentityRecord, Link

#: The facts of an identity record that the picture shows, in this order: field, label.
FACTS = (
    ("name", "Name"),
    ("organisation", "Organisation"),
    ("phone", "Phone"),
    ("email", "E-mail"),
    ("address", "Address"),
    ("postcode", "Postcode"),
    ("birth_date", "Date of birth"),
    ("language", "Language"),
)


def any_customers(office_id: int) -> bool:
    """Whether the office knows anybody yet."""
    return Customer.objects.filter(office_id=office_id).exists()


@dataclass(frozen=True)
class Telling:
    """One value of one fact: which sources told it, and when the freshest of them did."""

    value: str
    sources: tuple[str, ...]
    as_of: datetime
    times: int


@dataclass(frozen=True)
class Fact:
    """All that was told of one fact, the freshest first. More than one value: the sources disagree or it changed."""

    field: str
    label: str
    tellings: tuple[Telling, ...]

    @property
    def current(self) -> Telling:
        return self.tellings[0]

    @property
    def earlier(self) -> tuple[Telling, ...]:
        return self.tellings[1:]


def records_of(customer: Customer, limit: int = 500) -> list[IdentityRecord]:
    """The identity records linked to a customer now, freshest first."""
    live = Link.objects.filter(customer=customer, ended_at__isnull=True).values("record")
    return list(IdentityRecord.objects.filter(pk__in=live).select_related("silo").order_by("-as_of", "-id")[:limit])


def links_of(customer: Customer, limit: int = 500) -> list[Link]:
    """Why each record is linked to the customer, newest first; ended links included."""
    return list(
        Link.objects.filter(customer=customer)
        .select_related("record__silo", "made_by", "ended_by")
        .order_by("-made_at", "-id")[:limit]
    )


def facts_of(records: Iterable[IdentityRecord]) -> list[Fact]:
    """What the sources say, value by value. Nothing is chosen away: the freshest stands first."""
    told: dict[str, dict[str, list[IdentityRecord]]] = {name: defaultdict(list) for name, _ in FACTS}
    for record in records:
        for name, values in told.items():
            value = getattr(record, name)
            if value:
                values[str(value)].append(record)
    facts = []
    for name, label in FACTS:
        tellings = [
            Telling(value, tuple(dict.fromkeys(r.silo.name for r in by)), max(r.as_of for r in by), len(by))
            for value, by in told[name].items()
        ]
        if tellings:
            tellings.sort(key=lambda t: t.as_of, reverse=True)
            facts.append(Fact(name, label, tuple(tellings)))
    return facts
