"""How staff sign in: by e-mail and password or passkey, locked out after failures, and never by signing up."""

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest


class StaffAccounts(DefaultAccountAdapter):
    """Accounts are made by administrators: nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 (the name is allauth's)
        return False


def name_tried(request: HttpRequest | None, credentials: Mapping[str, Any] | None = None) -> str | None:
    """The e-mail address of a sign-in attempt in one form, so that `A@x.org` and `a@x.org ` are locked out together."""
    given = (credentials or {}).get("email") or (credentials or {}).get("username")
    if not given and request is not None:
        given = request.POST.get("login")
    return str(given).strip().lower() if given else None


def client_address(request: HttpRequest) -> str | None:
    """The address a sign-in comes from, looking behind as many proxies as `REGARD_PROXIES` says are ours."""
    return get_client_ip(request)
