from django.apps import AppConfig

from regard.customers import following, timeline
from regard.records.declarations import opens_at
from regard.ui import navigation


class DeskConfig(AppConfig):
    name = "regard.desk"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Desk"

    def ready(self) -> None:
        from regard.desk.following import FOLLOWERS  # these need the models, which are not there before
        from regard.desk.picture import DeskPicture

        timeline.register("desk", DeskPicture())
        following.register(*FOLLOWERS)
        navigation.register("Today", "desk-today", order=10)
        navigation.register("Cases", "desk-cases", order=30)
        opens_at("desk.case", "desk-case", "number", "C{:07d}")
