"""Taking in the answers to a survey. What was acknowledged is there: one transaction, one response a form."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from regard.desk.models import Channel
from regard.office.queries import own_silo
from regard.records.actors import Actor
from regard.records.audit import record
from regard.voice.models import Answer, Feedback, Invitation, Response, SurveyVersion
from regard.voice.questionnaire import Given

#: How many answers one address may send to one survey in how many minutes. A kiosk or a library sends many.
MOST_FROM_ONE, MINUTES = 30, 10


class TooManyError(ValidationError):
    """Somebody sends answers faster than people can write them."""


def take_response(
    *,
    by: Actor,
    version: SurveyVersion,
    given: Sequence[Given],
    language: str,
    submission: UUID,
    channel: str = Channel.WEB,
    sender: str = "",
    trapped: bool = False,
    invitation: Invitation | None = None,
) -> Response:
    """One person's answers. Sent twice, by a second click or a second try, they are one response.

    `trapped`: a field that people do not see was filled in. Such a response is kept, set aside and not counted.
    Raises TooManyError when one address sends too many.
    """
    same = Q(submission=submission) if invitation is None else Q(invitation=invitation)
    already = Response.objects.filter(same).first()
    if already is not None:
        return already
    _check_flood(version, sender)
    try:
        return _take(
            by=by, version=version, given=given, language=language, submission=submission, channel=channel,
            sender=sender, trapped=trapped, invitation=invitation,
        )  # fmt: skip
    except IntegrityError:  # the other click was faster
        return Response.objects.get(same)


def _check_flood(version: SurveyVersion, sender: str) -> None:
    since = timezone.now() - timedelta(minutes=MINUTES)
    recent = Response.objects.filter(sender=sender, at__gt=since, version__survey=version.survey_id)
    if sender and recent.count() >= MOST_FROM_ONE:
        raise TooManyError("Many answers came from your network just now. Please try again in ten minutes.")


@transaction.atomic
def _take(
    *,
    by: Actor,
    version: SurveyVersion,
    given: Sequence[Given],
    language: str,
    submission: UUID,
    channel: str,
    sender: str,
    trapped: bool,
    invitation: Invitation | None,
) -> Response:
    survey = version.survey
    place = survey if invitation is None else invitation  # who was invited was served somewhere
    response = Response(
        version=version, unit=place.unit, service=place.service, invitation=invitation, channel=channel,
        language=language, at=timezone.now(), submission=submission, sender=sender,
        set_aside="a trap for programs" if trapped else "",
    )  # fmt: skip
    if not trapped:
        response.feedback = _as_feedback(response, given)
    response.save(force_insert=True)
    Answer.objects.bulk_create(
        Answer(
            response=response, question=one.question, row=one.row, kind=one.kind, wording=one.wording,
            series=one.series, score=one.score, lowest=one.lowest, highest=one.highest, chosen=list(one.chosen),
            text=one.text,
        )
        for one in given
    )  # fmt: skip
    if invitation is not None:
        answered = {"state": Invitation.State.ANSWERED, "answered_at": response.at}
        Invitation.objects.filter(pk=invitation.pk).update(**answered)
    office = survey.unit.office_id
    note = {"survey": survey.pk, "version": version.number, "answers": len(given), "set_aside": trapped}
    record(by=by, action="voice.take_response", obj=response, note=note, office_id=office)
    return response


def _as_feedback(response: Response, given: Sequence[Given]) -> Feedback:
    """The response as a piece of feedback: the first score, and every text. Figures and the picture read it there."""
    first = next((one for one in given if one.score is not None), None)
    texts = [one for one in given if one.text]
    named = first or next(iter(texts), None)
    feedback = Feedback(
        silo=own_silo(response.unit), unit=response.unit, service=response.service, kind=Feedback.Kind.RESPONSE,
        customer_id=response.invitation.customer_id if response.invitation else None,
        channel=response.channel, at=response.at, question=named.wording if named else "", solicited=True,
        score=first.score if first else None, scale_min=first.lowest if first else None,
        scale_max=first.highest if first else None, text="\n\n".join(one.text for one in texts),
        language=response.language,
        details={"survey": response.version.survey.name, "version": response.version.number},
    )  # fmt: skip
    feedback.save(force_insert=True)
    return feedback
