"""One case."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from regard.desk.access import get_case_for, hides_customer
from regard.desk.lifecycle import PromiseState
from regard.desk.models import Case, CaseKind
from regard.desk.queries.timeline import Timeline, timeline_of
from regard.desk.views.acts import acts_for, is_part
from regard.office.access import may, open_to_staff, staff_of
from regard.office.roles import DESK_ROLES
from regard.records.audit import viewed


@open_to_staff
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Who it is for, where it stands, what was promised, what happened, and what one can do now."""
    found = get_case_for(staff_of(request), number)
    viewed(by=staff_of(request), obj=found)
    timeline = timeline_of(found, request.GET.get("after"))
    if is_part(request) and request.GET.get("after"):
        context = {"case": found, "timeline": timeline, "may_act": may(staff_of(request), *DESK_ROLES)}
        return render(request, "desk/timeline.html", context)
    return render(request, "desk/case.html", context_of(request, found, timeline))


def context_of(request: HttpRequest, found: Case, timeline: Timeline) -> dict[str, Any]:
    """What the page of a case shows."""
    may_act = may(staff_of(request), *DESK_ROLES)
    return {
        "case": found,
        "may_act": may_act,
        "now": timezone.now(),
        "hides_customer": hides_customer(staff_of(request), found.customer),
        "customer_url": customer_url(found),
        "timeline": timeline,
        "promises": timeline.promises,
        "merged_number": f"C{found.merged_into_id:07d}" if found.merged_into_id else "",
        "details": [(name.replace("_", " ").capitalize(), value) for name, value in (found.details or {}).items()],
        "lines": list(found.lines.all()) if found.kind == CaseKind.ORDER else [],
        "acts": acts_for(found) if may_act else {},
        "has_promise": any(p.state is PromiseState.OPEN for p in timeline.promises),
    }


def customer_url(found: Case) -> str:
    """The page of the case's customer; empty when there is none, or no such page."""
    if found.customer is None:
        return ""
    try:
        return reverse("customers-customer", args=[found.customer.number])
    except NoReverseMatch:
        return ""
