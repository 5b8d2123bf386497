"""Who of the customers served could be asked, and why the others could not. Pure: columns in, columns out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Why somebody served is not asked, in the order in which reasons are looked for.
EXCLUSIONS = {
    "restricted": "Restricted customers",
    "silent": "Do not want to be asked",
    "no_address": "No e-mail address is known",
    "asked_lately": "Were asked in the days before",
    "same_address": "The same e-mail address as another customer",
}
_CODE = {name: place for place, name in enumerate(EXCLUSIONS, start=1)}


@dataclass(frozen=True)
class Met:
    """Each time the office served a customer: where, for which service (0: none), and when."""

    customers: Ids
    units: Ids
    services: Ids
    at: Ids


@dataclass(frozen=True)
class People:
    """What is known of customers. `mailbox` stands for the e-mail address: equal addresses have equal numbers."""

    ids: Ids
    organisations: Ids  # 1 for an organisation, 0 for a person
    restricted: Flags
    reachable: Flags
    mailbox: Ids


@dataclass(frozen=True)
class Frame:
    """Who can be asked, column by column, and how many cannot, by reason."""

    size: int
    exclusions: dict[str, int]
    ids: Ids
    units: Ids
    services: Ids
    organisations: Ids


def frame_of(met: Met, people: People, merged: tuple[Ids, Ids], silent: Ids, lately: Ids) -> Frame:
    """Everybody served, once, at the place that served them last; and who of them can be asked.

    `merged` are ids that now stand for others: (from, to). Customers that `people` leaves out are not in the frame.
    """
    customers = _standing(met.customers, merged)
    order = np.lexsort((met.services, met.units, met.at, customers))
    ordered = customers[order]
    last = order[np.append(ordered[1:] != ordered[:-1], True)] if len(order) else order
    place = _places(people.ids, customers[last])
    last, place = last[place >= 0], place[place >= 0]
    ids = people.ids[place]
    reasons = _reasons(ids, people, place, silent, lately)
    counted = np.bincount(reasons, minlength=len(_CODE) + 1)
    can = reasons == 0
    return Frame(
        size=len(ids),
        exclusions={name: int(counted[code]) for name, code in _CODE.items() if counted[code]},
        ids=ids[can],
        units=met.units[last][can],
        services=met.services[last][can],
        organisations=people.organisations[place][can],
    )


def _standing(customers: Ids, merged: tuple[Ids, Ids]) -> Ids:
    """Each customer, or the one that stands for it now."""
    gone, stays = merged
    place = _places(gone, customers)
    return np.where(place >= 0, stays[place], customers) if len(gone) else customers


def _places(among: Ids, wanted: Ids) -> Ids:
    """Where each of `wanted` stands in `among`; -1 where it does not."""
    if not len(among):
        return np.full(len(wanted), -1, np.int64)
    order = np.argsort(among, kind="stable")
    found = np.searchsorted(among[order], wanted)
    place = order[np.minimum(found, len(among) - 1)]
    return np.where(among[place] == wanted, place, -1)


def _reasons(ids: Ids, people: People, place: Ids, silent: Ids, lately: Ids) -> Ids:
    """The first reason that holds for each, as a number; 0 for those who can be asked."""
    holds = {
        "restricted": people.restricted[place],
        "silent": np.isin(ids, silent),
        "no_address": ~people.reachable[place],
        "asked_lately": np.isin(ids, lately),
    }
    reasons = np.select(list(holds.values()), [_CODE[name] for name in holds], 0).astype(np.int64)
    return _one_a_mailbox(ids, people.mailbox[place], reasons)


def _one_a_mailbox(ids: Ids, mailbox: Ids, reasons: Ids) -> Ids:
    """One letter a mailbox. A mailbox that was asked lately by another name was asked."""
    asked_lately = _CODE["asked_lately"]
    some = np.flatnonzero((reasons == 0) | (reasons == asked_lately))
    order = some[np.lexsort((ids[some], reasons[some] == 0, mailbox[some]))]
    boxes = mailbox[order]
    again = order[np.append(False, boxes[1:] == boxes[:-1])] if len(order) else order
    again = again[reasons[again] == 0]
    reasons = reasons.copy()
    reasons[again] = _CODE["same_address"]
    return reasons
