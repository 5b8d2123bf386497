"""Answering a survey: public, without JavaScript, on one page or step by step, at any width.

No session and no cookie take part: the key in the address is what lets somebody in, so there is nothing that a forged
form could borrow, and people who block cookies can answer. That is also why these pages may stand in another site.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_from_request
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from regard.desk.models import Channel
from regard.office.access import open_to_everyone
from regard.office.signin import client_address
from regard.records.actors import System
from regard.voice import actions
from regard.voice.access import get_survey_by_key
from regard.voice.forms.responding import Asked, asked
from regard.voice.models import Invitation, Layout, Survey, SurveyVersion
from regard.voice.questionnaire import Posted, Question, Questionnaire, Read, read, said, shown
from regard.voice.surveywords import LANGUAGES, RIGHT_TO_LEFT, words_in
from regard.voice.views.publicly import kept_private, render_publicly

#: A field that people do not see. A program that fills in everything fills it in.
TRAP = "website"
#: Ways a link can say where it was opened, as `?by=counter`.
PLACES = {"counter": Channel.COUNTER, "phone": Channel.PHONE, "email": Channel.EMAIL, "letter": Channel.LETTER}


@dataclass
class Sheet:
    """One form that somebody is filling in."""

    survey: Survey
    version: SurveyVersion
    language: str
    posted: Posted
    submission: UUID
    place: str = ""
    at: str = ""  # the question shown, where they come step by step
    faults: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""
    invitation: Invitation | None = None

    @property
    def key(self) -> str:
        return self.invitation.key if self.invitation else self.survey.key

    @property
    def made(self) -> Questionnaire:
        return self.version.questionnaire

    @property
    def steps(self) -> bool:
        return self.survey.layout == Layout.STEPS


def _language(request: HttpRequest, made: Questionnaire) -> str:
    """The language asked for, else the browser's, else the first of the survey."""
    told = request.POST.get("lang") or request.GET.get("lang") or get_language_from_request(request).partition("-")[0]
    return told if told in made.languages else made.languages[0]


def _version(survey: Survey, told: str) -> SurveyVersion | None:
    """The version a form was opened with, so that a survey that changed meanwhile still takes it; else the newest."""
    published = SurveyVersion.objects.filter(survey=survey, published_at__isnull=False)
    opened = published.filter(number=int(told)).first() if told.isdecimal() and len(told) < 6 else None
    return opened or published.order_by("-number").first()


def _sheet(request: HttpRequest, survey: Survey, version: SurveyVersion) -> Sheet:
    posted = {name: values for name, values in request.POST.lists() if name.startswith("q_")}
    try:
        submission = UUID(request.POST.get("submission", ""))
    except ValueError:
        submission = uuid4()
    version.survey = survey
    place = request.POST.get("by") or request.GET.get("by") or ""
    made = version.questionnaire
    return Sheet(
        survey, version, _language(request, made), posted, submission,
        place=place if place in PLACES else "", at=request.POST.get("at", ""),
    )  # fmt: skip


@open_to_everyone
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def respond(request: HttpRequest, key: str) -> HttpResponse:
    """The survey of an open link."""
    return _respond(request, key)


@open_to_everyone
@csrf_exempt
@never_cache
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@require_http_methods(["GET", "HEAD", "POST"])
def respond_embedded(request: HttpRequest, key: str) -> HttpResponse:
    """The same, to stand inside a page of another site."""
    return _respond(request, key)


def _respond(request: HttpRequest, key: str) -> HttpResponse:
    survey, invitation = get_survey_by_key(key)
    version = _version(survey, request.POST.get("version", ""))
    if version is None or is_over(survey):
        return _closed(request, survey)
    sheet = _sheet(request, survey, version)
    sheet.invitation = invitation
    if invitation is not None and invitation.answered_at is not None:
        return _done(request, sheet)
    if request.method != "POST":
        return show(request, sheet)
    return _next(request, sheet) if sheet.steps and request.POST.get("go") != "send" else _send(request, sheet)


def is_over(survey: Survey) -> bool:
    """Whether no more answers are taken."""
    return survey.closed_at is not None or (survey.open_until is not None and survey.open_until < timezone.now())


def _closed(request: HttpRequest, survey: Survey) -> HttpResponse:
    return kept_private(render_publicly(request, "voice/closed.html", {"survey": survey}, survey.unit, 410))


