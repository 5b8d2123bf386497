"""Building surveys: what is asked, in which words, and where the link is."""

from collections.abc import Callable
from html import escape
from uuid import uuid4

import qrcode
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from qrcode.image.svg import SvgPathImage

from regard.lib.keyset import page
from regard.office.access import may, open_to, open_to_staff, staff_of
from regard.voice import actions
from regard.voice.access import ASK, get_survey_for, surveys_seen_by
from regard.voice.forms.fields import show_refusal
from regard.voice.forms.surveying import KINDS, NewSurveyForm, QuestionForm, SurveyForm, TextsForm
from regard.voice.models import Survey, SurveyVersion
from regard.voice.queries import counts_of, samples_of, versions_of
from regard.voice.questionnaire import Question, Questionnaire, faults, said
from regard.voice.views.responding import Sheet, is_over, show

PAGE = 30


@open_to_staff
@require_GET
def surveys(request: HttpRequest) -> HttpResponse:
    """Every survey of one's units."""
    staff = staff_of(request)
    found = page(counts_of(surveys_seen_by(staff)), ("-made_at", "-id"), request.GET.dict(), PAGE)
    return render(request, "voice/surveys.html", {"page": found, "may_ask": may(staff, *ASK)})


@open_to(*ASK)
@require_http_methods(["GET", "HEAD", "POST"])
def survey_new(request: HttpRequest) -> HttpResponse:
    """Start a survey from a ready-made form."""
    form = NewSurveyForm(request.POST if request.method == "POST" else None, staff=staff_of(request))
    if form.is_bound and form.is_valid():
        try:
            made = form.act()
        except ValidationError as error:
            show_refusal(form, error)
        else:
            return redirect("voice-survey", made.pk)
    return _form(request, form, "A new survey", "Start", reverse("voice-surveys"))


def _form(  # noqa: PLR0917 - private, and called in one way
    request: HttpRequest, form: Form, title: str, button: str, back: str, survey: Survey | None = None
) -> HttpResponse:
    context = {"form": form, "title": title, "button": button, "back": back, "survey": survey}
    return render(request, "voice/survey_form.html", context, status=422 if form.is_bound else 200)


@open_to_staff
@require_GET
def survey(request: HttpRequest, pk: int) -> HttpResponse:
    """One survey: what it asks, its versions, and where people answer it."""
    staff = staff_of(request)
    found = get_survey_for(staff, pk)
    versions = versions_of(found)
    draft = next((one for one in versions if one.published_at is None), None)
    published = next((one for one in versions if one.published_at is not None), None)
    standing = draft or published
    made = standing.questionnaire if standing else None
    link = request.build_absolute_uri(reverse("voice-respond", args=[found.key]))
    context = {
        "survey": found,
        "versions": versions,
        "draft": draft,
        "published": published,
        "title": said(made.title, made.languages[0]) if made else "",
        "questions": _questions(made) if made else [],
        "samples": samples_of(found) if published else [],
        "faults": faults(made) if made and draft else [],
        "link": link,
        "embed": f'<iframe src="{link}/embed" title="{escape(found.name)}" width="100%" height="700"></iframe>',
        "is_over": is_over(found),
        "may_ask": may(staff, *ASK),
    }
    return render(request, "voice/survey.html", context)


def _questions(made: Questionnaire) -> list[dict[str, object]]:
    language = made.languages[0]
    return [
        {
            "code": one.code,
            "text": said(one.text, language),
            "kind": KINDS[one.kind],
            "required": one.required,
            "when": _when(made, one, language),
        }
        for one in made.questions
    ]


def _when(made: Questionnaire, one: Question, language: str) -> str:
    when = one.show_when
    first = made.question(when.question) if when else None
    if when is None or first is None:
        return ""
    names = {choice.code: said(choice.text, language) for choice in first.choices}
    answers = " or ".join(names.get(value, value) for value in when.values)
    return f"only when “{said(first.text, language)}” is {answers}"


