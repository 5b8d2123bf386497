"""Purchasing's vendor register: ``vendors.csv``, UTF-8, commas, CRLF, one row a registration.

Days as ``yyyymmdd``. Firms that moved, or forgot that they were registered, stand in it twice under two numbers; sites
and trading names too. Columns:

- ``Vendor ID`` (Vnnnnn) - key; ``Legal Name``, ``Trading Name``; ``Contact``, ``Title``
- ``Tax ID`` - shaped like an employer number, with the prefix 00 that no real one has; with or without dash, or blank
- ``Email``, ``Phone``, ``Address``, ``City``, ``State``, ``ZIP``
- ``Trade`` - see TRADES, in any capitals; ``Small Business`` (Y, N, blank); ``Status`` (Active, Inactive)
- ``As Of`` - the day on which the row was last confirmed
"""

import random
from datetime import date, timedelta

from regard.demo import spelling
from regard.demo.mess import Cells, Fault, Row, put, ragged, spoil
from regard.demo.population import Address, Organisation
from regard.demo.silos.writing import Desk, columns, delimited
from regard.demo.speech import pick

FILE, FORMAT, ENCODING = "vendors.csv", "csv", "utf-8"
HEADER = columns(
    "Vendor ID,Legal Name,Trading Name,Contact,Title,Tax ID,Email,Phone,Address,City,State,ZIP,"
    "Trade,Small Business,Status,As Of"
)
AT = {name: at for at, name in enumerate(HEADER)}
TRADES = {
    "builder": "CONSTRUCTION",
    "supplier": "GOODS",
    "shop": "RETAIL",
    "landlord": "PROPERTY",
    "community": "COMMUNITY",
}
REGISTERED = {"supplier": 1.0, "builder": 0.7, "shop": 0.35, "landlord": 0.15, "community": 0.08}
TWICE = 0.16  # registered once more, under another number
TITLES = ("Owner", "President", "Sales", "Office manager", "Bookkeeper", "Estimator", "")


def write(desk: Desk) -> None:
    rng = desk.rng
    listed: list[tuple[date, Organisation, bool]] = []
    for firm in desk.world.population.organisations:
        if rng.random() < REGISTERED.get(firm.kind, 0):
            listed.append((_as_of(desk), firm, False))
            if rng.random() < TWICE:
                listed.append((_as_of(desk), firm, True))
    listed.sort(key=lambda one: (one[0], one[1].id))
    rows = [_row(desk, number, day, firm, again=again) for number, (day, firm, again) in enumerate(listed, 10_101)]
    written = spoil(rows, desk.account, rng=rng, rates=desk.rates, faults=_faults(desk), differ=_differ)
    desk.path().write_bytes(delimited(HEADER, written, end="\r\n").encode())


def _as_of(desk: Desk) -> date:
    """Confirmed some day in the last five years, recent ones more likely."""
    return desk.world.county.end - timedelta(days=int(1800 * desk.rng.random() ** 2))


def _row(desk: Desk, number: int, day: date, firm: Organisation, *, again: bool) -> Row[Cells]:
    rng, smudge = desk.rng, desk.smudge
    key = f"V{number}"
    desk.truth.firm("vendors", key, "vendor", firm)
    contact, title = "", ""
    if firm.contacts and rng.random() < 0.9:
        person = pick(rng, firm.contacts)
        contact, title = spelling.name(rng, person, day, "ledger" if rng.random() < 0.4 else "typed"), pick(rng, TITLES)
        desk.truth.person("vendors", key, "contact", person)
    place = _place(rng, firm, again=again)
    cells = [
        key,
        smudge.space(_legal(rng, firm)),
        firm.trading if rng.random() < 0.8 else smudge.blank(),
        contact,
        title,
        _tax(rng, firm.tax_number),
        firm.mail if rng.random() < 0.75 else smudge.blank(firm.contacts[0].any_mail() if firm.contacts else ""),
        spelling.phone(rng, firm.phone) if rng.random() < 0.9 else smudge.blank(),
        smudge.space(place.short() if rng.random() < 0.7 else place.line()),
        place.town,
        pick(rng, ("MN", "MN", "MN", "Minn.", "mn")),
        place.zip if rng.random() < 0.95 else "",
        smudge.code(TRADES[firm.kind]),
        pick(rng, ("Y", "N", "N", "")),
        "Inactive" if again and rng.random() < 0.3 else "Active",
        f"{day:%Y%m%d}",
    ]
    return Row(key, cells, ("again" if again else "first",))


def _place(rng: random.Random, firm: Organisation, *, again: bool) -> Address:
    return pick(rng, firm.sites) if firm.sites and rng.random() < (0.7 if again else 0.2) else firm.address


def _legal(rng: random.Random, firm: Organisation) -> str:
    endings = {"LLC": ("LLC", "L.L.C.", ""), "Inc.": ("Inc.", "Inc", "Incorporated", ""), "Co.": ("Co.", "Company")}
    ending = pick(rng, endings.get(firm.legal, (firm.legal,)))
    text = f"{firm.name}{', ' if ending and rng.random() < 0.3 else ' '}{ending}".strip(" ,")
    return text.upper() if rng.random() < 0.15 else text


def _tax(rng: random.Random, number: str) -> str:
    chance = rng.random()
    return "" if chance < 0.12 else number.replace("-", "") if chance < 0.3 else number


def _faults(desk: Desk) -> list[Fault[Cells]]:
    rates = desk.rates
    return [
        Fault("bad_date", rates.bad_date * 2, put(AT["As Of"], "20260231", "00000000", "2026")),
        Fault("no_key", rates.no_key * 2, put(0, "")),
        Fault("ragged", rates.ragged * 1.5, ragged(AT["Address"])),
    ]


def _differ(cells: Cells, rng: random.Random) -> Cells:
    """The row again, with another contact."""
    other = list(cells)
    other[AT["Contact"]] = pick(rng, ("Accounts payable", "Front desk", "(left)"))
    return other