def _next(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    """One step on or back; after the last question the answers are sent."""
    asked_now = [question.code for question in shown(sheet.made, sheet.posted)]
    here = asked_now.index(sheet.at) if sheet.at in asked_now else 0
    if request.POST.get("go") == "back":
        sheet.at = asked_now[max(here - 1, 0)]
        return show(request, sheet)
    found = read(sheet.made, sheet.posted, sheet.language, only=asked_now[here])
    if found.faults:
        sheet.faults = found.faults
        return show(request, sheet, 422)
    if here + 1 == len(asked_now):
        return _send(request, sheet)
    sheet.at = asked_now[here + 1]
    return show(request, sheet)


def _send(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    found: Read = read(sheet.made, sheet.posted, sheet.language)
    sheet.faults = found.faults
    if not found.given and not found.faults:
        sheet.notice = words_in(sheet.language)["required"]
    if found.faults or sheet.notice:
        sheet.at = next(iter(found.faults), sheet.at)
        return show(request, sheet, 422)
    try:
        actions.take_response(
            by=System("a survey", office_id=sheet.survey.unit.office_id), version=sheet.version, given=found.given,
            language=sheet.language, submission=sheet.submission, channel=PLACES.get(sheet.place, Channel.WEB),
            sender="" if sheet.invitation else _sender(request), trapped=bool(request.POST.get(TRAP)),
            invitation=sheet.invitation,
        )  # fmt: skip
    except actions.TooManyError as error:
        sheet.notice = " ".join(error.messages)
        return show(request, sheet, 429)
    there = reverse("voice-respond-thanks", args=[sheet.key])
    return kept_private(redirect(f"{there}?lang={sheet.language}&version={sheet.version.number}"))


def _sender(request: HttpRequest) -> str:
    """A digest of the address and the day: floods are seen, and nobody can be followed from one day to the next."""
    told = f"{client_address(request)} {datetime.now(UTC):%Y-%m-%d}"
    return hmac.new(settings.SECRET_KEY.encode(), told.encode(), hashlib.sha256).hexdigest()[:32]


def show(request: HttpRequest, sheet: Sheet, status: int = 200, *, preview: bool = False) -> HttpResponse:
    """The form, or one step of it, with what was answered so far."""
    made, language = sheet.made, sheet.language
    questions = list(made.questions)
    if sheet.steps:
        now = shown(made, sheet.posted)
        questions = [one for one in now if one.code == sheet.at] or now[:1]
        sheet.at = questions[0].code if questions else ""
        place = [one.code for one in now].index(sheet.at) if questions else 0
    else:
        place = 0
    context = {
        "sheet": sheet,
        "asked": [_asked(sheet, question) for question in questions],
        "kept": _kept(sheet, questions) if sheet.steps else [],
        "is_first": place == 0,
        "step": words_in(language)["step"].format(n=place + 1),
        "title": said(made.title, language),
        "intro": said(made.intro, language) if place == 0 else "",
        "words": words_in(language),
        "LANGUAGE_CODE": language,
        "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "languages": [(code, LANGUAGES.get(code, code)) for code in made.languages],
        "preview": preview,
        "trap": TRAP,
    }
    return kept_private(render_publicly(request, "voice/respond.html", context, sheet.survey.unit, status))


def _asked(sheet: Sheet, question: Question) -> Asked:
    return asked(sheet.made, question, sheet.posted, sheet.language, sheet.faults, steps=sheet.steps)


def _kept(sheet: Sheet, questions: list[Question]) -> list[tuple[str, str]]:
    """Answers of the other steps, which the form carries along."""
    here = tuple(f"q_{one.code}" for one in questions)
    return [
        (name, value)
        for name, values in sheet.posted.items()
        if name not in here and not name.startswith(tuple(f"{one}__" for one in here))
        for value in values
    ]


@open_to_everyone
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@require_GET
def respond_thanks(request: HttpRequest, key: str) -> HttpResponse:
    """The answers are there."""
    survey, _ = get_survey_by_key(key)
    version = _version(survey, request.GET.get("version", ""))
    return _closed(request, survey) if version is None else _done(request, _sheet(request, survey, version))


def _done(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    words = words_in(sheet.language)
    context = {
        "title": words["thanks"],
        "thanks": words["answered"] if sheet.invitation else said(sheet.made.thanks, sheet.language),
        "LANGUAGE_CODE": sheet.language,
        "direction": "rtl" if sheet.language in RIGHT_TO_LEFT else "ltr",
    }
    return kept_private(render_publicly(request, "voice/respond_thanks.html", context, sheet.survey.unit))


@open_to_everyone
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def respond_stop(request: HttpRequest, key: str) -> HttpResponse:
    """Somebody does not want to be asked again: a button, because mail programs open links by themselves."""
    survey, invitation = get_survey_by_key(key)
    if invitation is None:
        raise Http404("This link leads nowhere. Copy the whole of it, or ask the office.")
    if request.method == "POST":
        by = System("the personal link", office_id=survey.unit.office_id)
        actions.stop_asking(by=by, invitation=invitation)
    context = {"stopped": request.method == "POST"}
    return kept_private(render_publicly(request, "voice/respond_stop.html", context, survey.unit))
