"""Receiving a file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from regard.office.access import open_to, staff_of
from regard.sources import actions
from regard.sources.access import CHANGE, get_silo_for
from regard.sources.forms import UploadForm
from regard.sources.previewing import look_at
from regard.sources.readers import ReadError


@open_to(*CHANGE)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Receive a file, look whether it can be read, and go on to its mapping."""
    staff = staff_of(request)
    code = request.GET.get("source", "")
    silo = get_silo_for(staff, code) if code else None
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            received = actions.receive_upload(by=staff, name=file.name, content=file, received_by=staff.email)
            look_at(received)
        except (actions.ImportRefusedError, ReadError) as refusal:
            form.add_error("file", str(refusal))
        else:
            chosen = f"?source={silo.code}" if silo else ""
            return redirect(reverse("sources-map", args=[received.pk]) + chosen)
    return render(request, "sources/upload.html", {"form": form, "silo": silo}, status=422 if form.errors else 200)
