"""Customers and their identity records (`identity`), how the office knows who is who (`ledger`), and what live look-ups
read (`live`)."""

from .identity import Customer, IdentityRecord, Kind, Link, NameWord
from .ledger import (
    CarriedRows,
    Decision,
    Edge,
    IdentityChange,
    MatchPolicy,
    MatchRun,
    MovedRecord,
    Relation,
    ReviewPair,
    SourceTrust,
    Verdict,
)
from .live import RecognitionModel, StandardForm

__all__ = [
    "CarriedRows",
    "Customer",
    "Decision",
    "Edge",
    "IdentityChange",
    "IdentityRecord",
    "Kind",
    "Link",
    "MatchPolicy",
    "MatchRun",
    "MovedRecord",
    "NameWord",
    "RecognitionModel",
    "Relation",
    "ReviewPair",
    "SourceTrust",
    "StandardForm",
    "Verdict",
]
