"""Learning from reviewed pairs. Filled in later: see `Reranker`."""

from typing import Any

from regard.customers.matching.weights import Weights


class Reranker:
    """A second opinion on candidate pairs, learned from what people decided."""

    def apply(self, con: Any, model: Weights, table: str) -> None:
        """Replace the weights of table `<kind>_edge` by calibrated ones."""
        raise NotImplementedError
