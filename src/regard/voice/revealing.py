"""What in a text would tell who somebody is. Pure, and a reminder only: a person reads before anything is published."""

import re

_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[a-zA-Z]{2,}")
_DIGITS = re.compile(r"(?<![\w.,])\+?\d(?:[\s().-]?\d){6,}(?!\w)")
_LINK = re.compile(r"https?://\S+")


def reveals(text: str) -> list[str]:
    """In words, what this text shows of a person: an e-mail address, a phone or account number, a web address."""
    without_links = _LINK.sub(" ", text)
    found = [("an e-mail address", _EMAIL.search(without_links)), ("a long number", _DIGITS.search(without_links))]
    return [words for words, hit in found if hit]


def redacted(text: str) -> str:
    """The text without e-mail addresses and long numbers. What else tells who somebody is stays: read it first."""
    return _DIGITS.sub("[removed]", _EMAIL.sub("[removed]", text))
