"""Matching: which records are one customer. The only package that knows Splink.

    matched = match(records)            # a table of records in, edges, clusters and a model card out
    score_pair(a, b, model)             # the same weight for one pair, in plain Python

It knows no models and no database: Arrow tables in, answers out. See docs/matching.md.
"""

from regard.customers.matching.batch import match, match_new
from regard.customers.matching.reranker import Reranker
from regard.customers.matching.results import Decision, Matched
from regard.customers.matching.scoring import Scored, score_pair, words
from regard.customers.matching.standardise import Standard, standardise
from regard.customers.matching.weights import LINK, REVIEW, Weights, shipped

__all__ = [
    "LINK", "REVIEW", "Decision", "Matched", "Reranker", "Scored", "Standard", "Weights", "match", "match_new", "score_pair", "shipped",
    "standardise", "words",
]  # fmt: skip
