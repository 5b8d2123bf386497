"""Bringing cases back in line with their events, when `regard check` found that they are not."""

import hashlib
from collections.abc import Iterator, Sequence

from django.db import transaction

from regard.desk.refolding import refold
from regard.records.actors import Actor
from regard.records.audit import record

BATCH = 5_000


def repair_cases(*, by: Actor, case_ids: Sequence[int]) -> int:
    """Rewrite the folded columns of these cases from their events. Returns how many were written.

    A batch is a transaction with one audit entry; stopped half-way, what was repaired stays repaired.
    """
    return sum(_repair(by, batch) for batch in _batches(case_ids))


@transaction.atomic
def _repair(by: Actor, case_ids: Sequence[int]) -> int:
    written = refold(case_ids)
    digest = hashlib.sha256(",".join(map(str, case_ids)).encode()).hexdigest()
    note = {"first": case_ids[0], "last": case_ids[-1], "digest": digest}
    record(by=by, action="desk.repair_cases", object_type="desk.case", count=written, note=note)
    return written


def _batches(case_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(case_ids), BATCH):
        yield list(case_ids[start : start + BATCH])
