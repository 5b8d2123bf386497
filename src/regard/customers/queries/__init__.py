"""Reading customers: the picture, what waits to be reviewed, and the history of who is who."""

from .picture import FACTS, Fact, Telling, any_customers, facts_of, links_of, records_of, trust_of, weak_links
from .review import waiting_count

__all__ = [
    "FACTS",
    "Fact",
    "Telling",
    "any_customers",
    "facts_of",
    "links_of",
    "records_of",
    "trust_of",
    "waiting_count",
    "weak_links",
]
