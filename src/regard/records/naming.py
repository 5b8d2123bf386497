"""Actions and objects of the trail in words."""

from django.apps import apps


def action_words(action: str) -> str:
    """`office.make_staff` as "make staff"."""
    return action.partition(".")[2].replace("_", " ") or action


def type_words(label: str) -> str:
    """`office.workingcalendar` as "working calendar"; a model that no longer exists keeps its label."""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label
