"""Who did something: a member of staff, or Regard itself doing a named job."""

from dataclasses import dataclass
from typing import Protocol


class Actor(Protocol):
    """What the audit trail needs to know of whoever acts. `office.Staff` and `System` both fit."""

    @property
    def audit_id(self) -> int | None: ...

    @property
    def audit_name(self) -> str: ...


@dataclass(frozen=True)
class System:
    """Regard doing a job of its own (an import, a nightly refresh), or an operator at the command line."""

    job: str
    office_id: int | None = None  # the office the job is done for, when it is one

    @property
    def audit_id(self) -> None:
        return None

    @property
    def audit_name(self) -> str:
        return f"system: {self.job}"
