"""Checks for goals that are met by serving people worse: one file a signature, pure, arrays in and answers out."""

from .asking import Period
from .cases import Cases, End, Pauses
from .result import Result
from .together import CHECKS, ask_all, ask_units, judge

__all__ = ["CHECKS", "Cases", "End", "Pauses", "Period", "Result", "ask_all", "ask_units", "judge"]
