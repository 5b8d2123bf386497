from django.apps import AppConfig

from regard.ui import navigation


class RecordsConfig(AppConfig):
    name = "regard.records"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Records"

    def ready(self) -> None:
        navigation.register("Records", "records-audit", roles=("records_officer", "administrator"), order=80)
