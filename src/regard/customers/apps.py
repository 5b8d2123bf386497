from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "regard.customers"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Customers"
