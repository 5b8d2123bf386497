"""New cases, contacts, messages to return, and replies that failed."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods, require_POST

from regard.desk import actions
from regard.desk.access import find_customer_for, get_contact_for
from regard.desk.forms.acting import show_refusal
from regard.desk.forms.opening import ContactForm, HandledForm, NewCaseForm
from regard.desk.models import Channel, Contact, Direction
from regard.office.access import open_to, staff_of
from regard.office.roles import DESK_ROLES

GET_AND_POST = require_http_methods(["GET", "HEAD", "POST"])


@open_to(*DESK_ROLES)
@GET_AND_POST
def new(request: HttpRequest) -> HttpResponse:
    """A new case, for a customer who may be given as ?customer=K0001234."""
    form = NewCaseForm(request.POST or None, staff=staff_of(request), initial=_told(request, "customer", "subject"))
    if form.is_valid():
        try:
            case = form.act()
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, f"Case {case.number} is open. Tell the customer this number.")
            return redirect("desk-case", case.number)
    return _page(request, "desk/new.html", {"form": form})


@open_to(*DESK_ROLES)
@GET_AND_POST
def log(request: HttpRequest) -> HttpResponse:
    """One exchange. ?customer= and ?case= fill in who and what; ?returns= is the message it returns."""
    returns = _returned(request)
    initial = _told(request, "customer", "case", "channel") | (_answer_to(returns) if returns else {})
    form = ContactForm(request.POST or None, staff=staff_of(request), returns=returns, initial=initial)
    if form.is_valid():
        try:
            contact = form.act()
        except ValidationError as error:
            form.refuse(error)
        else:
            return _after_logging(request, contact)
    return _page(request, "desk/log.html", {"form": form, "returns": returns})


def _after_logging(request: HttpRequest, contact: Contact) -> HttpResponse:
    if contact.case is not None:
        messages.success(request, f"The contact is logged with case {contact.case.number}.")
        return redirect("desk-case", contact.case.number)
    messages.success(request, "The contact is logged.")
    return redirect("desk-today")


def _told(request: HttpRequest, *names: str) -> dict[str, Any]:
    return {name: request.GET[name] for name in names if request.GET.get(name)}


def _returned(request: HttpRequest) -> Contact | None:
    pk = request.GET.get("returns", "")
    return get_contact_for(staff_of(request), int(pk)) if pk.isascii() and pk.isdigit() and len(pk) < 19 else None


def _answer_to(message: Contact) -> dict[str, Any]:
    return {
        "channel": Channel.PHONE,
        "direction": Direction.OUT,
        "customer": message.customer.number if message.customer else "",
        "counterpart": message.counterpart,
        "outcome": "answered",
    }


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The form's page, with the customer that it names and the way to search for one."""
    form = context["form"]
    number = str(form["customer"].value() or "")
    context["found_customer"] = find_customer_for(staff_of(request), number) if number else None
    try:
        context["customers_url"] = reverse("customers-search")
    except NoReverseMatch:
        context["customers_url"] = ""
    return render(request, template, context, status=422 if form.is_bound else 200)


@open_to(*DESK_ROLES)
@GET_AND_POST
def handled(request: HttpRequest, pk: int) -> HttpResponse:
    """A message that needs no call back: say what was done."""
    contact = get_contact_for(staff_of(request), pk)
    form = HandledForm(request.POST or None)
    if form.is_valid():
        try:
            actions.handle_message(by=staff_of(request), contact=contact, **form.cleaned_data)
        except ValidationError as error:
            show_refusal(form, error)
        else:
            messages.success(request, "The message is dealt with.")
            return redirect("desk-today")
    return render(
        request, "desk/handled.html", {"form": form, "contact": contact}, status=422 if form.is_bound else 200
    )


@open_to(*DESK_ROLES)
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a reply again that could not be sent."""
    contact = get_contact_for(staff_of(request), pk)
    try:
        actions.retry_reply(by=staff_of(request), contact=contact)
        messages.success(request, "The reply is on its way again.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("desk-case", contact.case.number) if contact.case else redirect("desk-today")
