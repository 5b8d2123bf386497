"""Every address of Regard, and what each is tried with."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.planted import Planted
from tests.samples import QUERIES, SAMPLES


@dataclass(frozen=True)
class Address:
    """A pattern of the address table: its name, its view, and the names of the arguments in it."""

    name: str
    view: Callable[..., Any]
    arguments: frozenset[str]


def walk(resolver: URLResolver, above: frozenset[str] = frozenset()) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        names = above | set(getattr(entry.pattern, "converters", ())) | set(entry.pattern.regex.groupindex)
        if isinstance(entry, URLResolver):
            yield from walk(entry, names)
        elif isinstance(entry, URLPattern):
            yield Address(entry.name or "", entry.callback, names)


EVERY = list(walk(get_resolver()))
NAMED = {address.name: address for address in EVERY}


def arguments(name: str, planted: Planted) -> dict:
    wanted = NAMED[name].arguments
    if not wanted:
        return {}
    if name not in SAMPLES:
        pytest.fail(
            f"The address {name} needs {', '.join(sorted(wanted))}. Add a line to tests/samples.py that takes it from "
            "what tests/planted.py plants, so that it can be tried as somebody who must not see it."
        )
    return SAMPLES[name](planted)


def addresses(name: str, planted: Planted) -> list[str]:
    base = reverse(name, kwargs=arguments(name, planted))
    known = {
        "unit": planted.cast.permits.pk,
        "case": planted.case.pk,
        "customer": planted.customer.pk,
        "twin": planted.twin.pk,
        "pair": planted.pair.pk,
        "alice": planted.cast.alice.pk,
        "service": planted.cast.fence.pk,
        "silo": planted.silo.pk,
        "contact": planted.message.pk,
        "feedback": planted.feedback.pk,
    }
    return [base, *(base + query.format(**known) for query in QUERIES.get(name, []))]
