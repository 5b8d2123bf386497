"""Every change of a customer: what is told of them (`telling`), and who is who (`joining`, `undoing`, `matching`).

Each action is keyword-only, atomic and audited. One that breaks a rule raises Django's `ValidationError` in plain
words.
"""

from .deciding import decide_pair, policy_of, set_policy, undo_decision
from .exporting import answer_subject, note_export
from .indexing import index_records, keep_models
from .joining import link_record, merge_customers, split_customer, unlink_record
from .matching import Applied, apply_match, request_match
from .relating import TRUSTED_FIELDS, confirm_records, end_relation, relate, set_trust
from .straggling import carry_stragglers
from .telling import Told, load_name_words, load_people, refresh_statistics, register_customer, tell_facts
from .undoing import undo_change

__all__ = [
    "TRUSTED_FIELDS",
    "Applied",
    "Told",
    "answer_subject",
    "apply_match",
    "carry_stragglers",
    "confirm_records",
    "decide_pair",
    "end_relation",
    "index_records",
    "keep_models",
    "link_record",
    "load_name_words",
    "load_people",
    "merge_customers",
    "note_export",
    "policy_of",
    "refresh_statistics",
    "register_customer",
    "relate",
    "request_match",
    "set_policy",
    "set_trust",
    "split_customer",
    "tell_facts",
    "undo_change",
    "undo_decision",
    "unlink_record",
]
