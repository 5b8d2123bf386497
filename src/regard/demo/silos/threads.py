"""The messages of the shared mailboxes: threads that are cases, mail about cases of other systems, round mail."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from regard.demo import spelling, telling
from regard.demo.cases import Case
from regard.demo.contacts import Contact
from regard.demo.county import Staff
from regard.demo.population import Organisation, Person
from regard.demo.silos.writing import Desk
from regard.demo.speech import pick, say, sentence, words

ANSWERS_CHASERS = 0.75
KINDS = {"complaint": "Complaint", "compliment": "Praise", "suggestion": "Idea"}
STEPS = {
    "received": "new",
    "answered": "answered",
    "paused": "question",
    "resumed": "reply",
    "promise_moved": "moved",
    "resolved": "done",
    "reopened": "reopen",
    "withdrawn": "withdrawn",
}
ROUND_MAIL = (
    ("Bid Herald", "news@bidherald.example", "This week's bids in your region", "Twelve new bids match your profile."),
    (
        "Counties Today",
        "letter@countiestoday.example",
        "Counties Today no. {n}",
        "Inside: bridges, broadband, budgets.",
    ),
    ("Postmaster", "postmaster@lakemail.example", "Undelivered mail", "Your message came back: the mailbox is full."),
)


@dataclass(slots=True, kw_only=True)
class Message:
    at: datetime
    out: bool
    text: str
    subject: str
    person: Person | None
    firm: Organisation | None
    staff: Staff
    unit: str
    thread: str
    step: str | None = None
    label: str | None = None
    ref: str | None = None
    promised: str | None = None
    category: str | None = None
    opens: bool = False  # the first message of a case of its own
    id: str = ""
    reply_to: "Message | None" = field(default=None, repr=False)


def messages(desk: Desk, mails: list[Contact]) -> list[Message]:
    """All messages up to the last day, in order of time."""
    found = [message for case in desk.world.cases["mailbox"] for message in _thread(desk, case)]
    serial = len(desk.world.cases["mailbox"])
    for number, contact in enumerate(mails, serial + 1):
        found.extend(_filed(desk, contact, f"T{number:05d}"))
    found.extend(_questions(desk, serial + len(mails)))
    found.extend(_round_mail(desk, len(found)))
    found = [message for message in found if message.at <= desk.world.county.now]
    found.sort(key=lambda message: message.at)
    return found


def _thread(desk: Desk, case: Case) -> list[Message]:
    """A case that lives in the mailbox, message by message."""
    rng = desk.rng
    topics = words("letters")["subject"].get(case.service.code, words("letters")["subject"]["other"])
    subject = say(rng, pick(rng, topics), {"street": case.place.street})
    body, category = telling.own_words(rng, case), None
    kind = _kind(rng) if case.service.code == "FEEDBACK" else ""
    if kind:
        subject, body = _feedback(desk, case, kind)
        category = KINDS[kind] if rng.random() < 0.7 else None
    found: list[Message] = []
    for event in case.events:
        if event.kind in {"closed", "assigned"}:
            continue
        out = event.kind in {"answered", "paused", "promise_moved", "resolved"}
        staff = desk.world.county.by_id[event.who] if event.who else _officer(desk, case.unit, event.at)
        opens = event.kind == "received"
        text, promised = (
            (_letter(desk, case, body), None) if opens else _step(desk, case, event.kind, event.note, staff)
        )
        message = _message(
            case,
            event.at,
            out=out,
            text=text,
            subject=subject if opens else f"Re: {subject}",
            staff=staff,
            unit=case.unit,
            thread=case.number,
            step=STEPS.get(event.kind),
            label=case.service.code,
            category=category,
            opens=opens,
            promised=promised,
        )
        message.reply_to = found[-1] if found else None
        found.append(message)
    return found


def _step(desk: Desk, case: Case, kind: str, note: str, staff: Staff) -> tuple[str, str | None]:
    """The text of a later message of a thread, and the date it promises."""
    rng, letters = desk.rng, words("letters")
    due = case.due or case.opened + timedelta(days=10)
    slots = telling.answer_slots(desk.world, case, staff, due) | {"case": f"your request {case.number}"}
    own = letters["staff_mail"]
    if kind == "promise_moved":
        new = datetime.fromisoformat(note.split("|", maxsplit=1)[0])
        slots["new_due"] = telling.day_words(new)
        return _signed(rng, say(rng, pick(rng, own["moved"]), slots), slots), f"{new:%Y-%m-%d}"
    if kind == "answered":
        text = say(rng, pick(rng, own["acknowledge"]), slots)
        return _signed(rng, text, slots), f"{case.due:%Y-%m-%d}" if case.due else None
    if kind in {"paused", "resolved"}:
        text = say(rng, pick(rng, own["question" if kind == "paused" else "answer"]), slots)
        return _signed(rng, text, slots), None
    if kind == "withdrawn":
        return pick(rng, ("Please forget this, it is solved.", "Never mind, found it.", "I no longer need this.")), None
    follow = letters["follow_up"]["answered" if kind == "resumed" else "not_done"]
    return say(rng, pick(rng, follow), slots), None


def _message(case: Case, at: datetime, **more: Any) -> Message:
    """A message of the case's customer, or to them."""
    return Message(at=at, person=case.person, firm=case.firm, **more)


