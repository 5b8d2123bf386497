"""Every change of a customer: what is told of them (`telling`), and who is who (`joining`, `undoing`, `matching`).

Each action is keyword-only, atomic and audited. One that breaks a rule raises Django's `ValidationError` in plain
words.
"""

from .joining import link_record, merge_customers, split_customer, unlink_record
from .telling import Told, load_name_words, load_people, refresh_statistics, register_customer, tell_facts
from .undoing import undo_change

__all__ = [
    "Told",
    "link_record",
    "load_name_words",
    "load_people",
    "merge_customers",
    "refresh_statistics",
    "register_customer",
    "split_customer",
    "tell_facts",
    "undo_change",
    "unlink_record",
]
