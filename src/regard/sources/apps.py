from django.apps import AppConfig

from regard.records.declarations import opens_at


class SourcesConfig(AppConfig):
    name = "regard.sources"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Sources"

    def ready(self) -> None:
        from regard.sources.access import LOOK  # models are loaded only now
        from regard.ui import navigation

        navigation.register("Sources", "sources-list", roles=LOOK, order=70)
        opens_at("sources.run", "sources-run")
