"""Pages on which people say who is who: sources, taking records off, splitting, merging, and the history."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from regard.customers import actions, following, queries
from regard.customers.access import LOOK_UP, REVIEW, get_customer_for
from regard.customers.comparing import compare
from regard.customers.forms import MergeForm, SplitForm, UndoForm, UnlinkForm
from regard.customers.models import Customer, IdentityChange, Link
from regard.customers.queries import history as changes
from regard.customers.search import search
from regard.office.access import may, open_to, staff_of
from regard.office.models import Staff
from regard.records import audit

#: More records than this are not offered one by one for a split.
MOST_OFFERED = 200


@open_to(*LOOK_UP)
@require_GET
def sources(request: HttpRequest, number: str) -> HttpResponse:
    """Every identity record behind a customer, with why it was linked."""
    staff = staff_of(request)
    found = get_customer_for(staff, number)
    audit.viewed(by=staff, obj=found)
    links = queries.links_of(found)
    live = [link for link in links if link.ended_at is None]
    context = {"customer": found, "links": live, "ended": [link for link in links if link.ended_at is not None],
               "may_change": may(staff, *REVIEW), "several": len(live) > 1}  # fmt: skip
    return render(request, "customers/sources.html", context)


@open_to(*LOOK_UP)
@require_GET
def history(request: HttpRequest, number: str) -> HttpResponse:
    """What was merged, split, linked and taken back, newest first."""
    staff = staff_of(request)
    found = get_customer_for(staff, number)
    audit.viewed(by=staff, obj=found)
    context = {"customer": found, "turns": changes.history_of(found), "may_change": may(staff, *REVIEW)}
    return render(request, "customers/history.html", context)


@open_to(*REVIEW)
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Take back one change of the history."""
    staff = staff_of(request)
    found = get_customer_for(staff, number)
    ids = changes.ids_standing_for(found)
    change = get_object_or_404(_of_office(found), pk=pk)
    if not {change.customer_id, change.other_id} & set(ids):
        raise Http404("This customer has no such change.")
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.undo_change(by=staff, change=change, reason=form.cleaned_data["reason"])
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, "Taken back. Records, cases and contacts are where they were.")
            return redirect("customers-history", number=found.number)
    context = {"customer": found, "form": form, "change": change, "title": changes.title_of(change)}
    return render(request, "customers/undo.html", context)


def _of_office(customer: Customer) -> QuerySet[IdentityChange]:
    return IdentityChange.objects.filter(office_id=customer.office_id).select_related("undoes", "made_by")


@open_to(*REVIEW)
@require_http_methods(["GET", "POST"])
def unlink(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Take one record off a customer: to another customer, or to one of its own."""
    staff = staff_of(request)
    found = get_customer_for(staff, number)
    link = changes.live_link(pk, found)
    if link is None:
        raise Http404("This customer has no such record.")
    form = UnlinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _unlinked(staff, link, form):
        messages.success(request, f"The record no longer belongs to {found.number}. Its cases and contacts went along.")
        return redirect("customers-history", number=found.number)
    audit.viewed(by=staff, obj=found)
    return render(request, "customers/unlink.html", {"customer": found, "link": link, "form": form})


def _unlinked(staff: Staff, link: Link, form: UnlinkForm) -> bool:
    to, reason = form.cleaned_data["to"].strip(), form.cleaned_data["reason"]
    try:
        if to:
            actions.link_record(by=staff, record=link.record, customer=get_customer_for(staff, to), reason=reason)
        else:
            actions.unlink_record(by=staff, record=link.record, reason=reason)
    except Http404:
        form.add_error("to", f"There is no customer {to} that you may see. Look it up, and copy its number.")
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
    return form.is_valid()


@open_to(*REVIEW)
@require_http_methods(["GET", "POST"])
def split(request: HttpRequest, number: str) -> HttpResponse:
    """Some records of a customer become a customer of their own."""
    staff = staff_of(request)
    found = get_customer_for(staff, number)
    records = queries.records_of(found, MOST_OFFERED)
    loose = following.loose_rows(customer_id=found.pk, staff=staff)
    form = SplitForm(request.POST or None, records=records, rows=loose)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            change = actions.split_customer(
                by=staff, customer=found, records=told["records"], rows=form.chosen_rows(), reason=told["reason"]
            )
        except ValidationError as refusal:
            for name, words in refusal.message_dict.items() if hasattr(refusal, "error_dict") else ():
                form.add_error(name, words)
            if not hasattr(refusal, "error_dict"):
                form.add_error(None, refusal.messages)
        else:
            messages.success(request, f"{found.number} and K{change.other_id:07d} are two customers now.")
            return redirect("customers-history", number=found.number)
    audit.viewed(by=staff, obj=found)
    return render(request, "customers/split.html", {"customer": found, "form": form, "many": len(records)})


@open_to(*REVIEW)
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, number: str) -> HttpResponse:
    """Find the customer that is the same as this one, look at both, and merge them."""
    staff = staff_of(request)
    found = get_customer_for(staff, number)
    told = request.GET.get("with", "")
    other = get_customer_for(staff, told) if told else None
    typed = request.GET.get("q", found.name).strip()
    context: dict[str, object] = {"customer": found, "typed": typed, "other": other}
    if other is None or other == found:
        context |= {"other": None, "found": [one for one in search(staff, typed) if one.customer != found]}
        return render(request, "customers/merge.html", context)
    form = MergeForm(request.POST or None, one=found, other=other)
    if request.method == "POST" and form.is_valid():
        keep, gone = (found, other) if form.cleaned_data["keep"] == found.number else (other, found)
        try:
            actions.merge_customers(by=staff, keep=keep, merge=gone, reason=form.cleaned_data["reason"])
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, f"{gone.number} is part of {keep.number} now. It can be taken back.")
            return redirect("customers-customer", number=keep.number)
    for customer in (found, other):
        audit.viewed(by=staff, obj=customer)
    context |= {"form": form, "sides": [_side(found), _side(other)], "rows": compare(_shown(found), _shown(other))}
    return render(request, "customers/merge.html", context)


def _side(customer: Customer) -> dict[str, object]:
    records = queries.records_of(customer, MOST_OFFERED)
    return {"customer": customer, "records": len(records), "sources": sorted({r.silo.name for r in records})}


class _Shown:
    """A customer as `compare` reads it: what its records say freshest."""

    def __init__(self, facts: dict[str, str]) -> None:
        self.facts = facts

    def __getattr__(self, name: str) -> str:
        return self.facts.get(name, "")


def _shown(customer: Customer) -> _Shown:
    return _Shown({fact.field: fact.current.value for fact in queries.facts_of(queries.records_of(customer))})
