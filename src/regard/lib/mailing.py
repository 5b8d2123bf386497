"""What a mail server's refusal means, for whoever wrote the letter."""

import smtplib

#: SMTP answers that no later attempt will change (RFC 5321, 4.2.1).
PERMANENT = range(500, 600)


def is_permanent(error: Exception) -> bool:
    """Whether trying again cannot help: the server refused the address or the letter itself."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code in PERMANENT for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code in PERMANENT
    return isinstance(error, ValueError | smtplib.SMTPNotSupportedError)


def in_words(error: Exception) -> str:
    """Why a letter could not be sent, for the person who wrote it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "the mail server does not accept this address."
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "the mail server refused Regard's sign-in; tell your administrator."
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server refused the letter (code {error.smtp_code})."
    if isinstance(error, OSError):
        return "the mail server cannot be reached."
    return "the letter could not be made; check the address and the subject."
