"""The county store's order book: ``orders.csv``, UTF-8, commas, LF, one row a line of an order.

Days are ISO dates. An order is a case; its rows repeat the head. Columns:

- ``Order`` and ``Line`` - together the key; ``Account`` (S-nnnn, one customer), ``Customer`` (name on the account),
  ``Ordered By``, ``Phone``, ``E-mail``
- ``Ordered``, ``Promised`` (delivery), ``Dispatched``, ``Delivered``, ``Cancelled`` - blank where it did not happen
- ``Item``, ``Description``, ``Pack`` (pieces in a pack), ``Qty`` (packs), ``Unit Price``, ``Amount`` (thousands comma)
- ``Status`` - NEW, SENT, DELIVERED, CANCELLED in any capitals; ``Ship To``, ``City``, ``ZIP``; ``PO`` - the customer's
  own number

A few quantities are wrong (a zero or two too many, pieces for packs, a digit twice): listed in the account as planted.
"""

import random
from datetime import datetime
from typing import Any

from regard.demo import spelling
from regard.demo.cases import Case
from regard.demo.mess import Cells, Fault, Row, enter, lay, put, ragged
from regard.demo.silos.writing import Desk, columns, delimited
from regard.demo.speech import Wheel, pick, words

FILE, FORMAT, ENCODING = "orders.csv", "csv", "utf-8"
HEADER = columns(
    "Order,Line,Account,Customer,Ordered By,Phone,E-mail,Ordered,Promised,Dispatched,Delivered,Cancelled,Item,"
    "Description,Pack,Qty,Unit Price,Amount,Status,Ship To,City,ZIP,PO"
)
AT = {name: at for at, name in enumerate(HEADER)}
STATUSES = {"open": "NEW", "resolved": "SENT", "closed": "DELIVERED", "withdrawn": "CANCELLED"}
LINES = Wheel({1: 34, 2: 27, 3: 17, 4: 11, 5: 6, 6: 3, 9: 2})
WRONG_QUANTITY = 0.002
RAISED = 0.12  # the yearly rise of prices


def write(desk: Desk) -> None:
    rows: list[Row[Cells]] = []
    accounts: dict[str, list[str]] = {}
    for case in desk.world.cases["orders"]:
        rows.extend(_order(desk, case, accounts))
    laid = lay(rows, desk.account, rng=desk.rng, rates=desk.rates, faults=_faults(desk), differ=_differ)
    states = {one.cells[0]: one.cells[AT["Status"]].strip().upper() for one in laid if one.fate == "loaded"}
    desk.account.facts["orders"] = len(states)
    for state in states.values():
        desk.account.facts[f"order {state}"] += 1
    written = enter(desk.account, laid)
    desk.path().write_bytes(delimited(HEADER, written).encode())


def _order(desk: Desk, case: Case, accounts: dict[str, list[str]]) -> list[Row[Cells]]:
    rng, smudge, county = desk.rng, desk.smudge, desk.world.county
    head = _account(desk, case, accounts)
    place = case.place

    def day(kind: str) -> str:
        event = case.first(kind)
        return f"{event.at:%Y-%m-%d}" if event else ""

    dates = [
        f"{case.opened:%Y-%m-%d}",
        f"{case.due:%Y-%m-%d}" if case.due else "",
        day("resolved"),
        day("closed"),
        day("withdrawn"),
    ]
    ship = [smudge.space(place.short()), place.town, place.zip]
    po = f"PO{rng.randrange(10_000, 99_999)}" if case.firm and rng.random() < 0.5 else smudge.blank()
    years = (case.opened.date() - county.start).days / 365
    rows = []
    for number, item in enumerate(_items(rng, case), 1):
        key = f"{case.number}/{number}"
        price = round(item["price"] * (1 + RAISED * int(years * 2) / 2), 2)
        quantity = max(1, round(item["usual"] * rng.lognormvariate(0, 0.6) * (1 if case.firm else 0.4)))
        quantity = _wrong(desk, key, quantity, item["pack"])
        goods = [
            item["code"],
            item["name"],
            str(item["pack"]),
            str(quantity),
            f"{price:.2f}",
            f"{price * quantity:,.2f}",
        ]
        status = smudge.code(STATUSES[case.state()])
        cells = [case.number, str(number), *head, *dates, *goods, status, *ship, po]
        rows.append(Row(key, cells, ("line",)))
    return rows


