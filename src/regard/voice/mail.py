"""The letters of voice: to who was praised, and to who is asked."""

from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from regard.desk.queries.people import who_leads
from regard.voice.models import Invitation, Loop
from regard.voice.questionnaire import Questionnaire, said
from regard.voice.surveywords import spoken, words_in

LETTER = """{name},

a customer praised you{about}, on {day}:

{said}

You find it on your page Today in Regard.{copied}
"""


def compose_thanks(loop: Loop) -> EmailMessage | None:
    """The letter to the person praised, with a copy to who leads them. None when there is nobody to write to."""
    praised, feedback = loop.praised, loop.feedback
    if praised is None or not praised.is_active or praised.unit is None or praised.unit.is_demo:
        return None
    lead = who_leads(praised.unit)
    copies = [lead.email] if lead is not None and lead != praised else []
    text = LETTER.format(
        name=praised.get_short_name(),
        about=f" for {feedback.service.name}" if feedback.service else "",
        day=f"{feedback.at:%B} {feedback.at.day}",
        said="\n".join(f"> {line}" for line in feedback.text.splitlines()),
        copied=f"\n{lead.name} has a copy." if lead and copies else "",
    )
    return EmailMessage("A customer praised you", text, settings.DEFAULT_FROM_EMAIL, [praised.email], cc=copies)


def compose_invitation(invitation: Invitation, made: Questionnaire, office: str, *, reminder: bool) -> EmailMessage:
    """The letter to somebody who was drawn, in each language of the survey that Regard speaks.

    The Message-ID is the invitation's, so that a letter sent twice is seen to be one.
    """
    sample = invitation.sample
    link = sample.address + reverse("voice-respond", args=[invitation.key])
    stop = sample.address + reverse("voice-respond-stop", args=[invitation.key])
    parts = []
    for language in spoken(made.languages):
        words = words_in(language)
        about = words["about"].format(service=invitation.service.name) if invitation.service else ""
        asking = words["reminder" if reminder else "invite"].format(office=office, about=about)
        parts.append(f"{asking}\n{link}?by=email&lang={language}\n\n{words['drawn']}\n\n{words['stop']}\n{stop}\n")
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    kind = "reminder" if reminder else "invitation"
    host = address.rpartition("@")[2] or "localhost"
    headers = {"Message-ID": f"<regard-{kind}-{invitation.pk}@{host}>", "List-Unsubscribe": f"<{stop}>"}
    subject = " ".join(said(made.title, made.languages[0]).split())
    sender = formataddr((office or name, address))
    return EmailMessage(subject, "\n--\n\n".join(parts), sender, [invitation.customer.email], headers=headers)
