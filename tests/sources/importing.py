"""Importing text as a file of a silo, for tests."""

import io
from dataclasses import dataclass

from regard.office.actions import ensure_silo
from regard.office.models import Silo, Unit
from regard.records.actors import System
from regard.sources import actions
from regard.sources.mapping import Mapping
from regard.sources.models import Run
from regard.sources.running import Importing

BY = System("test import")
#: A small 311 export: what most import tests need.
MAPPING = """
silo = "requests"
name = "Requests"
time_zone = "America/Chicago"
date_order = "ymd"
[[target]]
into = "case"
[target.columns]
key = "id"
received_at = "opened"
answered_at = "answered"
resolved_at = "resolved"
closed_at = "closed"
withdrawn_at = "cancelled"
reopened_at = "reopened"
promised_at = "promised"
status = { column = "status", values = { open = "open", paused = "paused", resolved = "resolved", closed = "closed", cancelled = "withdrawn" } }
service = "type"
unit = "department"
channel = { column = "via", values = { phone = "phone", web = "web" }, otherwise = "other" }
owner = "officer"
subject = "subject"
person_name = "name"
person_email = "email"
person_phone = "phone"
"""
COLUMNS = (
    "id", "opened", "answered", "resolved", "closed", "cancelled", "reopened", "promised", "status", "type", "department",
    "via", "officer", "subject", "name", "email", "phone",
)  # fmt: skip


@dataclass
class Importer:
    """Imports rows of the small 311 export into one silo."""

    unit: Unit
    mapping: str = MAPPING
    chunk: int = 100_000

    @property
    def silo(self) -> Silo:
        spec = Mapping.from_toml(self.mapping)
        return ensure_silo(by=BY, unit=self.unit, code=spec.silo, name=spec.name, time_zone=spec.time_zone)

    def start(self, text: str, name: str = "rows.csv") -> Run:
        silo = self.silo
        spec = Mapping.from_toml(self.mapping)
        mapping = actions.save_mapping(by=BY, silo=silo, spec=spec, fingerprint="test")
        content = text if isinstance(text, bytes) else text.encode()
        upload = actions.receive_upload(by=BY, name=name, content=io.BytesIO(content), silo=silo)
        return actions.start_run(by=BY, upload=upload, mapping=mapping, background=False)

    def text(self, text: str, name: str = "rows.csv") -> Run:
        """Import a whole file."""
        return Importing(self.start(text, name), BY, chunk=self.chunk).go()

    def rows(self, *rows: dict[str, str]) -> Run:
        """Import rows given as dicts of the columns that matter."""
        return self.text(as_csv(*rows))


def as_csv(*rows: dict[str, str]) -> str:
    lines = [",".join(COLUMNS)]
    lines += [",".join(f'"{row.get(column, "")}"' for column in COLUMNS) for row in rows]
    return "\n".join(lines) + "\n"


def books(run: Run) -> tuple[int, int, int, int]:
    """(loaded, repeats, updated, quarantined); fails when they do not add up to the rows of the file."""
    assert run.error == ""
    assert run.reconciles, (
        f"{run.rows_in_file} rows, but {run.loaded} + {run.repeats} + {run.updated} + {run.quarantined}"
    )
    return run.loaded, run.repeats, run.updated, run.quarantined