def _account(desk: Desk, case: Case, accounts: dict[str, list[str]]) -> list[str]:
    """Account, customer, orderer, phone and e-mail; the account is written once and then repeated."""
    rng = desk.rng
    owner = case.firm.id if case.firm else case.person.id
    if owner not in accounts:
        number = f"S-{1000 + len(accounts):04d}"
        if case.firm:
            name, phone, mail = spelling.firm(rng, case.firm), case.firm.phone, case.firm.mail
            desk.truth.firm("store", number, "account", case.firm)
        else:
            day = case.opened.date()
            name, phone, mail = (
                spelling.name(rng, case.person, day, "ledger"),
                case.person.phone(),
                case.person.any_mail(),
            )
            desk.truth.person("store", number, "account", case.person)
        accounts[owner] = [number, name, spelling.phone(rng, phone), mail]
    number, name, phone, mail = accounts[owner]
    by = spelling.name(rng, case.person, case.opened.date(), "typed") if case.firm else ""
    if by:
        desk.truth.person("store", case.number, "ordered_by", case.person)
    return [number, name, by, phone, mail]


def _items(rng: random.Random, case: Case) -> list[dict[str, Any]]:
    goods = [item for item in words("goods")["item"] if item["service"] == case.service.code]
    weighted = Wheel({n: 1 / (n + 2) for n in range(len(goods))})
    season = 4 if case.opened.month in {11, 12, 1, 2} else 1
    chosen = dict.fromkeys(weighted.turns(rng, LINES.turn(rng)))
    ice = next((n for n, item in enumerate(goods) if item["code"] == "SLT-0050"), None)
    if ice is not None and rng.random() < 0.04 * season:
        chosen[ice] = None
    return [goods[n] for n in chosen]


def _wrong(desk: Desk, key: str, quantity: int, pack: int) -> int:
    """Sometimes a quantity that nobody meant."""
    rng = desk.rng
    if rng.random() >= WRONG_QUANTITY:
        return quantity
    slips = {"x10": quantity * 10, "x100": quantity * 100, "digit twice": int(f"{quantity}{str(quantity)[-1]}")}
    if pack > 1:
        slips["pieces for packs"] = quantity * pack
    what = pick(rng, list(slips))
    desk.account.planted.append((key, f"quantity {what}"))
    return slips[what]


def _faults(desk: Desk) -> list[Fault[Cells]]:
    rates = desk.rates
    ordered, dispatched = AT["Ordered"], AT["Dispatched"]

    def before(cells: Cells, _: random.Random) -> Cells | None:
        if not cells[dispatched]:
            return None
        early = datetime.fromisoformat(cells[ordered])
        return [
            *cells[:dispatched],
            f"{early.year - 1}{cells[ordered][4:8]}{min(early.day, 28):02d}",
            *cells[dispatched + 1 :],
        ]

    return [
        Fault("bad_date", rates.bad_date, put(ordered, "2026-02-30", "2025-13-01", "9999-12-31", "20-05-26x")),
        Fault("before_opened", rates.before_opened, before),
        Fault("bad_number", rates.bad_number, put(AT["Qty"], "1O", "ten", "2 boxes", "3?")),
        Fault("unknown_code", rates.unknown_code, put(AT["Status"], "HELD?", "ZZ", "7")),
        Fault("no_key", rates.no_key, put(0, "")),
        Fault("ragged", rates.ragged, ragged(AT["Description"])),
    ]


def _differ(cells: Cells, rng: random.Random) -> Cells:
    """The line again, after somebody wrote a note into the customer's own number."""
    other = list(cells)
    other[AT["PO"]] = pick(rng, ("see e-mail", "verbal", "PO follows"))
    return other
