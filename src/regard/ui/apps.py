"""The app of the base templates, components and static files."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Looks: owns no models and imports no room."""

    name = "regard.ui"
    label = "ui"
    verbose_name = "Screens"
