"""Reading what customers say, and what became of it."""

from .history import letters_of, stamps_of, told_customer
from .improvements import improvements_of, published_of
from .register import Provider, Wanted, register_of, score_words
from .samples import Progress, progress_of, samples_of
from .surveys import counts_of, versions_of
from .thanks import thanks_of
from .waiting import panels_of

__all__ = [
    "Progress",
    "Provider",
    "Wanted",
    "counts_of",
    "improvements_of",
    "letters_of",
    "panels_of",
    "progress_of",
    "published_of",
    "register_of",
    "samples_of",
    "score_words",
    "stamps_of",
    "thanks_of",
    "told_customer",
    "versions_of",
]
