"""Every change of a customer: what is told of them (`telling`), and who is who (`joining`, `undoing`, `matching`).

Each action is keyword-only, atomic and audited. One that breaks a rule raises Django's `ValidationError` in plain
words.
"""

from .deciding import decide_pair, policy_of, set_policy, undo_decision
from .indexing import index_records, keep_models
from .joining import link_record, merge_customers, split_customer, unlink_record
from .matching import Applied, apply_match, request_match
from .telling import Told, load_name_words, load_people, refresh_statistics, register_customer, tell_facts
from .undoing import undo_change

__all__ = [
    "Applied",
    "Told",
    "apply_match",
    "decide_pair",
    "index_records",
    "keep_models",
    "link_record",
    "load_name_words",
    "load_people",
    "merge_customers",
    "policy_of",
    "refresh_statistics",
    "register_customer",
    "request_match",
    "set_policy",
    "split_customer",
    "tell_facts",
    "undo_change",
    "undo_decision",
    "unlink_record",
]
