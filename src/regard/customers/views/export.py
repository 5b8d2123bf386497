"""Taking the picture of a customer along: for our work, or as the answer to somebody who asks what is held of them."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from regard.customers import actions, exporting, queries, timeline
from regard.customers.access import ANSWER_SUBJECT, LOOK_UP, get_customer_for
from regard.customers.forms import SubjectForm
from regard.customers.models import Customer
from regard.customers.queries.relations import relations_of
from regard.lib.tabular import csv_response
from regard.office.access import may, open_to, staff_of
from regard.office.models import Staff
from regard.records import audit

#: As far back as an export reaches.
MOST_RECORDS, MOST_ENTRIES = 5_000, 2_000


@open_to(*LOOK_UP)
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, number: str) -> HttpResponseBase:
    """The picture as JSON or CSV; a POST makes the one for the customer, after a person has checked it is theirs."""
    staff = staff_of(request)
    found = get_customer_for(staff, number)
    audit.viewed(by=staff, obj=found)
    if request.method == "GET" and request.GET.get("format") in ("json", "csv"):
        actions.note_export(by=staff, customer=found, purpose="work", form=request.GET["format"])
        return _file(staff, found, request.GET["format"])
    answers = may(staff, *ANSWER_SUBJECT)
    strict = actions.policy_of(found.office_id).strict
    weak = queries.weak_links(found, strict)
    form = SubjectForm(request.POST or None, weak=weak) if answers else None
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            actions.answer_subject(
                by=staff, customer=found, confirmed=[link.record for link in weak], strict=strict,
                form=form.cleaned_data["form"], reason=form.cleaned_data["reason"],
            )  # fmt: skip
            return _file(staff, found, form.cleaned_data["form"])
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
    return render(request, "customers/export.html", {"customer": found, "form": form, "weak": weak, "strict": strict})


def _file(staff: Staff, customer: Customer, form: str) -> HttpResponseBase:
    records = queries.records_of(customer, MOST_RECORDS)
    data = exporting.as_data(
        customer,
        facts=queries.facts_of(records, queries.trust_of(records)),
        relations=relations_of(customer, staff),
        open_items=timeline.open_items(customer_id=customer.pk, staff=staff),
        entries=timeline.entries(customer_id=customer.pk, staff=staff, limit=MOST_ENTRIES),
        at=timezone.now(),
    )
    if form == "csv":
        return csv_response(f"{customer.number}.csv", exporting.HEADER, exporting.as_rows(data))
    answer = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="{customer.number}.json"'
    answer["Cache-Control"] = "no-store"
    return answer
