"""You said, we did: the office's own pages, and the public one."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regard.lib.keyset import page
from regard.office.access import may, open_to, open_to_everyone, open_to_staff, staff_of
from regard.office.models import Unit
from regard.voice import actions
from regard.voice.access import IMPROVE, PUBLISH, get_improvement_for, get_loop_for
from regard.voice.forms.fields import show_refusal
from regard.voice.forms.improving import ImprovementForm
from regard.voice.queries import improvements_of, published_of
from regard.voice.views.publicly import render_publicly

PAGE = 30


@open_to_staff
@require_GET
def improvements(request: HttpRequest) -> HttpResponse:
    """What was changed because of what customers said, published or not."""
    staff = staff_of(request)
    found = page(improvements_of(staff), ("-made_at", "-id"), request.GET.dict(), PAGE)
    office = Unit.objects.filter(pk=staff.office_id or 0).first()
    return render(
        request,
        "voice/improvements.html",
        {"page": found, "may_improve": may(staff, *IMPROVE), "may_publish": may(staff, *PUBLISH), "office": office},
    )


@open_to(*IMPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def improvement_new(request: HttpRequest) -> HttpResponse:
    """Write down what was changed; `?feedback=` names what led to it."""
    staff = staff_of(request)
    told = request.GET.get("feedback", "")
    loop = get_loop_for(staff, int(told)) if told.isdecimal() and len(told) < 18 else None
    data = request.POST if request.method == "POST" else None
    return _edit(request, ImprovementForm(data, staff=staff, loop=loop), "Write down what was changed")


@open_to(*IMPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def improvement(request: HttpRequest, pk: int) -> HttpResponse:
    """Word it anew. What was public is taken off the page until somebody says yes again."""
    staff = staff_of(request)
    found = get_improvement_for(staff, pk)
    data = request.POST if request.method == "POST" else None
    return _edit(request, ImprovementForm(data, staff=staff, improvement=found), "You said, we did")


def _edit(request: HttpRequest, form: ImprovementForm, title: str) -> HttpResponse:
    if form.is_bound and form.is_valid():
        try:
            form.act()
        except ValidationError as error:
            show_refusal(form, error)
        else:
            messages.success(request, "Saved. It is not public until somebody publishes it.")
            return redirect("voice-improvements")
    context = {"form": form, "title": title, "improvement": form.improvement, "loop": form.loop}
    return render(request, "voice/improvement.html", context, status=422 if form.is_bound else 200)


@open_to(*PUBLISH)
@require_POST
def improvement_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """A person says yes."""
    return _act(request, pk, actions.publish_improvement, "Everybody can read it now.")


@open_to(*PUBLISH)
@require_POST
def improvement_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it off the public page."""
    return _act(request, pk, actions.withdraw_improvement, "It is off the public page.")


def _act(request: HttpRequest, pk: int, action: object, done: str) -> HttpResponse:
    found = get_improvement_for(staff_of(request), pk)
    try:
        action(by=staff_of(request), improvement=found)  # type: ignore[operator]
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect("voice-improvements")


@open_to_everyone
@require_GET
def you_said(request: HttpRequest, code: str) -> HttpResponse:
    """What an office changed because of what customers said, for everybody."""
    office = Unit.objects.filter(code=code, parent__isnull=True, active=True).first()
    if office is None:
        raise Http404("There is no such office.")
    found = page(published_of(office), ("-published_at", "-id"), request.GET.dict(), PAGE)
    return render_publicly(request, "voice/you_said.html", {"page": found, "office": office}, office)
