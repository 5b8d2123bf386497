"""One piece of feedback, and what one can do about it: each act has a word, a form and a moment it fits."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regard.desk.access import hides_customer
from regard.office.access import may, open_to, open_to_staff, staff_of
from regard.records import audit
from regard.voice import actions
from regard.voice.access import HANDLE, IMPROVE, get_feedback_for, get_loop_for
from regard.voice.forms import handling as forms
from regard.voice.models import Loop
from regard.voice.queries import letters_of, score_words, stamps_of


def _open(loop: Loop) -> bool:
    return loop.is_open


@dataclass(frozen=True)
class Act:
    """One thing to do about a piece of feedback; `fits` says when."""

    word: str
    label: str
    button: str
    form: type[forms.LoopForm]
    lead: str = ""
    fits: Callable[[Loop], bool] = _open

    @property
    def url_name(self) -> str:
        return f"voice-{self.word}"


ACTS = (
    Act("acknowledge", "Acknowledge", "Tell them", forms.AcknowledgeForm, "Tell them that you have it.",
        lambda loop: loop.state == "received"),
    Act("assess", "Assess", "Save", forms.AssessForm, "How grave it is decides by when the answer is due.",
        lambda loop: loop.is_open and loop.state != "answered"),
    Act("answer", "Answer", "Send the answer", forms.AnswerForm),
    Act("close", "Close", "Close", forms.CloseForm, "Ends it, with what was learned."),
    Act("reopen", "Reopen", "Reopen", forms.ReopenForm, fits=lambda loop: loop.state in ("answered", "closed")),
    Act("assign", "Assign", "Save", forms.AssignForm, "Another owner, next step or time."),
    Act("note", "Note", "Save note", forms.NoteForm, fits=lambda _: True),
)  # fmt: skip


@open_to_staff
@never_cache
@require_GET
def feedback(request: HttpRequest, pk: int) -> HttpResponse:
    """One piece of feedback, as it was said, and what became of it."""
    staff = staff_of(request)
    found = get_feedback_for(staff, pk)
    audit.viewed(by=staff, obj=found)
    loop = getattr(found, "loop", None)
    stamps = stamps_of(loop) if loop else []
    letters = letters_of(stamps)
    acts = may(staff, *HANDLE)
    context = {
        "feedback": found,
        "score": score_words(found),
        "loop": loop,
        "history": [(stamp, letters.get(stamp.contact_id or 0)) for stamp in reversed(stamps)],
        "acts": [act for act in ACTS if act.fits(loop)] if loop and acts else [],
        "may_handle": acts,
        "may_improve": may(staff, *IMPROVE),
        "link": _link(request, loop) if loop and acts else "",
        "hides_customer": hides_customer(staff, found.customer),
    }
    return render(request, "voice/feedback.html", context)


def _link(request: HttpRequest, loop: Loop) -> str:
    return request.build_absolute_uri(reverse("voice-said", args=[loop.key]))


def _view_of(act: Act) -> Callable[..., HttpResponse]:
    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        loop = get_loop_for(staff_of(request), pk)
        data = request.POST if request.method == "POST" else None
        form = act.form(data, loop=loop, staff=staff_of(request), link=_link(request, loop))
        if form.is_bound and form.is_valid():
            try:
                form.act()
            except ValidationError as error:
                form.refuse(error)
            else:
                messages.success(request, form.done)
                return redirect("voice-feedback", pk)
        context = {"act": act, "loop": loop, "feedback": loop.feedback, "form": form}
        return render(request, "voice/act.html", context, status=422 if form.is_bound else 200)

    view.__name__ = act.word
    view.__doc__ = f"{act.label}: a form on GET, the change on POST."
    return open_to(*HANDLE)(view)


@open_to(*HANDLE)
@require_POST
def take_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Handle here what came in by an import or a survey."""
    found = get_feedback_for(staff_of(request), pk)
    try:
        actions.take_up(by=staff_of(request), feedback=found)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "You look after it now.")
    return redirect("voice-feedback", pk)


VIEWS = {act.word: _view_of(act) for act in ACTS}


def urlpatterns() -> list[URLPattern]:
    """The addresses of all acts: /voice/12/answer is `voice-answer`."""
    return [path(f"voice/<int:pk>/{act.word}", VIEWS[act.word], name=act.url_name) for act in ACTS]
