"""The demo office: an invented county's files, taken in by the way that any office's files come in.

Nothing here writes a row by itself. Killed at any point and started again, it goes on: files are published whole,
the office is brought up to date as its file says, imports are resumed, and this morning's work is done once.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from regard.customers.models import Customer
from regard.demo.actions import finish
from regard.demo.generate import ANSWERS, generate
from regard.desk.models import Case, Contact
from regard.lib.commandline import RefusedError
from regard.office import actions as office_actions
from regard.office.models import Staff, Unit
from regard.office.queries import demo_staff
from regard.records.actors import System
from regard.records.models import AuditEntry
from regard.sources import actions as sources
from regard.sources.mapping import Mapping as Spec
from regard.sources.mapping import fingerprint_of
from regard.sources.models import Mapping, Run, RunState
from regard.sources.readers import peek
from regard.sources.running import BusyError, Importing

BY = System("demo office")
MAPPINGS = Path(__file__).parent / "mappings"
OPENED = "demo.open"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SiloFile:
    """One file of the county: the mapping that reads it, and whose it is."""

    file: str
    mapping: str
    unit: str  # code, as in office.toml
    rhythm_days: float
    steward: str

    def spec(self) -> Spec:
        return Spec.from_toml((MAPPINGS / f"{self.mapping}.toml").read_text(encoding="utf-8"))


#: In the order in which they come in: what is quoted before what quotes it.
FILES = (
    SiloFile("vendors.csv", "vendors", "store", 30, "Fatima Siddiq, Purchasing"),
    SiloFile("311_requests.csv", "requests", "answer", 1, "Philippa Strand, Ask Alder"),
    SiloFile("permits.xes.gz", "permits", "permits", 7, "Marguerite Haas, Planning and Permits"),
    SiloFile("orders.csv", "orders", "store", 7, "Emory Tolliver, County Store"),
    SiloFile("walk_ins.xlsx", "walk_ins", "county", 7, "Colleen Amundson, County Clerk"),
    SiloFile("mailbox.ndjson", "mailbox", "county", 1, "Opal Whitcomb, administration"),
    SiloFile("phone_log.txt", "phone", "answer", 1, "Philippa Strand, Ask Alder"),
    SiloFile("survey.csv", "survey", "county", 7, "Astrid Ravndal, administration"),
)


# --- what is there


def demo_office() -> Unit | None:
    """The demo office of this installation."""
    return Unit.objects.filter(parent=None, is_demo=True).order_by("pk").first()


def is_open(office: Unit) -> bool:
    """Whether everything was brought in, once."""
    return AuditEntry.objects.filter(office_id=office.pk, action=OPENED).exists()


def real_offices() -> Iterator[Unit]:
    """Offices that nobody made up."""
    return Unit.objects.filter(parent=None, is_demo=False).order_by("pk").iterator()


def holds_data(office: Unit) -> bool:
    """Whether an office has served anybody here."""
    below = {"unit__path__startswith": office.path}
    return (
        Case.objects.filter(**below).exists()
        or Contact.objects.filter(**below).exists()
        or Customer.objects.filter(office=office).exists()
    )


# --- files


def write_files(folder: Path, *, cases: int, seed: int) -> Path:
    """The county's files, published whole: a folder of that name that is there is complete. Returns it.

    One that is there already is taken as it is when it was made with the same seed and size.
    """
    if _asked_for(folder) == (cases, seed):
        return folder
    draft = folder.with_name(f"{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    generate(draft, seed=seed, cases=cases)
    shutil.rmtree(folder, ignore_errors=True)
    draft.replace(folder)
    return folder


def _asked_for(folder: Path) -> tuple[int, int] | None:
    """(cases, seed) of a folder of files, or None."""
    try:
        told = json.loads((folder / ANSWERS / "expected.json").read_text(encoding="utf-8"))
        return sum(told["cases"].values()), int(told["seed"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def last_day(folder: Path) -> date:
    """The last day that the files know of."""
    told = json.loads((folder / ANSWERS / "expected.json").read_text(encoding="utf-8"))
    return date.fromisoformat(told["end"])


# --- from files to an office


def open_office(folder: Path, *, say: Say) -> Unit:
    """Make the demo office from its files, or go on where an earlier attempt was stopped.

    Raises RefusedError when an import does not come to its end.
    """
    told = office_actions.read_office(folder / "office.toml")
    loaded = office_actions.load_office(by=BY, told=told, is_demo=True)
    office = loaded.office
    say(f"{office.name}: {len(loaded.units)} units, {len(loaded.services)} services, {len(loaded.staff)} people.")
    for one in FILES:
        take_in(folder / one.file, one, loaded.units[one.unit], say=say)
    finish(by=BY, office=office, action=OPENED, note={"files": len(FILES), "last_day": last_day(folder).isoformat()})
    return office


def take_in(path: Path, one: SiloFile, unit: Unit, *, say: Say = lambda _: None) -> Run:
    """Import one file, as `regard import` would; a file that came in already is left alone."""
    run = _run_of(path, one, unit)
    if run.state != RunState.DONE:
        try:
            run = Importing(run, BY).go()
        except BusyError as busy:
            raise RefusedError(f"{busy} Wait until it has ended, then run this again.") from busy
    if run.state != RunState.DONE:
        raise RefusedError(f"{one.file} could not be imported: {run.error or run.get_state_display()}")
    say(books(one.file, run))
    return run


def _run_of(path: Path, one: SiloFile, unit: Unit) -> Run:
    """The run of this very file: a finished one, an interrupted one made ready to go on, or a new one."""
    mapping = _mapping(path, one, unit)
    with path.open("rb") as content:
        upload = sources.receive_upload(by=BY, name=path.name, content=content, silo=mapping.silo)
    known = Run.objects.filter(silo=mapping.silo, upload__digest=upload.digest, released_from=None)
    run = known.select_related("silo__unit", "mapping", "upload").order_by("-pk").first()
    if run is None:
        return sources.start_run(by=BY, upload=upload, mapping=mapping, background=False)
    if run.state != RunState.DONE:
        sources.resume_run(by=BY, run=run, background=False)
    return run


def _mapping(path: Path, one: SiloFile, unit: Unit) -> Mapping:
    spec = one.spec()
    silo = office_actions.ensure_silo(
        by=BY,
        unit=unit,
        code=spec.silo,
        name=spec.name,
        time_zone=spec.time_zone,
        rhythm_days=one.rhythm_days,
        steward=one.steward,
    )
    fingerprint = fingerprint_of(peek(path, spec.read).columns)
    return sources.save_mapping(by=BY, silo=silo, spec=spec, fingerprint=fingerprint, reason="of the demo office")


def books(file: str, run: Run) -> str:
    """What became of the rows of a file, in one line."""
    parts = (
        f"{run.loaded:,} loaded + {run.repeats:,} repeats + {run.updated:,} updated + {run.quarantined:,} quarantined"
    )
    wrong = "" if run.reconciles else "   DOES NOT RECONCILE"
    return f"{file:<17} {run.rows_in_file or 0:>7,} rows = {parts}{wrong}"


def entries() -> list[Staff]:
    """Whom the sign-in page offers, in the order of their roles."""
    return sorted(demo_staff(), key=lambda staff: (staff.role_names, staff.name))
