"""Reading customers: who they are, by which source, how sure and how fresh."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import prod

from django.utils import timezone

from regard.customers.models import Customer, IdentityRecord, Link, SourceTrust

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
#: Facts that change in a life, and after how long nobody should rely on them without asking again.
STALE = dict.fromkeys(("phone", "email", "address", "postcode"), timedelta(days=730))
#: From here on a link counts as sure, and as likely.
SURE, LIKELY = 0.99, 0.9


def any_customers(office_id: int) -> bool:
    """Whether the office knows anybody yet."""
    return Customer.objects.filter(office_id=office_id).exists()


@dataclass(frozen=True)
class Telling:
    """One value of one fact: which sources told it, and when the freshest of them did.

    confidence: how sure it is that it was told of this customer, 0 to 1, over all who told it.
    is_current: at least one source still says so; else each said something else since.
    """

    value: str
    sources: tuple[str, ...]
    as_of: datetime
    times: int
    trust: int = SourceTrust.USUAL
    confidence: float = 1.0
    is_current: bool = True

    @property
    def sureness(self) -> str:
        """The confidence in a word."""
        return "sure" if self.confidence >= SURE else "likely" if self.confidence >= LIKELY else "not sure"


@dataclass(frozen=True)
class Fact:
    """All that was told of one fact: the most trusted source first, then the freshest.

    More than one value: the sources disagree, or it changed.
    """

    field: str
    label: str
    tellings: tuple[Telling, ...]

    @property
    def current(self) -> Telling:
        return self.tellings[0]

    @property
    def earlier(self) -> tuple[Telling, ...]:
        return self.tellings[1:]

    @property
    def conflicting(self) -> bool:
        """Whether another value is still told by some source."""
        return any(telling.is_current for telling in self.earlier)

    @property
    def is_stale(self) -> bool:
        limit = STALE.get(self.field)
        return limit is not None and timezone.now() - self.current.as_of > limit

    @property
    def note(self) -> str:
        """What somebody who relies on the fact should know, in a few words."""
        told = self.current
        notes = {
            "sources disagree": self.conflicting,
            f"{told.sureness} that it is theirs ({told.confidence:.0%})": told.confidence < SURE,
            "old: ask again": self.is_stale,
        }
        return "; ".join(words for words, holds in notes.items() if holds)


def records_of(customer: Customer, limit: int = 500) -> list[IdentityRecord]:
    """The identity records linked to a customer now, freshest first; each knows the `link` that holds it."""
    live = Link.objects.filter(customer=customer, ended_at__isnull=True).select_related("record__silo")
    found = []
    for link in live.order_by("-record__as_of", "-record_id")[:limit]:
        link.record.link = link  # type: ignore[attr-defined]
        found.append(link.record)
    return found


def links_of(customer: Customer, limit: int = 500) -> list[Link]:
    """Why each record is linked to the customer, newest first; ended links included."""
    return list(
        Link.objects.filter(customer=customer)
        .select_related("record__silo", "made_by", "ended_by")
        .order_by("-made_at", "-id")[:limit]
    )


def weak_links(customer: Customer, strict: float) -> list[Link]:
    """Links that no person made and whose score is below `strict`: what they hold may be somebody else's."""
    live = Link.objects.filter(customer=customer, ended_at__isnull=True, made_by=None, score__lt=strict)
    return list(live.select_related("record__silo").order_by("-record__as_of", "-record_id"))


def trust_of(records: Iterable[IdentityRecord]) -> dict[int, dict[str, int]]:
    """How far each source is trusted, by silo and field, where the office said something. One query."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    told = SourceTrust.objects.filter(silo__in={record.silo_id for record in records})
    for silo, field, trust in told.values_list("silo_id", "field", "trust"):
        found[silo][field] = trust
    return found


def facts_of(records: Sequence[IdentityRecord], trust: Mapping[int, Mapping[str, int]] | None = None) -> list[Fact]:
    """What the sources say, value by value. Nothing is chosen away: the most trusted and freshest stands first."""
    told: dict[str, dict[str, list[IdentityRecord]]] = {name: defaultdict(list) for name, _ in FACTS}
    for record in records:
        for name, values in told.items():
            value = getattr(record, name)
            if value:
                values[str(value)].append(record)
    facts = []
    for name, label in FACTS:
        newest = _newest_of_each_source(records, name)
        tellings = [_telling(value, by, name, newest, trust or {}) for value, by in told[name].items()]
        if tellings:
            tellings.sort(key=lambda t: (t.trust, t.as_of), reverse=True)
            facts.append(Fact(name, label, tuple(tellings)))
    return facts


def _newest_of_each_source(records: Iterable[IdentityRecord], field: str) -> set[int]:
    """The records that are the last word of their source on a field: by the source's own key of the customer."""
    last: dict[tuple[int, str], IdentityRecord] = {}
    for record in records:
        key = (record.silo_id, record.key)
        if getattr(record, field) and (key not in last or record.as_of > last[key].as_of):
            last[key] = record
    return {record.pk for record in last.values()}


def _telling(
    value: str, by: list[IdentityRecord], field: str, newest: set[int], trust: Mapping[int, Mapping[str, int]]
) -> Telling:
    scores: dict[int, float] = defaultdict(float)
    for record in by:
        link = getattr(record, "link", None)
        scores[record.silo_id] = max(scores[record.silo_id], link.score if link is not None else 1.0)
    return Telling(
        value=value,
        sources=tuple(dict.fromkeys(record.silo.name for record in by)),
        as_of=max(record.as_of for record in by),
        times=len(by),
        trust=max(_trusted(trust.get(record.silo_id, {}), field) for record in by),
        confidence=1 - prod(1 - score for score in scores.values()),
        is_current=any(record.pk in newest for record in by),
    )


def _trusted(told: Mapping[str, int], field: str) -> int:
    return told.get(field, told.get("*", SourceTrust.USUAL))
