"""Answering questions about facts: the only place that opens DuckDB or Ibis for figures.

Two steps: DuckDB adds up the rows of a definition, set-based (`sql`, `reader`); statistics are worked out from the
sums (`regard.measures.estimates`). `answers` puts both together.
"""

from regard.measures.engine.answers import (
    Page,
    Row,
    Selection,
    as_of,
    curve,
    figure,
    left_out,
    lengths,
    months,
    rows_behind,
)
from regard.measures.engine.reader import NoFactsError, forget
from regard.measures.engine.sql import fingerprint

__all__ = [
    "NoFactsError",
    "Page",
    "Row",
    "Selection",
    "as_of",
    "curve",
    "figure",
    "fingerprint",
    "forget",
    "left_out",
    "lengths",
    "months",
    "rows_behind",
]
