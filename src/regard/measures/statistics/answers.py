"""The answer that is given when the data do not carry one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TooFew:
    """Too few to tell: what there was, and how many it would take."""

    n: int
    needed: int
    what: str = "answers"

    def __str__(self) -> str:
        return f"too few to tell ({self.n} {self.what}, at least {self.needed} needed)"


def level_checked(level: float) -> float:
    """A confidence level such as 0.95. Raises ValueError when it is not between 0 and 1."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"A confidence level lies between 0 and 1 (0.95 for 95 %), not {level}.")
    return level
