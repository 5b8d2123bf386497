"""Every change of feedback, of the loop back to whoever gave it, and of what was improved because of it.

Each action is keyword-only, atomic and audited. One that breaks a rule raises Django's `ValidationError` in plain
words, under the name of the argument at fault.
"""

from .handling import acknowledge, answer, assess, assign, close, note, reopen, reply, send_again
from .improving import make_improvement, publish_improvement, withdraw_improvement
from .loading import load_feedback, revise_feedback
from .responding import TooManyError, take_response
from .sampling import (
    discard_sample,
    draw_sample,
    invitation_sent,
    letters_done,
    remind,
    send_invitations,
    stop_asking,
)
from .surveying import (
    change_survey,
    close_survey,
    draft_of,
    make_survey,
    move_question,
    open_survey,
    publish_survey,
    remove_question,
    save_question,
    set_texts,
    start_draft,
)
from .taking import log_feedback, take_up, thanks_told

__all__ = [
    "TooManyError",
    "acknowledge",
    "answer",
    "assess",
    "assign",
    "change_survey",
    "close",
    "close_survey",
    "discard_sample",
    "draft_of",
    "draw_sample",
    "invitation_sent",
    "letters_done",
    "load_feedback",
    "log_feedback",
    "make_improvement",
    "make_survey",
    "move_question",
    "note",
    "open_survey",
    "publish_improvement",
    "publish_survey",
    "remind",
    "remove_question",
    "reopen",
    "reply",
    "revise_feedback",
    "save_question",
    "send_again",
    "send_invitations",
    "set_texts",
    "start_draft",
    "stop_asking",
    "take_response",
    "take_up",
    "thanks_told",
    "withdraw_improvement",
]
