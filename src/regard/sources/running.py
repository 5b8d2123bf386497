"""Running one import: read, map, settle, load - in chunks that each commit with the counts they add.

A run that is killed and started again reads the file anew (which is quick and gives the same rows), finds what
it had committed among what exists, and goes on. What it had loaded, repeated and updated is counted in the
same transaction as the rows, so the books of a resumed run are those of one that was never disturbed.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from regard.customers import actions as customers
from regard.customers.actions import load_name_words, load_people
from regard.desk.actions import load as desk
from regard.office.models import Silo
from regard.office.queries import calendars_of_units
from regard.records import audit
from regard.records.actors import Actor
from regard.sources.compile import run_mapping
from regard.sources.loading import cases, events, exchanges, orders, people
from regard.sources.loading.places import settle_places
from regard.sources.loading.quarantine import hold_back, keep_quarantine
from regard.sources.loading.workspace import Workspace
from regard.sources.mapping import Mapping, MappingError
from regard.sources.models import Run, RunState
from regard.sources.planning import differences, plan
from regard.sources.readers import ReadError, ReadOptions, open_raw
from regard.sources.steps import CancelledError, Steps
from regard.voice import actions as voice

log = logging.getLogger(__name__)
CHUNK = 100_000
LOCK_SPACE = 7_311  # advisory locks (LOCK_SPACE, silo): one import per silo at a time
#: What must be there before what: a contact may quote a case, an event belongs to one.
ORDER = ("identity", "case", "order", "event", "promise", "contact", "feedback")


def region_of(silo: Silo) -> str:
    """The country that phone numbers without a prefix belong to: that of the unit's working calendar."""
    calendar = calendars_of_units([silo.unit_id]).get(silo.unit_id)
    return (calendar.country if calendar else "") or settings.REGARD_COUNTRY


class BusyError(Exception):
    """Another import of the same silo is running."""


