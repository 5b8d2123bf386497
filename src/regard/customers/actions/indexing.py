"""Keeping the standard forms and keys by which customers are recognised live: set-based for many, at once for one."""

import csv
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import connection, transaction
from pyarrow import csv as arrow_csv

from regard.customers.matching import Weights, standardise
from regard.customers.matching.livekeys import all_keys, form_of, in_bulk, told_of
from regard.customers.models import IdentityRecord, RecognitionModel, StandardForm
from regard.lib.copying import CopyFile, copy_in, copy_out, stage
from regard.records import audit
from regard.records.actors import Actor

COLUMNS = ("record_id", "office_id", "kind", "form", "keys")
_TEXT = ("silo", "key", "kind", "name", "given", "family", "organisation", "email", "phone", "address", "postcode",
         "birth_date", "name_folded")  # fmt: skip
#: How many records are taken at a time: bounds memory.
BATCH = 250_000
#: From how many new rows on, and from which share of those there, the index of keys is built anew.
FEW, MANY = 20_000, 0.25
_TOLD = """
SELECT r.id AS record_id, s.code AS silo, r.key, NOT starts_with(r.key, 'told:') AS own_key, r.kind, r.name,
       r.given, r.family, r.organisation, r.email, r.phone, r.address, r.postcode, r.birth_date::text AS birth_date,
       r.name_folded
FROM customers_identityrecord r JOIN office_silo s ON s.id = r.silo_id JOIN office_unit u ON u.id = s.unit_id
WHERE u.path LIKE '/{office}/%' AND NOT EXISTS (SELECT 1 FROM customers_standardform f WHERE f.record_id = r.id)
ORDER BY r.id LIMIT {batch}
"""


def index_record(record: IdentityRecord, office_id: int) -> None:
    """Make one record findable at once. Derived, so not audited."""
    own = not record.key.startswith("told:")  # else the key is only a digest of what was told
    told = told_of(record) | {"record_id": record.pk, "silo": record.silo.code, "key": record.key, "own_key": own}
    standard = standardise(told)
    StandardForm.objects.update_or_create(
        record_id=record.pk,
        defaults={
            "office_id": office_id,
            "kind": standard.kind,
            "form": form_of(standard),
            "keys": all_keys(standard, record.name_folded, office_id),
        },
    )


def index_records(*, by: Actor, office_id: int) -> int:
    """Make every record of the office findable that is not yet. Returns how many were added.

    Set-based: per BATCH records one COPY out, one pass through DuckDB, one COPY in.
    """
    added = 0
    with tempfile.TemporaryDirectory() as folder:
        while count := _index_batch(Path(folder), office_id):
            added += count
            if count < BATCH:
                break
    _make_index()
    if added:
        with transaction.atomic():
            audit.record(
                by=by, action="customers.index_records", object_type="customers.standardform", count=added,
                office_id=office_id,
            )  # fmt: skip
    return added


def _index_batch(folder: Path, office_id: int) -> int:
    told, made = folder / "told.csv", folder / "made.csv"
    with transaction.atomic(), connection.cursor() as cursor:
        copy_out(cursor, _TOLD.format(office=int(office_id), batch=BATCH), told)
    records = _read(told)
    if not records.num_rows:
        return 0
    rows = _write(made, records, office_id)
    with transaction.atomic(), connection.cursor() as cursor:
        _drop_before_many(cursor, rows)
        stage(cursor, "made_form", "record_id bigint, office_id bigint, kind text, form text, keys bigint[]")
        copy_in(cursor, "made_form", CopyFile(made, COLUMNS, rows))
        cursor.execute(
            f"INSERT INTO customers_standardform ({', '.join(COLUMNS)}) SELECT {', '.join(COLUMNS)} FROM made_form "
            "ON CONFLICT (record_id) DO NOTHING"
        )
    return rows


def _drop_before_many(cursor: Any, rows: int) -> None:
    """Drop the index of keys before rows that are many beside those there: entering each key costs ten times building.

    Until `_make_index`, look-ups read the table; that happens with an office's first files only.
    """
    cursor.execute("SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = 'customers_standardform'::regclass")
    if rows >= FEW and rows > cursor.fetchone()[0] * MANY:
        cursor.execute("DROP INDEX IF EXISTS standard_form_keys")


def _make_index() -> None:
    """Build the index of keys if it is not there, be it because an earlier call was killed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('standard_form_keys') IS NULL")
        if cursor.fetchone()[0]:
            cursor.execute(
                "SET LOCAL maintenance_work_mem = '256MB';"
                "CREATE INDEX standard_form_keys ON customers_standardform USING gin (keys) WITH (fastupdate = off)"
            )
        cursor.execute("ANALYZE customers_standardform")


def _read(path: Path) -> pa.Table:
    types = {"record_id": pa.int64(), "own_key": pa.bool_(), **dict.fromkeys(_TEXT, pa.string())}
    convert = arrow_csv.ConvertOptions(
        column_types=types, strings_can_be_null=False, true_values=["t"], false_values=["f"]
    )
    return arrow_csv.read_csv(
        path, parse_options=arrow_csv.ParseOptions(newlines_in_values=True), convert_options=convert
    )


def _write(path: Path, records: pa.Table, office_id: int) -> int:
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for batch in in_bulk(records, office_id):
            columns = [column.to_pylist() for column in batch.columns]
            for record_id, kind, form, keys in zip(*columns, strict=True):
                writer.writerow((record_id, office_id, kind, form, "{" + ",".join(map(str, keys)) + "}"))
            rows += batch.num_rows
    return rows


@transaction.atomic
def keep_models(*, by: Actor, office_id: int, models: Mapping[str, Weights]) -> None:
    """Recognise by these weights from now on: those of the newest matching. kind -> weights."""
    for kind, weights in models.items():
        RecognitionModel.objects.filter(office_id=office_id, kind=kind).delete()
        RecognitionModel.objects.create(
            office_id=office_id, kind=kind, version=weights.version, weights=weights.as_json()
        )
    note = {"versions": {kind: weights.version for kind, weights in models.items()}}
    audit.record(
        by=by, action="customers.keep_models", object_type="customers.recognitionmodel", note=note, office_id=office_id
    )
