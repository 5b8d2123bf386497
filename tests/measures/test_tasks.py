"""Facts in the background: asked for once, made by the worker's jobs."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from regard.desk.models import Case
from regard.measures import actions, tasks
from regard.measures.facts.refresh import freshness
from regard.records.models import AuditEntry
from tests.measures.conftest import add_events, facts_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_asking_twice_is_asking_once(cast):
    actions.request_refresh(by=cast.analyst)
    actions.request_refresh(by=cast.analyst)
    jobs = ProcrastinateJob.objects.filter(task_name="measures.refresh_facts")
    assert [job.queueing_lock for job in jobs] == [actions.REFRESH]
    assert AuditEntry.objects.filter(action="measures.request_refresh", actor_id=cast.analyst.pk).count() == 1


def test_the_jobs_keep_the_facts_fresh(cast, make_case):
    case = make_case((0, "received"))
    tasks.refresh_facts()
    first = freshness()
    assert first.rows["case"] == 1
    tasks.follow_events(0)
    assert freshness().as_of == first.as_of  # nothing was told
    add_events(case, [(1, "resolved")])
    tasks.follow_events(0)
    assert facts_of("case")[case.pk]["state"] == "resolved"
    Case.objects.filter(pk=case.pk)._raw_delete("default")  # as a disposal does: no event can tell
    tasks.rebuild_facts(0)
    assert freshness().rows["case"] == 0
