"""Reading customers: the picture, what waits to be reviewed, and the history of who is who."""

from .picture import FACTS, Fact, Telling, any_customers, facts_of, links_of, records_of
from .review import waiting_count

__all__ = ["FACTS", "Fact", "Telling", "any_customers", "facts_of", "links_of", "records_of", "waiting_count"]
