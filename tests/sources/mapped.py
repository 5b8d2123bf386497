"""A file and a mapping, read and run: what the tests of mappings ask of it."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path

from regard.sources.compile import Mapped, run_mapping
from regard.sources.mapping import Mapping
from regard.sources.readers import connect, open_raw

HEAD = 'silo = "a"\ntime_zone = "America/Chicago"\ndate_order = "ymd"\nblanks = ["", "NA"]\n'


class Desk:
    """A file and a mapping, read and run."""

    def __init__(self, folder: Path) -> None:
        self.con = connect(threads=1)
        self.path = folder / "file.csv"

    def run(self, columns: str, rows: Iterable[Iterable[str]], mapping: str) -> Mapped:
        with self.path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(columns.split())
            writer.writerows(rows)
        raw = open_raw(self.con, self.path)
        return run_mapping(self.con, Mapping.from_toml(mapping), raw)

    def ask(self, query: str) -> list[tuple]:
        return self.con.execute(query).fetchall()

    def one(self, query: str) -> object:
        return self.ask(query)[0][0]

    def reasons(self) -> list[tuple]:
        return [
            (line, reason["column"], reason["code"])
            for line, reasons in self.ask("SELECT _line, reasons FROM quarantine ORDER BY _line")
            for reason in json.loads(reasons)
        ]

    def messages(self) -> list[str]:
        return [
            r["message"]
            for (text,) in self.ask("SELECT reasons FROM quarantine ORDER BY _line")
            for r in json.loads(text)
        ]


def case(columns: str, *, head: str = HEAD, rest: str = "") -> str:
    return f'{head}[[target]]\ninto = "case"\n[target.columns]\n{columns}\n{rest}'


def utc(name: str) -> str:
    return f"strftime({name}, '%Y-%m-%d %H:%M:%S')"
