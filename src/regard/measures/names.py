"""What units, services and channels are called, for whoever asks."""

from dataclasses import dataclass
from typing import Any

from regard.desk.models import Channel
from regard.office.access import office_id_of, units_seen_by
from regard.office.models import Service, Staff, Unit

NOT_KNOWN = "not known"


@dataclass(frozen=True)
class Names:
    """The units somebody may see, from the top down, and every service of their office by name."""

    units: tuple[Unit, ...]
    services: dict[int, str]

    @classmethod
    def of(cls, staff: Staff) -> "Names":
        """Two queries."""
        office = office_id_of(staff)
        units = units_seen_by(staff).only("name", "path", "parent").order_by("path")
        services = Service.objects.filter(unit__path__startswith=f"/{office}/") if office else Service.objects.none()
        return cls(tuple(units), dict(services.order_by("name", "id").values_list("id", "name")))

    def below(self, unit: int) -> tuple[int, ...]:
        """A unit and those below it, as far as they may be seen; empty when it may not."""
        path = next((u.path for u in self.units if u.pk == unit), None)
        return tuple(u.pk for u in self.units if path and u.path.startswith(path))

    def of_key(self, dimension: str, key: Any) -> str:
        """The name of a group of a figure."""
        if key is None:
            return NOT_KNOWN
        if dimension == "unit":
            return next((u.name for u in self.units if u.pk == key), NOT_KNOWN)
        if dimension == "service":
            return self.services.get(key, NOT_KNOWN)
        return Channel(key).label if key in Channel.values else str(key)
