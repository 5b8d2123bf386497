from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "regard.office"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Office"