def _filed(desk: Desk, contact: Contact, thread: str) -> list[Message]:
    """Mail about a case of another system (or of a thread), and the answer to it."""
    rng, case = desk.rng, contact.case
    if case is None or not (contact.person.any_mail() or contact.firm):
        return []
    own, first = case.silo == "mailbox", contact.about == "report"
    unit = case.first_unit if first else case.unit
    staff = _officer(desk, unit, contact.at)
    slots = telling.answer_slots(desk.world, case, staff, case.due or case.opened + timedelta(days=14))
    slots |= {"days": pick(rng, telling.AGES), "opened": telling.day_words(case.opened), "street": case.place.street}
    subject, text = _about(desk, contact, slots)
    common: dict[str, Any] = {"staff": staff, "unit": unit, "thread": case.number if own else thread}
    common |= {"label": case.service.code if own else None, "ref": None if own else case.number}
    root = _message(case, contact.at, out=False, text=_letter(desk, case, text), subject=subject, **common)
    found = [root]
    common |= {"out": True, "subject": f"Re: {subject}", "reply_to": root}
    own_words = words("letters")["staff_mail"]
    if contact.about != "thanks" and (first or rng.random() < ANSWERS_CHASERS):
        at = desk.world.county.unit_hours(unit).after(contact.at, rng.expovariate(1 / 14_000))
        text = say(rng, pick(rng, own_words["acknowledge"]), slots)
        found.append(_message(case, at, text=_signed(rng, text, slots), **common))
    done = case.first("resolved")
    if first and done and done.at > found[-1].at:
        text = say(rng, pick(rng, own_words["resolved"]), slots)
        found.append(_message(case, done.at + timedelta(minutes=20), text=_signed(rng, text, slots), **common))
    return found


def _about(desk: Desk, contact: Contact, slots: dict[str, str]) -> tuple[str, str]:
    rng, case = desk.rng, contact.case
    assert case is not None  # noqa: S101 - the caller has looked
    letters = words("letters")
    if contact.about == "report":
        topics = letters["subject"].get(case.service.code, letters["subject"]["other"])
        return say(rng, pick(rng, topics), slots), telling.own_words(rng, case)
    follow = "early" if contact.about == "status" and (case.due is None or contact.at < case.due) else contact.about
    subject = pick(
        rng, (f"{case.number}", f"Case {case.number}", f"Re: [{case.number}] {case.service.name}", "Any news?")
    )
    return subject, sentence(say(rng, pick(rng, letters["follow_up"][follow]), slots))


def _questions(desk: Desk, serial: int) -> list[Message]:
    """Questions that permit staff mailed to applicants, and the answers."""
    rng, found = desk.rng, []
    for case in desk.world.cases["permits"]:
        if case.channel not in {"web", "email"} or not case.person.any_mail() or rng.random() < 0.4:
            continue
        for event, later in zip(case.events, [*case.events[1:], None], strict=True):
            if event.kind != "paused":
                continue
            serial += 1
            staff = desk.world.county.by_id[event.who]
            slots = telling.answer_slots(desk.world, case, staff, event.at)
            text = f"About your application {case.number}: {event.note}. Please answer this message."
            common: dict[str, Any] = {"staff": staff, "unit": "permits", "thread": f"T{serial:05d}", "ref": case.number}
            subject = f"[{case.number}] {case.service.name}"
            ask = _message(case, event.at, out=True, text=_signed(rng, text, slots), subject=subject, **common)
            found.append(ask)
            if later and later.kind == "resumed":
                reply = say(rng, pick(rng, words("letters")["follow_up"]["answered"]), {})
                common |= {"text": _letter(desk, case, reply), "subject": f"Re: {subject}", "reply_to": ask}
                found.append(_message(case, later.at - timedelta(minutes=5), out=False, **common))
    return found


