"""Signing in: by e-mail, locked out after failures, and never by signing up."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


@pytest.fixture
def alice(django_user_model):
    staff = django_user_model(email="alice@example.gov", name="Alice")
    staff.set_password(PASSWORD)
    staff.save()
    return staff


def sign_in(client: Client, password: str, login: str = "alice@example.gov", address: str = "192.0.2.1"):
    return client.post(reverse("account_login"), {"login": login, "password": password}, REMOTE_ADDR=address)


def test_the_right_password_signs_in(client, alice):
    answer = sign_in(client, PASSWORD, login="Alice@Example.gov")
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(alice.pk)


def test_a_wrong_password_does_not(client, alice):
    answer = sign_in(client, "wrong")
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_five_failures_lock_this_person_at_this_address_whatever_the_spelling(client, alice):
    for login in ("alice@example.gov", "ALICE@example.gov", "alice@example.gov ", "Alice@Example.Gov"):
        assert sign_in(client, "wrong", login=login).status_code == 200
    assert sign_in(client, "wrong").status_code == 429
    locked = sign_in(client, PASSWORD)
    assert locked.status_code == 429
    assert "_auth_user_id" not in client.session


def test_a_lockout_does_not_hit_the_same_person_elsewhere_or_another_person_here(client, alice, django_user_model):
    bob = django_user_model(email="bob@example.gov", name="Bob")
    bob.set_password(PASSWORD)
    bob.save()
    for _ in range(6):
        sign_in(client, "wrong")
    assert sign_in(Client(), PASSWORD, address="192.0.2.2").status_code == 302
    assert sign_in(Client(), PASSWORD, login="bob@example.gov").status_code == 302


def test_a_lockout_ends_by_itself(client, alice):
    from axes.models import AccessAttempt

    for _ in range(6):
        sign_in(client, "wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert sign_in(client, PASSWORD).status_code == 302


def test_a_hunt_from_many_addresses_is_slowed(alice):
    answers = [sign_in(Client(), f"guess {n}", address=f"198.51.100.{n}") for n in range(25)]
    assert sign_in(Client(), PASSWORD, address="203.0.113.9").status_code == 200  # refused for a while, even the owner
    assert all(answer.status_code == 200 for answer in answers)


def test_an_inactive_member_of_staff_cannot_sign_in(client, alice):
    alice.is_active = False
    alice.save()
    sign_in(client, PASSWORD)
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up(client, django_user_model):
    form = {"email": "eve@example.org", "password1": PASSWORD, "password2": PASSWORD}
    client.get(reverse("account_signup"))
    client.post(reverse("account_signup"), form)
    assert not django_user_model.objects.exists()


def test_an_unknown_address_gets_the_same_answer_as_a_wrong_password(client, alice):
    known = sign_in(client, "wrong").content
    unknown = sign_in(client, "wrong", login="nobody@example.org").content
    for page in (known, unknown):
        assert b"_auth_user_id" not in page
    assert known.count(b"error") == unknown.count(b"error")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"), [(0, "203.0.113.5", "192.0.2.1"), (1, "203.0.113.5", "203.0.113.5")]
)
def test_addresses_named_by_a_proxy_count_only_when_the_proxy_is_ours(rf, settings, proxies, forwarded, seen):
    from regard.office.signin import client_address

    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    request = rf.get("/", REMOTE_ADDR="192.0.2.1", headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == seen
