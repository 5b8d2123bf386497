"""Building surveys. What is published never changes: a change makes the next version."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from regard.office.models import Service, Staff, Unit
from regard.records.actors import Actor
from regard.records.audit import record
from regard.voice.actions.changing import needed
from regard.voice.models import Layout, Survey, SurveyVersion
from regard.voice.questionnaire import Question, Questionnaire, Texts, faults, to_json
from regard.voice.readymade import READY


@transaction.atomic
def make_survey(
    *, by: Staff, unit: Unit, name: str, ready: str, service: Service | None = None, layout: str = Layout.ONE_PAGE
) -> Survey:
    """A new survey with a first draft, from a ready-made form. It asks nobody until it is published."""
    if ready not in READY:
        raise ValidationError({"ready": "Choose what to start from."})
    survey = Survey(unit=unit, service=service, name=needed("name", name, "Give the survey a name."), ready=ready,
                    owner=by, layout=layout)  # fmt: skip
    survey.save()
    SurveyVersion.objects.create(survey=survey, definition=to_json(READY[ready][1]()))
    record(by=by, action="voice.make_survey", obj=survey, after={"name": survey.name, "unit": unit, "ready": ready})
    return survey


@transaction.atomic
def change_survey(
    *,
    by: Actor,
    survey: Survey,
    name: str,
    layout: str,
    service: Service | None = None,
    open_until: datetime | None = None,
) -> Survey:
    """What may change at any time: the name, the layout, and until when answers are taken."""
    before = {"name": survey.name, "layout": survey.layout, "open_until": survey.open_until, "service": survey.service}
    survey.name = needed("name", name, "Give the survey a name.")
    survey.layout, survey.open_until, survey.service = layout, open_until, service
    survey.save()
    after = {field: getattr(survey, field) for field in before}
    record(by=by, action="voice.change_survey", obj=survey, before=before, after=after)
    return survey


@transaction.atomic
def start_draft(*, by: Actor, survey: Survey) -> SurveyVersion:
    """The next version, as a copy of the last one, to be changed."""
    locked = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    last = SurveyVersion.objects.filter(survey=locked).order_by("-number").first()
    if last is None or last.published_at is None:
        raise ValidationError("There is a draft already. Change that one.")
    made = SurveyVersion.objects.create(survey=locked, number=last.number + 1, definition=last.definition)
    record(by=by, action="voice.start_draft", obj=survey, note={"version": made.number})
    return made


def _redefine(by: Actor, survey: Survey, made: Questionnaire, action: str) -> None:
    """Write the draft anew. Raises ValidationError when there is none to change."""
    draft = SurveyVersion.objects.select_for_update().filter(survey=survey, published_at__isnull=True).first()
    if draft is None:
        raise ValidationError("What is published cannot be changed. Start the next version first.")
    draft.definition = to_json(made)
    draft.save(update_fields=["definition"])
    note = {"version": draft.number, "questions": len(made.questions)}
    record(by=by, action=f"voice.{action}", obj=survey, note=note)


def draft_of(survey: Survey) -> SurveyVersion:
    """The draft of a survey. Raises ValidationError when everything is published."""
    draft = SurveyVersion.objects.filter(survey=survey, published_at__isnull=True).first()
    if draft is None:
        raise ValidationError("What is published cannot be changed. Start the next version first.")
    return draft


@transaction.atomic
def set_texts(
    *, by: Actor, survey: Survey, languages: Sequence[str], title: Texts, intro: Texts, thanks: Texts
) -> None:
    """The languages of the draft, and the words around its questions."""
    if not languages:
        raise ValidationError({"languages": "Choose at least one language."})
    made = draft_of(survey).questionnaire
    told = replace(made, languages=tuple(languages), title=title, intro=intro, thanks=thanks)
    _redefine(by, survey, told, "set_texts")


@transaction.atomic
def save_question(*, by: Actor, survey: Survey, question: Question) -> None:
    """Add a question to the draft, or put it in the place of the one with its code."""
    made = draft_of(survey).questionnaire
    if made.question(question.code) is None:
        told = (*made.questions, question)
    else:
        told = tuple(question if one.code == question.code else one for one in made.questions)
    _redefine(by, survey, replace(made, questions=told), "save_question")


@transaction.atomic
def move_question(*, by: Actor, survey: Survey, code: str, up: bool) -> None:
    """Move a question of the draft one place up or down."""
    made = draft_of(survey).questionnaire
    places = [one.code for one in made.questions]
    if code not in places:
        raise ValidationError("There is no such question in the draft.")
    here = places.index(code)
    there = here - 1 if up else here + 1
    told = list(made.questions)
    if 0 <= there < len(told):
        told[here], told[there] = told[there], told[here]
    _redefine(by, survey, replace(made, questions=tuple(told)), "move_question")


@transaction.atomic
def remove_question(*, by: Actor, survey: Survey, code: str) -> None:
    """Take a question out of the draft."""
    made = draft_of(survey).questionnaire
    told = tuple(one for one in made.questions if one.code != code)
    _redefine(by, survey, replace(made, questions=told), "remove_question")


@transaction.atomic
def publish_survey(*, by: Staff, survey: Survey) -> SurveyVersion:
    """Publish the draft: from now on it is asked, and never changed. Raises ValidationError with every fault."""
    draft = SurveyVersion.objects.select_for_update().filter(survey=survey, published_at__isnull=True).first()
    if draft is None:
        raise ValidationError("There is no draft to publish.")
    found = faults(draft.questionnaire)
    if found:
        raise ValidationError(found)
    draft.published_at, draft.published_by = timezone.now(), by
    draft.save(update_fields=["published_at", "published_by"])
    record(by=by, action="voice.publish_survey", obj=survey, note={"version": draft.number})
    return draft


@transaction.atomic
def close_survey(*, by: Actor, survey: Survey) -> None:
    """Take no more answers. Whoever opens a link is told so, kindly."""
    survey.closed_at = timezone.now()
    survey.save(update_fields=["closed_at"])
    record(by=by, action="voice.close_survey", obj=survey)


@transaction.atomic
def open_survey(*, by: Actor, survey: Survey) -> None:
    """Take answers again."""
    survey.closed_at = None
    survey.save(update_fields=["closed_at"])
    record(by=by, action="voice.open_survey", obj=survey)
