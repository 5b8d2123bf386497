from django.apps import AppConfig

from regard.records.declarations import opens_at
from regard.ui import navigation


class GoalsConfig(AppConfig):
    name = "regard.goals"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Goals"

    def ready(self) -> None:
        navigation.register("Goals", "goals-goalsets", order=55)
        opens_at("goals.goalset", "goals-goalset")
        opens_at("goals.goal", "goals-goal")
