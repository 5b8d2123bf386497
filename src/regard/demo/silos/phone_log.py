"""The telephone switch's log: ``phone_log.txt``, tab-separated, Windows-1252, CRLF, one row a call.

Local time; date as ``yymmdd``, times as ``H:MM:SS`` in columns of their own, waits and talks in seconds. The last line
is a total that the switch prints under its log (too few cells: quarantine). Columns:

- ``CALL_ID`` - key; ``DATE``, ``START`` (call came in), ``ANSWER`` (blank if never), ``END``
- ``QUEUE`` - GENERAL, ROADS, WASTE, ANIMALS, PERMITS, CLERK, TAX (see QUEUES: unit by queue), in any capitals
- ``CALLER`` - ten digits as the network sends them, ``ANONYMOUS`` or blank; ``CALLER_NAME`` - typed by the agent
- ``WAIT_SEC``, ``TALK_SEC`` - whole numbers; 0 talk for calls that were not answered; blank wait now and then
- ``OUTCOME`` - ANSWERED, ABANDONED (hung up in the queue), MESSAGE (left a message to be returned)
- ``AGENT`` - login as initial and family name; ``CASE_NO`` - 311 or permit number, where the agent noted it; ``NOTE``
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from regard.demo import spelling
from regard.demo.contacts import Contact
from regard.demo.county import County
from regard.demo.mess import Cells, Fault, Laid, Row, enter, lay, put
from regard.demo.silos.writing import Desk, columns, delimited
from regard.demo.speech import pick, words

FILE, FORMAT, ENCODING = "phone_log.txt", "tsv", "cp1252"
HEADER = columns("CALL_ID,DATE,QUEUE,CALLER,CALLER_NAME,START,ANSWER,END,WAIT_SEC,TALK_SEC,OUTCOME,AGENT,CASE_NO,NOTE")
AT = {name: at for at, name in enumerate(HEADER)}
QUEUES = {
    "answer": "GENERAL",
    "roads": "ROADS",
    "waste": "WASTE",
    "parks": "GENERAL",
    "health": "ANIMALS",
    "permits": "PERMITS",
    "clerk": "CLERK",
    "tax": "TAX",
    "store": "GENERAL",
}
PATIENCE = 330.0  # mean seconds a caller holds the line
RETRY = 0.55  # of those who gave up and then got through later: they appear twice
GAVE_UP = 0.035  # calls of people who never came through, per call that did
MESSAGE = 0.08
WITHHELD = 0.05


@dataclass(slots=True)
class Call:
    start: datetime
    contact: Contact
    wait: int
    talk: int
    outcome: str


def write(desk: Desk, calls: list[Contact]) -> None:
    made = _calls(desk, calls)
    rows = [_row(desk, number, call) for number, call in enumerate(made, 330_118)]
    laid = lay(rows, desk.account, rng=desk.rng, rates=desk.rates, faults=_faults(desk), differ=_differ)
    answered = sum(call.outcome == "ANSWERED" for call in made)
    laid.append(Laid([f"TOTAL {len(made)} CALLS", f"{answered} ANSWERED"], "", "quarantined", "ragged"))
    written = enter(desk.account, laid)
    text = delimited(HEADER, written, delimiter="\t", end="\r\n")
    desk.path().write_bytes(text.encode("cp1252", "replace"))


def _calls(desk: Desk, contacts: list[Contact]) -> list[Call]:
    """Calls with their time in the queue; those given up before one that came through; those given up for good."""
    rng, made = desk.rng, []
    line = desk.world.county.hours("answer-line")
    for contact in contacts:
        closed = line.elapsed(contact.at) == line.elapsed(contact.at + timedelta(seconds=1))
        wait = _wait(rng, contact.at)
        if closed or (contact.about != "report" and rng.random() < MESSAGE):
            made.append(Call(contact.at, contact, min(wait, 90), rng.randrange(8, 70), "MESSAGE"))
            continue
        patience = rng.expovariate(1 / PATIENCE) + 20
        if wait > patience:
            early = contact.at - timedelta(seconds=wait + rng.randrange(240, 3600))
            if rng.random() < RETRY:
                made.append(Call(early, contact, int(patience), 0, "ABANDONED"))
            wait = int(patience * rng.random())
        made.append(Call(contact.at, contact, wait, _talk(rng, contact), "ANSWERED"))
        if contact.case is None and rng.random() < GAVE_UP * 5:
            at = contact.at + timedelta(seconds=rng.randrange(30, 1200))
            made.append(Call(at, contact, int(rng.expovariate(1 / PATIENCE)) + 5, 0, "ABANDONED"))
    made.sort(key=lambda call: call.start)
    return made


def _wait(rng: random.Random, at: datetime) -> int:
    """Seconds in the queue: long on Monday mornings, after days off, and in March when roads break."""
    rush = words("flow")["day"]["phone"].get(str(at.hour), 2) / 8
    mean = 45 * rush**2.2 * (1.7 if at.weekday() == 0 else 1.0) * (1.35 if at.month in {3, 4} else 1.0)
    return int(rng.expovariate(1 / mean)) if rng.random() < 0.82 else rng.randrange(0, 6)


def _talk(rng: random.Random, contact: Contact) -> int:
    median = {"report": 190, "status": 150, "not_done": 240}.get(contact.about, 110)
    return int(median * rng.lognormvariate(0, 0.55)) + 15


def _row(desk: Desk, number: int, call: Call) -> Row[Cells]:
    rng, smudge, contact = desk.rng, desk.smudge, call.contact
    key, case = str(number), contact.case
    answered = call.outcome == "ANSWERED"
    unit = case.first_unit if case else pick(rng, ("answer", "answer", "waste", "clerk", "tax", "roads"))
    caller, known = _caller(desk, contact), False
    name = ""
    if answered and rng.random() < (0.62 if case else 0.18):
        name = spelling.name(rng, contact.person, call.start.date(), "heard")
        if contact.firm and rng.random() < 0.6:
            name = spelling.firm(rng, contact.firm)
        known = True
    if caller.isdigit() or known:
        desk.truth.person("phone", key, "caller", contact.person)
        if contact.firm:
            desk.truth.firm("phone", key, "organisation", contact.firm)
    agent = _agent(desk.world.county, rng, call.start) if answered else ""
    noted = case is not None and answered and case.silo != "mailbox" and rng.random() < 0.68
    picked = call.start + timedelta(seconds=call.wait)
    cells = [
        key,
        f"{call.start:%y%m%d}",
        smudge.code(QUEUES[unit]),
        caller,
        smudge.space(smudge.blank(name)),
        _clock(call.start),
        _clock(picked) if answered else "",
        _clock(picked + timedelta(seconds=call.talk)),
        str(call.wait) if rng.random() < 0.99 else "",
        str(call.talk),
        call.outcome,
        agent,
        _case_number(desk, case.number) if case and noted else smudge.blank(),
        pick(rng, words("letters")["notes"]["phone"]) if answered and rng.random() < 0.04 else "",
    ]
    if rng.random() < 0.0004:  # the receiver was not put down
        cells[AT["TALK_SEC"]] = str(rng.randrange(20_000, 62_000))
        desk.account.mess("outlier")
    return Row(key, cells, (call.outcome,))


def _caller(desk: Desk, contact: Contact) -> str:
    rng = desk.rng
    number = contact.firm.phone if contact.firm and rng.random() < 0.5 else contact.person.phone()
    if not number or rng.random() < WITHHELD:
        return pick(rng, ("ANONYMOUS", "ANONYMOUS", ""))
    return number[2:]


def _case_number(desk: Desk, number: str) -> str:
    """As agents type it: mostly right, sometimes without the letters or in small ones."""
    chance = desk.rng.random()
    if chance < 0.05:
        desk.account.mess("case_number_lower")
        return number.lower()
    return number


def _agent(county: County, rng: random.Random, at: datetime) -> str:
    return county.officer(rng, "answer", at).login()


def _clock(at: datetime) -> str:
    return f"{at.hour}:{at.minute:02d}:{at.second:02d}"


def _faults(desk: Desk) -> list[Fault[Cells]]:
    rates = desk.rates

    def short(cells: Cells, rng: random.Random) -> Cells:
        return cells[: rng.randrange(3, len(cells) - 1)]

    return [
        Fault("bad_date", rates.bad_date * 0.5, put(AT["DATE"], "260230", "991345", "000000", "26O314")),
        Fault("bad_number", rates.bad_number * 0.5, put(AT["WAIT_SEC"], "-1", "??", "##", "1m20")),
        Fault("no_key", rates.no_key * 0.5, put(0, "")),
        Fault("no_date", rates.no_date, put(AT["DATE"], "")),
        Fault("unknown_code", rates.unknown_code * 0.5, put(AT["OUTCOME"], "PHANTOM", "XFER?", "7")),
        Fault("ragged", rates.ragged * 0.5, short),
    ]


def _differ(cells: Cells, _: random.Random) -> Cells:
    """The same call again, with other seconds: the switch wrote it twice."""
    other = list(cells)
    other[AT["TALK_SEC"]] = str(int(cells[AT["TALK_SEC"]] or 0) + 1)
    return other
