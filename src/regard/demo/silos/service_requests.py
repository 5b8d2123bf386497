"""The 311 system's export: ``311_requests.csv``, UTF-8 with a byte order mark, commas, CRLF, one row a request.

Local time (America/Chicago) without zone, ``m/d/Y H:MM AM/PM``; rows that came through the mobile app carry some
stamps as ``Y-m-d H:MM`` (the app writes them itself). Columns:

- ``Request ID`` (AC-yy-nnnnnn) - key
- ``Opened``, ``Assigned On``, ``First Response``, ``Completed`` (work done), ``Closed``, ``Cancelled``, ``Reopened``,
  ``Closed Again`` - stamps of events; blank where it did not happen
- ``Due`` (promised at opening; end of a working day or a time), ``Revised Due``, ``Revised On`` (promise moved)
- ``Category`` - service code as in office.toml, in any capitals; ``Category Name``
- ``Department`` - name of the unit that has it now; ``Transferred From``, ``Transferred On``; ``Assigned To``
- ``Status`` - see STATUSES; ``Intake Method`` - see METHODS
- ``Requester Name``, ``Requester Email``, ``Requester Phone`` - often blank, sometimes n/a or a placeholder
- ``Address``, ``City``, ``ZIP``, ``Ward``, ``Latitude``, ``Longitude``, ``Description``
"""

import random
from datetime import datetime

from regard.demo import spelling, telling
from regard.demo.cases import Case, Event
from regard.demo.mess import Cells, Fault, Row, put, ragged, spoil
from regard.demo.population import Address
from regard.demo.silos.writing import Desk, columns, delimited, us_time
from regard.demo.speech import pick

FILE, FORMAT, ENCODING = "311_requests.csv", "csv", "utf-8-sig"
HEADER = columns(
    "Request ID,Opened,Category,Category Name,Department,Status,Intake Method,Requester Name,Requester Email,"
    "Requester Phone,Address,City,ZIP,Ward,Latitude,Longitude,Description,Due,Revised Due,Revised On,Assigned To,"
    "Assigned On,First Response,Transferred From,Transferred On,Completed,Closed,Cancelled,Reopened,Closed Again"
)
AT = {name: at for at, name in enumerate(HEADER)}
STATUSES = {"open": "Open", "paused": "On Hold", "resolved": "Completed", "closed": "Closed", "withdrawn": "Cancelled"}
METHODS = {
    "phone": "Phone",
    "web": "Web Portal",
    "app": "Mobile App",
    "email": "Email",
    "counter": "Walk-in",
    "social": "Social Media",
    "letter": "Letter",
    "staff": "Staff",
}
NO_NAME = {"web": 0.10, "app": 0.22, "social": 0.65, "staff": 1.0, "phone": 0.06}
NO_MAIL = {
    "web": 0.15,
    "app": 0.25,
    "email": 0.0,
    "phone": 0.72,
    "counter": 0.7,
    "social": 0.95,
    "letter": 0.95,
    "staff": 1.0,
}
NO_PHONE = {
    "web": 0.45,
    "app": 0.4,
    "email": 0.75,
    "phone": 0.05,
    "counter": 0.4,
    "social": 0.95,
    "letter": 0.8,
    "staff": 1.0,
}


def write(desk: Desk) -> None:
    rows = [_row(desk, case) for case in desk.world.cases["requests"]]
    for test in _test_rows(desk, rows):
        rows.insert(desk.rng.randrange(len(rows)), test)
    written = spoil(rows, desk.account, rng=desk.rng, rates=desk.rates, faults=_faults(desk), differ=_differ)
    text = delimited(HEADER, written, end="\r\n")
    desk.path().write_bytes(text.encode("utf-8-sig"))


def _row(desk: Desk, case: Case) -> Row[Cells]:
    rng, smudge, place = desk.rng, desk.smudge, case.place
    text = telling.hurried(rng, telling.matter(rng, case), desk.rates.careless * (case.channel in {"web", "app"}))
    cells = [
        case.number,
        us_time(case.opened),
        smudge.code(case.service.code),
        case.service.name,
        smudge.space(telling.unit_name(desk.world, case.unit)),
        "Reopened" if case.state() == "open" and case.first("reopened") else STATUSES[case.state()],
        METHODS[case.channel],
        *_requester(desk, case),
        smudge.space(place.short() if rng.random() < 0.7 else place.line().upper()),
        place.town if rng.random() < 0.93 else place.town.upper(),
        place.zip,
        str(place.district),
        *_position(rng, place),
        smudge.text(text),
        *_events(desk, case),
    ]
    if case.channel == "app" and rng.random() < desk.rates.other_date * 8:
        desk.account.mess("other_date")
        for name in ("Opened", "Closed"):
            cells[AT[name]] = _iso(cells[AT[name]])
    return Row(case.number, cells, _facts(case))


def _position(rng: random.Random, place: Address) -> tuple[str, str]:
    """Latitude and longitude, or a blank or 0 where the map did not find the address."""
    if rng.random() < 0.06:
        nowhere = pick(rng, ("", "0"))
        return nowhere, nowhere
    return f"{place.latitude:.6f}", f"{place.longitude:.6f}"


