"""The counter's list: ``walk_ins.xlsx``, typed by hand in a spreadsheet, one row a visit, two sheets.

Sheet ``Walk-ins`` (the data; row 1 is the header). Local time. Dates are text, day first, ``d.m.Y``; some with a
two-digit year, some turned into real date cells by the spreadsheet; times are text ``H:MM``, some ``H.MM``, some real
time cells. Columns:

- ``No`` - key, a running number; ``Date``; ``Ticket`` - letter of the desk and number of the day
- ``Desk`` - unit, see DESKS; ``Name`` - as scribbled; ``Born`` - d.m.Y, for certificates and marriages, often blank
- ``Purpose`` - see PURPOSES (service by any of the spellings); ``Ref`` - 311 or permit number when the visit belongs to
  such a case (then the row is a contact only; without one it is a case of its own)
- ``In``, ``Called``, ``Out`` - checked in, called, finished; Called is blank for people who left
- ``Result`` - done, left; ``Clerk`` - first name; ``Remarks``

Sheet ``Key`` explains the letters of the desks. It is no data.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from regard.demo import spelling, xlsx
from regard.demo.cases import Case
from regard.demo.contacts import Contact
from regard.demo.mess import Fault, Row, spoil
from regard.demo.population import Organisation, Person
from regard.demo.silos.writing import Desk
from regard.demo.speech import pick, words

FILE, FORMAT, ENCODING = "walk_ins.xlsx", "xlsx", ""
HEADER = [
    "No",
    "Date",
    "Ticket",
    "Desk",
    "Name",
    "Born",
    "Purpose",
    "Ref",
    "In",
    "Called",
    "Out",
    "Result",
    "Clerk",
    "Remarks",
]
AT = {name: at for at, name in enumerate(HEADER)}
DESKS = {"clerk": "Clerk", "tax": "Tax", "permits": "Permits", "answer": "Info"}
PURPOSES = {
    "VITAL": ("birth cert", "birth certificate", "death cert", "certified copy", "Birth Cert."),
    "MARRIAGE": ("marriage license", "marriage lic", "marr. license"),
    "DOG": ("dog license", "dog tag", "dog"),
    "TAX-PAY": ("pay tax", "property tax payment", "tax pmt"),
    "TAX-BILL": ("tax question", "tax bill question", "ques. re tax bill"),
    "HOMESTEAD": ("homestead", "homestead form"),
    "ELECTION": ("voter reg", "register to vote", "absentee ballot"),
    "ZONING": ("zoning question", "zoning", "what can I build"),
    "311": ("report a problem", "311", "complaint"),
    "permit": ("permit drop-off", "permit", "plans"),
}
Cells = list[xlsx.Cell]


@dataclass(slots=True)
class Visit:
    came: datetime
    called: datetime | None
    out: datetime
    person: Person
    firm: Organisation | None
    unit: str
    purpose: str
    ref: str
    case: Case | None
    clerk: str


def write(desk: Desk, visits: list[Contact]) -> None:
    made = [_own(case) for case in desk.world.cases["walk_ins"]] + [_other(desk, visit) for visit in visits]
    visits_made = [visit for visit in made if visit is not None and visit.came <= desk.world.county.now]
    visits_made.sort(key=lambda visit: visit.came)
    tickets: dict[tuple[date, str], int] = {}
    rows = [_row(desk, number, visit, tickets) for number, visit in enumerate(visits_made, 1)]
    written = spoil(rows, desk.account, rng=desk.rng, rates=desk.rates, faults=_faults(desk), differ=_differ)
    key = [["Letter", "Desk"], *[[name[0], f"{name} desk, county building"] for name in DESKS.values()]]
    key.append(["", "times are when people take a ticket, not when they come in the door!"])
    data: Sequence[Sequence[xlsx.Cell]] = [HEADER, *written]
    xlsx.write(desk.path(), {"Walk-ins": data, "Key": key})


def _own(case: Case) -> Visit | None:
    end = next((event for event in case.events if event.kind in {"closed", "withdrawn"}), None)
    if end is None:  # still at the desk when the list was saved
        return None
    called = case.first("answered")
    clerk = called.who if called else ""
    code = case.service.code
    return Visit(
        case.opened, called.at if called else None, end.at, case.person, case.firm, case.unit, code, "", case, clerk
    )


def _other(desk: Desk, contact: Contact) -> Visit | None:
    """A visit at which a 311 request or a permit application was taken down."""
    case, rng = contact.case, desk.rng
    if case is None:
        return None
    unit = "permits" if case.silo == "permits" else "answer"
    wait = (case.opened - contact.at) * rng.random()
    out = case.opened.replace(second=0) + (case.opened - contact.at) * (0.3 + rng.random())
    purpose = "permit" if case.silo == "permits" else "311"
    clerk = desk.world.county.officer(rng, unit, case.opened).id
    return Visit(contact.at, contact.at + wait, out, case.person, case.firm, unit, purpose, case.number, None, clerk)


def _row(desk: Desk, number: int, visit: Visit, tickets: dict[tuple[date, str], int]) -> Row[Cells]:
    rng, smudge = desk.rng, desk.smudge
    letter = DESKS.get(visit.unit, "Info")[0]
    day = visit.came.date()
    tickets[day, letter] = tickets.get((day, letter), 0) + 1
    desk.truth.person("counter", str(number), "visitor", visit.person)
    name = spelling.name(rng, visit.person, day, "scribble")
    if visit.firm and rng.random() < 0.4:
        name = f"{name} / {spelling.firm(rng, visit.firm)}"
        desk.truth.firm("counter", str(number), "organisation", visit.firm)
    born = ""
    if visit.purpose in {"VITAL", "MARRIAGE"} and rng.random() < 0.55:
        born = f"{visit.person.born.day}.{visit.person.born.month}.{visit.person.born.year}"
    clerk = desk.world.county.by_id[visit.clerk].name.split(" ")[0] if visit.clerk else ""
    cells: Cells = [
        number,
        _date(desk, day),
        f"{letter}{tickets[day, letter]:03d}",
        DESKS.get(visit.unit, "Info"),
        smudge.space(name),
        born,
        smudge.code(pick(rng, PURPOSES[visit.purpose])),
        visit.ref,
        _time(desk, visit.came),
        _time(desk, visit.called) if visit.called else "",
        _time(desk, visit.out),
        "done" if visit.called else "left",
        clerk if rng.random() < 0.93 else "",
        pick(rng, words("letters")["notes"]["counter"]) if rng.random() < 0.08 else smudge.blank(),
    ]
    facts = ("contact", "left" if not visit.called else "served", "case" if not visit.ref else "for_case")
    return Row(str(number), cells, facts)


def _date(desk: Desk, day: date) -> xlsx.Cell:
    chance = desk.rng.random()
    if chance < desk.rates.other_date:
        desk.account.mess("other_date")
        return day
    if chance < desk.rates.other_date * 2:
        desk.account.mess("short_year")
        return f"{day.day}.{day.month}.{day:%y}"
    return f"{day.day}.{day.month}.{day.year}"


def _time(desk: Desk, at: datetime) -> xlsx.Cell:
    chance = desk.rng.random()
    if chance < desk.rates.other_date * 0.6:
        desk.account.mess("time_cell")
        return time(at.hour, at.minute)
    return f"{at.hour}{'.' if chance > 0.97 else ':'}{at.minute:02d}"


def _faults(desk: Desk) -> list[Fault[Cells]]:
    rates = desk.rates

    def bad_date(cells: Cells, rng: random.Random) -> Cells:
        return _with(
            cells, "Date", pick(rng, ("31.6.2026", "12.13.2025", "O3.05.2026", "30.2.2026", "5..2026", "Tuesday"))
        )

    def before(cells: Cells, _: random.Random) -> Cells | None:
        """An hour of the afternoon typed as one of the night."""
        came, out = cells[AT["In"]], cells[AT["Out"]]
        if cells[AT["Ref"]] or not isinstance(came, str) or not isinstance(out, str) or int(out[:2].rstrip(":.")) < 13:
            return None
        hour, rest = int(out[:2]), out[2:]
        return _with(cells, "Out", f"{hour - 12}{rest}") if int(came[:2].rstrip(":.")) > hour - 12 else None

    def no_key(cells: Cells, _: random.Random) -> Cells:
        return _with(cells, "No", "")

    def no_date(cells: Cells, _: random.Random) -> Cells:
        return _with(cells, "Date", "")

    def unknown(cells: Cells, rng: random.Random) -> Cells:
        return _with(cells, "Purpose", pick(rng, ("???", "see Colleen", "misc", "lunch")))

    return [
        Fault("bad_date", rates.bad_date * 3, bad_date),  # hands slip more often than systems
        Fault("before_opened", rates.before_opened * 6, before),
        Fault("no_key", rates.no_key, no_key),
        Fault("no_date", rates.no_date * 2, no_date),
        Fault("unknown_code", rates.unknown_code * 2, unknown),
    ]


def _with(cells: Cells, name: str, value: xlsx.Cell) -> Cells:
    at = AT[name]
    return [*cells[:at], value, *cells[at + 1 :]]


def _differ(cells: Cells, rng: random.Random) -> Cells:
    """The row copied down and changed a little."""
    return _with(cells, "Remarks", pick(rng, ("copy", "twice?", "second ticket")))


def service_of(purpose: str) -> str:
    """The service (or ``311``, ``permit``) that a purpose stands for; empty when it stands for none."""
    wanted = " ".join(purpose.lower().split())
    return next((code for code, spellings in PURPOSES.items() if wanted in map(str.lower, spellings)), "")
