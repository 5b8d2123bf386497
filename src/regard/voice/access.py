"""Who may see what customers say, and who may do something about it."""

from django.db.models import Q, QuerySet
from django.http import Http404

from regard.office.access import unit_ids_seen_by
from regard.office.models import Staff
from regard.office.roles import DESK_ROLES, Role
from regard.voice.models import Feedback, Improvement, Invitation, Loop, Sample, Survey

#: Roles that answer customers.
HANDLE = DESK_ROLES
#: Roles that may say yes to something becoming public.
PUBLISH = (Role.SUPERVISOR, Role.GOAL_OWNER)
#: Roles that ask customers.
ASK = (Role.SUPERVISOR, Role.GOAL_OWNER, Role.CONTRACT_MANAGER, Role.ANALYST)
#: Roles that write down what was improved.
IMPROVE = (*DESK_ROLES, Role.GOAL_OWNER)


def feedback_seen_by(staff: Staff) -> QuerySet[Feedback]:
    """Feedback on the units this person may see: what lists are made of."""
    return Feedback.objects.filter(unit__in=unit_ids_seen_by(staff))


def get_feedback_for(staff: Staff, pk: int) -> Feedback:
    """One piece of feedback, or Http404: of one's units, or one's own to answer, or praise of oneself."""
    related = ("silo", "unit", "service", "case", "customer", "loop__owner", "loop__praised", "loop__improvement")
    units = unit_ids_seen_by(staff)
    mine = Q(loop__owner=staff) | Q(loop__praised=staff)
    found = Feedback.objects.filter(pk=pk).filter(Q(unit__in=units) | mine).select_related(*related).first()
    if found is None or not units:
        raise Http404("There is no such feedback.")
    return found


def get_loop_for(staff: Staff, pk: int) -> Loop:
    """The loop of one piece of feedback. Raises Http404 where it is out of reach, or nobody took it up."""
    feedback = get_feedback_for(staff, pk)
    found = getattr(feedback, "loop", None)
    if found is None:
        raise Http404("Nobody took this up yet.")
    return found


def is_key(told: str) -> bool:
    """Whether this can be the key of a private link: what somebody typed may be anything."""
    return 0 < len(told) <= 64 and told.isascii() and told.isprintable()


def get_loop_by_key(key: str) -> Loop:
    """What a private link opens. Raises Http404 for any other key."""
    related = ("feedback__unit", "feedback__service", "owner")
    found = Loop.objects.filter(key=key).select_related(*related).first() if is_key(key) else None
    if found is None:
        raise Http404("This link leads nowhere. Copy the whole of it, or ask the office.")
    return found


def improvements_seen_by(staff: Staff) -> QuerySet[Improvement]:
    """Improvements of the units this person may see, published or not."""
    return Improvement.objects.filter(unit__in=unit_ids_seen_by(staff))


def get_improvement_for(staff: Staff, pk: int) -> Improvement:
    """One improvement, or Http404."""
    related = ("unit", "service", "made_by", "published_by")
    found = improvements_seen_by(staff).filter(pk=pk).select_related(*related).first()
    if found is None:
        raise Http404("There is no such improvement.")
    return found


def surveys_seen_by(staff: Staff) -> QuerySet[Survey]:
    """Surveys of the units this person may see."""
    return Survey.objects.filter(unit__in=unit_ids_seen_by(staff))


def get_survey_for(staff: Staff, pk: int) -> Survey:
    """One survey, or Http404."""
    found = surveys_seen_by(staff).filter(pk=pk).select_related("unit", "service", "owner").first()
    if found is None:
        raise Http404("There is no such survey.")
    return found


def get_survey_by_key(key: str) -> tuple[Survey, Invitation | None]:
    """The survey that an open link leads to, or a personal one with its invitation. Raises Http404 for other keys."""
    if is_key(key):
        survey = Survey.objects.filter(key=key).select_related("unit", "service").first()
        if survey is not None:
            return survey, None
        related = ("sample__survey__unit", "sample__survey__service", "unit", "service")
        invitation = Invitation.objects.filter(key=key).select_related(*related).first()
        if invitation is not None:
            return invitation.sample.survey, invitation
    raise Http404("This link leads nowhere. Copy the whole of it, or ask the office.")


def get_sample_for(staff: Staff, pk: int) -> Sample:
    """One sample of a survey that this person may see, or Http404."""
    related = ("survey__unit", "survey__service", "version", "drawn_by")
    found = Sample.objects.filter(survey__in=surveys_seen_by(staff), pk=pk).select_related(*related).first()
    if found is None:
        raise Http404("There is no such sample.")
    return found
