"""Jobs of voice."""

from datetime import timedelta

from django.core.mail import get_connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from regard.lib.mailing import in_words, is_permanent
from regard.office.models import Unit
from regard.records.actors import System
from regard.voice.actions import invitation_sent, letters_done, remind, thanks_told
from regard.voice.actions.sampling import SEND_INVITATIONS
from regard.voice.actions.taking import TELL_OF_THANKS
from regard.voice.mail import compose_invitation, compose_thanks
from regard.voice.models import Invitation, Loop, Sample, Silence
from regard.voice.questionnaire import Questionnaire

MAILER = System("mail")


@app.task(name=TELL_OF_THANKS, retry=RetryStrategy(max_attempts=8, exponential_wait=4))
def tell_of_thanks(loop_id: int) -> None:
    """Tell the person praised and who leads them. Safe to repeat: who was told is not told again."""
    related = ("feedback__unit", "feedback__service", "praised__unit")
    loop = Loop.objects.filter(pk=loop_id, thanks_told_at__isnull=True).select_related(*related).first()
    if loop is None:
        return
    letter = compose_thanks(loop)
    if letter is None:
        return
    letter.send(fail_silently=False)
    thanks_told(by=MAILER, loop=loop)


@app.task(name=SEND_INVITATIONS, retry=RetryStrategy(max_attempts=10, exponential_wait=4))
def send_invitations(sample_id: int) -> None:
    """Send the letters of a sample that have not left yet, and reminders once somebody asked for them.

    Each letter is noted as it leaves, so a killed worker goes on where it stopped; at worst one letter leaves twice,
    under one Message-ID. A refusal is final; a server that is away is tried again.
    """
    sample = Sample.objects.select_related("survey__unit", "version").filter(pk=sample_id).first()
    if sample is None or sample.sent_at is None or sample.survey.closed_at is not None:
        return
    made = sample.version.questionnaire
    office = Unit.objects.values_list("name", flat=True).get(pk=sample.survey.unit.office_id)
    demo = sample.survey.unit.is_demo or Unit.objects.filter(pk=sample.survey.unit.office_id, is_demo=True).exists()
    sent = failed = 0
    for reminder in (False, True)[: 1 if sample.reminded_at is None else 2]:
        for invitation in _to_write(sample, reminder=reminder).iterator(500):
            error = "a demo office writes to nobody." if demo else _send(invitation, made, office, reminder=reminder)
            invitation_sent(by=MAILER, invitation=invitation, error=error, reminder=reminder)
            sent, failed = sent + (not error), failed + bool(error)
    if sent or failed:
        letters_done(by=MAILER, sample=sample, sent=sent, failed=failed)


def _to_write(sample: Sample, *, reminder: bool) -> QuerySet[Invitation]:
    """Whom a letter is owed: those drawn, or those who did not answer and want to be asked."""
    found = Invitation.objects.filter(sample=sample).select_related("sample", "customer", "service").order_by("pk")
    if not reminder:
        return found.filter(state=Invitation.State.DRAWN)
    silent = Q(customer_id__in=Silence.objects.values("customer_id"))
    before = Q(sent_at__lt=sample.reminded_at)  # not those whose first letter left only now
    return found.filter(before, state=Invitation.State.SENT, reminded_at__isnull=True).exclude(silent)


def _send(invitation: Invitation, made: Questionnaire, office: str, *, reminder: bool) -> str:
    """Send one letter; why it was refused in words, or nothing. Raises when trying again may help."""
    try:
        letter = compose_invitation(invitation, made, office, reminder=reminder)
        letter.connection = get_connection()
        letter.send(fail_silently=False)
    except Exception as error:  # whatever happens, the sample must tell of it
        if not is_permanent(error):
            raise
        return in_words(error)
    return ""


@app.periodic(cron="23 * * * *")
@app.task(name="voice.remind_due", queueing_lock="voice.remind_due")
def remind_due(timestamp: int) -> None:  # noqa: ARG001
    """Once an hour: remind people of samples that were sent long enough ago."""
    found = Sample.objects.filter(sent_at__isnull=False, reminded_at__isnull=True, remind_after__gt=0)
    due = found.filter(
        sent_at__lt=timezone.now() - F("remind_after") * timedelta(days=1), survey__closed_at__isnull=True
    )
    for sample in due.select_related("survey__unit"):
        remind(by=System("reminders", office_id=sample.survey.unit.office_id), sample=sample)
