"""Every change of a case, a contact or a saved filter. (`load` has the bulk ones, for imports.)

Each action is keyword-only, atomic and audited, appends events and folds the case again. One that breaks a rule
raises Django's `ValidationError` in plain words, under the name of the argument at fault. `seen` is how many
events the actor's page showed: when somebody changed the case since, `ChangedMeanwhileError` says who and what.
"""

from .amending import AMENDABLE, amend, recategorise
from .answering import mail_failed, mail_sent, note, reply, retry_reply, send_letter
from .changing import ChangedMeanwhileError
from .contacting import handle_message, log_contact
from .ending import close, last_change, merge, reopen, resolve, undo, withdraw
from .filters import delete_filter, save_filter, set_default_filter
from .handing import accept, assign, transfer
from .opening import open_case
from .promising import keep_promise, move_promise, pause, promise, resume, set_next_step

__all__ = [
    "AMENDABLE",
    "ChangedMeanwhileError",
    "accept",
    "amend",
    "assign",
    "close",
    "delete_filter",
    "handle_message",
    "keep_promise",
    "last_change",
    "log_contact",
    "mail_failed",
    "mail_sent",
    "merge",
    "move_promise",
    "note",
    "open_case",
    "pause",
    "promise",
    "recategorise",
    "reopen",
    "reply",
    "resolve",
    "resume",
    "retry_reply",
    "save_filter",
    "send_letter",
    "set_default_filter",
    "set_next_step",
    "transfer",
    "undo",
    "withdraw",
]
