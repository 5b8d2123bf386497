"""A small source to look at: a mapping, and imports of texts that were made up for the test."""

import io

from django.db.models import QuerySet

from regard.office.actions import ensure_silo
from regard.office.models import Silo, Unit
from regard.records.actors import System
from regard.sources import actions
from regard.sources.mapping import Mapping as Spec
from regard.sources.mapping import fingerprint_of
from regard.sources.models import Mapping, QuarantinedRow, Run, Upload
from regard.sources.queries import waiting_rows
from regard.sources.running import Importing

BY = System("the test")
TOML = """
silo = "csb"
name = "311 export"
time_zone = "America/Chicago"
date_order = "mdy"
blanks = ["", "NA"]
[[target]]
into = "case"
[target.columns]
key = "requestid"
received_at = "opened"
closed_at = "closed"
service = "problem"
channel = { column = "source", values = { PHONE = "phone", WEB = "web" } }
person_name = "caller"
[target.details]
ward = "ward"
"""
HEADER = "requestid,opened,closed,problem,source,caller,ward"
GOOD = "1,2018-01-02 08:00,2018-01-05 10:00,Pothole,PHONE,Ann Ash,7"
BAD_DATE = "{n},2018-13-45 08:00,,Pothole,PHONE,Ben Birk,8"
UNKNOWN = "{n},2018-01-03 09:00,,Pothole,PIGEON,Cleo Cole,9"


def csv_text(*rows: str) -> str:
    return "\n".join([HEADER, *rows]) + "\n"


def messy(bad: int = 2, unknown: int = 1) -> str:
    """One good row, its repeat, and rows that nobody can read."""
    rows = [GOOD, GOOD]
    rows += [BAD_DATE.format(n=100 + n) for n in range(bad)]
    rows += [UNKNOWN.format(n=500 + n) for n in range(unknown)]
    return csv_text(*rows)


def make_silo(unit: Unit, code: str = "csb", **fields: object) -> Silo:
    return ensure_silo(by=BY, unit=unit, code=code, name=f"Service bureau {code}", **fields)


def make_mapping(silo: Silo, toml: str = TOML) -> Mapping:
    return actions.save_mapping(
        by=BY, silo=silo, spec=Spec.from_toml(toml), fingerprint=fingerprint_of(HEADER.split(","))
    )


def make_upload(text: str, name: str = "january.csv", **fields: object) -> Upload:
    return actions.receive_upload(by=BY, name=name, content=io.BytesIO(text.encode()), **fields)


def start(silo: Silo, text: str) -> Run:
    """A run that waits for a worker which never comes."""
    upload = make_upload(text, silo=silo)
    return actions.start_run(by=BY, upload=upload, mapping=make_mapping(silo), background=False)


def do(run: Run) -> Run:
    """Do a run here and now, as the worker would."""
    return Importing(Run.objects.select_related("silo__unit", "mapping", "upload").get(pk=run.pk), BY).go()


def import_text(silo: Silo, text: str) -> Run:
    return do(start(silo, text))


def waiting(run: Run) -> QuerySet[QuarantinedRow]:
    return waiting_rows(run).order_by("line")
