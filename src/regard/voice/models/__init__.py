"""What customers say of the office, what it asks them, and what becomes of it."""

from .feedback import Feedback
from .improvements import Improvement
from .loops import Cause, Loop, Severity, Stamp
from .samples import By, Invitation, Sample, Silence
from .surveys import Answer, Layout, Response, Survey, SurveyVersion

__all__ = [
    "Answer",
    "By",
    "Cause",
    "Feedback",
    "Improvement",
    "Invitation",
    "Layout",
    "Loop",
    "Response",
    "Sample",
    "Severity",
    "Silence",
    "Stamp",
    "Survey",
    "SurveyVersion",
]
