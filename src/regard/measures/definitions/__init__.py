"""The catalogue of measures: what each counts in plain words, and the Ibis expression of the rows it counts."""

from regard.measures.definitions import customers, response, volume
from regard.measures.definitions.model import DIMENSIONS, Better, Definition, Facts, In, Kind, view_of

CATALOGUE: dict[str, Definition] = {
    definition.slug: definition for definition in (*volume.DEFINITIONS, *response.DEFINITIONS, *customers.DEFINITIONS)
}
#: Headings of the catalogue, in order.
GROUPS = ("Response", "Work", "Quality", "Contacts", "Voice")


def find(slug: str) -> Definition | None:
    """The measure of this name; None when there is none."""
    return CATALOGUE.get(slug)


__all__ = ["CATALOGUE", "DIMENSIONS", "GROUPS", "Better", "Definition", "Facts", "In", "Kind", "find", "view_of"]
