"""Reading customers."""

from regard.customers.models import Customer


def any_customers(office_id: int) -> bool:
    """Whether the office knows anybody yet."""
    return Customer.objects.filter(office_id=office_id).exists()
