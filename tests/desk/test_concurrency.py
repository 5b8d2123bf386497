"""Two people at one case at the same moment, on two connections."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from regard.desk import actions
from regard.desk.models import Case, Event
from regard.desk.queries import checking
from tests.desk.conftest import kinds, refolded, stored

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[Exception]:
    """Run the acts in threads of their own, started together. What they raised, in no order."""
    ready, raised = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        try:
            ready.wait()
            act()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return raised


def test_of_two_who_saw_the_same_page_one_is_told(cast, case):
    seen = case.events_seen
    raised = at_once(
        lambda: actions.resolve(by=cast.alice, case=Case.objects.get(pk=case.pk), outcome="Done", seen=seen),
        lambda: actions.withdraw(by=cast.bob, case=Case.objects.get(pk=case.pk), reason="Gone", seen=seen),
    )
    [error] = raised
    assert isinstance(error, actions.ChangedMeanwhileError)
    assert sum(kind in ("resolved", "withdrawn") for kind in kinds(case)) == 1
    assert stored(case) == refolded(case)


def test_notes_of_many_are_all_kept_and_counted(cast, case):
    acts = [lambda n=n: actions.note(by=cast.alice, case=Case.objects.get(pk=case.pk), text=str(n)) for n in range(6)]
    assert at_once(*acts) == []
    assert Event.objects.filter(case=case, kind="noted").count() == 6
    assert Case.objects.get(pk=case.pk).events_seen == Event.objects.filter(case=case).count()
    assert checking.check().is_sound


def test_merging_both_ways_at_once_does_not_lock_up(cast, case):
    other = actions.open_case(by=cast.bob, unit=cast.permits, subject="The same")

    def merge(one: Case, into: Case) -> object:
        return actions.merge(by=cast.alice, case=Case.objects.get(pk=one.pk), into=Case.objects.get(pk=into.pk))

    [error] = at_once(lambda: merge(case, other), lambda: merge(other, case))
    assert "itself merged" in str(error)
    assert sorted(Case.objects.values_list("state", flat=True)) == ["merged", "open"]
    assert checking.check().is_sound
