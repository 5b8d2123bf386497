"""Actions and objects of the trail in words, and where the objects are."""

from django.apps import apps
from django.urls import NoReverseMatch, reverse

from regard.records.declarations import page_of


def action_words(action: str) -> str:
    """`office.make_staff` as "make staff"."""
    return action.partition(".")[2].replace("_", " ") or action


def type_words(label: str) -> str:
    """`office.workingcalendar` as "working calendar"; a model that no longer exists keeps its label."""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label


def object_link(label: str, object_id: str) -> str:
    """The address of an object of the trail; empty when it has none. The page decides who may open it."""
    page = page_of(label, object_id)
    try:
        return reverse(page.url_name, kwargs={page.argument: page.written}) if page else ""
    except NoReverseMatch:
        return ""
