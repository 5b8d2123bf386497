from django.apps import AppConfig

from regard.records.declarations import opens_at
from regard.ui import navigation


class OfficeConfig(AppConfig):
    name = "regard.office"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Office"

    def ready(self) -> None:
        navigation.register("Office", "office-overview", roles=("administrator",), order=90)
        opens_at("office.unit", "office-unit")
        opens_at("office.staff", "office-staff-edit")
        opens_at("office.service", "office-service")
