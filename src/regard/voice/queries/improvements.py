"""You said, we did: for staff, and for everybody."""

from django.db.models import Count, QuerySet

from regard.office.models import Staff, Unit
from regard.voice.access import improvements_seen_by
from regard.voice.models import Improvement


def improvements_of(staff: Staff) -> QuerySet[Improvement]:
    """The improvements of the person's units, each with how many pieces of feedback led to it."""
    return improvements_seen_by(staff).select_related("unit", "service").annotate(told=Count("loops"))


def published_of(office: Unit) -> QuerySet[Improvement]:
    """What an office published, newest first. Fit for everybody to read."""
    found = Improvement.objects.filter(unit__path__startswith=office.path, published_at__isnull=False)
    found = found.filter(withdrawn_at__isnull=True).select_related("unit", "service")
    return found.annotate(told=Count("loops")).order_by("-published_at", "-id")
