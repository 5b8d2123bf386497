"""What can happen to sources: files come in, mappings are kept, runs start, stop and go on, rows are mended."""

import hashlib
import json
import tempfile
from collections.abc import Mapping as Values
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from regard.office.models import Silo
from regard.records import audit
from regard.records.actors import Actor
from regard.sources.mapping import Mapping as Spec
from regard.sources.models import Mapping, QuarantinedRow, Run, RunState, Upload
from regard.sources.queries import ACTIVE, HAS_VALUE, waiting_rows
from regard.sources.uses import source_columns

BLOCK = 1 << 20


class ImportRefusedError(Exception):
    """What was asked of an import cannot be done; the message says why and what to do."""


def receive_upload(
    *, by: Actor, name: str, content: IO[bytes], received_by: str = "", silo: Silo | None = None
) -> Upload:
    """Keep a file whole, under the digest of its content. The same content is stored once.

    Raises ImportRefusedError when the file is empty or larger than REGARD_UPLOAD_LIMIT (bytes).
    """
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{datetime.now(UTC):%Y%m%d%H%M%S%f}.part"
    digest, size = hashlib.sha256(), 0
    try:
        with draft.open("wb") as target:
            while block := content.read(BLOCK):
                size += len(block)
                if size > settings.REGARD_UPLOAD_LIMIT:
                    limit = settings.REGARD_UPLOAD_LIMIT // 1_000_000
                    raise ImportRefusedError(
                        f"{name} is larger than {limit:,} MB. Split it, or raise REGARD_UPLOAD_LIMIT."
                    )
                digest.update(block)
                target.write(block)
        if not size:
            raise ImportRefusedError(f"{name} is empty. Export it again from its source.")
        path = folder / digest.hexdigest()[:2] / digest.hexdigest()
        path.parent.mkdir(exist_ok=True)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    with transaction.atomic():
        upload = Upload.objects.create(
            name=Path(name).name[:255],
            path=str(path.relative_to(settings.HOME)),
            digest=digest.hexdigest(),
            size=size,
            silo=silo,
            received_by=received_by or by.audit_name,
        )
        audit.record(by=by, action="sources.receive", obj=upload, note={"digest": upload.digest, "bytes": size})
    return upload


@transaction.atomic
def save_mapping(*, by: Actor, silo: Silo, spec: Spec, fingerprint: str, reason: str = "") -> Mapping:
    """Remember a mapping for files with this header. The same text again is the same version."""
    text = spec.to_toml()
    Silo.objects.select_for_update().get(pk=silo.pk)
    last = Mapping.objects.filter(silo=silo, name=spec.name).order_by("-version").first()
    if last is not None and last.toml == text and last.fingerprint == fingerprint:
        return last
    saved = Mapping.objects.create(
        silo=silo,
        name=spec.name,
        version=last.version + 1 if last else 1,
        toml=text,
        fingerprint=fingerprint,
        made_by=by.audit_name,
        reason=reason,
    )
    digest = hashlib.sha256(text.encode()).hexdigest()
    audit.record(by=by, action="sources.save_mapping", obj=saved, note={"version": saved.version, "digest": digest})
    return saved


@transaction.atomic
def start_run(*, by: Actor, upload: Upload, mapping: Mapping, background: bool = True) -> Run:
    """Queue the import of a file. With `background` a worker takes it; else the caller runs it itself."""
    if upload.silo_id is None:
        upload.silo = mapping.silo
        upload.save(update_fields=["silo"])
    run = Run.objects.create(silo=mapping.silo, mapping=mapping, upload=upload, asked_by=by.audit_name)
    audit.record(by=by, action="sources.start_run", obj=run, note={"file": upload.digest, "mapping": mapping.pk})
    if background:
        transaction.on_commit(lambda: _queue(run))
    return run


@transaction.atomic
def import_upload(
    *, by: Actor, upload: Upload, silo: Silo, spec: Spec, fingerprint: str, background: bool = True
) -> Run:
    """Remember the mapping for this source and start the import of the file by it."""
    mapping = save_mapping(by=by, silo=silo, spec=replace(spec, silo=silo.code), fingerprint=fingerprint)
    return start_run(by=by, upload=upload, mapping=mapping, background=background)


