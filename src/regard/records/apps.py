from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "regard.records"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Records"
