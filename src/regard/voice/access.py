"""Who may see what customers say."""

from django.db.models import QuerySet
from django.http import Http404

from regard.office.access import unit_ids_seen_by
from regard.office.models import Staff
from regard.voice.models import Feedback


def feedback_seen_by(staff: Staff) -> QuerySet[Feedback]:
    """Feedback on the units this person may see."""
    return Feedback.objects.filter(unit__in=unit_ids_seen_by(staff))


def get_feedback_for(staff: Staff, pk: int) -> Feedback:
    """One piece of feedback, or Http404."""
    related = ("silo", "unit", "service", "case", "customer")
    found = feedback_seen_by(staff).filter(pk=pk).select_related(*related).first()
    if found is None:
        raise Http404("There is no such feedback.")
    return found
