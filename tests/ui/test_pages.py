"""The frame, the error pages and the pages around signing in."""

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.views import defaults

from regard.office.models import Staff
from tests.ui.markup import Markup

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def addresses(settings) -> None:
    settings.ROOT_URLCONF = "tests.ui.urls"


@pytest.fixture
def alice(db) -> Staff:
    return Staff.objects.create(email="alice@example.org", name="Alice Supervisor", roles=["supervisor"])


@pytest.fixture
def signed_in(alice: Staff) -> Client:
    client = Client()
    client.force_login(alice, backend=BACKEND)
    return client


def sound(html: str) -> None:
    """One title, one h1, nothing that dangles, nothing that the policy blocks."""
    markup = Markup(html)
    tags = [tag for tag, _ in markup.elements]
    assert (tags.count("title"), tags.count("h1"), tags.count("main")) == (1, 1, 1)
    assert markup.dangling() == []
    assert markup.inline() == []
    assert " - Regard</title>" in html


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "account/locked_out"])
def test_error_pages_say_what_to_do_next(name: str) -> None:
    request = RequestFactory().get("/")
    html = render_to_string(f"{name}.html", {}, request)
    sound(html)
    assert "href=" in html.partition("<h1>")[2]


def test_the_page_of_a_broken_server_needs_nothing() -> None:
    html = defaults.server_error(RequestFactory().get("/")).content.decode()
    sound(html)
    assert "Something broke on our side" in html


def test_a_locked_out_person_learns_how_long(db) -> None:
    client = Client()
    for _ in range(6):
        answer = client.post("/accounts/login/", {"login": "alice@example.org", "password": "wrong"})
    assert answer.status_code in (403, 429)
    assert "15 min" in answer.content.decode()
    sound(answer.content.decode())


def test_what_forbids_a_page_is_said() -> None:
    html = render_to_string(
        "403.html", {"exception": "Your role does not include this page."}, RequestFactory().get("/")
    )
    assert "Your role does not include this page." in html


SIGNED_OUT = ["/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/", "/accounts/signup/"]
SIGNED_IN = ["/accounts/logout/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/reauthenticate/"]


@pytest.mark.parametrize("path", SIGNED_OUT)
def test_pages_before_signing_in(db, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 200
    sound(answer.content.decode())
    assert '<nav class="rg-nav"' not in answer.content.decode()


@pytest.mark.parametrize("path", SIGNED_IN)
def test_pages_of_ones_own_account(signed_in: Client, path: str) -> None:
    answer = signed_in.get(path)
    assert answer.status_code == 200
    sound(answer.content.decode())


def test_setting_up_a_second_step(alice: Staff) -> None:
    alice.set_password("a long enough password")
    alice.save()
    client = Client()
    client.force_login(alice, backend=BACKEND)
    client.post("/accounts/reauthenticate/", {"password": "a long enough password", "next": "/accounts/2fa/"})
    for path in ("/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/"):
        answer = client.get(path, follow=True)
        assert answer.status_code == 200, path
        html = answer.content.decode()
        sound(html)
        if "totp" in path:  # the code to scan is drawn in the page: no address with data in it
            assert "<svg" in html.partition("rg-qr")[2]


def test_the_frame_of_somebody_signed_in(signed_in: Client, settings) -> None:
    settings.DEBUG = True
    html = signed_in.get("/ui/styleguide").content.decode()
    sound(html)
    assert 'name="q" type="search"' in html
    assert "Alice Supervisor" in html
    assert 'action="/accounts/logout/"' in html
    assert "Skip to the main content" in html


def test_what_was_searched_stays_in_the_box(signed_in: Client, settings) -> None:
    settings.DEBUG = True
    assert 'value="&lt;b&gt;Ruiz"' in signed_in.get("/find?q=<b>Ruiz").content.decode()


def test_the_style_guide_is_not_there_in_production(client: Client) -> None:
    assert client.get("/ui/styleguide").status_code == 404


def test_the_demo_offers_its_desks_and_nobody_else_does(db, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [{"id": 7, "name": "Maria Lopez", "role": "Front-line officer", "what_they_see": "Who is at the counter."}]
    request = RequestFactory().get("/accounts/login/")
    from allauth.account.forms import LoginForm

    context = {"form": LoginForm(request=request), "demo_staff": people, "redirect_field_value": "/cases/"}
    html = render_to_string("account/login.html", context, request)
    sound(html)
    assert '<input type="hidden" name="staff" value="7">' in html
    assert "Maria Lopez" in html
    html = render_to_string("account/login.html", {"form": LoginForm(request=request)}, request)
    assert "demo" not in html.lower()
