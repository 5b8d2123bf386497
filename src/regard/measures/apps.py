from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "regard.measures"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Measures"
