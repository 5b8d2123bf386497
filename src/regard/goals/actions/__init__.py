"""Every change of goals: written as a draft, activated with its guards, and from then on only changed in the open.

Each action is keyword-only, atomic and audited. One that breaks a rule raises Django's `ValidationError` in plain
words, under the name of the argument at fault.
"""

from .guarding import add_gaming, remove_gaming, set_guards
from .running import activate, change_active, end, enter_value, record_finding
from .writing import change_set, keep_answers, make_set, remove_goal, write_goal

__all__ = [
    "activate",
    "add_gaming",
    "change_active",
    "change_set",
    "end",
    "enter_value",
    "keep_answers",
    "make_set",
    "record_finding",
    "remove_gaming",
    "remove_goal",
    "set_guards",
    "write_goal",
]
