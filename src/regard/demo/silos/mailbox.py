"""The shared mailboxes' export: ``mailbox.ndjson``, UTF-8, one JSON object a line, one message an object.

Fields:

- ``message_id`` - key; ``thread_id``; ``in_reply_to`` (message id or null)
- ``folder`` - ``Inbox/<unit>`` or ``Sent``: the direction; ``from``, ``to`` - as in a mail header, names sometimes
  encoded (RFC 2047); ``subject``
- ``date`` - RFC 2822, local offset or +0000, weekday sometimes missing
- ``label`` - service code that staff gave the thread, null where the thread belongs to a case of another system
- ``case`` - the case that staff filed the message with: a 311 or permit number, or the thread_id where the thread is a
  case of its own; null for round mail
- ``step`` - what staff flagged: ``new`` (opens the case), ``answered``, ``question``,
  ``reply`` (to a question), ``moved``, ``done``, ``reopen``, ``withdrawn``; null: a contact and no more (asking for
  news, thanks, round mail)
- ``promised`` - ISO date, on messages that promise one
- ``category`` - Complaint, Praise, Idea on most threads of FEEDBACK, else null
- ``body`` - plain text with quoted history; a few are HTML
"""

import json
import random
from datetime import UTC, datetime, timedelta
from email.utils import formataddr
from typing import Any
from zoneinfo import ZoneInfo

from regard.demo import spelling
from regard.demo.contacts import Contact
from regard.demo.mess import Fault, Row, spoil
from regard.demo.silos.threads import Message, messages
from regard.demo.silos.writing import MONTHS, Desk
from regard.demo.speech import pick

FILE, FORMAT, ENCODING = "mailbox.ndjson", "ndjson", "utf-8"
ZONE = ZoneInfo("America/Chicago")
Cells = dict[str, Any] | str  # a message, or half a line of one


def write(desk: Desk, mails: list[Contact]) -> None:
    rows = [_row(desk, message) for message in messages(desk, mails)]
    written = spoil(rows, desk.account, rng=desk.rng, rates=desk.rates, faults=_faults(desk), differ=_differ)
    lines = [cells if isinstance(cells, str) else json.dumps(cells, ensure_ascii=False) for cells in written]
    desk.path().write_bytes(("\n".join(lines) + "\n").encode())


# --- rows


def _row(desk: Desk, message: Message) -> Row[Cells]:
    rng = desk.rng
    county = desk.world.county
    host = county.office["email_domain"] if message.out else "mx.example"
    message.id = f"<{rng.getrandbits(64):016x}@{host}>"
    here = formataddr((county.units[message.unit]["name"], county.units[message.unit]["email"]))
    there = _address(desk, message)
    if message.person and not message.out:
        desk.truth.person("mailbox", message.id, "sender", message.person)
        if message.firm:
            desk.truth.firm("mailbox", message.id, "organisation", message.firm)
    earlier = message.reply_to
    body = message.text
    if earlier and rng.random() < 0.7:
        quoted = "\n".join(f"> {line}" for line in earlier.text.split("\n"))
        body = f"{body}\n\nOn {earlier.at:%b} {earlier.at.day}, {earlier.at:%Y}, somebody wrote:\n{quoted}"
    if rng.random() < 0.015:
        desk.account.mess("html")
        body = (
            "<html><body><p>"
            + body.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>\n")
            + "</p></body></html>"
        )
    cells: dict[str, Any] = {
        "message_id": message.id,
        "thread_id": message.thread,
        "in_reply_to": earlier.id if earlier and rng.random() < 0.92 else None,
        "folder": "Sent" if message.out else f"Inbox/{county.units[message.unit]['name']}",
        "from": here if message.out else there,
        "to": there if message.out else here,
        "subject": desk.smudge.space(message.subject),
        "date": _date(desk, message.at),
        "label": desk.smudge.code(message.label) if message.label else None,
        "case": message.ref or (message.thread if message.person else None),
        "step": message.step,
        "promised": message.promised,
        "category": message.category if message.person else None,
        "body": desk.smudge.text(body) if not message.out else body,
    }
    facts = ["out" if message.out else "in"]
    facts += ["case"] if message.opens else []
    facts += [f"step {message.step}"] if message.step else []
    return Row(message.id, cells, tuple(facts))


def _address(desk: Desk, message: Message) -> str:
    rng, person = desk.rng, message.person
    if person is None:
        name, _, address = str(message.category).partition("|")
        return formataddr((name, address))
    name = spelling.name(rng, person, message.at.date(), "mail")
    mail = person.any_mail()
    if message.firm and (not mail or rng.random() < 0.6):
        mail = message.firm.mail
        name = name if rng.random() < 0.5 else message.firm.trading
    mail = mail or f"{spelling.flat(person.family).lower().replace(' ', '')}@postbird.example"
    if rng.random() < 0.04:
        mail = mail.title()
    if not name:
        return mail
    if name.isascii() or rng.random() < 0.5:
        return formataddr((name, mail))
    return f'"{name}" <{mail}>'


def _date(desk: Desk, at: datetime) -> str:
    """RFC 2822, in local time or, as some servers do, in universal time; sometimes without its weekday."""
    chance = desk.rng.random()
    moment = at.replace(tzinfo=ZONE)
    if chance < 0.2:
        moment = moment.astimezone(UTC)
    day = "" if chance > 1 - desk.rates.other_date else f"{_DAYS[moment.weekday()]}, "
    offset = moment.utcoffset() or timedelta()
    hours = int(offset.total_seconds() // 3600)
    zone = f"{'-' if hours < 0 else '+'}{abs(hours):02d}00"
    if day == "":
        desk.account.mess("other_date")
    return f"{day}{moment.day:02d} {MONTHS[moment.month - 1]} {moment:%Y %H:%M:%S} {zone}"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _faults(desk: Desk) -> list[Fault[Cells]]:
    """Faults of single messages; those that open a case stay whole, for their threads hang on them."""
    rates = desk.rates

    def broken(name: str, *values: str | None) -> Any:
        def breaks(cells: Cells, rng: random.Random) -> Cells | None:
            return {**cells, name: pick(rng, values)} if isinstance(cells, dict) and _hangs(cells) else None

        return breaks

    def half(cells: Cells, rng: random.Random) -> Cells | None:
        if not isinstance(cells, dict) or not _hangs(cells):
            return None
        line = json.dumps(cells, ensure_ascii=False)
        return line[: rng.randrange(30, len(line) - 1)]

    return [
        Fault(
            "bad_date",
            rates.bad_date,
            broken("date", "Mon, 31 Feb 2026 09:00:00 -0600", "yesterday", "00 Xxx 0000 00:00:00 +0000"),
        ),
        Fault("no_date", rates.no_date, broken("date", None, "")),
        Fault("no_key", rates.no_key, broken("message_id", None, "")),
        Fault("not_readable", rates.not_readable * 2, half),
    ]


def _hangs(cells: dict[str, Any]) -> bool:
    return cells["step"] != "new"


def _differ(cells: Cells, _: random.Random) -> Cells:
    return {**cells, "subject": f"[EXT] {cells['subject']}"} if isinstance(cells, dict) else cells
