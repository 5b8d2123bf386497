"""Cases of the standing cast, and signing in."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from regard.desk import actions
from regard.desk.lifecycle import columns, fold
from regard.desk.models import Case, Event
from regard.office.models import Staff

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def case(cast) -> Case:
    """A case of Alice's about a fence."""
    return actions.open_case(by=cast.alice, unit=cast.permits, service=cast.fence, subject="Fence on Elm Street")


@pytest.fixture
def tomorrow():
    return timezone.now() + timedelta(days=1)


@pytest.fixture
def signed_in(client: Client) -> Callable[[Staff], Client]:
    def sign_in(person: Staff) -> Client:
        client.force_login(person, backend=BACKEND)
        return client

    return sign_in


def kinds(case: Case) -> list[str]:
    return [event.kind for event in Event.objects.filter(case=case).order_by("id")]


def stored(case: Case) -> dict[str, object]:
    """The folded columns as the database has them."""
    fresh = Case.objects.get(pk=case.pk)
    return {name: getattr(fresh, name) for name in columns(fold([]))}


def refolded(case: Case) -> dict[str, object]:
    """The same columns, folded anew from the events."""
    events = Event.objects.filter(case=case)
    return columns(fold(event.as_row() for event in events), unit_id=case.unit_id, received_at=case.received_at)
