"""Making facts anew. What is derived is no state of the office: only what a person asked for is audited."""

from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from regard.measures.facts.refresh import Refreshed, Report, refresh
from regard.records import audit
from regard.records.actors import Actor

REFRESH = "measures.refresh_facts"


def refresh_facts(*, by: Actor, full: bool = False, report: Report = lambda _: None) -> Refreshed:
    """Bring the facts up to date now, or compute them all anew. Returns what was done."""
    done = refresh(full=full, report=report)
    assert done is not None  # noqa: S101 (only a refresh that looks for news may find none)
    note = {"why": done.why or "changes", "seconds": round(done.seconds, 1)} | done.rows
    with transaction.atomic():
        audit.record(by=by, action=REFRESH, object_type="measures.facts", note=note, count=sum(done.rows.values()))
    return done


@transaction.atomic
def request_refresh(*, by: Actor) -> None:
    """Have the worker bring the facts up to date soon. Asking twice before it begins is asking once."""
    from regard.measures.tasks import refresh_facts as task  # tasks import the facts, not the actions

    try:
        with transaction.atomic():
            task.configure(queueing_lock=REFRESH).defer()
    except AlreadyEnqueued:
        return
    audit.record(by=by, action="measures.request_refresh", object_type="measures.facts")
