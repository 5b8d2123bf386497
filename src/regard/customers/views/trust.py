"""How far each source is trusted: which of two values a customer's page shows first."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from regard.customers import actions
from regard.customers.access import SET_TRUST
from regard.customers.forms import TrustForm
from regard.customers.models import SourceTrust
from regard.customers.queries.freshness import freshness_of
from regard.office.access import open_to, silos_seen_by, staff_of


@open_to(*SET_TRUST)
@require_GET
def trust(request: HttpRequest) -> HttpResponse:
    """Every source with what was said of it."""
    silos = silos_seen_by(staff_of(request)).prefetch_related("trust")
    fresh = freshness_of(staff_of(request))
    rows = []
    for silo in silos:
        told = {one.field: one.trust for one in silo.trust.all()}
        levels = [told.get(field) for field in actions.TRUSTED_FIELDS]
        rows.append((silo, levels, fresh.newest.get(silo.pk), fresh.records.get(silo.pk, 0)))
    return render(request, "customers/trust.html", {"rows": rows, "usual": SourceTrust.USUAL, "fresh": fresh})


@open_to(*SET_TRUST)
@require_http_methods(["GET", "POST"])
def trust_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Say how far one source is trusted, field by field."""
    staff = staff_of(request)
    silo = silos_seen_by(staff).filter(code=code).first()
    if silo is None:
        raise Http404("There is no such source, or it belongs to a unit you do not work for.")
    told = dict(SourceTrust.objects.filter(silo=silo).values_list("field", "trust"))
    form = TrustForm(request.POST or None, fields=actions.TRUSTED_FIELDS, told=told)
    if request.method == "POST" and form.is_valid():
        for field in actions.TRUSTED_FIELDS:
            actions.set_trust(by=staff, silo=silo, field=field, trust=form.cleaned_data[field])
        messages.success(request, f"Kept. Customers whom {silo.name} knows show it now.")
        return redirect("customers-trust")
    return render(request, "customers/trust_edit.html", {"silo": silo, "form": form})
