from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "regard.sources"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Sources"
