"""Who gets in touch about what, beside the cases themselves: calls, e-mails and visits.

Calls and letters grow where cases wait: people ask for news of what was promised and is late. That link (demand
caused by failing) is what an office would want to find in its own files.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from regard.demo.cases import Case, World
from regard.demo.hours import Hours
from regard.demo.population import Organisation, Person
from regard.demo.speech import stream

CHASES_BY_MAIL = {"web": 0.6, "app": 0.4, "email": 0.9}  # the rest calls
THANKS = 0.035  # of closed cases of customers with an e-mail address
INFORMATION_CALLS = 0.28  # calls that end in no case, per call that does
MAX_CHASES = 5


@dataclass(frozen=True, slots=True)
class Contact:
    """One exchange as the customer begins it. ``about``: report, status, not_done, thanks, question."""

    at: datetime
    channel: str  # phone, email, counter
    about: str
    person: Person
    firm: Organisation | None
    case: Case | None


def contacts(world: World) -> dict[str, list[Contact]]:
    """All contacts by channel, in order of time."""
    rng = stream(world.seed, "contacts")
    line = world.county.hours("answer-line")
    found: list[Contact] = []
    for silo in ("requests", "permits", "mailbox"):
        for case in world.cases[silo]:
            found.extend(_around(rng, case, line, world.county.now))
    found.extend(_information(rng, world, [one for one in found if one.channel == "phone"]))
    found.sort(key=lambda one: one.at)
    by_channel: dict[str, list[Contact]] = {"phone": [], "email": [], "counter": []}
    for one in found:
        if one.at <= world.county.now:
            by_channel[one.channel].append(one)
    return by_channel


def _around(rng: random.Random, case: Case, line: Hours, now: datetime) -> list[Contact]:
    found = []
    if case.silo == "requests" and case.channel in {"phone", "email"}:
        before = (
            timedelta(seconds=rng.randrange(70, 260))
            if case.channel == "phone"
            else timedelta(minutes=rng.randrange(2, 90))
        )
        found.append(_contact(case, case.opened - before, case.channel, "report"))
    elif case.channel == "counter" and case.silo in {"requests", "permits"}:
        found.append(_contact(case, case.opened - timedelta(minutes=rng.randrange(4, 15)), "counter", "report"))
    if case.channel in {"social", "staff"}:
        return found
    for at in _impatience(rng, case, now):
        by_mail = case.person.any_mail() and rng.random() < CHASES_BY_MAIL.get(case.channel, 0.08)
        if not by_mail and not case.person.phone():
            continue
        when = at if by_mail else line.after(at, rng.random() * 9000)
        found.append(_contact(case, when, "email" if by_mail else "phone", "status"))
    found.extend(_after_the_end(rng, case, line))
    return found


def _impatience(rng: random.Random, case: Case, now: datetime) -> list[datetime]:
    """When a customer asks for news: rarely before the promised time, again and again after it."""
    end = next((event.at for event in case.events if event.kind in {"resolved", "withdrawn"}), now)
    allowed = (case.due - case.opened) if case.due else timedelta(days=12)
    times = []
    if rng.random() < 0.05:
        times.append(case.opened + allowed * (0.3 + 0.6 * rng.random()))
    at = case.opened + allowed
    while len(times) < MAX_CHASES:
        at += max(timedelta(hours=20), allowed * 0.5) * rng.expovariate(0.55)
        if at >= end:
            break
        times.append(at)
    return [at for at in times if at < end]


def _after_the_end(rng: random.Random, case: Case, line: Hours) -> list[Contact]:
    found = []
    reopened = case.first("reopened")
    mail = case.person.any_mail()
    if reopened and case.silo != "permits":
        by_mail = bool(mail) and case.channel in CHASES_BY_MAIL
        if by_mail or case.person.phone():
            when = reopened.at - timedelta(minutes=rng.randrange(3, 50))
            found.append(_contact(case, when, "email" if by_mail else "phone", "not_done"))
    elif mail and case.last("closed") and rng.random() < THANKS:
        closed = case.events[-1].at
        found.append(_contact(case, closed + timedelta(hours=rng.expovariate(1 / 14)), "email", "thanks"))
    return [one if one.channel == "email" else _at_line(one, line) for one in found]


def _at_line(contact: Contact, line: Hours) -> Contact:
    """A call moved to when the line is open."""
    at = line.after(contact.at, 60)
    return Contact(at, contact.channel, contact.about, contact.person, contact.firm, contact.case)


def _information(rng: random.Random, world: World, calls: list[Contact]) -> list[Contact]:
    """Calls that end in no case, with the rhythm of those that do."""
    found = []
    for _ in range(round(len(calls) * INFORMATION_CALLS)):
        like = calls[rng.randrange(len(calls))]
        person = world.population.persons[rng.randrange(len(world.population.persons))]
        at = like.at + timedelta(seconds=rng.randrange(-1500, 1500))
        firm = person.employer if rng.random() < 0.3 else None
        found.append(Contact(at, "phone", "question", person, firm, None))
    return found


def _contact(case: Case, at: datetime, channel: str, about: str) -> Contact:
    return Contact(at, channel, about, case.person, case.firm, case)
