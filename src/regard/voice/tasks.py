"""Jobs of voice."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from regard.records.actors import System
from regard.voice.actions import thanks_told
from regard.voice.actions.taking import TELL_OF_THANKS
from regard.voice.mail import compose_thanks
from regard.voice.models import Loop

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
