"""What the name of a column says: names cut into words, and the meaning those words point to. Pure.

Built for the kind, not for a file: exports write `created_date`, `CREATED DATE`, `CreatedDate`, `datecreated` and
`Date / Time Opened` for the same thing.
"""

import re
from functools import lru_cache

from regard.sources.meanings import KIND, NEUTRAL, WORDS, Meaning


@lru_cache(4096)
def words_of(name: str) -> tuple[str, ...]:
    """A column's name cut into lower-case words: at case changes, punctuation, and inside known run-together words."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", spaced)
    found: list[str] = []
    for word in re.findall(r"[^\W_]+", spaced.lower()):
        found += _cut(word)
    return tuple(found)


def _cut(word: str) -> list[str]:
    """A run-together word as the fewest known words, or itself."""
    if word in WORDS or word in NEUTRAL or len(word) < 5:
        return [word]
    best: dict[int, list[str]] = {0: []}
    for end in range(1, len(word) + 1):
        options = [[*best[start], word[start:end]] for start in best if start < end and word[start:end] in WORDS]
        if options:
            best[end] = min(options, key=len)
    return best.get(len(word), [word])


def fit(name: str, meaning: Meaning) -> float:
    """How well a column's name fits a meaning, 0 to 1: about 0.95 when every word of it is explained."""
    words = set(words_of(name))
    if not words or words & meaning.never:
        return 0.0
    best = 0.0
    for place, wanted in enumerate(meaning.words):
        if wanted <= words:
            rest = {w for w in words - wanted - KIND - NEUTRAL if not w.isdigit()}
            score = 0.95 if words == wanted else 0.92 if not rest else 0.75 if len(rest) == 1 else 0.6
            best = max(best, score - place / 1000)
    return best


def plain(name: str) -> str:
    """A column's name as plain words, for the label of a detail."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return " ".join(re.findall(r"[^\s_]+", words)).strip(" .:") or name
