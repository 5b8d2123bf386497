"""Refuses any view that did not declare who may use it."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from regard.office.access import RULE

#: Views of installed packages that carry no rule of ours: signing in and managing one's own account.
OWN_ACCOUNT = ("allauth.account", "allauth.mfa")
EVERYONE = ("django.views.static", "django.contrib.staticfiles", "whitenoise")


def rule_of(view: Callable[..., Any]) -> object:
    """The declared rule of a view: "everyone", "account", a set of roles, or None when nobody declared one."""
    rule = getattr(view, RULE, None)
    if rule is not None:
        return rule
    home = getattr(getattr(view, "view_class", view), "__module__", "") or ""
    if home.startswith(OWN_ACCOUNT):
        return "account"
    return "everyone" if home.startswith(EVERYONE) else None


class DeclaredAccess:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        rule = rule_of(view)
        if rule is None:
            raise PermissionDenied("This page has not declared who may use it. Please tell your administrator.")
        if rule in ("everyone", "account"):  # allauth guards its own pages
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not request.user.has_role(*rule):  # type: ignore[misc]
            raise PermissionDenied("Your role does not include this page.")
        return None
