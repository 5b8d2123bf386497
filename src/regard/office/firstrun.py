"""The first minutes of an empty installation: a page that makes the office and its first administrator.

It works only while nobody is on the staff, and only for who holds the link that is printed where Regard was started.
An open page would give the office to whoever on the network finds it first; trusting the loopback address would do
so to everybody behind a proxy.
"""

from django.core.signing import BadSignature, Signer
from django.db import connection
from django.urls import reverse

from regard.office.models import Staff

_LOCK = 7_265_672  # of the advisory lock that lets one make the first administrator
_SIGNER = "regard.office.firstrun"


def is_first_run() -> bool:
    """True while nobody is on the staff."""
    return not Staff.objects.exists()


def first_run_path() -> str:
    """The path of the page, with its token. The same until somebody is on the staff: then it leads nowhere."""
    token = Signer(salt=_SIGNER).sign("office").partition(":")[2]
    return reverse("office-first-run", kwargs={"token": token})


def is_token(token: str) -> bool:
    """True for the token of this installation."""
    try:
        Signer(salt=_SIGNER).unsign(f"office:{token}")
    except BadSignature:
        return False
    return True


def still_first_run() -> bool:
    """`is_first_run`, decided for one transaction at a time: two people with the link make one office."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    return is_first_run()
