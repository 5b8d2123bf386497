"""How staff sign in: by e-mail and password or passkey, locked out after failures, and never by signing up."""

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.httpkit import get_client_ip
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse

from regard.office.actions import note_sign_in, set_password
from regard.office.landing import landing_page
from regard.office.models import Staff

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class StaffAccounts(DefaultAccountAdapter):
    """Accounts are made by administrators; what people do with their own is audited like everything else."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - the signature is allauth's
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return landing_page(request.user)  # type: ignore[arg-type]

    def post_login(self, request: HttpRequest, user: Any, **told: Any) -> HttpResponse:
        response = super().post_login(request, user, **told)
        ways = request.session.get("account_authentication_methods") or [{}]
        note_sign_in(by=user, way=str(ways[-1].get("method", "password")))
        return response

    def set_password(self, user: Any, password: str) -> None:
        set_password(by=user, staff=user, password=password)


def enter_demo(request: HttpRequest, staff: Staff) -> str:
    """Sign a visitor in as a persona of the demo office. Returns where they start."""
    login(request, staff, backend=_BACKEND)
    note_sign_in(by=staff, way="demo")
    return landing_page(staff)


def sign_in(request: HttpRequest, staff: Staff) -> None:
    """Sign in the first administrator, who has just chosen a password."""
    login(request, staff, backend=_BACKEND)
    note_sign_in(by=staff, way="first run")


def name_tried(request: HttpRequest | None, credentials: Mapping[str, Any] | None = None) -> str | None:
    """The e-mail address of a sign-in attempt in one form, so that `A@x.org` and `a@x.org ` are locked out together."""
    given = (credentials or {}).get("email") or (credentials or {}).get("username")
    if not given and request is not None:
        given = request.POST.get("login")
    return str(given).strip().lower() if given else None


def client_address(request: HttpRequest) -> str | None:
    """The address a sign-in comes from, looking behind as many proxies as `REGARD_PROXIES` says are ours."""
    return get_client_ip(request)
