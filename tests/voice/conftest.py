"""Feedback of the standing cast, and signing in."""

from collections.abc import Callable

import pytest
from django.test import Client

from regard.office.models import Staff
from regard.voice import actions
from regard.voice.models import Feedback, Loop

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def signed_in(client: Client) -> Callable[[Staff], Client]:
    def sign_in(person: Staff) -> Client:
        client.force_login(person, backend=BACKEND)
        return client

    return sign_in


def logged(cast, **told) -> Feedback:
    """A complaint about the fence permit, told at the counter by somebody without a name, unless told otherwise."""
    usual = {"unit": cast.permits, "service": cast.fence, "kind": "complaint", "channel": "counter", "by": cast.alice}
    return actions.log_feedback(**{**usual, "text": "Nobody called me back.", **told})


@pytest.fixture
def complaint(cast) -> Feedback:
    return logged(cast)


@pytest.fixture
def loop(complaint) -> Loop:
    return complaint.loop
