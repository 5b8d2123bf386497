"""The wall of thanks."""

from django.db.models import Q, QuerySet

from regard.office.models import Staff
from regard.voice.access import feedback_seen_by
from regard.voice.models import Feedback


def thanks_of(staff: Staff, *, mine: bool = False) -> QuerySet[Feedback]:
    """Compliments of the units this person sees, newest first; `mine` are those that praise them by name."""
    found = feedback_seen_by(staff).filter(~Q(text=""), kind=Feedback.Kind.COMPLIMENT)
    if mine:
        found = found.filter(loop__praised=staff)
    return found.select_related("unit", "service", "loop__praised")
