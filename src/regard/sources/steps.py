"""The steps of a run: each commits its rows, its counts and its progress together, several at a time.

Loading is the database's work, so while one step is loaded the next is prepared, and two steps load side by side.
Their order does not matter: what a step loads depends on no other step of its phase, and a resumed run looks at
what is there, not at a number.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import connection, transaction

from regard.sources.models import Run

LANES = 2


class CancelledError(Exception):
    """Somebody asked the run to stop. What was committed stays; the run can be resumed."""


@dataclass
class Steps:
    """The steps of one run. In a transaction of the caller's (as in tests) they run one by one, inside it."""

    run: Run
    after: Callable[[Run], None]
    _pool: ThreadPoolExecutor | None = None
    _pending: set[Future[None]] = field(default_factory=set)

    def phase(self, words: str, steps: int = 0) -> None:
        """Say what the run is doing now, in how many steps."""
        self.stop_if_asked()
        now = datetime.now(UTC)
        self.run.phase, self.run.chunk, self.run.chunks = words, 0, steps
        self.run.heartbeat_at = self.run.phase_at = now
        self.run.save(update_fields=["phase", "chunk", "chunks", "heartbeat_at", "phase_at"])
        self.after(self.run)

    def do(self, work: Callable[[], None], target: str = "", **counts: int) -> None:
        """Commit one step: `work`, and `counts` added to those of `target`. Waits while all lanes are busy."""
        self.stop_if_asked()
        if self._pool is None:
            self._commit(work, target, counts)
            self.after(self.run)
            return
        self._make_room(LANES)
        self._pending.add(self._pool.submit(self._in_lane, work, target, counts))

    def stop_if_asked(self) -> None:
        if Run.objects.filter(pk=self.run.pk, cancel_asked=True).exists():
            raise CancelledError

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let the steps inside run side by side; leave when all are committed. Raises what a step raised."""
        if connection.in_atomic_block:
            yield
            return
        with ThreadPoolExecutor(LANES, thread_name_prefix="import") as pool:
            self._pool = pool
            try:
                yield
                self._make_room(1)
            finally:
                wait(self._pending)
                self._pool, self._pending = None, set()
        self.after(self.run)

    def _make_room(self, lanes: int) -> None:
        """Wait until fewer than `lanes` steps are under way, and raise what failed."""
        while len(self._pending) >= lanes:
            done, self._pending = wait(self._pending, return_when=FIRST_COMPLETED)
            for step in done:
                step.result()
            self.after(self.run)

    def _in_lane(self, work: Callable[[], None], target: str, counts: dict[str, int]) -> None:
        try:
            self._commit(work, target, counts)
        finally:
            connection.close()  # this thread's own

    def _commit(self, work: Callable[[], None], target: str, counts: dict[str, int]) -> None:
        with transaction.atomic():
            work()
            # Locked last: the trail's lock is taken before it, here as everywhere, so no two wait for each other.
            kept = Run.objects.select_for_update().only("counts", "chunk").get(pk=self.run.pk)
            told = kept.counts.setdefault(target, {}) if target else {}
            for name, number in counts.items():
                told[name] = told.get(name, 0) + number
            kept.chunk += 1
            kept.heartbeat_at = datetime.now(UTC)
            kept.save(update_fields=["counts", "chunk", "heartbeat_at"])
        self.run.counts, self.run.chunk, self.run.heartbeat_at = kept.counts, kept.chunk, kept.heartbeat_at
