"""What the writers of silo files share: the truth they collect, and delimited text."""

import csv
import io
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from regard.demo.cases import World
from regard.demo.mess import FileAccount, Rates, Smudge
from regard.demo.population import Organisation, Person
from regard.demo.speech import stream

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(slots=True)
class Truth:
    """Who is behind each record: (silo, record key, part of the record, kind, true id)."""

    rows: list[tuple[str, str, str, str, str]] = field(default_factory=list)

    def person(self, silo: str, key: str, part: str, person: Person) -> None:
        self.rows.append((silo, key, part, "person", person.id))

    def firm(self, silo: str, key: str, part: str, firm: Organisation) -> None:
        self.rows.append((silo, key, part, "organisation", firm.id))


@dataclass(slots=True)
class Desk:
    """What a silo is written with: the world, its own random stream, its account, the truth."""

    world: World
    rates: Rates
    truth: Truth
    folder: Path
    rng: random.Random
    account: FileAccount
    smudge: Smudge

    def path(self) -> Path:
        return self.folder / self.account.file


class Silo(Protocol):
    """What every silo module says of its file."""

    FILE: str
    FORMAT: str
    ENCODING: str


def desk(world: World, rates: Rates, truth: Truth, folder: Path, silo: Silo) -> Desk:
    """A desk for one silo, with a stream named after its file."""
    rng = stream(world.seed, f"silo {silo.FILE}")
    account = FileAccount(silo.FILE, silo.FORMAT, silo.ENCODING)
    return Desk(world, rates, truth, folder, rng, account, Smudge(rng, rates, account))


def columns(names: str) -> list[str]:
    """Names of columns from a text with commas."""
    return names.split(",")


def delimited(header: Sequence[str], rows: Iterable[Sequence[str]], *, delimiter: str = ",", end: str = "\n") -> str:
    """Rows as delimited text, quoted only where needed."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def us_time(at: datetime) -> str:
    """3/5/2026 2:07 PM"""
    return f"{at.month}/{at.day}/{at.year} {at.hour % 12 or 12}:{at.minute:02d} {'AM' if at.hour < 12 else 'PM'}"


def us_day(at: datetime) -> str:
    return f"{at.month}/{at.day}/{at.year}"


def iso_minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
