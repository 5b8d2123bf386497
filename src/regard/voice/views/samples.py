"""Drawing whom to ask, and what came of it."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regard.office.access import may, open_to, open_to_staff, staff_of
from regard.voice import actions
from regard.voice.access import ASK, get_sample_for, get_survey_for
from regard.voice.forms.fields import show_refusal
from regard.voice.forms.sampling import SampleForm
from regard.voice.framing import EXCLUSIONS
from regard.voice.queries import progress_of


@open_to(*ASK)
@require_http_methods(["GET", "HEAD", "POST"])
def sample_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan a draw. On POST the system draws; nothing is sent yet."""
    survey = get_survey_for(staff_of(request), pk)
    form = SampleForm(request.POST if request.method == "POST" else None, staff=staff_of(request), survey=survey)
    if form.is_bound and form.is_valid():
        try:
            made = form.act()
        except ValidationError as error:
            show_refusal(form, error)
        else:
            return redirect("voice-sample", made.pk)
    return render(
        request, "voice/sample_new.html", {"form": form, "survey": survey}, status=422 if form.is_bound else 200
    )


@open_to_staff
@require_GET
def sample(request: HttpRequest, pk: int) -> HttpResponse:
    """Who could be asked, who was drawn, what can be seen with it, and how many answered."""
    staff = staff_of(request)
    found = get_sample_for(staff, pk)
    context = {
        "sample": found,
        "survey": found.survey,
        "progress": progress_of(found),
        "exclusions": [
            (words, found.exclusions[name]) for name, words in EXCLUSIONS.items() if name in found.exclusions
        ],
        "may_ask": may(staff, *ASK),
        "wanted": found.share,
    }
    return render(request, "voice/sample.html", context)


@open_to(*ASK)
@require_POST
def sample_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the letters sent."""
    address = request.build_absolute_uri("/")
    return _do(
        request, pk, lambda by, one: actions.send_invitations(by=by, sample=one, address=address),
        "The letters are on their way.",
    )  # fmt: skip


@open_to(*ASK)
@require_POST
def sample_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Send nothing."""
    return _do(request, pk, lambda by, one: actions.discard_sample(by=by, sample=one), "Nothing is sent.")


@open_to(*ASK)
@require_POST
def sample_remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind those who did not answer."""
    return _do(request, pk, lambda by, one: actions.remind(by=by, sample=one), "Reminders are on their way.")


def _do(request: HttpRequest, pk: int, act: Callable[..., object], done: str) -> HttpResponse:
    found = get_sample_for(staff_of(request), pk)
    try:
        act(staff_of(request), found)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect("voice-sample", pk)
