"""How fresh what the office knows of its customers is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q
from django.utils import timezone

from regard.customers.models import Customer, IdentityRecord
from regard.office.access import office_id_of
from regard.office.models import Staff

#: Whom nobody has told anything of for so long is not confirmed.
CONFIRMED = timedelta(days=365)


@dataclass(frozen=True)
class Freshness:
    """`confirmed` of `customers` were told of within a year; `newest` record by silo."""

    customers: int
    confirmed: int
    newest: dict[int, datetime]
    records: dict[int, int]

    @property
    def share(self) -> float | None:
        return self.confirmed / self.customers if self.customers else None


def freshness_of(staff: Staff) -> Freshness:
    """Over the whole office: it reads every record, so no page of daily work asks for it. Two queries."""
    office = office_id_of(staff)
    since = timezone.now() - CONFIRMED
    standing = Customer.objects.filter(office_id=office, merged_into=None)
    told = standing.aggregate(all=Count("pk"), confirmed=Count("pk", filter=Q(refreshed_at__gte=since)))
    rows = (
        IdentityRecord.objects.filter(silo__unit__path__startswith=f"/{office}/")
        .values("silo").annotate(newest=Max("as_of"), n=Count("pk")).values_list("silo", "newest", "n")
    )  # fmt: skip
    found = list(rows)
    return Freshness(told["all"], told["confirmed"], {r[0]: r[1] for r in found}, {r[0]: r[2] for r in found})
