"""What records officers do with the trail itself, audited like everything else."""

from django.db import transaction

from regard.records.actors import Actor
from regard.records.audit import record
from regard.records.queries import ChainReport, Wanted, verify


@transaction.atomic
def note_export(*, by: Actor, wanted: Wanted, count: int) -> None:
    """Somebody took a copy of the trail along."""
    note = {name: str(value) for name, value in vars(wanted).items() if value and name != "actor"}
    record(by=by, action="records.export", object_type="records.auditentry", note=note, count=count)


def check_chain(*, by: Actor) -> ChainReport:
    """Verify the chain, and say in it that somebody did and what came out."""
    report = verify()
    with transaction.atomic():
        note = {"entries": report.entries, "last_hash": report.last_hash, "broken_at": report.broken_at}
        record(by=by, action="records.verify", object_type="records.auditentry", note=note)
    return report