@contextmanager
def silo_lock(silo_id: int) -> Iterator[bool]:
    """Whether this process holds the silo. The lock dies with the connection, so a killed run frees it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, silo_id])
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, silo_id])


@dataclass
class Importing:
    """One run at work. `after_chunk` is called after each commit (progress at the command line; tests)."""

    run: Run
    by: Actor
    after_chunk: Callable[[Run], None] = lambda _run: None
    chunk: int = CHUNK
    space: Workspace = field(init=False)
    mapping: Mapping = field(init=False)
    steps: Steps = field(init=False)

    def go(self) -> Run:
        """Do the whole run. Ends it as done, cancelled or failed (with a message); never half-silently.

        Raises BusyError when another import of the silo is running.
        """
        with silo_lock(self.run.silo_id) as held:
            if not held:
                raise BusyError(f"Another import of {self.run.silo} is running. This one starts when it has ended.")
            self._begin()
            try:
                self._work()
            except CancelledError:
                self._end(RunState.CANCELLED)
            except (ReadError, MappingError) as refusal:
                self._end(RunState.FAILED, str(refusal))
            except Exception:
                log.exception("Import run %s stopped", self.run.pk)
                self._end(
                    RunState.FAILED,
                    "Regard could not finish this import. What was loaded stays, and nothing is half-loaded: "
                    "start it again to go on. If it stops again, the server's log has the reason.",
                )
            finally:
                self.space.close()
        return self.run

    # --- phases ---------------------------------------------------------------------------------

    def _begin(self) -> None:
        folder = Path(settings.HOME) / "runs" / str(self.run.pk)
        now = self.run.started_at or datetime.now(UTC)
        self.mapping = Mapping.from_toml(self.run.mapping.toml)
        self.space = Workspace(folder, self.run.silo, self.run.pk, region_of(self.run.silo), now)
        self.steps = Steps(self.run, self.after_chunk)
        self.run.state, self.run.started_at, self.run.error = RunState.RUNNING, now, ""
        self.run.save(update_fields=["state", "started_at", "error"])

    def _work(self) -> None:
        self.steps.phase("Reading the file")
        raw = open_raw(self.space.con, Path(settings.HOME) / self.run.upload.path, self._read_options())
        self.steps.phase("Reading each row by the mapping")
        run_mapping(self.space.con, self.mapping, raw)
        self.run.rows_in_file = self.space.count("raw") + self.space.count("rejected")
        targets = [t for t in ORDER if t in {target.into for target in self.mapping.targets}]
        for target in ("case", "order"):
            if target in targets:
                cases.refuse_contradictions(self.space, target)
        hold_back(self.space, self.mapping)
        settle_places(self.space, targets, by=self.by)
        self._people(targets)
        self.steps.phase("Comparing with what is known")
        self._settle(targets)
        self.run.quarantined = keep_quarantine(self.space, self.run)
        self._plan(targets)
        for target in targets:
            _LOADERS[target](self)
        desk.refresh_statistics()
        self._finish(targets)

    def _read_options(self) -> ReadOptions:
        """How to read the file: as the mapping says, or as corrected rows, which are always JSON."""
        return self.mapping.read if self.run.released_from_id is None else ReadOptions(format="json")

    def _people(self, targets: list[str]) -> None:
        self.steps.phase("Recognising people")
        told = people.gather(self.space, targets)
        if not told:
            people.nobody(self.space)
            return
        people.resolve(self.space, self.run.silo.unit.office_id)
        load_name_words(words=people.name_words(self.space))
        self.steps.phase("Loading people", -(-told // self.chunk))
        with self.steps.together():
            for first in range(1, told + 1, self.chunk):
                files = people.write_chunk(self.space, first, first + self.chunk - 1)
                if files["records"].rows:
                    self.steps.do(partial(load_people, by=self.by, run_id=self.run.pk, **files))
        customers.refresh_statistics()

    def _settle(self, targets: list[str]) -> None:
        for target in targets:
            if target in ("case", "order"):
                cases.settle_cases(self.space, target)
                if target == "order":
                    orders.settle_lines(self.space)
            elif target in ("event", "promise"):
                events.settle_events(self.space, target, cases_in_file=bool({"case", "order"} & {*targets}))
            elif target in ("contact", "feedback"):
                exchanges.settle_exchanges(self.space, target, cases_in_file=bool({"case", "order"} & {*targets}))

    def _plan(self, targets: list[str]) -> None:
        if "rows" not in self.run.counts:  # else an earlier attempt of this run planned, and loaded some of it
            merge = any(target.grain == "distinct" for target in self.mapping.targets)
            self.run.counts = plan(self.space, targets, some_rows_merge=merge)
        rows = self.run.counts["rows"]
        self.run.loaded, self.run.repeats, self.run.updated = rows["loaded"], rows["repeats"], rows["updated"]
        self.run.save(update_fields=["counts", "rows_in_file", "quarantined", "loaded", "repeats", "updated"])

    def _told(self) -> dict[str, Any]:
        """What every action that may have to give an open case an owner is told."""
        step = cases.first_step(self.space)
        return {"by": self.by, "run_id": self.run.pk, "now": self.space.now, "first_step": step}

    def _load_cases(self, target: str = "case") -> None:
        space = self.space
        cases.fold_new(space, [log for log in ("event", "promise") if log in self.run.counts])
        low, high = space.row("SELECT min(case_id), max(case_id) FROM new_case")
        if low is not None:
            self.steps.phase(f"Loading {target}s", -(-(high - low + 1) // self.chunk))
            with self.steps.together():
                for first in range(low, high + 1, self.chunk):
                    self._load_case_chunk(target, first, min(first + self.chunk - 1, high))
        if space.count("told_case", "is_changed"):
            self.steps.phase(f"Updating {target}s")
            for rows, wanted in cases.changed_cases(space):
                revise = partial(desk.revise_cases, **self._told(), cases=rows, wanted=wanted)
                self.steps.do(revise, target, **({"updated": len(rows)} if target == "case" else {}))
        if target == "order":
            self._load_lines_of_known_orders()

    def _load_case_chunk(self, target: str, first: int, last: int) -> None:
        case_file, event_file = cases.write_chunk(self.space, first, last, target)
        lines = orders.write_chunk(self.space, first, last) if target == "order" else None
        asked = "SELECT case_id FROM new_case WHERE needs_fold AND case_id BETWEEN ? AND ?"
        fold = [row[0] for row in self.space.con.execute(asked, [first, last]).fetchall()]
        load = partial(desk.load_cases, **self._told(), cases=case_file, events=event_file, lines=lines, fold=fold)
        self.steps.do(load, target, loaded=lines.rows if lines else case_file.rows)

    def _load_lines_of_known_orders(self) -> None:
        lines = orders.write_known(self.space)
        if lines.rows:
            load = partial(desk.load_order_lines, by=self.by, run_id=self.run.pk, lines=lines)
            self.steps.do(load, "order", updated=lines.rows)
        changed, same = orders.changed_lines(self.space)
        if changed or same:
            revise = partial(desk.revise_order_lines, by=self.by, run_id=self.run.pk, rows=changed, same=same)
            self.steps.do(revise, "order", updated=len(changed) + len(same))

    def _load_events(self, target: str = "event") -> None:
        space = self.space
        low, high = space.row(f"SELECT min(case_id), max(case_id) FROM told_{target} WHERE NOT is_repeat")
        if low is None:
            return
        self.steps.phase("Loading events", -(-(high - low + 1) // self.chunk))
        with self.steps.together():
            for first in range(low, high + 1, self.chunk):
                file, case_ids, rows = events.write_chunk(space, target, first, first + self.chunk - 1)
                if file.rows:
                    load = partial(desk.load_events, **self._told(), events=file, case_ids=case_ids)
                    self.steps.do(load, target, loaded=rows)

    def _load_exchanges(self, target: str) -> None:
        space = self.space
        load, revise = {
            "contact": (desk.load_contacts, desk.revise_contacts),
            "feedback": (voice.load_feedback, voice.revise_feedback),
        }[target]
        last_line = space.one(f"SELECT max(_line) FROM told_{target} WHERE is_new")
        if last_line is not None:
            words = "contacts" if target == "contact" else "feedback"
            self.steps.phase(f"Loading {words}", -(-last_line // self.chunk))
            with self.steps.together():
                for first in range(0, last_line + 1, self.chunk):
                    file = exchanges.write_chunk(space, target, first, first + self.chunk - 1)
                    if file.rows:
                        self.steps.do(
                            partial(load, by=self.by, run_id=self.run.pk, rows=file), target, loaded=file.rows
                        )
        for rows in exchanges.changed_rows(space, target):
            self.steps.do(partial(revise, by=self.by, run_id=self.run.pk, rows=rows), target, updated=len(rows))

    def _count_identities(self) -> None:
        """People were loaded before everything else; their rows are as they were planned."""
        told = self.run.counts["identity"]
        if "loaded" not in told:
            self.steps.do(lambda: None, "identity", loaded=told["planned"], updated=told["to_update"])

    # --- ending ---------------------------------------------------------------------------------

    def _finish(self, targets: list[str]) -> None:
        newest = [
            f"SELECT max(coalesce(as_of, {spoken})) FROM mapped_{t.into}"
            for t in self.mapping.targets
            if (spoken := people.SPOKEN_AT[t.into])
        ]
        latest = self.space.one(f"SELECT epoch_us(max(m)) FROM ({' UNION ALL '.join(newest)}) t(m)")
        self.run.newest_record = datetime.fromtimestamp(latest / 1e6, UTC) if latest is not None else None
        wrong = differences(self.run.counts, targets)
        if wrong:
            self._end(RunState.FAILED, "The books of this import are not right: " + "; ".join(wrong) + ".")
            return
        self._end(RunState.DONE)
        customers.request_match(by=self.by, office_id=self.run.silo.unit.office_id)

    def _end(self, state: RunState, error: str = "") -> None:
        run = self.run
        run.state, run.error, run.phase, run.cancel_asked = state, error, "", False
        run.ended_at = datetime.now(UTC)
        seconds = round((run.ended_at - run.started_at).total_seconds(), 1) if run.started_at else None
        with transaction.atomic():
            audit.record(
                by=self.by,
                action=f"sources.import_{state.value}",
                obj=run,
                count=run.loaded + run.updated,
                note={
                    "silo": run.silo.code,
                    "file": run.upload.digest,
                    "rows": run.rows_in_file,
                    "loaded": run.loaded,
                    "repeats": run.repeats,
                    "updated": run.updated,
                    "quarantined": run.quarantined,
                    "seconds": seconds,
                },
            )
            run.save()


_LOADERS: dict[str, Callable[[Importing], None]] = {
    "identity": lambda run: run._count_identities(),
    "case": lambda run: run._load_cases(),
    "order": lambda run: run._load_cases("order"),
    "event": lambda run: run._load_events(),
    "promise": lambda run: run._load_events("promise"),
    "contact": lambda run: run._load_exchanges("contact"),
    "feedback": lambda run: run._load_exchanges("feedback"),
}