def _queue(run: Run) -> None:
    from regard.sources.tasks import run_import  # tasks import this module

    run_import.configure(lock=f"silo-{run.silo_id}").defer(run_id=run.pk)


@transaction.atomic
def cancel_run(*, by: Actor, run: Run) -> None:
    """Ask a run to stop after the step it is doing. What was loaded stays; the run can be resumed."""
    if run.state not in ACTIVE:
        raise ImportRefusedError(f"This import is {run.get_state_display().lower()} already.")
    fields: dict[str, Any] = {"cancel_asked": True}
    if run.state == RunState.WAITING:
        fields |= {"state": RunState.CANCELLED, "cancel_asked": False}
    audit.record(by=by, action="sources.cancel_run", obj=run)  # before the row: a step takes the two in this order
    Run.objects.filter(pk=run.pk).update(**fields)


@transaction.atomic
def resume_run(*, by: Actor, run: Run, background: bool = True) -> None:
    """Go on with a run that was cancelled, failed or left behind by a stopped worker."""
    if run.state == RunState.DONE:
        raise ImportRefusedError("This import is done. To read the file again, import it again.")
    audit.record(by=by, action="sources.resume_run", obj=run)
    Run.objects.filter(pk=run.pk).update(state=RunState.WAITING, cancel_asked=False, error="")
    if background:
        transaction.on_commit(lambda: _queue(run))


# --- quarantine --------------------------------------------------------------------------------------


@transaction.atomic
def fix_row(*, by: Actor, row: QuarantinedRow, values: Values[str, str]) -> QuarantinedRow:
    """Correct values of a quarantined row, by column of the file. The row as told is kept beside them."""
    row = QuarantinedRow.objects.select_for_update().get(pk=row.pk)
    if row.state != QuarantinedRow.State.WAITING:
        raise ImportRefusedError("This row was dealt with already.")
    before = dict(row.fixed or {})
    row.fixed = {name: value for name, value in values.items() if value != (row.raw.get(name) or "")}
    row.save(update_fields=["fixed"])
    audit.record(by=by, action="sources.fix_row", obj=row, before={"fixed": before}, after={"fixed": row.fixed})
    return row


@transaction.atomic
def replace_value(*, by: Actor, run: Run, column: str, value: str, instead: str) -> int:
    """Correct one value of one column in every waiting row of a run that has it now. Returns how many rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE sources_quarantinedrow
                SET fixed = CASE WHEN coalesce(raw->>%s, '') = %s THEN coalesce(fixed, '{{}}') - %s
                                 ELSE coalesce(fixed, '{{}}') || jsonb_build_object(%s::text, %s::text) END
                WHERE run_id = %s AND state = 'waiting' AND {HAS_VALUE}""",
            [column, instead, column, column, instead, run.pk, column, column, column, column, value],
        )
        count = cursor.rowcount
    # What people wrote never enters the trail in the clear; fingerprints show later which value it was.
    note = {"column": column, "value": audit.fingerprint(value), "instead": audit.fingerprint(instead)}
    audit.record(by=by, action="sources.replace_value", obj=run, count=count, note=note)
    return count


@transaction.atomic
def set_aside(*, by: Actor, rows: QuerySet[QuarantinedRow], reason: str) -> int:
    """Decide that rows need not be loaded (test rows, for example). They stay, with the reason."""
    if not reason.strip():
        raise ImportRefusedError("Say why these rows need not be loaded.")
    waiting = rows.filter(state=QuarantinedRow.State.WAITING)
    sample = list(waiting.order_by("pk").values_list("pk", flat=True)[:1_000])
    count = waiting.update(
        state=QuarantinedRow.State.SET_ASIDE, decided_at=datetime.now(UTC), decided_by=f"{by.audit_name}: {reason}"
    )
    note = {"rows": sample, "reason": reason}
    audit.record(by=by, action="sources.set_aside", object_type="sources.quarantinedrow", count=count, note=note)
    return count


