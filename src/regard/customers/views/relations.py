"""What a customer is to another: adding it, and taking it back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from regard.customers import actions
from regard.customers.access import LOOK_UP, get_customer_for
from regard.customers.forms import RelationForm, UndoForm
from regard.customers.models import Customer
from regard.customers.queries.relations import relations_of
from regard.office.access import open_to, staff_of
from regard.office.models import Staff
from regard.office.queries import own_silo


@open_to(*LOOK_UP)
@require_http_methods(["GET", "POST"])
def relate(request: HttpRequest, number: str) -> HttpResponse:
    """Say what this customer is to another, and how we know."""
    staff = staff_of(request)
    found = get_customer_for(staff, number)
    form = RelationForm(request.POST or None, initial={"other": request.GET.get("other", "")})
    if request.method == "POST" and form.is_valid() and _related(staff, found, form):
        messages.success(request, "Kept. It stands on both their pages.")
        return redirect("customers-customer", number=found.number)
    return render(request, "customers/relate.html", {"customer": found, "form": form})


def _related(staff: Staff, customer: Customer, form: RelationForm) -> bool:
    told = form.cleaned_data
    try:
        other = get_customer_for(staff, told["other"].strip())
        silo = own_silo(staff.unit) if staff.unit is not None else None
        actions.relate(by=staff, customer=customer, other=other, kind=told["kind"], reason=told["reason"], silo=silo)
    except Http404:
        form.add_error("other", "There is no such customer that you may see. Look them up, and copy the number.")
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
    return form.is_valid()


@open_to(*LOOK_UP)
@require_http_methods(["GET", "POST"])
def relation_end(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Take a relation back, or say that it has ended."""
    staff = staff_of(request)
    found = get_customer_for(staff, number)
    related = next((one for one in relations_of(found, staff) if one.relation.pk == pk), None)
    if related is None:
        raise Http404("This customer has no such relation.")
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_relation(by=staff, relation=related.relation, reason=form.cleaned_data["reason"])
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, "Taken back. It stays in the records.")
            return redirect("customers-customer", number=found.number)
    return render(request, "customers/relation_end.html", {"customer": found, "related": related, "form": form})
