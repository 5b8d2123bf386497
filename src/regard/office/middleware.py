"""Refuses any view that did not declare who may use it, and sets the clock of whoever asks."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from regard.lib.pages import EVERYONE, RULE
from regard.office.models import Staff
from regard.office.queries import zone_of_unit

#: Views of installed packages that carry no rule of ours: signing in and managing one's own account.
OWN_ACCOUNT = ("allauth.account.", "allauth.mfa.")
ACCOUNT = "account"
#: Pages of those packages that an office has no use for: staff do not choose the address they sign in with.
CLOSED = frozenset(
    {"account_email", "account_confirm_email", "account_email_verification_sent", "account_confirm_login_code"}
)


def rule_of(view: Callable[..., Any]) -> object:
    """The declared rule of a view: "everyone", "account", a set of roles, or None when nobody declared one."""
    rule = getattr(view, RULE, None)
    if rule is not None:
        return rule
    home = getattr(getattr(view, "view_class", view), "__module__", "") or ""
    return ACCOUNT if home.startswith(OWN_ACCOUNT) else None


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
        if rule == ACCOUNT and request.resolver_match and request.resolver_match.url_name in CLOSED:
            raise Http404("Addresses of staff are kept by their administrator.")
        if rule in (EVERYONE, ACCOUNT):  # allauth guards its own pages
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not isinstance(rule, frozenset) or not request.user.has_role(*rule):
            raise PermissionDenied("Your role does not include this page.")
        return None


class OfficeTime:
    """Times on a page, and times typed into a form, are those of the time zone that the person's unit works in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        zone = zone_of_unit(cast(Staff, user)) if user.is_authenticated else None
        if zone is None:
            timezone.deactivate()
            return self.get_response(request)
        timezone.activate(zone)
        response = self.get_response(request)
        # Not before: a file that is sent while it is read still tells local times.
        response._resource_closers.append(timezone.deactivate)  # type: ignore[attr-defined]
        return response
