from django.apps import AppConfig

from regard.ui import navigation

#: Who answers for how an office does; the others reach the dashboard from Measures.
OVERSEERS = ("supervisor", "goal_owner", "contract_manager", "analyst", "administrator")


class MeasuresConfig(AppConfig):
    name = "regard.measures"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Measures"

    def ready(self) -> None:
        navigation.register("Dashboard", "measures-dashboard", roles=OVERSEERS, order=15)
        navigation.register("Measures", "measures-catalogue", order=50)
