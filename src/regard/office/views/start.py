"""The way in: the front door, the first run of an empty office, the roles of the demo office."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from regard.office import actions, firstrun
from regard.office.access import open_to_everyone
from regard.office.forms import FirstRunForm, refused
from regard.office.landing import landing_page
from regard.office.models import Staff
from regard.office.queries import demo_staff
from regard.office.roles import Role
from regard.office.signin import enter_demo, sign_in
from regard.records.actors import System


@open_to_everyone
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """The front door: whoever is signed in starts where their role starts."""
    if request.user.is_authenticated:
        return redirect(landing_page(request.user))
    return redirect("office-empty" if firstrun.is_first_run() else "account_login")


@open_to_everyone
@never_cache
def no_role(request: HttpRequest) -> HttpResponse:
    """For somebody who may sign in but may not see anything yet."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    return render(request, "office/no_role.html")


@open_to_everyone
@never_cache
def empty(request: HttpRequest) -> HttpResponse:
    """For whoever opens an empty installation without the link. Not there once somebody is on the staff."""
    if not firstrun.is_first_run():
        raise Http404("The office is open already.")
    return render(request, "office/empty.html")


@open_to_everyone
@never_cache
@sensitive_post_parameters("password")
def first_run(request: HttpRequest, token: str) -> HttpResponse:
    """Make the office and its first administrator. Works with the printed link, until somebody is on the staff."""
    if not firstrun.is_token(token) or not firstrun.is_first_run():
        raise Http404("This link has done its work, or was not copied whole.")
    form = FirstRunForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            staff = _make(form)
        except ValidationError as error:
            refused(form, error)
        else:
            sign_in(request, staff)
            messages.success(request, f"{staff.unit} is open, and you are its administrator.")
            return redirect("office-overview")
    return render(request, "office/first_run.html", {"form": form}, status=422 if form.errors else 200)


@transaction.atomic
def _make(form: FirstRunForm) -> Staff:
    if not firstrun.still_first_run():
        raise Http404("Somebody else was first.")
    told, by = form.cleaned_data, System("first run")
    office = actions.make_office(
        by=by,
        name=told["office"],
        time_zone=told["time_zone"],
        country=told["country"],
        subdivision=told["subdivision"],
    )
    roles = (Role.ADMINISTRATOR, Role.RECORDS_OFFICER, Role.ANALYST)
    staff = actions.make_staff(
        by=by, email=told["email"], name=told["name"], unit=office, roles=roles, password=told["password"]
    )
    actions.give_lead(by=by, unit=office, lead=staff)
    return staff


@open_to_everyone
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Enter the demo office as one of its personas. There is no such page for anybody else."""
    told = request.POST.get("staff", "")
    allowed = {staff.pk for staff in demo_staff()}
    if not told.isdecimal() or int(told) not in allowed:
        raise Http404("The demo office offers no such role.")
    staff = get_object_or_404(Staff.objects.select_related("unit"), pk=int(told))
    start = enter_demo(request, staff)
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return redirect(wanted if wanted and is_ours else start)
