"""Every change of feedback, of the loop back to whoever gave it, and of what was improved because of it.

Each action is keyword-only, atomic and audited. One that breaks a rule raises Django's `ValidationError` in plain
words, under the name of the argument at fault.
"""

from .handling import acknowledge, answer, assess, assign, close, note, reopen, reply, send_again
from .improving import make_improvement, publish_improvement, withdraw_improvement
from .loading import load_feedback, revise_feedback
from .taking import log_feedback, take_up, thanks_told

__all__ = [
    "acknowledge",
    "answer",
    "assess",
    "assign",
    "close",
    "load_feedback",
    "log_feedback",
    "make_improvement",
    "note",
    "publish_improvement",
    "reopen",
    "reply",
    "revise_feedback",
    "send_again",
    "take_up",
    "thanks_told",
    "withdraw_improvement",
]
