from django.apps import AppConfig

from regard.ui import navigation


class OfficeConfig(AppConfig):
    name = "regard.office"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Office"

    def ready(self) -> None:
        navigation.register("Office", "office-overview", roles=("administrator",), order=90)
