"""An office with facts, a draft of three goals, and signing in."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.utils import timezone

from regard.goals import actions
from regard.goals.models import Goal, GoalSet
from regard.goals.queries.sets import with_goals
from regard.measures.charts import render
from regard.measures.engine import forget
from regard.office.models import Staff
from tests.cast import Cast
from tests.measures.worked import work

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
#: The facts of `worked` are as of July 10, 2025: half of this period is over.
FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
AIDS = {"kind": "value", "statement": "We publish job aids.", "counted_as": "job aids", "form": "add", "number": 5}


@pytest.fixture
def worked(cast: Cast, settings, tmp_path, monkeypatch) -> Cast:
    """A year and a half of cases of both offices, as figures of July 10, 2025; and it is that day."""
    settings.HOME, settings.FACTS_ROOT = tmp_path, tmp_path / "facts"
    monkeypatch.setattr(timezone, "now", lambda: datetime(2025, 7, 10, 18, tzinfo=UTC))
    forget()
    work(cast)
    yield cast
    forget()
    render.forget()


def drafted(cast: Cast, **told) -> GoalSet:
    usual = {"unit": cast.permits, "title": "Permits 2025", "first": FIRST, "last": LAST, "owner": cast.bob}
    return actions.make_set(by=cast.bob, **(usual | told))


@pytest.fixture
def draft(cast: Cast) -> GoalSet:
    return drafted(cast)


def service_goal(cast: Cast, goal_set: GoalSet, **told) -> Goal:
    """A service goal about the fence permit, complete but for how it could be gamed."""
    usual = {"kind": "service", "statement": "Fence permits come sooner.", "measure": "time-to-resolve",
             "service": cast.fence, "form": "reduce", "number": 15.0}  # fmt: skip
    return actions.write_goal(by=cast.bob, goal_set=goal_set, **(usual | told))


def guarded(cast: Cast, goal: Goal, way: str = "close-and-reopen", *guards: str) -> Goal:
    gaming = actions.add_gaming(by=cast.bob, goal=goal, way=way)
    actions.set_guards(by=cast.bob, gaming=gaming, guards=guards or ["reopened:higher"])
    return goal


def complete(cast: Cast, goal_set: GoalSet) -> Goal:
    """A set that can be activated; its service goal."""
    goal = guarded(cast, service_goal(cast, goal_set))
    actions.write_goal(by=cast.bob, goal_set=goal_set, **AIDS)
    return goal


def whole(goal_set: GoalSet) -> GoalSet:
    """As it stands in the database."""
    return with_goals(GoalSet.objects.filter(pk=goal_set.pk)).get()


@pytest.fixture
def get(client: Client) -> Callable[..., str]:
    """The text of a page as somebody sees it."""

    def ask(person: Staff, path: str, status: int = 200) -> str:
        client.force_login(person, backend=BACKEND)
        answer = client.get(path)
        assert answer.status_code == status, f"{path}: {answer.status_code}"
        return answer.content.decode()

    return ask


@pytest.fixture
def post(client: Client) -> Callable[..., str]:
    """The text of the page that follows a form that was sent."""

    def send(person: Staff, path: str, data: dict, status: int = 200) -> str:
        client.force_login(person, backend=BACKEND)
        answer = client.post(path, data, follow=True)
        assert answer.status_code == status, f"{path}: {answer.status_code}"
        return answer.content.decode()

    return send
