from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "regard.customers"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Customers"

    def ready(self) -> None:
        from regard.customers.access import LOOK_UP  # models are loaded only now
        from regard.ui import navigation

        navigation.register("Customers", "customers-search", roles=LOOK_UP, order=20)
