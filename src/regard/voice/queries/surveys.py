"""Surveys and how many answered."""

from django.db.models import Count, Q, QuerySet

from regard.voice.models import Survey, SurveyVersion


def counts_of(surveys: QuerySet[Survey]) -> QuerySet[Survey]:
    """Surveys with how many responses count, and whether a version is published."""
    counted = Q(versions__responses__isnull=False, versions__responses__set_aside="")
    found = surveys.select_related("unit", "service", "owner")
    return found.annotate(
        answered=Count("versions__responses", filter=counted, distinct=True),
        published=Count("versions", filter=Q(versions__published_at__isnull=False), distinct=True),
    )


def versions_of(survey: Survey) -> list[SurveyVersion]:
    """Its versions, newest first, each with how many responses count and how many were set aside. One query."""
    return list(
        SurveyVersion.objects.filter(survey=survey)
        .select_related("published_by")
        .annotate(
            answered=Count("responses", filter=Q(responses__set_aside="")),
            set_aside=Count("responses", filter=~Q(responses__set_aside="") & Q(responses__isnull=False)),
        )
        .order_by("-number")
    )
