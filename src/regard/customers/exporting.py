"""The picture of a customer as data: one structure, as JSON or as rows of a table.."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from regard.customers.models import Customer
from regard.customers.queries.picture import Fact
from regard.customers.queries.relations import Related
from regard.customers.timeline import Entry, OpenItem

HEADER = ("part", "what", "value", "source", "as_of", "confidence", "still_told")


def as_data(
    customer: Customer,
    *,
    facts: Sequence[Fact],
    relations: Sequence[Related],
    open_items: Sequence[OpenItem],
    entries: Sequence[Entry],
    at: datetime,
) -> dict[str, Any]:
    """Everything the page of a customer shows, with source, age and confidence of each fact."""
    return {
        "customer": customer.number,
        "kind": customer.kind,
        "exported_at": at.isoformat(timespec="seconds"),
        "facts": [_fact(fact) for fact in facts],
        "relations": [_relation(one) for one in relations],
        "open": [_open(item) for item in open_items],
        "history": [_entry(entry) for entry in entries],
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "fact": fact.field,
        "label": fact.label,
        "conflicting": fact.conflicting,
        "stale": fact.is_stale,
        "told": [
            {
                "value": told.value,
                "sources": list(told.sources),
                "as_of": told.as_of.isoformat(timespec="seconds"),
                "confidence": round(told.confidence, 4),
                "trust": told.trust,
                "still_told": told.is_current,
            }
            for told in fact.tellings
        ],
    }


def _relation(one: Related) -> dict[str, Any]:
    source = one.relation.silo.name if one.relation.silo else one.relation.author
    since = one.relation.made_at.isoformat(timespec="seconds")
    return {"relation": one.words, "customer": one.customer.number, "name": one.customer.name, "source": source,
            "how_known": one.relation.reason, "since": since}  # fmt: skip


def _open(item: OpenItem) -> dict[str, Any]:
    return {
        "number": item.number,
        "title": item.title,
        "state": item.state,
        "unit": item.unit,
        "received_at": _iso(item.received_at),
        "promised_for": _iso(item.promise_due),
        "next_step": item.next_step,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {"at": _iso(entry.at), "kind": entry.kind, "title": entry.title, "text": entry.text, "source": entry.source}


def _iso(when: datetime | None) -> str | None:
    return when.isoformat(timespec="seconds") if when is not None else None


def as_rows(data: dict[str, Any]) -> Iterator[Iterable[Any]]:
    """The same as rows under `HEADER`, one for each thing told."""
    for fact in data["facts"]:
        for told in fact["told"]:
            yield ("fact", fact["label"], told["value"], "; ".join(told["sources"]), told["as_of"], told["confidence"],
                   "yes" if told["still_told"] else "no")  # fmt: skip
    for one in data["relations"]:
        yield ("relation", one["relation"], f"{one['customer']} {one['name']}", one["source"], one["since"], "", "")
    for item in data["open"]:
        yield ("open", item["title"], item["number"], item["unit"], item["received_at"], "", "")
    for entry in data["history"]:
        yield ("history", entry["title"], entry["text"], entry["source"], entry["at"], "", "")
