"""The page of a private link: what somebody told us, our answer, and a way to write back. No sign-in, no script.

As with surveys, no session and no cookie take part: the key in the address is what lets somebody in.
"""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from regard.office.access import open_to_everyone
from regard.records.actors import System
from regard.voice import actions
from regard.voice.access import get_loop_by_key
from regard.voice.forms.fields import show_refusal
from regard.voice.forms.logging import ReplyForm
from regard.voice.models import Feedback
from regard.voice.queries import told_customer
from regard.voice.views.publicly import kept_private, render_publicly


@open_to_everyone
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def said(request: HttpRequest, key: str) -> HttpResponse:
    """What somebody told us and what we answered; on POST, what they write back."""
    loop = get_loop_by_key(key)
    form = ReplyForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        by = System("the private link", office_id=loop.feedback.unit.office_id)
        try:
            actions.reply(by=by, loop=loop, text=form.cleaned_data["text"])
        except ValidationError as error:
            show_refusal(form, error)
        else:
            return kept_private(redirect(f"{reverse('voice-said', args=[key])}?sent=1"))
    context = {
        "loop": loop,
        "feedback": loop.feedback,
        "history": told_customer(loop),
        "form": form,
        "sent": "sent" in request.GET and not form.is_bound,
        "is_praise": loop.feedback.kind == Feedback.Kind.COMPLIMENT,
    }
    status = 422 if form.is_bound else 200
    return kept_private(render_publicly(request, "voice/said.html", context, loop.feedback.unit, status))
