"""What customers say of the office, what it asks them, and what becomes of it."""

from .feedback import Feedback
from .improvements import Improvement
from .loops import Cause, Loop, Severity, Stamp
from .surveys import Answer, Layout, Response, Survey, SurveyVersion

__all__ = [
    "Answer",
    "Cause",
    "Feedback",
    "Improvement",
    "Layout",
    "Loop",
    "Response",
    "Severity",
    "Stamp",
    "Survey",
    "SurveyVersion",
]