def _round_mail(desk: Desk, messages: int) -> list[Message]:
    """Newsletters and returned mail: nobody's case, but they are in the file."""
    rng, county = desk.rng, desk.world.county
    days, found = (county.end - county.start).days, []
    for number in range(round(messages * 0.012)):
        sender, address, subject, text = pick(rng, ROUND_MAIL)
        at = datetime.combine(county.start, datetime.min.time()) + timedelta(
            days=rng.randrange(days), hours=rng.randrange(5, 22)
        )
        at += timedelta(seconds=rng.randrange(3600))
        message = Message(
            at=at,
            out=False,
            text=text,
            subject=subject.format(n=number),
            person=None,
            firm=None,
            staff=county.staff[0],
            unit="answer",
            thread=f"N{number:04d}",
            category=f"{sender}|{address}",  # stands in for the person; see _address
        )
        found.append(message)
    return found


# --- texts


def _kind(rng: random.Random) -> str:
    return rng.choices(("complaint", "compliment", "suggestion"), (56, 32, 12))[0]


def _feedback(desk: Desk, case: Case, kind: str) -> tuple[str, str]:
    rng, voices = desk.rng, words("voices")
    unit = pick(rng, [code for code in desk.world.county.units if code != "county"])
    staff = _officer(desk, unit, case.opened)
    slots = telling.slots(rng, case.place)
    slots |= {"unit": telling.unit_name(desk.world, unit), "staff_first": staff.name.split(" ")[0]}
    unasked = voices["unasked"][kind]
    if kind == "suggestion":
        body = pick(rng, voices["suggestion"]["text"])
    else:
        side = "bad" if kind == "complaint" else "good"
        themes = [theme[side] for name, theme in voices["theme"].items() if name != "result"]  # these fit any unit
        body = " ".join(say(rng, pick(rng, pick(rng, themes)), slots) for _ in range(1 + (rng.random() < 0.5)))
    about = f" It is about {slots['unit']}." if rng.random() < 0.6 else ""
    subject = say(rng, pick(rng, unasked["subject"]), slots)
    return subject, f"{say(rng, pick(rng, unasked['open']), slots)}{about} {body}"


def _letter(desk: Desk, case: Case, text: str) -> str:
    """A customer's letter around a text."""
    rng, mail = desk.rng, words("letters")["mail"]
    if telling.asks_in_spanish(case) and rng.random() < 0.1:
        return f"Buenos días.\n\n{text}\n\nGracias,\n{case.person.given}"
    hello = pick(rng, mail["hello"]).format(unit=telling.unit_name(desk.world, case.unit))
    link = "" if case.service.code == "FEEDBACK" else pick(rng, mail["link"])  # feedback has openings of its own
    name = spelling.name(rng, case.person, case.opened.date(), "typed")
    if case.firm and rng.random() < 0.6:
        name = f"{name}\n{case.firm.trading}\n{spelling.phone(rng, case.firm.phone)}"
    elif rng.random() < 0.35 and case.person.phone():
        name = f"{name}\n{spelling.phone(rng, case.person.phone())}"
    if link == "I am writing because":
        asks = "?" in text or text.split(" ", 1)[0] in telling.ASKING
        link, text = ("", text) if asks else (link, text if text.startswith("I ") else text[0].lower() + text[1:])
    body = telling.hurried(rng, " ".join(part for part in (link, text) if part), desk.rates.careless)
    parts = [hello, body, f"{pick(rng, mail['bye'])}\n{name}".strip(), pick(rng, mail["foot"])]
    return "\n\n".join(part for part in parts if part)


def _signed(rng: random.Random, text: str, slots: dict[str, str]) -> str:
    return f"Hello,\n\n{text}\n\n{pick(rng, words('letters')['staff_mail']['sign']).format_map(slots)}"


def _officer(desk: Desk, unit: str, at: datetime) -> Staff:
    return desk.world.county.officer(desk.rng, unit, at)
