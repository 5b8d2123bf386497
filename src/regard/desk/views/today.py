"""What needs me now."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from regard.customers.access import SEE_RESTRICTED
from regard.desk import waiting
from regard.desk.queries.today import today_of
from regard.office.access import may, open_to_staff, staff_of
from regard.office.roles import DESK_ROLES


@open_to_staff
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Next steps, promises, hand-overs and messages that wait; for a supervisor the whole unit's."""
    found = today_of(staff_of(request))
    context = {
        "today": found,
        "panels": waiting.panels(staff_of(request), found.now),
        "may_act": may(staff_of(request), *DESK_ROLES),
        "see_restricted": may(staff_of(request), *SEE_RESTRICTED),
    }
    return render(request, "desk/today.html", context)