@open_to(*ASK)
@require_http_methods(["GET", "HEAD", "POST"])
def survey_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The name, the layout, and until when answers are taken."""
    found = get_survey_for(staff_of(request), pk)
    form = SurveyForm(request.POST if request.method == "POST" else None, staff=staff_of(request), survey=found)
    return _save(request, found, form, "Settings")


@open_to(*ASK)
@require_http_methods(["GET", "HEAD", "POST"])
def survey_texts(request: HttpRequest, pk: int) -> HttpResponse:
    """The languages, and the words around the questions."""
    found = get_survey_for(staff_of(request), pk)
    made = _draft(found)
    data = request.POST if request.method == "POST" else None
    return _save(
        request, found, TextsForm(data, staff=staff_of(request), survey=found, made=made), "Title and languages"
    )


@open_to(*ASK)
@require_http_methods(["GET", "HEAD", "POST"])
def survey_question(request: HttpRequest, pk: int, code: str = "") -> HttpResponse:
    """A question of the draft: a new one, or the one of this code."""
    found = get_survey_for(staff_of(request), pk)
    made = _draft(found)
    asked = made.question(code)
    if code and asked is None:
        raise Http404("The draft has no such question.")
    data = request.POST if request.method == "POST" else None
    form = QuestionForm(data, staff=staff_of(request), survey=found, made=made, question=asked)
    return _save(request, found, form, "Change a question" if asked else "Add a question")


def _draft(found: Survey) -> Questionnaire:
    try:
        return actions.draft_of(found).questionnaire
    except ValidationError as error:
        raise Http404(" ".join(error.messages)) from None


def _save(request: HttpRequest, found: Survey, form: Form, title: str) -> HttpResponse:
    back = reverse("voice-survey", args=[found.pk])
    if form.is_bound and form.is_valid():
        try:
            form.act()  # type: ignore[attr-defined]
        except ValidationError as error:
            show_refusal(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect(back)
    return _form(request, form, title, "Save", back, found)


@open_to(*ASK)
@require_POST
def survey_move(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Move a question up or down."""
    up = request.POST.get("to") == "up"
    return _do(request, pk, lambda by, one: actions.move_question(by=by, survey=one, code=code, up=up), "Moved.")


@open_to(*ASK)
@require_POST
def survey_remove(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Take a question out."""
    return _do(request, pk, lambda by, one: actions.remove_question(by=by, survey=one, code=code), "It is out.")


@open_to(*ASK)
@require_POST
def survey_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """From now on the draft is asked, and never changed."""
    return _do(request, pk, lambda by, one: actions.publish_survey(by=by, survey=one), "It is published.")


@open_to(*ASK)
@require_POST
def survey_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """The next version, to be changed."""
    return _do(request, pk, lambda by, one: actions.start_draft(by=by, survey=one), "Here is the next version.")


@open_to(*ASK)
@require_POST
def survey_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Take no more answers."""
    return _do(request, pk, lambda by, one: actions.close_survey(by=by, survey=one), "It takes no more answers.")


@open_to(*ASK)
@require_POST
def survey_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Take answers again."""
    return _do(request, pk, lambda by, one: actions.open_survey(by=by, survey=one), "It takes answers again.")


def _do(request: HttpRequest, pk: int, act: Callable[..., object], done: str) -> HttpResponse:
    found = get_survey_for(staff_of(request), pk)
    try:
        act(staff_of(request), found)
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
    else:
        messages.success(request, done)
    return redirect("voice-survey", pk)


@open_to_staff
@require_GET
def survey_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """How the newest version looks to whoever answers. Nothing can be sent from here."""
    found = get_survey_for(staff_of(request), pk)
    newest = SurveyVersion.objects.filter(survey=found).order_by("-number").first()
    if newest is None:
        raise Http404("This survey asks nothing yet.")
    newest.survey = found
    made = newest.questionnaire
    told = request.GET.get("lang", "")
    language = told if told in made.languages else made.languages[0]
    return show(request, Sheet(found, newest, language, {}, uuid4()), preview=True)


@open_to_staff
@require_GET
def survey_qr(request: HttpRequest, pk: int) -> HttpResponse:
    """The open link as a picture for a phone's camera: for posters, letters and the counter."""
    found = get_survey_for(staff_of(request), pk)
    link = request.build_absolute_uri(reverse("voice-respond", args=[found.key]))
    drawn = qrcode.make(f"{link}?by=counter", image_factory=SvgPathImage, box_size=12).to_string()
    response = HttpResponse(drawn, content_type="image/svg+xml")
    response["Content-Disposition"] = f'inline; filename="survey-{found.pk}.svg"'
    return response
