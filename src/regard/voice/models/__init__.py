"""What customers say of the office, and what becomes of it."""

from .feedback import Feedback
from .improvements import Improvement
from .loops import Cause, Loop, Severity, Stamp

__all__ = ["Cause", "Feedback", "Improvement", "Loop", "Severity", "Stamp"]
