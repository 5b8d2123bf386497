"""Running one import: read, map, settle, load - in chunks that each commit with the counts they add.

A run that is killed and started again reads the file anew (which is quick and gives the same rows), finds what
it had committed among what exists, and goes on. What it had loaded, repeated and updated is counted in the
same transaction as the rows, so the books of a resumed run are those of one that was never disturbed.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from regard.customers.actions import load_name_words, load_people
from regard.desk.actions import load as desk
from regard.office.models import Silo
from regard.office.queries import calendars_of_units
from regard.records import audit
from regard.records.actors import Actor
from regard.sources.compile import run_mapping
from regard.sources.loading import cases, events, exchanges, orders, people
from regard.sources.loading.places import settle_places
from regard.sources.loading.quarantine import keep_quarantine
from regard.sources.loading.workspace import Workspace
from regard.sources.mapping import Mapping, MappingError
from regard.sources.models import Run, RunState
from regard.sources.readers import ReadError, ReadOptions, open_raw
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


class CancelledError(Exception):
    """Somebody asked the run to stop. What was committed stays; the run can be resumed."""


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
        region = region_of(self.run.silo)
        self.space = Workspace(folder, self.run.silo, self.run.pk, region, now)
        self.run.state, self.run.started_at, self.run.error = RunState.RUNNING, now, ""
        self.run.save()

    def _work(self) -> None:
        self._phase("Reading the file")
        raw = open_raw(self.space.con, Path(settings.HOME) / self.run.upload.path, self._read_options())
        self._phase("Reading each row by the mapping")
        run_mapping(self.space.con, self.mapping, raw)
        self.run.rows_in_file = self.space.count("raw") + self.space.count("rejected")
        targets = [t for t in ORDER if t in {target.into for target in self.mapping.targets}]
        for target in ("case", "order"):
            if target in targets:
                cases.refuse_contradictions(self.space, target)
        settle_places(self.space, targets, by=self.by)
        self._people(targets)
        self._settle(targets)
        self.run.quarantined = keep_quarantine(self.space, self.run)
        self._phase("Loading")
        for target in targets:
            _LOADERS[target](self)
        self._finish()

    def _read_options(self) -> ReadOptions:
        """How to read the file: as the mapping says, or as corrected rows, which are always JSON."""
        return self.mapping.read if self.run.released_from_id is None else ReadOptions(format="json")

    def _people(self, targets: list[str]) -> None:
        self._phase("Recognising people")
        told = people.gather(self.space, targets)
        if not told:
            self.space.con.execute(
                "CREATE TABLE settled AS SELECT 1::BIGINT pid, 1::BIGINT component, 0 AS rank, "
                "1::BIGINT record_id, 1::BIGINT customer_id, FALSE is_new_record, FALSE is_new_customer WHERE FALSE"
            )
            return
        people.resolve(self.space, self.run.silo.unit.office_id)
        load_name_words(words=people.name_words(self.space))
        self._phase("Loading people", -(-told // self.chunk))
        for first in range(1, told + 1, self.chunk):
            last = first + self.chunk - 1
            files = people.write_chunk(self.space, first, last)
            if not files[1].rows:
                continue
            with self._commit():
                load_people(
                    by=self.by, run_id=self.run.pk, customers=files[0], records=files[1], links=files[2],
                    refreshed=people.refreshed(self.space, first, last),
                )  # fmt: skip

    def _settle(self, targets: list[str]) -> None:
        for target in targets:
            if target in ("case", "order"):
                cases.settle_cases(self.space, target)
                if target == "order":
                    orders.settle_lines(self.space)
            elif target in ("event", "promise"):
                events.settle_events(self.space, target, cases_in_file="case" in targets)
            elif target in ("contact", "feedback"):
                exchanges.settle_exchanges(self.space, target)

    def _load_cases(self, target: str = "case") -> None:
        space = self.space
        cases.fold_new(space)
        low, high = space.row("SELECT min(case_id), max(case_id) FROM new_case")
        self._count(target, repeats=self._repeats(target))
        if low is not None:
            self._phase(f"Loading {target}s", -(-(high - low + 1) // self.chunk))
            for first in range(low, high + 1, self.chunk):
                self._load_case_chunk(target, first, min(first + self.chunk - 1, high))
        if space.count("told_case", "is_changed"):
            self._phase(f"Updating {target}s")
            for rows, wanted in cases.changed_cases(space):
                with self._commit():
                    desk.revise_cases(by=self.by, run_id=self.run.pk, now=space.now, cases=rows, wanted=wanted)
                    if target == "case":
                        self._count(target, updated=len(rows))
        if target == "order":
            self._load_lines_of_known_orders()

    def _load_case_chunk(self, target: str, first: int, last: int) -> None:
        case_file, event_file = cases.write_chunk(self.space, first, last, target)
        lines = orders.write_chunk(self.space, first, last) if target == "order" else None
        asked = "SELECT case_id FROM new_case WHERE needs_fold AND case_id BETWEEN ? AND ?"
        fold = [row[0] for row in self.space.con.execute(asked, [first, last]).fetchall()]
        with self._commit():
            desk.load_cases(
                by=self.by, run_id=self.run.pk, cases=case_file, events=event_file, lines=lines, fold=fold
            )  # fmt: skip
            self._count(target, loaded=lines.rows if lines else case_file.rows)

    def _load_lines_of_known_orders(self) -> None:
        lines = orders.write_known(self.space)
        if lines.rows:
            with self._commit():
                desk.load_order_lines(by=self.by, run_id=self.run.pk, lines=lines)
                self._count("order", updated=lines.rows)

    def _load_events(self, target: str = "event") -> None:
        space = self.space
        self._count(target, repeats=self._repeats(target))
        ids = "SELECT min(case_id), max(case_id) FROM told_event WHERE NOT is_repeat"
        low, high = space.row(ids)
        if low is None:
            return
        self._phase("Loading events", -(-(high - low + 1) // self.chunk))
        for first in range(low, high + 1, self.chunk):
            file, case_ids = events.write_chunk(space, first, first + self.chunk - 1)
            if file.rows:
                rows = space.one(
                    """SELECT count(DISTINCT _line) FROM told_event WHERE NOT is_repeat AND case_id BETWEEN ? AND ?
                       AND _line NOT IN (SELECT _line FROM quarantine)""",
                    [first, first + self.chunk - 1],
                )
                with self._commit():
                    desk.load_events(by=self.by, run_id=self.run.pk, events=file, case_ids=case_ids)
                    self._count(target, loaded=rows)

    def _load_exchanges(self, target: str) -> None:
        space = self.space
        self._count(target, repeats=self._repeats(target))
        last_line = space.one(f"SELECT max(_line) FROM told_{target} WHERE is_new")
        if last_line is not None:
            self._phase(f"Loading {'contacts' if target == 'contact' else 'feedback'}", -(-last_line // self.chunk))
            for first in range(0, last_line + 1, self.chunk):
                file = exchanges.write_chunk(space, target, first, first + self.chunk - 1)
                if not file.rows:
                    continue
                with self._commit():
                    if target == "contact":
                        desk.load_contacts(by=self.by, run_id=self.run.pk, contacts=file)
                    else:
                        voice.load_feedback(by=self.by, run_id=self.run.pk, feedback=file)
                    self._count(target, loaded=file.rows)
        revise = desk.revise_contacts if target == "contact" else voice.revise_feedback
        for rows in exchanges.changed_rows(space, target):
            with self._commit():
                revise(by=self.by, run_id=self.run.pk, rows=rows)
                self._count(target, updated=len(rows))

    def _load_identities(self) -> None:
        """People were loaded before everything else; here their rows are only counted."""
        loaded, repeats, updated = self.space.row(
            """SELECT count(*) FILTER (WHERE is_new_record AND rank <> 1), count(*) FILTER (WHERE NOT is_new_record),
                      count(*) FILTER (WHERE is_new_record AND rank = 1)
               FROM told JOIN settled USING (pid) WHERE target = 'identity'
               AND _line NOT IN (SELECT _line FROM quarantine)"""
        )
        within = self._repeats_in_file("identity")
        with self._commit():
            if "identity" not in self.run.counts:
                self._count("identity", repeats=repeats + within, loaded=loaded, updated=updated)

    # --- counting -------------------------------------------------------------------------------

    def _repeats(self, target: str) -> int | None:
        """Rows told before, here or in an earlier file; None when this run has counted them already."""
        if "repeats" in self.run.counts.get(target, {}):
            return None
        same = {
            "case": "SELECT count(*) FROM told_case WHERE NOT is_new AND NOT is_changed",
            "order": "SELECT count(*) FROM told_line WHERE is_repeat",
            "event": "SELECT count(DISTINCT _line) FROM told_event WHERE is_repeat",
            "promise": "SELECT count(DISTINCT _line) FROM told_event WHERE is_repeat",
        }.get(target, f"SELECT count(*) FROM told_{target} WHERE NOT is_new AND NOT is_changed")
        return int(self.space.one(same)) + self._repeats_in_file(target)

    def _repeats_in_file(self, target: str) -> int:
        return int(self.space.one("SELECT count(DISTINCT _line) FROM repeats WHERE target = ?", [target]))

    def _count(self, target: str, **more: int | None) -> None:
        counts = self.run.counts.setdefault(target, {})
        for name, number in more.items():
            if number is not None:
                counts[name] = counts.get(name, 0) + number
        grain = self.run.counts.get(self.mapping.targets[0].into, {})
        self.run.loaded, self.run.repeats, self.run.updated = (
            grain.get(name, 0) for name in ("loaded", "repeats", "updated")
        )
        self.run.save(update_fields=["counts", "loaded", "repeats", "updated"])

    @contextmanager
    def _commit(self) -> Iterator[None]:
        """One step: its rows, their counts and the progress in one transaction. Stops here when asked to."""
        self._stop_if_asked()
        counts = {target: dict(numbers) for target, numbers in self.run.counts.items()}
        try:
            with transaction.atomic():
                yield
                self.run.chunk += 1
                self.run.heartbeat_at = datetime.now(UTC)
                self.run.save(update_fields=["chunk", "heartbeat_at"])
        except BaseException:
            self.run.counts = counts
            raise
        self.after_chunk(self.run)

    def _stop_if_asked(self) -> None:
        if Run.objects.filter(pk=self.run.pk, cancel_asked=True).exists():
            raise CancelledError

    def _phase(self, words: str, steps: int = 0) -> None:
        self._stop_if_asked()
        self.run.phase, self.run.chunk, self.run.chunks = words, 0, steps
        self.run.heartbeat_at = self.run.phase_at = datetime.now(UTC)
        self.run.save()
        self.after_chunk(self.run)

    # --- ending ---------------------------------------------------------------------------------

    def _finish(self) -> None:
        newest = [
            f"SELECT max(coalesce(as_of, {spoken})) FROM mapped_{t.into}"
            for t in self.mapping.targets
            if (spoken := people.SPOKEN_AT[t.into])
        ]
        latest = self.space.one(f"SELECT epoch_us(max(m)) FROM ({' UNION ALL '.join(newest)}) t(m)")
        self.run.newest_record = datetime.fromtimestamp(latest / 1e6, UTC) if latest is not None else None
        self._end(RunState.DONE)

    def _end(self, state: RunState, error: str = "") -> None:
        self.run.state, self.run.error, self.run.phase = state, error, ""
        self.run.ended_at = datetime.now(UTC)
        self.run.cancel_asked = False
        with transaction.atomic():
            self.run.save()
            audit.record(
                by=self.by,
                action=f"sources.import_{state.value}",
                obj=self.run,
                count=self.run.loaded + self.run.updated,
                note={
                    "silo": self.run.silo.code,
                    "file": self.run.upload.digest,
                    "rows": self.run.rows_in_file,
                    "loaded": self.run.loaded,
                    "repeats": self.run.repeats,
                    "updated": self.run.updated,
                    "quarantined": self.run.quarantined,
                    "seconds": round(time.time() - self.run.started_at.timestamp(), 1) if self.run.started_at else None,
                },
            )


_LOADERS: dict[str, Callable[[Importing], None]] = {
    "identity": lambda run: run._load_identities(),
    "case": lambda run: run._load_cases(),
    "order": lambda run: run._load_cases("order"),
    "event": lambda run: run._load_events(),
    "promise": lambda run: run._load_events("promise"),
    "contact": lambda run: run._load_exchanges("contact"),
    "feedback": lambda run: run._load_exchanges("feedback"),
}
