"""Writes the demo county: eight silo files and office.toml, and beside them the answers.

In ``folder``: office.toml and the files of :mod:`regard.demo.silos`, as an office would hand them over. In
``folder/answers``, never to be imported: ``expected.json`` (per file: rows = loaded + repeats + disagreeing +
quarantined, with every row that does not simply load) and ``truth.csv`` (who is really behind each record).

The same seed, size and last day give the same bytes.
"""

import csv
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from regard.demo import population
from regard.demo.cases import World
from regard.demo.contacts import contacts
from regard.demo.county import County
from regard.demo.mess import REASONS, FileAccount, Rates
from regard.demo.process import happen
from regard.demo.silos import mailbox, orders, permits, phone_log, service_requests, surveys, vendors, walk_ins
from regard.demo.silos.writing import Desk, Silo, Truth
from regard.demo.silos.writing import desk as desk_for

MONTHS = 18
ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Expected:
    """What was written, and what an import of it must find."""

    seed: int
    start: date
    end: date
    cases: dict[str, int]  # as born, by silo; those in quarantined rows included
    files: dict[str, FileAccount]

    def as_dict(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "cases": self.cases,
            "reasons": REASONS,
            "files": {name: account.as_dict() for name, account in self.files.items()},
        }


def generate(
    folder: Path, *, seed: int = 1, cases: int = 20_000, end: date | None = None, rates: Rates | None = None
) -> Expected:
    """Write the county into a folder (made if missing; files of the same names are replaced).

    ``end`` is the last day known to the silos (default: yesterday); the period starts 18 months before it. ``cases``
    sets the size; the people, calls and letters grow with it. Raises ValueError for fewer than 100 cases.
    """
    if cases < 100:
        raise ValueError(f"A county of {cases} cases is too small to look like one: ask for 100 or more.")
    end = end or datetime.now(UTC).date() - timedelta(days=1)
    start = months_before(end, MONTHS) + timedelta(days=1)
    county = County(start, end)
    world = happen(seed, county, population.build(seed, cases, start, end), cases)
    (folder / ANSWERS).mkdir(parents=True, exist_ok=True)
    county.write(folder / "office.toml")
    files, truth = _write(folder, world, rates or Rates())
    expected = Expected(seed, start, end, {silo: len(found) for silo, found in world.cases.items()}, files)
    text = json.dumps(expected.as_dict(), indent=1, ensure_ascii=False)
    (folder / ANSWERS / "expected.json").write_text(text + "\n", encoding="utf-8")
    _write_truth(folder / ANSWERS / "truth.csv", truth)
    return expected


def _write(folder: Path, world: World, rates: Rates) -> tuple[dict[str, FileAccount], Truth]:
    """Write every silo; those that live on contacts get theirs."""
    reached, truth = contacts(world), Truth()
    files: dict[str, FileAccount] = {}

    def desk(silo: ModuleType) -> Desk:
        found = desk_for(world, rates, truth, folder, cast(Silo, silo))
        files[found.account.file] = found.account
        return found

    service_requests.write(desk(service_requests))
    phone_log.write(desk(phone_log), reached["phone"])
    mailbox.write(desk(mailbox), reached["email"])
    permits.write(desk(permits))
    walk_ins.write(desk(walk_ins), reached["counter"])
    surveys.write(desk(surveys))
    orders.write(desk(orders))
    vendors.write(desk(vendors))
    return files, truth


def _write_truth(path: Path, truth: Truth) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("silo", "record", "part", "kind", "who"))
        writer.writerows(truth.rows)


def months_before(day: date, months: int) -> date:
    """The same day some months ago, or the last one of that month."""
    count = day.year * 12 + day.month - 1 - months
    year, month = count // 12, count % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))
