"""Customers and their identity records (`identity`), and how the office knows who is who (`ledger`)."""

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
    "Relation",
    "ReviewPair",
    "SourceTrust",
    "Verdict",
]
