"""The letter that tells somebody that a customer praised them."""

from django.conf import settings
from django.core.mail import EmailMessage

from regard.desk.queries.people import who_leads
from regard.voice.models import Loop

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