@transaction.atomic
def release_rows(
    *,
    by: Actor,
    run: Run,
    rows: QuerySet[QuarantinedRow] | None = None,
    mapping: Mapping | None = None,
    background: bool = True,
) -> Run:
    """Read quarantined rows again, with their corrections, as a run of their own; by the run's mapping or another.

    Rows that still do not fit are quarantined by that run. Rows that could not even be cut into columns go on
    waiting until somebody has written their values. Raises ImportRefusedError when no row can be read.
    """
    held = Run.objects.select_for_update().get(pk=run.pk)  # two people must not load the same rows twice
    if held.state in ACTIVE:
        raise ImportRefusedError("This import is still at work. Load its rows when it has ended.")
    mapping = mapping or run.mapping
    waiting = waiting_rows(run) if rows is None else rows.filter(run=run, state=QuarantinedRow.State.WAITING)
    with tempfile.TemporaryFile() as text:
        ids = _write_corrected(mapping, waiting, text)
        if not ids:
            raise ImportRefusedError(_nothing_to_read(waiting))
        text.seek(0)
        name = f"corrected rows of import {run.pk}.ndjson"
        upload = receive_upload(by=by, name=name, content=text, silo=run.silo)
    again = start_run(by=by, upload=upload, mapping=mapping, background=background)
    again.released_from = run
    again.save(update_fields=["released_from"])
    QuarantinedRow.objects.filter(pk__in=ids).update(
        state=QuarantinedRow.State.RELEASED,
        released_by=again,
        decided_at=datetime.now(UTC),
        decided_by=by.audit_name,
    )
    return again


def _write_corrected(mapping: Mapping, rows: QuerySet[QuarantinedRow], text: IO[bytes]) -> list[int]:
    """Write rows as one JSON object a line; returns their ids. Every line names every column the mapping reads."""
    columns: dict[str, Any] = dict.fromkeys(source_columns(Spec.from_toml(mapping.toml)))
    ids = []
    for row in rows.order_by("line", "pk").iterator(chunk_size=2_000):
        if is_uncut(row) and not row.fixed:
            continue
        told = columns | corrected(row) if is_uncut(row) else corrected(row)
        text.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")
        ids.append(row.pk)
    return ids


def _nothing_to_read(waiting: QuerySet[QuarantinedRow]) -> str:
    row = waiting.order_by("line").first()
    if row is None:
        return "No row of this import is waiting."
    return f"Row {row.line} could not be cut into columns. Write its values into the columns first, or set it aside."


@transaction.atomic
def remap_rows(*, by: Actor, run: Run, spec: Spec, fingerprint: str, background: bool = True) -> Run:
    """Remember a corrected mapping and read the waiting rows of a run by it. Raises as `release_rows` does."""
    mapping = save_mapping(by=by, silo=run.silo, spec=replace(spec, silo=run.silo.code), fingerprint=fingerprint)
    return release_rows(by=by, run=run, mapping=mapping, background=background)


@transaction.atomic
def take_back_rows(*, by: Actor, run: Run) -> int:
    """Let the rows that this run was to read again wait once more, when it ended before it took any. Returns how many.

    Raises ImportRefusedError for any other run: what it took, it has loaded or quarantined itself.
    """
    held = Run.objects.select_for_update().get(pk=run.pk)
    ended = held.state in (RunState.FAILED, RunState.CANCELLED)
    if held.released_from_id is None or not ended or held.counts or held.quarantine.exists():
        raise ImportRefusedError("This import has taken its rows. Go on with it instead.")
    rows = QuarantinedRow.objects.filter(released_by=held)
    count = rows.update(state=QuarantinedRow.State.WAITING, released_by=None, decided_at=None, decided_by="")
    audit.record(by=by, action="sources.take_back_rows", obj=run, count=count)
    return count


def is_uncut(row: QuarantinedRow) -> bool:
    """True for a row that the reader could not cut into columns: it is kept as one text."""
    return set(row.raw) == {"row"}  # a row that was cut has its _line as well


def corrected(row: QuarantinedRow) -> dict[str, Any]:
    """The row as it should be read now: as told, with the corrections over it."""
    if is_uncut(row):
        return dict(row.fixed or {})
    return {name: value for name, value in row.raw.items() if name != "_line"} | (row.fixed or {})