def _requester(desk: Desk, case: Case) -> list[str]:
    """Name, e-mail and phone as this channel leaves them; enters the truth where any of them is given."""
    rng, smudge, person = desk.rng, desk.smudge, case.person
    channel, day = case.channel, case.opened.date()
    hand = "heard" if channel in {"phone", "counter", "letter"} else "typed"
    name = mail = number = ""
    if rng.random() >= NO_NAME.get(channel, 0.1):
        name = spelling.name(rng, person, day, hand)
        if case.firm and rng.random() < 0.6:
            shown = spelling.firm(rng, case.firm)
            name = pick(rng, (shown, f"{name} ({shown})", f"{name}, {shown}"))
    if rng.random() >= NO_MAIL[channel]:
        mail = case.firm.mail if case.firm and rng.random() < 0.6 else person.any_mail()
    if rng.random() >= NO_PHONE[channel]:
        number = case.firm.phone if case.firm and rng.random() < 0.6 else person.phone()
    known = bool(name or mail or number)
    if known:
        desk.truth.person("311", case.number, "requester", person)
        if case.firm:
            desk.truth.firm("311", case.number, "organisation", case.firm)
    mail = _mail(desk, mail, channel)
    number = spelling.phone(rng, number)
    if channel == "phone" and not number and rng.random() < desk.rates.placeholder * 10:
        desk.account.mess("placeholder")
        number = "000-000-0000"
    return [smudge.space(smudge.blank(name)), smudge.blank(mail), smudge.blank(number)]


def _mail(desk: Desk, mail: str, channel: str) -> str:
    rng = desk.rng
    if not mail:
        if channel == "phone" and rng.random() < desk.rates.placeholder:
            desk.account.mess("placeholder")
            return "none@none.example"
        return ""
    if rng.random() < desk.rates.bad_mail:
        desk.account.mess("bad_mail")
        return pick(rng, (mail.replace("@", " at "), mail.replace("@", ""), f"{mail}."))
    return pick(rng, (mail.upper(), mail.title())) if rng.random() < 0.05 else mail


def _events(desk: Desk, case: Case) -> list[str]:
    def stamp(event: Event | None) -> str:
        return us_time(event.at) if event else ""

    moved, handed = case.first("promise_moved"), case.first("transferred")
    assigned, reopened = case.first("assigned"), case.first("reopened")
    new_due = us_time(datetime.fromisoformat(moved.note.split("|")[0])) if moved else ""
    again = case.last("closed") if reopened else None
    if again and reopened and again.at < reopened.at:
        again = None
    return [
        us_time(case.due) if case.due else "",
        new_due,
        stamp(moved),
        desk.world.county.by_id[assigned.who].name if assigned else "",
        stamp(assigned),
        stamp(case.first("answered")),
        telling.unit_name(desk.world, case.first_unit) if handed else "",
        stamp(handed),
        stamp(case.first("resolved")),
        stamp(case.first("closed")),
        stamp(case.first("withdrawn")),
        stamp(reopened),
        stamp(again),
    ]


def _facts(case: Case) -> tuple[str, ...]:
    kinds = {"reopened", "transferred", "promise_moved", "answered"}
    return (case.state(), *sorted(kinds & {event.kind for event in case.events}), *(("promised",) if case.due else ()))


def _iso(stamp: str) -> str:
    return f"{datetime.strptime(stamp, '%m/%d/%Y %I:%M %p'):%Y-%m-%d %H:%M}" if stamp else ""  # noqa: DTZ007 - local, as in the file


def _faults(desk: Desk) -> list[Fault[Cells]]:
    rates = desk.rates
    opened, closed = AT["Opened"], AT["Closed"]

    def before_opened(cells: Cells, _: random.Random) -> Cells | None:
        if not cells[closed] or cells[AT["Reopened"]]:
            return None
        return [*cells[:closed], _year_before(cells[closed]), *cells[closed + 1 :]]

    impossible = ("2/30/2026 10:15 AM", "13/45/2025 9:00 AM", "12/31/9999 12:00 AM", "0/0/0000 12:00 AM", "tomorrow")
    return [
        Fault("bad_date", rates.bad_date, put(opened, *impossible)),
        Fault("before_opened", rates.before_opened, before_opened),
        Fault("unknown_code", rates.unknown_code, put(AT["Category"], "MISC-OLD", "PW-99", "XXXX", "Other")),
        Fault("no_key", rates.no_key, put(0, "", "", "N/A")),
        Fault("no_date", rates.no_date, put(opened, "")),
        Fault("ragged", rates.ragged, ragged(AT["Description"])),
    ]


def _year_before(stamp: str) -> str:
    """The stamp with a year that is two too small: before any request was opened."""
    year = int(stamp.split("/")[2][:4]) if "/" in stamp else int(stamp[:4])
    return stamp.replace(str(year), str(year - 2))


def _differ(cells: Cells, rng: random.Random) -> Cells:
    """The same request again after somebody edited it."""
    other = list(cells)
    other[AT["Description"]] += pick(rng, (" Called again.", " - see also the photo", " (dup?)"))
    other[AT["Ward"]] = str(rng.randrange(1, 15))
    return other


def _test_rows(desk: Desk, rows: list[Row[Cells]]) -> list[Row[Cells]]:
    """Rows that somebody left in the system after trying it out: they carry a code that is in no list."""
    made = []
    for number in range(max(1, round(len(rows) * desk.rates.test_rows))):
        like = pick(desk.rng, rows)
        key = f"AC-TEST-{number + 1:03d}"
        cells = list(like.cells)
        cells[0], cells[AT["Category"]], cells[AT["Category Name"]] = key, "ZZ-TEST", "Test"
        cells[AT["Description"]] = pick(desk.rng, ("TEST - please ignore", "test test", "asdf", "Training example"))
        for name in ("Requester Name", "Requester Email", "Requester Phone"):
            cells[AT[name]] = ""
        made.append(Row(key, cells, fault="unknown_code"))
    return made
