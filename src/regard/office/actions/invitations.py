"""The link by which somebody chooses a password of their own."""

from dataclasses import dataclass

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse

from regard.office.models import Staff
from regard.records.actors import Actor
from regard.records.audit import record

LETTER = """Hello {name},

{office} has an account for you in Regard, its customer-service system.

Choose your password here within {days} days:
{link}

You sign in with this e-mail address: {email}

If you do not expect this letter, tell the administrator of your office.
"""


@dataclass(frozen=True)
class Invitation:
    """A link, and whether it went out by mail. One that did not has to be handed over."""

    link: str
    is_sent: bool


def password_path(staff: Staff) -> str:
    """The path where somebody chooses a password; good once, and for `PASSWORD_RESET_TIMEOUT`."""
    key = default_token_generator.make_token(staff)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(staff), "key": key})


@transaction.atomic
def send_password_link(*, by: Actor, staff: Staff, address: str) -> Invitation:
    """Send somebody the link by mail. `address` is where Regard is reached, such as https://regard.example.org.

    Where no mail server is set, and in the demo office, which must not write to strangers, nothing is sent and the
    link is to be handed over.
    """
    if not staff.is_active:
        raise ValidationError(f"{staff} no longer works here. Bring them back first.")
    link = address.rstrip("/") + password_path(staff)
    sent = "filebased" not in settings.EMAIL_BACKEND and not (staff.unit and staff.unit.is_demo)
    if sent:
        days = settings.PASSWORD_RESET_TIMEOUT // 86_400
        office = staff.unit.name if staff.unit else "The office"
        text = LETTER.format(name=staff.name, office=office, days=days, link=link, email=staff.email)
        transaction.on_commit(lambda: send_mail("Your account in Regard", text, None, [staff.email]))
    record(by=by, action="office.send_password_link", obj=staff, note={"sent": sent})
    return Invitation(link, sent)
