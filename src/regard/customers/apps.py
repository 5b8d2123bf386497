from django.apps import AppConfig

from regard.records.declarations import opens_at


class CustomersConfig(AppConfig):
    name = "regard.customers"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Customers"

    def ready(self) -> None:
        from regard.customers.access import LOOK_UP  # models are loaded only now
        from regard.ui import navigation

        navigation.register("Customers", "customers-search", roles=LOOK_UP, order=20)
        opens_at("customers.customer", "customers-customer", "number", "K{:07d}")
