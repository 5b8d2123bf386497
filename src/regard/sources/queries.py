"""Reading sources: mappings, runs, quarantine and how fresh each silo is."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from django.db import connection
from django.db.models import Count, Max, QuerySet, Window
from django.db.models.functions import RowNumber

from regard.office.access import silos_seen_by
from regard.office.models import Silo, Staff
from regard.sources.labels import plain_reason
from regard.sources.models import Mapping, QuarantinedRow, Run, RunState, Upload

ACTIVE = (RunState.WAITING, RunState.RUNNING)
RHYTHM_RUNS = 11  # ten gaps between imports
SITTING = 12 * 3600  # files imported within these seconds came together: that is no rhythm


def runs_seen_by(staff: Staff) -> QuerySet[Run]:
    """Import runs of the silos this person may see, newest first."""
    return Run.objects.filter(silo__in=silos_seen_by(staff)).select_related("silo", "mapping", "upload")


def run_of_same_file(staff: Staff, upload: Upload) -> Run | None:
    """The newest completed import of a file with the same content that this person may see."""
    found = runs_seen_by(staff).filter(upload__digest=upload.digest, state=RunState.DONE)
    return found.order_by("-id").first()


def remembered_mapping(silo: Silo | None, fingerprint: str, silos: Iterable[Silo] | None = None) -> Mapping | None:
    """The newest mapping made for files with this header: of the silo, or of any of `silos`."""
    found = Mapping.objects.filter(fingerprint=fingerprint).select_related("silo").order_by("-version", "-id")
    if silo is not None:
        return found.filter(silo=silo).first()
    return found.filter(silo__in=silos).first() if silos is not None else None


def newest_version(mapping: Mapping) -> Mapping:
    """The newest version of a mapping that was made for the same header."""
    found = Mapping.objects.filter(silo=mapping.silo_id, name=mapping.name, fingerprint=mapping.fingerprint)
    return found.select_related("silo").order_by("-version").first() or mapping


def mappings_of(silo: Silo) -> list[Mapping]:
    """The newest version of each mapping of a silo."""
    return list(Mapping.objects.filter(silo=silo).order_by("name", "-version").distinct("name"))


def waiting_rows(run: Run) -> QuerySet[QuarantinedRow]:
    """Rows of a run that still wait for somebody, in the order of the file."""
    return QuarantinedRow.objects.filter(run=run, state=QuarantinedRow.State.WAITING)


def reasons_of(run: Run, limit: int = 20) -> list[tuple[str, str, int]]:
    """Why rows of a run were quarantined: (code, an example in words, rows), most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT r->>'code', min(ARRAY[r->>'message', q.target, r->>'column']), count(DISTINCT q.id)
               FROM sources_quarantinedrow q, jsonb_array_elements(q.reasons) r
               WHERE q.run_id = %s AND q.state = 'waiting' GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT %s""",
            [run.pk, limit],
        )
        found = cursor.fetchall()
    return [
        (code, plain_reason(target, {"message": message, "column": column}), rows)
        for code, (message, target, column), rows in found
    ]


@dataclass(frozen=True)
class Freshness:
    """How fresh what we know from one silo is. `rhythm` is what is usual: told by the office, else observed."""

    silo: Silo
    last_run: Run | None  # the last file that was imported to its end; corrected rows are no new file
    newest_record: datetime | None
    rhythm: timedelta | None
    rhythm_is_told: bool
    overdue_by: timedelta | None
    waiting: int

    @property
    def is_overdue(self) -> bool:
        return self.overdue_by is not None


def freshness(silos: QuerySet[Silo], now: datetime | None = None) -> list[Freshness]:
    """Freshness of each silo, in a fixed number of queries.

    The observed rhythm is the median gap between the last completed imports (of half a day or more, at most ten),
    once there are two gaps. A silo is overdue when its last import lies more than one and a half times its rhythm back.
    """
    now = now or datetime.now(UTC)
    ranked = Run.objects.filter(silo__in=silos, state=RunState.DONE, released_from=None).annotate(
        nth=Window(RowNumber(), partition_by="silo", order_by="-id")
    )
    done: dict[int, list[Run]] = {}
    for run in ranked.filter(nth__lte=RHYTHM_RUNS).select_related("upload").order_by("-id"):
        done.setdefault(run.silo_id, []).append(run)
    newest = dict(
        Run.objects.filter(silo__in=silos).order_by().values_list("silo").annotate(newest=Max("newest_record"))
    )
    waiting = dict(
        QuarantinedRow.objects.filter(run__silo__in=silos, state=QuarantinedRow.State.WAITING)
        .order_by()
        .values_list("run__silo")
        .annotate(n=Count("pk"))
    )
    return [
        _freshness(silo, done.get(silo.pk, []), newest.get(silo.pk), waiting.get(silo.pk, 0), now)
        for silo in silos.order_by("name")
        if not silo.is_own
    ]


def _freshness(silo: Silo, runs: list[Run], newest: datetime | None, waiting: int, now: datetime) -> Freshness:
    ended = [run.ended_at for run in runs if run.ended_at]
    gaps = [seconds for later, earlier in pairwise(ended) if (seconds := (later - earlier).total_seconds()) >= SITTING]
    told = silo.rhythm_days is not None
    rhythm = None
    if silo.rhythm_days is not None:
        rhythm = timedelta(days=silo.rhythm_days)
    elif len(gaps) >= 2:
        rhythm = timedelta(seconds=statistics.median(gaps))
    late = None
    if rhythm and ended:
        late = now - ended[0] - rhythm * 1.5
    return Freshness(
        silo=silo,
        last_run=runs[0] if runs else None,
        newest_record=newest,
        rhythm=rhythm,
        rhythm_is_told=told,
        overdue_by=late if late is not None and late > timedelta(0) else None,
        waiting=waiting,
    )


# --- quarantine --------------------------------------------------------------------------------------


def waiting_in(runs: Iterable[Run]) -> dict[int, int]:
    """How many rows of each run still wait for somebody; one query."""
    found = waiting_rows_of([run.pk for run in runs]).order_by().values_list("run").annotate(n=Count("pk"))
    return dict(found)


def waiting_rows_of(run_ids: Iterable[int]) -> QuerySet[QuarantinedRow]:
    """Waiting rows of several runs."""
    return QuarantinedRow.objects.filter(run__in=list(run_ids), state=QuarantinedRow.State.WAITING)


def rows_with_reason(rows: QuerySet[QuarantinedRow], code: str) -> QuerySet[QuarantinedRow]:
    """Those rows that have this reason among theirs."""
    return rows.filter(reasons__contains=[{"code": code}])


#: True for a row whose column (four times) has this value now, as corrected or else as told.
HAS_VALUE = "(jsonb_exists(raw, %s) OR jsonb_exists(fixed, %s)) AND coalesce(fixed->>%s, raw->>%s, '') = %s"


def rows_alike(row: QuarantinedRow, columns: Iterable[str]) -> dict[str, int]:
    """For each of these columns: how many other waiting rows of the run have the value that this row has now."""
    names = list(columns)
    if not names:
        return {}
    counts, parameters = [], []
    for name in names:
        value = str((row.fixed or {}).get(name, row.raw.get(name)) or "")
        counts.append(f"count(*) FILTER (WHERE {HAS_VALUE})")
        parameters += [name, name, name, name, value]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {", ".join(counts)} FROM sources_quarantinedrow
                WHERE run_id = %s AND state = 'waiting' AND id <> %s""",
            [*parameters, row.run_id, row.pk],
        )
        return dict(zip(names, cursor.fetchone(), strict=True))
