"""Silos of an office."""

from regard.office.models import Silo, Unit


def own_silo(unit: Unit) -> Silo:
    """The silo of records born in Regard, of the office this unit belongs to.

    Raises Silo.DoesNotExist when the office was made without `make_office`.
    """
    return Silo.objects.get(unit_id=unit.office_id, is_own=True)
