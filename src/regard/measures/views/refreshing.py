"""Asking for newer figures."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from regard.measures import actions
from regard.measures.views.asking import REFRESHERS
from regard.office.access import open_to, staff_of


@open_to(*REFRESHERS)
@require_POST
def refresh(request: HttpRequest) -> HttpResponse:
    """Queue a refresh of the facts, and go back."""
    actions.request_refresh(by=staff_of(request))
    messages.success(request, "The figures are being worked out anew. Open this page again in a minute.")
    told = request.POST.get("next", "")
    back = told if url_has_allowed_host_and_scheme(told, allowed_hosts=None) else "measures-catalogue"
    return redirect(back)
