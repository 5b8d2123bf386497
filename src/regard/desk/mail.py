"""The letters that replies become. Plain text; the case number is in the subject, so that an answer finds its case."""

from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage

from regard.desk.models import Contact


def compose(contact: Contact) -> EmailMessage:
    """A queued reply as a letter. The Message-ID is the contact's, so that a letter sent twice is seen to be one."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    sender = formataddr((contact.unit.name or name, address))
    number = contact.case.number if contact.case else ""
    subject = contact.subject if not number or number in contact.subject else f"{contact.subject} [{number}]"
    headers = {"Message-ID": f"<regard-contact-{contact.pk}@{address.rpartition('@')[2] or 'localhost'}>"}
    return EmailMessage(subject, _text(contact, number), sender, [contact.counterpart], headers=headers)


def _text(contact: Contact, number: str) -> str:
    signature = [contact.staff.name if contact.staff else "", contact.unit.name]
    closing = f"Your case number is {number}. Answer this letter, and a person reads it." if number else ""
    return "\n".join(part for part in (contact.body, "\n-- ", *filter(None, signature), closing) if part) + "\n"


def send(contact: Contact) -> None:
    """Hand the letter to the mail server. Raises what smtplib or the network raises."""
    compose(contact).send(fail_silently=False)
