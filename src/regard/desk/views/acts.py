"""What one can do to a case: each act has a word, a form, a page that works without scripts, and a moment it fits."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from regard.desk import actions
from regard.desk.access import get_case_for
from regard.desk.forms import acting as forms
from regard.desk.lifecycle import State
from regard.desk.models import OPEN_STATES, Case, Event
from regard.desk.queries.people import sees
from regard.office.access import open_to, staff_of
from regard.office.models import Staff
from regard.office.roles import DESK_ROLES


def _open(case: Case) -> bool:
    return case.state in OPEN_STATES


def _always(_case: Case) -> bool:
    return True


#: Where the page of a case offers an act: among the buttons, behind "More", beside its promises, or only by link.
FIRST, MORE, PROMISES, LINK = "first", "more", "promises", "link"


@dataclass(frozen=True)
class Act:
    """One thing to do to a case. `fits` says when; `place` where the case's page offers it."""

    word: str
    label: str
    button: str
    form: type[forms.CaseForm]
    lead: str = ""
    fits: Callable[[Case], bool] = _open
    place: str = FIRST

    @property
    def url_name(self) -> str:
        return f"desk-{self.word}"


ACTS = (
    Act("accept", "Accept", "Accept the case", forms.AcceptForm, "You become its owner.",
        fits=lambda case: _open(case) and case.handed_over_at is not None),
    Act("reply", "Reply by e-mail", "Send reply", forms.ReplyForm, fits=_always),
    Act("note", "Note", "Save note", forms.NoteForm, fits=_always),
    Act("resume", "Resume", "Resume", forms.ResumeForm, "The official clock runs again.",
        fits=lambda case: case.state == State.PAUSED),
    Act("next-step", "Next step", "Set next step", forms.NextStepForm, "It replaces the next step that stands now."),
    Act("assign", "Assign", "Assign", forms.AssignForm, "The next step goes along."),
    Act("transfer", "Hand over", "Hand over", forms.TransferForm,
        "To another unit. The case waits there, with a named person, until somebody accepts it."),
    Act("promise", "Promise", "Promise", forms.PromiseForm, "Only what will be done, by a time that can be kept."),
    Act("pause", "Pause", "Pause", forms.PauseForm,
        "Only while the customer has a question of ours to answer. What the customer waits is counted on.",
        fits=lambda case: case.state == State.OPEN),
    Act("resolve", "Resolve", "Resolve", forms.ResolveForm, "The customer has what they need."),
    Act("reopen", "Reopen", "Reopen", forms.ReopenForm, "The case comes back with an owner and a next step.",
        fits=lambda case: not _open(case)),
    Act("move-promise", "Move", "Move the promise", forms.MovePromiseForm, place=PROMISES),
    Act("keep-promise", "Mark as kept", "Mark as kept", forms.KeepPromiseForm, place=PROMISES),
    Act("recategorise", "Change service", "Change service", forms.RecategoriseForm, place=MORE),
    Act("amend", "Correct", "Save", forms.AmendForm, "What was there stays in the history.", _always, MORE),
    Act("merge", "Merge", "Merge", forms.MergeForm, "This case ends; the other one goes on.", place=MORE),
    Act("withdraw", "Withdraw", "Withdraw", forms.WithdrawForm, "The customer no longer wants it.", place=MORE),
    Act("close", "Close", "Close", forms.CloseForm, "Puts the case away.", place=MORE,
        fits=lambda case: case.closed_at is None and case.state != State.MERGED),
    Act("undo", "Take back", "Take back", forms.UndoForm, "Takes back your last change of this case.", _always, LINK),
)  # fmt: skip


def acts_for(case: Case) -> dict[str, list[Act]]:
    """The acts that fit a case as it stands, by their place on its page."""
    return {place: [act for act in ACTS if act.place == place and act.fits(case)] for place in (FIRST, MORE, PROMISES)}


def _view_of(act: Act) -> Callable[..., HttpResponse]:
    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest, number: str) -> HttpResponse:
        case = get_case_for(staff_of(request), number)
        form = act.form(request.POST if request.method == "POST" else None, case=case, staff=staff_of(request))
        if form.is_bound and form.is_valid():
            try:
                form.act()
            except ValidationError as error:
                form.refuse(error)
            else:
                return _after(request, act, case)
        # What the page of the case swaps in is only the form; everybody else gets a page around it.
        template = "desk/act_form.html" if is_part(request) and not form.is_bound else "desk/act.html"
        status = 422 if form.is_bound else 200
        return render(request, template, {"act": act, "case": case, "form": form}, status=status)

    view.__name__ = act.word.replace("-", "_")
    view.__doc__ = f"{act.label}: a form on GET, the change on POST."
    return open_to(*DESK_ROLES)(view)


def is_part(request: HttpRequest) -> bool:
    """Whether a script asks for a part of a page, to put into the one that is shown."""
    return bool(getattr(request, "htmx", False))


def _after(request: HttpRequest, act: Act, case: Case) -> HttpResponse:
    """Say what was done, offer to take it back, and go where the person still sees something."""
    here = sees(staff_of(request), case)
    undo = _undo_link(staff_of(request), case) if here and act.word != "undo" else ""
    messages.success(request, format_html("{} {}", act.form.done, undo))
    return redirect("desk-case", case.number) if here else redirect("desk-today")


def _undo_link(staff: Staff, case: Case) -> str:
    told = list(Event.objects.filter(case=case).order_by("-id")[:10])
    if not actions.last_change(staff, told):
        return ""
    return format_html('<a href="{}">Take it back</a>', reverse("desk-undo", args=[case.number]))


VIEWS = {act.word: _view_of(act) for act in ACTS}


def urlpatterns() -> list[URLPattern]:
    """The addresses of all acts: /cases/C0000001/assign is `desk-assign`."""
    return [path(f"cases/<str:number>/{act.word}", VIEWS[act.word], name=act.url_name) for act in ACTS]
