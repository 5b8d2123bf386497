"""Jobs of the desk."""

from typing import Any

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from regard.desk import mail
from regard.desk.actions import mail_failed, mail_sent
from regard.desk.actions.answering import SEND_REPLY
from regard.desk.models import Contact, Outcome
from regard.lib.mailing import in_words, is_permanent
from regard.records.actors import System

ATTEMPTS = 5
MAILER = System("mail")


@app.task(name=SEND_REPLY, retry=RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=4), pass_context=True)
def send_reply(context: Any, contact_id: int) -> None:
    """Send a queued reply. A server that cannot be reached is tried again for some minutes; a refusal is final.

    Safe to repeat: only a reply that is still queued is sent. A worker killed between the server's yes and our
    note of it sends twice, under one Message-ID.
    """
    contact = Contact.objects.select_related("unit", "case", "staff").filter(pk=contact_id).first()
    if contact is None or contact.outcome != Outcome.QUEUED:
        return
    try:
        mail.send(contact)
    except Exception as error:  # whatever happens, the writer must learn that the letter did not leave
        if not is_permanent(error) and context.job.attempts + 1 < ATTEMPTS:
            raise
        mail_failed(by=MAILER, contact=contact, why=in_words(error))
        return
    mail_sent(by=MAILER, contact=contact)
